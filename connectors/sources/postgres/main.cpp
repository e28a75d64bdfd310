// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "postgres_source.hpp"

int main(int argc, char** argv) {
  return sluice::run_source<sluice::postgres::PostgresSource, sluice::postgres::SourceOptions>(
      argc, argv);
}
