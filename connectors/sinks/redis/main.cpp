// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "redis_sink.hpp"

int main(int argc, char** argv) {
  return sluice::run_sink<sluice::redis::RedisSink, sluice::redis::SinkOptions>(argc, argv);
}
