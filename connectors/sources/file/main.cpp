// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "file_source.hpp"

int main(int argc, char** argv) {
  return sluice::run_source<sluice::file_source::FileSource, sluice::file_source::FileOptions>(
      argc, argv);
}
