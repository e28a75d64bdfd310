// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "graphite_sink.hpp"

int main(int argc, char** argv) {
  return sluice::run_sink<sluice::graphite::GraphiteSink, sluice::graphite::GraphiteOptions>(argc,
                                                                                             argv);
}
