// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "nats_sink.hpp"

int main(int argc, char** argv) {
  const sluice::common::NatsLibrary library;
  return sluice::run_sink<sluice::nats::NatsSink, sluice::nats::SinkOptions>(argc, argv);
}
