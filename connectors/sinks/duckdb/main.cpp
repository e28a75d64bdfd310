// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "duckdb_sink.hpp"

int main(int argc, char** argv) {
  return sluice::run_sink<sluice::duckdb::DuckdbSink, sluice::duckdb::DuckdbOptions>(argc, argv);
}
