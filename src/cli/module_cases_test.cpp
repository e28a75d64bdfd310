// SPDX-License-Identifier: Apache-2.0
#include "cli/module_cases.hpp"

#include <gtest/gtest.h>

#include "cli/file_text.hpp"

namespace sluice::cli {
namespace {

std::string problem_of(std::string_view text) {
  try {
    static_cast<void>(parse_cases(text, "cases.json"));
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::invalid_config);
    return failure.what();
  }
  return "none";
}

ModuleCase one_case(const std::string& fields) {
  return parse_cases(R"([{"name": "it", )" + fields + "}]", "cases.json").at(0);
}

smartmodule::Engine& engine() {
  static smartmodule::Engine one{std::filesystem::path()};
  return one;
}
SmartModuleInvocation stored_module(const std::string& name) {
  const auto path =
      std::filesystem::path(SLUICE_TEST_DATA) / "smartmodule/basic" / (name + ".wasm");
  return {.name = name, .wasm = read_wasm(path)};
}
std::vector<std::string> problems_of(const std::string& module, const std::string& fields) {
  return run_case(engine(), stored_module(module), one_case(fields));
}
using Problems = std::vector<std::string>;

}  // namespace

TEST(ParseCases, ReadsEverythingThatACaseMaySay) {
  const auto all = one_case(R"("params": {"word": "x", "spec": [{"a": 1}]},
      "lookback": {"last": 2, "age_ms": 30000}, "look_back": ["old"], "accumulator": "0",
      "base_offset": 100, "base_timestamp": 7,
      "records": ["a", {"key": "k", "value_hex": "ff00", "repeat": 2, "offset": 5, "timestamp": 3}],
      "expect": [{"key": null, "value": "c"}], "expect_count": 2,
      "error": {"contains": "e", "offset": 9}, "init_error": "i")");
  EXPECT_EQ(all.params.at("spec"), R"([{"a":1}])");
  EXPECT_EQ(all.lookback->last, 2U);
  EXPECT_EQ(all.lookback->age, std::chrono::seconds(30));
  EXPECT_EQ(all.look_back->at(0).value, "old");
  ASSERT_EQ(all.batches.size(), 1U);
  EXPECT_EQ(all.batches[0].base_offset, 100);
  EXPECT_EQ(all.batches[0].base_timestamp, 7);
  EXPECT_EQ(all.batches[0].records.at(0), (TrialRecord{std::nullopt, "a", 0, 0}));
  const std::string value("\xff\0\xff\0", 4);
  EXPECT_EQ(all.batches[0].records.at(1), (TrialRecord{"k", value, 5, 3}));
  EXPECT_EQ(all.expect.at(0).key, std::nullopt);
  EXPECT_EQ(all.expect_count, 2U);
  EXPECT_EQ(all.error->contains, "e");
  EXPECT_EQ(all.error->offset, 9);
  EXPECT_EQ(all.init_error, "i");
  const auto two = one_case(R"("batches": [["a"], [], ["b", "c"]])");
  EXPECT_EQ(two.batches.size(), 3U);
  EXPECT_EQ(two.batches[2].records.at(1).offset, 1);
}

TEST(ParseCases, NamesTheCaseAndWhatIsWrongWithIt) {
  const auto says = [](std::string_view text, const std::string& what) {
    const auto problem = problem_of(text);
    EXPECT_NE(problem.find(what), std::string::npos) << problem;
  };
  says("[", "cases.json: not JSON");
  says("[]", "there is no case");
  says("7", "not a list");
  says("[{}]", "needs a `name`");
  says(R"([{"name": "n", "record": []}])",
       "case `n`: there is no `record`; did you mean `records`?");
  says(R"([{"name": "n", "records": [7]}])", "a record of `records`");
  says(R"([{"name": "n", "records": [{"key": "k"}]}])", "`value` or `value_hex`");
  says(R"([{"name": "n", "records": [{"value_hex": "0"}]}])", "hexadecimal");
  says(R"([{"name": "n", "records": [{"value_hex": "0g"}]}])", "hexadecimal");
  says(R"([{"name": "n", "records": [{"value": "xy", "repeat": 99999999}]}])", "64 MiB");
  says(R"([{"name": "n", "lookback": {"last": -1}}])", "`last` must not be negative");
  says(R"([{"name": "n", "records": [], "batches": []}])", "exclude each other");
}

TEST(RunCase, PassesWhenTheModuleDoesWhatItSays) {
  EXPECT_EQ(
      problems_of("filter_contains_a", R"("records": ["a", "b", "ca"], "expect": ["a", "ca"])"),
      Problems{});
  EXPECT_EQ(problems_of("filter_key", R"("init_error": "Missing param key")"), Problems{});
  EXPECT_EQ(problems_of("filter_map_halve",
                        R"("records": ["8", "x", "4"], "expect": ["4"], "base_offset": 10,
                           "error": {"contains": "not a whole number", "offset": 11})"),
            Problems{});
  EXPECT_EQ(problems_of("aggregate_concat", R"("accumulator": "0", "batches": [["a"], ["b"]],
                                               "expect": ["0a", "0ab"])"),
            Problems{});
  EXPECT_EQ(problems_of("array_map_split", R"("records": ["a,b", "c"], "expect_count": 3)"),
            Problems{});
  EXPECT_EQ(problems_of("probe", R"("look_back": ["7"], "records": ["6", "8"], "expect_count": 1)"),
            Problems{});
}

TEST(RunCase, SaysEachDifference) {
  EXPECT_EQ(
      problems_of("filter_contains_a", R"("records": ["a", "b"], "expect": ["b", "c"])"),
      (Problems{R"(record 0: expected "b", got "a")", R"(record 1: expected "c", got nothing)"}));
  EXPECT_EQ(problems_of("filter_contains_a", R"("records": ["a"])"),
            Problems{R"(record 0: expected nothing, got "a")"});
  EXPECT_EQ(problems_of("filter_contains_a", R"("records": ["a"], "expect_count": 2)"),
            Problems{"expected 2 records, got 1"});
  EXPECT_EQ(problems_of("filter_map_halve", R"("records": ["x"])").size(), 1U);
  EXPECT_EQ(problems_of("filter_map_halve",
                        R"("records": ["2"], "expect": ["1"], "error": {"contains": "x"})"),
            Problems{R"(expected an error with "x")"});
  EXPECT_EQ(problems_of("filter_map_halve", R"("records": ["x"], "error": {"offset": 1})"),
            Problems{"the error is at offset 0, expected 1"});
  EXPECT_EQ(problems_of("filter_key", R"("init_error": "other")").size(), 1U);
  EXPECT_EQ(problems_of("filter_contains_a", R"("init_error": "x")").size(), 1U);
}

TEST(RunCase, KeysOffsetsAndTimestampsCount) {
  const std::string input = R"("params": {"prefix": ""},
      "records": [{"key": "k", "value": "v", "offset": 3, "timestamp": 4}], )";
  const auto with = [&](const std::string& record) {
    return problems_of("map_prefix", input + R"("expect": [)" + record + "]");
  };
  EXPECT_EQ(with(R"({"key": "k", "value": "V"})"), Problems{});
  EXPECT_EQ(with(R"({"key": "k", "value": "V", "offset": 3, "timestamp": 4})"), Problems{});
  EXPECT_EQ(with(R"("V")"), Problems{R"(record 0: expected "V", got ["k"] "V")"});
  EXPECT_EQ(
      with(R"({"key": "k", "value": "V", "offset": 1, "timestamp": 1})"),
      Problems{
          R"(record 0: expected ["k"] "V", got ["k"] "V"; offset 1, got 3; timestamp 1, got 4)"});
}

}  // namespace sluice::cli
