// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "file_sink.hpp"

int main(int argc, char** argv) {
  return sluice::run_sink<sluice::file::FileSink, sluice::file::FileOptions>(argc, argv);
}
