// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "kafka_sink.hpp"

int main(int argc, char** argv) {
  return sluice::run_sink<sluice::kafka::KafkaSink, sluice::kafka::KafkaSinkOptions>(argc, argv);
}
