// SPDX-License-Identifier: Apache-2.0
#include "cli/tool.hpp"

int main(int argc, char** argv) {
  return sluice::cli::run_tool(argc, argv);
}
