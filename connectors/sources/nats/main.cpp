// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "nats_source.hpp"

int main(int argc, char** argv) {
  const sluice::common::NatsLibrary library;
  return sluice::run_source<sluice::nats::NatsSource, sluice::nats::SourceOptions>(argc, argv);
}
