// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: modules of tests/data/smartmodule, and records as people write them.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "smartmodule/chain.hpp"

namespace sluice::smartmodule {

inline const std::filesystem::path test_modules =
    std::filesystem::path(SLUICE_TEST_DATA) / "smartmodule";

inline Bytes read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return to_bytes(text);
}

struct TestRecord {
  std::int64_t offset_delta = 0;
  std::int64_t timestamp_delta = 0;
  std::optional<std::string> key;
  std::string value;

  friend bool operator==(const TestRecord&, const TestRecord&) = default;
};
inline void PrintTo(const TestRecord& record, std::ostream* out) {
  *out << "{" << record.offset_delta << ", " << record.timestamp_delta << ", "
       << record.key.value_or("(no key)") << ", " << record.value << "}";
}

// Records that own their bytes.
class TestRecords {
 public:
  TestRecords() = default;
  TestRecords(const std::vector<TestRecord>& records) {  // NOLINT(google-explicit-constructor)
    for (const auto& one : records) add(one);
  }
  // Values only, one offset after the other.
  static TestRecords of(const std::vector<std::string>& values) {
    TestRecords out;
    for (const auto& value : values) {
      out.add({.offset_delta = out.count_, .timestamp_delta = 10 * out.count_, .value = value});
    }
    return out;
  }
  void add(const TestRecord& one) {
    wire::append_record(
        bytes_, {one.timestamp_delta, one.offset_delta,
                 one.key ? std::optional(as_bytes(*one.key)) : std::nullopt, as_bytes(one.value)});
    ++count_;
  }
  [[nodiscard]] wire::RecordList list() const { return {count_, bytes_}; }

 private:
  Bytes bytes_;
  std::uint32_t count_ = 0;
};

inline std::vector<TestRecord> read_records(wire::RecordList list) {
  std::vector<TestRecord> out;
  wire::RecordCursor cursor(list.bytes, list.count);
  while (const auto record = cursor.next()) {
    out.push_back({record->offset_delta, record->timestamp_delta,
                   record->key ? std::optional(std::string(as_text(*record->key))) : std::nullopt,
                   std::string(as_text(record->value))});
  }
  EXPECT_TRUE(cursor.ok());
  return out;
}
inline std::vector<std::string> values_of(wire::RecordList list) {
  std::vector<std::string> out;
  for (auto& record : read_records(list)) out.push_back(std::move(record.value));
  return out;
}

// One engine without a disk cache, shared by the tests of a program: compiling is what costs.
inline Engine& test_engine() {
  static Engine engine{std::filesystem::path()};
  return engine;
}
inline ModuleResult<std::shared_ptr<const Module>> load_test_module(const std::string& path) {
  return test_engine().load(path, read_file(test_modules / (path + ".wasm")));
}
inline Step step_of(const std::string& path, Params params = {}) {
  auto module = load_test_module(path);
  EXPECT_TRUE(module) << (module ? "" : module.error().to_error().message());
  return {.module = module ? *module : nullptr, .params = std::move(params)};
}

}  // namespace sluice::smartmodule
