// SPDX-License-Identifier: Apache-2.0
// The recorded cases of official and own modules at version 22: what goes in and comes out,
// byte by byte. Where the module itself is here, it is run; the others document bytes only,
// unless SLUICE_SMARTMODULE_SAMPLES names a folder that has them.

#include <cstdlib>

#include <nlohmann/json.hpp>

#include "smartmodule/test_support.hpp"

namespace sluice::smartmodule {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

Bytes from_hex(const std::string& hex) {
  Bytes out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return out;
}

std::optional<std::string> text_of(const json& value) {
  if (value.is_null()) return std::nullopt;
  if (value.contains("text")) return value["text"].get<std::string>();
  const auto bytes = from_hex(value.at("hex"));
  return std::string(as_text(bytes));
}

std::vector<TestRecord> records_in(const json& list) {
  std::vector<TestRecord> out;
  for (const auto& one : list) {
    out.push_back({one["offset_delta"], one["timestamp_delta"], text_of(one["key"]),
                   text_of(one["value"]).value_or("")});
  }
  return out;
}

struct Case {
  json data;
  [[nodiscard]] std::string name() const { return data["name"]; }
  [[nodiscard]] bool is_aggregate() const { return data.value("kind", "") == "aggregate"; }
  [[nodiscard]] json calls() const { return data.value("calls", json::array()); }
  [[nodiscard]] Params params() const {
    Params out;
    if (data.contains("params") && data["params"].is_object()) {
      for (const auto& [key, value] : data["params"].items()) out[key] = value;
    }
    return out;
  }
  [[nodiscard]] std::optional<fs::path> module() const {
    const fs::path name = data["module"].get<std::string>();
    const auto* samples = std::getenv("SLUICE_SMARTMODULE_SAMPLES");
    for (const auto& folder : {test_modules / "golden", fs::path(samples ? samples : "")}) {
      if (!folder.empty() && fs::exists(folder / name)) return folder / name;
    }
    return std::nullopt;
  }
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.name();
}

// Of version 22: the others document what official hosts do, and the author's header is tried
// with them.
std::vector<Case> all_cases() {
  std::vector<Case> out;
  for (const auto& entry : fs::directory_iterator(test_modules / "golden")) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path());
    auto data = json::parse(file);
    if (data["version"] == abi_version) out.push_back({std::move(data)});
  }
  std::ranges::sort(out, {}, &Case::name);
  return out;
}

bool is_transform(const json& call) {
  return call["call"] != "init" && call["call"] != "look_back";
}

class GoldenModule : public ::testing::TestWithParam<Case> {};

Bytes joined(std::span<const ByteView> pieces) {
  Bytes out;
  for (const auto piece : pieces) out.insert(out.end(), piece.begin(), piece.end());
  return out;
}

TEST_P(GoldenModule, InputsAreTheSameBytes) {
  for (const auto& call : GetParam().calls()) {
    if (!is_transform(call)) continue;
    const TestRecords records(records_in(call["records_in"]));
    Params legacy;
    if (call.contains("legacy_params") && call["legacy_params"].is_object()) {
      for (const auto& [key, value] : call["legacy_params"].items()) legacy[key] = value;
    }
    std::optional<std::string> accumulator;
    if (GetParam().is_aggregate()) {
      accumulator =
          call.contains("accumulator_in") ? text_of(call["accumulator_in"]) : std::nullopt;
      accumulator = accumulator.value_or("");
    }
    TransformInput input(
        call["base_offset"], call["base_timestamp"], records.list(),
        {.params = &legacy,
         .accumulator = accumulator ? std::optional(as_bytes(*accumulator)) : std::nullopt});

    EXPECT_EQ(joined(input.pieces()), from_hex(call["input_hex"]));
  }
}

TEST_P(GoldenModule, OutputsAreRead) {
  for (const auto& call : GetParam().calls()) {
    if (!is_transform(call) || call["rc"].get<int>() < 0) continue;
    const auto bytes = from_hex(call["output_hex"]);

    const auto output = decode_transform_output(bytes, GetParam().is_aggregate());

    ASSERT_TRUE(output) << output.error().message();
    EXPECT_EQ(read_records(output->records), records_in(call["records_out"]));
    const auto& error = call["error"];
    ASSERT_EQ(output->error.has_value(), error.is_object());
    if (!output->error) continue;
    EXPECT_EQ(output->error->hint, error["hint"].get<std::string>());
    EXPECT_EQ(output->error->offset, error["offset"].get<std::int64_t>());
    EXPECT_EQ(as_text(output->error->value), text_of(error["record_value"]));
  }
}

TEST_P(GoldenModule, RunsAsItDidInTheOfficialEngine) {
  const auto path = GetParam().module();
  if (!path) GTEST_SKIP() << "the module is not here";
  const auto module = test_engine().load(GetParam().name(), read_file(*path));
  if (GetParam().data.contains("load_error")) {
    EXPECT_FALSE(module);
    return;
  }
  ASSERT_TRUE(module) << module.error().to_error().message();
  auto guest = Guest::start(test_engine(), *module, {});
  ASSERT_TRUE(guest) << guest.error().to_error().message();

  for (const auto& call : GetParam().calls()) {
    const std::string name = call["call"];
    const auto input = from_hex(call["input_hex"]);
    const ByteView pieces[] = {input};
    const auto entry = name == "init"        ? Entry::init
                       : name == "look_back" ? Entry::look_back
                                             : Entry::transform;
    const auto answer = guest->call(entry, pieces);
    ASSERT_TRUE(answer) << answer.error().to_error().message();
    EXPECT_EQ(answer->status, call["rc"].get<std::int32_t>());
    EXPECT_EQ(Bytes(answer->output.begin(), answer->output.end()), from_hex(call["output_hex"]));
  }
}

INSTANTIATE_TEST_SUITE_P(Recorded, GoldenModule, ::testing::ValuesIn(all_cases()),
                         [](const auto& info) { return info.param.name(); });

}  // namespace
}  // namespace sluice::smartmodule
