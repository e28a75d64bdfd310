// SPDX-License-Identifier: Apache-2.0
#include "cli/module_trial.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "cli/file_text.hpp"

namespace sluice::cli {
namespace {

SmartModuleInvocation module_named(const std::string& name,
                                   std::map<std::string, std::string> params = {}) {
  const auto path = std::filesystem::path(SLUICE_TEST_DATA) / "smartmodule" / (name + ".wasm");
  return {.name = name, .wasm = read_wasm(path), .params = std::move(params)};
}

Trial trial_of(const std::vector<SmartModuleInvocation>& modules) {
  static smartmodule::Engine engine{std::filesystem::path()};
  return {engine, modules, smartmodule::OnFault::skip};
}

std::vector<TrialRecord> records(const std::vector<std::string>& values) {
  std::vector<TrialRecord> out;
  for (const auto& value : values) {
    out.push_back({.key = {}, .value = value, .offset = static_cast<std::int64_t>(out.size())});
  }
  return out;
}
std::vector<Fate> fates(Trial& trial, const std::vector<std::string>& values) {
  return trial.fates_of({.records = records(values)});
}
std::size_t fault_count(const std::vector<Fate>& fates) {
  return static_cast<std::size_t>(
      std::ranges::count_if(fates, [](const Fate& fate) { return fate.fault.has_value(); }));
}

std::vector<std::string> values_after(const Fate& fate) {
  std::vector<std::string> out;
  for (const auto& record : fate.after) out.push_back(record.value);
  return out;
}
using Values = std::vector<std::string>;

}  // namespace

TEST(Trial, GivesEachRecordWhatBecameOfIt) {
  auto trial = trial_of({module_named("basic/array_map_split")});
  const auto outcome = fates(trial, {"a,b", "c", "d,,e", "f"});
  EXPECT_EQ(values_after(outcome.at(0)), (Values{"a", "b"}));
  EXPECT_EQ(values_after(outcome.at(1)), Values{"c"});
  EXPECT_EQ(values_after(outcome.at(3)), Values{"f"});
  ASSERT_TRUE(outcome.at(2).fault);
  EXPECT_EQ(outcome.at(2).fault->text, "empty part");
  EXPECT_EQ(fault_count(outcome), 1U);
}

TEST(Trial, RunsAChain) {
  auto trial = trial_of({module_named("basic/filter_contains_a"),
                         module_named("basic/map_prefix", {{"prefix", "-"}})});
  const auto outcome = fates(trial, {"ab", "b", "xa"});
  EXPECT_EQ(values_after(outcome.at(0)), Values{"-AB"});
  EXPECT_EQ(values_after(outcome.at(1)), Values{});
  EXPECT_EQ(values_after(outcome.at(2)), Values{"-XA"});
}

TEST(Trial, AModuleThatBreaksDownFailsTheRecordAndNoOther) {
  auto trial = trial_of({module_named("hostile/trap_on_second_call")});
  EXPECT_EQ(fault_count(fates(trial, {"a"})), 0U);
  const auto outcome = fates(trial, {"b"});
  ASSERT_EQ(outcome.size(), 1U);
}

TEST(Trial, WhatIsNoSmartModuleOrRefusesItsParametersSaysSo) {
  const auto text_of = [](const SmartModuleInvocation& module) {
    try {
      trial_of({module});
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.code(), Errc::smartmodule);
      return std::string(failure.what());
    }
    return std::string();
  };
  EXPECT_NE(text_of(module_named("hostile/no_transform")).find("hostile/no_transform"),
            std::string::npos);
  EXPECT_NE(text_of(module_named("basic/filter_key")).find("Missing param key"), std::string::npos);
}

TEST(Trial, ShowsTheNewestRecordsToModulesThatLookBack) {
  auto probe = module_named("basic/probe");
  probe.lookback = SmartModuleLookback{.last = 2};
  auto trial = trial_of({probe});
  trial.look_back(records({"90", "5", "7"}));
  const auto outcome = fates(trial, {"6", "8"});
  EXPECT_TRUE(outcome.at(0).after.empty());   // not above the highest that it saw, 7
  EXPECT_FALSE(outcome.at(1).after.empty());  // 90 was not shown
}

}  // namespace sluice::cli
