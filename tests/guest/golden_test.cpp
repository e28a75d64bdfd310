// SPDX-License-Identifier: Apache-2.0
// Recorded calls of Fluvio's engine, answered by one of our modules with the same bytes.
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "copy_records.hpp"
#include GUEST_SOURCE

namespace {

using Json = nlohmann::json;
using Function = std::int32_t (*)(std::uint8_t*, std::uint32_t, std::int32_t);

#if GUEST_filter_key
const std::string recorded = "cpp_filter_key_v";
const std::map<std::string, Function> functions{{"init", sluice_guest_init},
                                                {"filter", sluice_guest_filter}};
#elif GUEST_map_prefix
const std::string recorded = "cpp_map_prefix_v";
const std::map<std::string, Function> functions{{"init", sluice_guest_init},
                                                {"map", sluice_guest_map}};
#elif GUEST_probe
const std::string recorded = "rs_probe_";
const std::map<std::string, Function> functions{{"init", sluice_guest_init},
                                                {"look_back", sluice_guest_look_back},
                                                {"filter_map", sluice_guest_filter_map}};
#elif GUEST_aggregate_concat
const std::string recorded = "aggregate_concat_v";
const std::map<std::string, Function> functions{{"aggregate", sluice_guest_aggregate}};
#else
const std::string recorded = "filter_map_half_v";
const std::map<std::string, Function> functions{{"filter_map", sluice_guest_filter_map}};
#endif

std::vector<std::filesystem::path> recordings() {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(GOLDEN_FOLDER)) {
    const auto name = entry.path().filename().string();
    // What a module says of wrong parameters is its own: the recorded words are Rust's.
    const bool refuses = name.find("_initerr") != std::string::npos;
    if (name.starts_with(recorded) && !refuses) found.push_back(entry.path());
  }
  return found;
}

std::string bytes_of(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

void forget_state() {
#if GUEST_probe
  last = least = INT64_MIN;
#endif
}

void answers_as_recorded(const Json& call, int version) {
  const std::string input = bytes_of(call.at("input_hex"));
  auto* memory =
      static_cast<std::uint8_t*>(sluice_guest_alloc(static_cast<std::uint32_t>(input.size())));
  std::copy(input.begin(), input.end(), memory);
  last_answer.clear();

  const auto code =
      functions.at(call.at("call"))(memory, static_cast<std::uint32_t>(input.size()), version);

  EXPECT_EQ(code, call.at("rc").get<int>());
  EXPECT_EQ(last_answer, bytes_of(call.value("output_hex", "")));
}

TEST(GoldenCalls, AreAnsweredWithTheRecordedBytes) {
  const auto files = recordings();
  ASSERT_GE(files.size(), 3u);
  for (const auto& file : files) {
    SCOPED_TRACE(file.filename().string());
    const Json recording = Json::parse(std::ifstream(file));
    forget_state();
    for (const Json& call : recording.at("calls"))
      answers_as_recorded(call, recording.at("version").get<int>());
  }
}

}  // namespace
