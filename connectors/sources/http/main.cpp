// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "http_source.hpp"

int main(int argc, char** argv) {
  return sluice::run_source<sluice::http::HttpSource, sluice::http::HttpOptions>(argc, argv);
}
