// SPDX-License-Identifier: Apache-2.0
#include "cli/module_cases.hpp"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/failure.hpp"
#include "cli/file_text.hpp"

namespace sluice::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t cases_bytes_max = 16'777'216;
constexpr std::int64_t value_bytes_max = 67'108'864;

// Reads one case; every complaint names it.
class CaseReader {
 public:
  explicit CaseReader(std::string where) : where_(std::move(where)) {}

  ModuleCase read(const Json& json);

 private:
  [[noreturn]] void complain(const std::string& what) const {
    throw Failure(Errc::invalid_config, where_ + ": " + what);
  }
  void check_keys(const Json& json, const std::vector<std::string>& known) const;
  [[nodiscard]] std::string text(const Json& json, const std::string& what) const;
  [[nodiscard]] std::int64_t number(const Json& json, const std::string& what) const;
  [[nodiscard]] std::int64_t count(const Json& json, const std::string& what) const;
  [[nodiscard]] std::string value_of(const Json& json, const std::string& list) const;
  [[nodiscard]] ExpectedRecord record(const Json& json, const std::string& list) const;
  [[nodiscard]] std::vector<ExpectedRecord> records(const Json& json,
                                                    const std::string& list) const;
  [[nodiscard]] std::vector<TrialRecord> given(const Json& json, const std::string& list) const;
  void read_records(const Json& json, ModuleCase& out) const;
  void read_expectations(const Json& json, ModuleCase& out) const;
  void read_invocation(const Json& json, ModuleCase& out) const;

  std::string where_;
};

void CaseReader::check_keys(const Json& json, const std::vector<std::string>& known) const {
  for (const auto& [key, value] : json.items()) {
    if (std::ranges::find(known, key) != known.end()) continue;
    const auto near = nearest(key, known);
    complain("there is no `" + key + "`" + (near ? "; did you mean `" + *near + "`?" : ""));
  }
}

std::string CaseReader::text(const Json& json, const std::string& what) const {
  if (!json.is_string()) complain("`" + what + "` must be a text");
  return json.get<std::string>();
}

std::int64_t CaseReader::number(const Json& json, const std::string& what) const {
  if (!json.is_number_integer()) complain("`" + what + "` must be a whole number");
  return json.get<std::int64_t>();
}

std::int64_t CaseReader::count(const Json& json, const std::string& what) const {
  const auto value = number(json, what);
  if (value < 0) complain("`" + what + "` must not be negative");
  return value;
}

std::string CaseReader::value_of(const Json& json, const std::string& list) const {
  std::string value;
  if (json.contains("value")) {
    value = text(json["value"], "value");
  } else if (json.contains("value_hex")) {
    const auto hex = text(json["value_hex"], "value_hex");
    for (std::size_t i = 0; i < hex.size(); i += 2) {
      unsigned byte = 0;
      const auto* const end = hex.data() + std::min(i + 2, hex.size());
      const auto [at, failed] = std::from_chars(hex.data() + i, end, byte, 16);
      if (at != end || failed != std::errc() || hex.size() % 2 != 0) {
        complain("`value_hex` must be pairs of hexadecimal digits");
      }
      value += static_cast<char>(byte);
    }
  } else {
    complain("a record of `" + list + "` is a text, or has `value` or `value_hex`");
  }
  const auto times = json.contains("repeat") ? count(json["repeat"], "repeat") : 1;
  if (times >
      value_bytes_max / std::max<std::int64_t>(static_cast<std::int64_t>(value.size()), 1)) {
    complain("`repeat` makes a value of more than 64 MiB");
  }
  std::string out;
  for (std::int64_t i = 0; i < times; ++i) out += value;
  return out;
}

ExpectedRecord CaseReader::record(const Json& json, const std::string& list) const {
  if (json.is_string()) return {.key = {}, .value = json.get<std::string>()};
  if (!json.is_object()) complain("a record of `" + list + "` is a text, or has `value`");
  check_keys(json, {"key", "value", "value_hex", "repeat", "offset", "timestamp"});
  ExpectedRecord out{.key = {}, .value = value_of(json, list)};
  if (json.contains("key") && !json["key"].is_null()) out.key = text(json["key"], "key");
  if (json.contains("offset")) out.offset = number(json["offset"], "offset");
  if (json.contains("timestamp")) out.timestamp = number(json["timestamp"], "timestamp");
  return out;
}

std::vector<ExpectedRecord> CaseReader::records(const Json& json, const std::string& list) const {
  if (!json.is_array()) complain("`" + list + "` must be a list of records");
  std::vector<ExpectedRecord> out;
  for (const auto& one : json) out.push_back(record(one, list));
  return out;
}

std::vector<TrialRecord> CaseReader::given(const Json& json, const std::string& list) const {
  std::vector<TrialRecord> out;
  for (auto& one : records(json, list)) {
    const auto place = static_cast<std::int64_t>(out.size());
    out.push_back({std::move(one.key), std::move(one.value), one.offset.value_or(place),
                   one.timestamp.value_or(0)});
  }
  return out;
}

void CaseReader::read_invocation(const Json& json, ModuleCase& out) const {
  if (json.contains("params")) {
    if (!json["params"].is_object()) complain("`params` must be {\"name\": value}");
    for (const auto& [key, value] : json["params"].items()) {
      out.params[key] = value.is_string() ? value.get<std::string>() : value.dump();
    }
  }
  if (json.contains("lookback")) {
    const auto& lookback = json["lookback"];
    if (!lookback.is_object()) complain("`lookback` must have `last` or `age_ms`");
    check_keys(lookback, {"last", "age_ms"});
    out.lookback.emplace();
    if (lookback.contains("last")) {
      out.lookback->last = static_cast<std::uint64_t>(count(lookback["last"], "last"));
    }
    if (lookback.contains("age_ms")) {
      out.lookback->age = std::chrono::milliseconds(count(lookback["age_ms"], "age_ms"));
    }
  }
  if (json.contains("accumulator")) out.accumulator = text(json["accumulator"], "accumulator");
}

void CaseReader::read_records(const Json& json, ModuleCase& out) const {
  if (json.contains("look_back")) out.look_back = given(json["look_back"], "look_back");
  TrialBatch batch;
  if (json.contains("base_offset")) batch.base_offset = number(json["base_offset"], "base_offset");
  if (json.contains("base_timestamp")) {
    batch.base_timestamp = number(json["base_timestamp"], "base_timestamp");
  }
  if (json.contains("records")) {
    if (json.contains("batches")) complain("`records` and `batches` exclude each other");
    batch.records = given(json["records"], "records");
    out.batches.push_back(std::move(batch));
  } else if (json.contains("batches")) {
    if (!json["batches"].is_array()) complain("`batches` must be a list of lists");
    for (const auto& one : json["batches"]) {
      batch.records = given(one, "batches");
      out.batches.push_back(batch);
    }
  }
}

void CaseReader::read_expectations(const Json& json, ModuleCase& out) const {
  if (json.contains("expect")) out.expect = records(json["expect"], "expect");
  if (json.contains("expect_count")) {
    out.expect_count = static_cast<std::size_t>(count(json["expect_count"], "expect_count"));
  }
  if (json.contains("error")) {
    const auto& error = json["error"];
    if (!error.is_object()) complain("`error` must have `contains` or `offset`");
    check_keys(error, {"contains", "offset"});
    out.error.emplace();
    if (error.contains("contains")) out.error->contains = text(error["contains"], "contains");
    if (error.contains("offset")) out.error->offset = number(error["offset"], "offset");
  }
  if (json.contains("init_error")) out.init_error = text(json["init_error"], "init_error");
}

ModuleCase CaseReader::read(const Json& json) {
  if (!json.is_object()) complain("a case is {\"name\": ..., \"records\": ..., \"expect\": ...}");
  if (!json.contains("name")) complain("a case needs a `name`: what it claims");
  ModuleCase out;
  out.name = text(json["name"], "name");
  where_ += ", case `" + out.name + "`";
  check_keys(json, {"name", "params", "lookback", "look_back", "accumulator", "base_offset",
                    "base_timestamp", "records", "batches", "expect", "expect_count", "error",
                    "init_error"});
  read_invocation(json, out);
  read_records(json, out);
  read_expectations(json, out);
  return out;
}

// ---- running -------------------------------------------------------------------------------

std::string in_quotes(std::string_view text) {
  constexpr std::size_t shown_bytes_max = 300;
  if (text.size() <= shown_bytes_max) return "\"" + json_escape(text) + "\"";
  return "\"" + json_escape(text.substr(0, shown_bytes_max)) + "\"... (" +
         std::to_string(text.size()) + " bytes)";
}

template <typename Record>
std::string shown(const Record& record) {
  return (record.key ? "[" + in_quotes(*record.key) + "] " : "") + in_quotes(record.value);
}
std::string shown(const ExpectedRecord& expected, const TrialRecord* got) {
  auto out = shown(expected) + ", got " + (got != nullptr ? shown(*got) : "nothing");
  if (got == nullptr) return out;
  if (expected.offset && *expected.offset != got->offset) {
    out += "; offset " + std::to_string(*expected.offset) + ", got " + std::to_string(got->offset);
  }
  if (expected.timestamp && *expected.timestamp != got->timestamp) {
    out += "; timestamp " + std::to_string(*expected.timestamp) + ", got " +
           std::to_string(got->timestamp);
  }
  return out;
}

void compare_records(const ModuleCase& expected, const std::vector<TrialRecord>& got,
                     std::vector<std::string>& out) {
  if (expected.expect_count) {
    if (*expected.expect_count == got.size()) return;
    out.push_back("expected " + std::to_string(*expected.expect_count) + " records, got " +
                  std::to_string(got.size()));
    return;
  }
  const auto& expect = expected.expect;
  for (std::size_t i = 0; i < std::max(expect.size(), got.size()); ++i) {
    if (i < expect.size() && i < got.size() && expect[i].matches(got[i])) continue;
    const auto* const one = i < got.size() ? &got[i] : nullptr;
    const auto what = i < expect.size() ? shown(expect[i], one) : "nothing, got " + shown(*one);
    out.push_back("record " + std::to_string(i) + ": expected " + what);
  }
}

void compare_faults(const ModuleCase& expected, const std::vector<smartmodule::RecordFault>& got,
                    std::vector<std::string>& out) {
  bool found = false;
  for (const auto& fault : got) {
    const auto is_it = expected.error && !found && fault.text.contains(expected.error->contains);
    found = found || is_it;
    if (!is_it) {
      out.push_back("error: " + fault.to_error().message());
    } else if (expected.error->offset && *expected.error->offset != fault.offset) {
      out.push_back("the error is at offset " + std::to_string(fault.offset) + ", expected " +
                    std::to_string(*expected.error->offset));
    }
  }
  if (expected.error && !found) {
    out.push_back("expected an error with " + in_quotes(expected.error->contains));
  }
}

std::vector<std::string> run_batches(Trial& trial, const ModuleCase& expected) {
  std::vector<TrialRecord> records;
  std::vector<smartmodule::RecordFault> faults;
  if (expected.look_back) trial.look_back(*expected.look_back);
  for (const auto& batch : expected.batches) {
    auto output = trial.process(batch);
    std::ranges::move(output.records, std::back_inserter(records));
    std::ranges::move(output.faults, std::back_inserter(faults));
  }
  std::vector<std::string> out;
  compare_records(expected, records, out);
  compare_faults(expected, faults, out);
  return out;
}

}  // namespace

bool ExpectedRecord::matches(const TrialRecord& record) const {
  return key == record.key && value == record.value &&
         offset.value_or(record.offset) == record.offset &&
         timestamp.value_or(record.timestamp) == record.timestamp;
}

std::vector<ModuleCase> parse_cases(std::string_view text, const std::string& path) {
  Json root;
  try {
    root = Json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    throw Failure(Errc::invalid_config, path + ": not JSON: " + error.what());
  }
  if (!root.is_array()) throw Failure(Errc::invalid_config, path + ": not a list of cases");
  std::vector<ModuleCase> out;
  for (const auto& one : root) out.push_back(CaseReader(path).read(one));
  if (out.empty()) throw Failure(Errc::invalid_config, path + ": there is no case in it");
  return out;
}

std::vector<ModuleCase> read_cases(const std::filesystem::path& path) {
  return parse_cases(read_text(path, cases_bytes_max), path.string());
}

std::vector<std::string> run_case(smartmodule::Engine& engine, SmartModuleInvocation module,
                                  const ModuleCase& expected) {
  module.params = expected.params;
  module.lookback = expected.lookback;
  // A module that looks back is asked to only with a lookback.
  if (expected.look_back && !module.lookback) {
    module.lookback = SmartModuleLookback{.last = expected.look_back->size()};
  }
  module.accumulator = expected.accumulator;
  std::optional<Trial> trial;
  try {
    trial.emplace(engine, std::vector{module}, smartmodule::OnFault::stop);
  } catch (const Failure& failure) {
    const std::string_view text = failure.what();
    if (expected.init_error && text.contains(*expected.init_error)) return {};
    return {std::string(text)};
  }
  if (expected.init_error) {
    return {"expected an error of init with " + in_quotes(*expected.init_error) + ", got none"};
  }
  try {
    return run_batches(*trial, expected);
  } catch (const Failure& failure) {
    return {failure.what()};
  }
}

}  // namespace sluice::cli
