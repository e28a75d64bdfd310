// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "http_sink.hpp"

int main(int argc, char** argv) {
  return sluice::run_sink<sluice::http_sink::HttpSink, sluice::http_sink::HttpSinkOptions>(argc,
                                                                                           argv);
}
