// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "influx_sink.hpp"

int main(int argc, char** argv) {
  return sluice::run_sink<sluice::influx::InfluxSink, sluice::influx::InfluxOptions>(argc, argv);
}
