// SPDX-License-Identifier: Apache-2.0
// duckdb-query FILE SQL: prints the rows, `|` between values, for tests. DuckDB lets one process in
// at a time, so it looks at a copy of the file and its log.

#include <cstdio>
#include <filesystem>
#include <string>

#include <duckdb.h>
#include <unistd.h>

namespace {

int query(const char* path, const char* sql) {
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  char* problem = nullptr;
  if (duckdb_open_ext(path, &database, nullptr, &problem) != DuckDBSuccess) {
    std::fprintf(stderr, "%s\n", problem);
    return 1;
  }
  duckdb_connect(database, &connection);
  duckdb_result result{};
  const std::string text = sql;
  // The old interface gives texts only of what is one.
  const std::string asked =
      text.starts_with("SELECT") ? "SELECT COLUMNS(*)::VARCHAR FROM (" + text + ")" : text;
  const bool worked = duckdb_query(connection, asked.c_str(), &result) == DuckDBSuccess;
  if (!worked) std::fprintf(stderr, "%s\n", duckdb_result_error(&result));
  for (idx_t row = 0; worked && row < duckdb_row_count(&result); ++row) {
    for (idx_t column = 0; column < duckdb_column_count(&result); ++column) {
      char* value = duckdb_value_varchar(&result, column, row);
      std::printf("%s%s", column > 0 ? "|" : "", value == nullptr ? "NULL" : value);
      duckdb_free(value);
    }
    std::printf("\n");
  }
  duckdb_destroy_result(&result);
  duckdb_disconnect(&connection);
  duckdb_close(&database);
  return worked ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) return 2;
  namespace fs = std::filesystem;
  const std::string path = argv[1];
  if (argc == 4) return query(argv[1], argv[2]);  // a third word: in place, to change it
  const std::string copy = path + ".copy-" + std::to_string(getpid());
  std::error_code ignored;
  fs::copy_file(path + ".wal", copy + ".wal", ignored);
  fs::copy_file(path, copy, ignored);
  const int code = query(copy.c_str(), argv[2]);
  fs::remove(copy + ".wal", ignored);
  fs::remove(copy, ignored);
  return code;
}
