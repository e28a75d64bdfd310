// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "redis_source.hpp"

int main(int argc, char** argv) {
  return sluice::run_source<sluice::redis::RedisSource, sluice::redis::SourceOptions>(argc, argv);
}
