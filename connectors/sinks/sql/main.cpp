// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "sql_sink.hpp"

int main(int argc, char** argv) {
  return sluice::run_sink<sluice::sql::SqlSink, sluice::sql::SqlOptions>(argc, argv);
}
