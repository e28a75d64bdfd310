// SPDX-License-Identifier: Apache-2.0
#include "test_source.hpp"

int main(int argc, char** argv) {
  return sluice::run_source<sluice::TestSource, sluice::TestConnectorOptions>(argc, argv);
}
