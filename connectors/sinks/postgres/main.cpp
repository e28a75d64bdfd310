// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "postgres_sink.hpp"

int main(int argc, char** argv) {
  return sluice::run_sink<sluice::postgres::PostgresSink, sluice::postgres::SinkOptions>(argc,
                                                                                         argv);
}
