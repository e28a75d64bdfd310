// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "kafka_source.hpp"

int main(int argc, char** argv) {
  return sluice::run_source<sluice::kafka::KafkaSource, sluice::kafka::KafkaSourceOptions>(argc,
                                                                                           argv);
}
