// SPDX-License-Identifier: Apache-2.0
#include "connector/transforms.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector/temp_folder.hpp"
#include "connector/transform_support.hpp"

namespace sluice::connector {
namespace {

using smartmodule::Kind;
using testing::ElementsAre;
using testing::HasSubstr;

// --- steps ---------------------------------------------------------------------------------

TEST(TransformSteps, EachSpellingIsAStepOfItsKind) {
  const auto only = [](auto set) {
    SmartModuleOptions options;
    options.parameters = {{"k", "v"}};
    set(options);
    const auto steps = transform_steps(options);
    EXPECT_EQ(steps.size(), 1U);
    EXPECT_EQ(steps.front().module, "m");
    EXPECT_EQ(steps.front().params, (smartmodule::Params{{"k", "v"}}));
    return steps.front().kind;
  };
  EXPECT_EQ(only([](auto& o) { o.smartstream_filter = "m"; }), Kind::filter);
  EXPECT_EQ(only([](auto& o) { o.smartstream_map = "m"; }), Kind::map);
  EXPECT_EQ(only([](auto& o) { o.smartstream_arraymap = "m"; }), Kind::array_map);
  EXPECT_EQ(only([](auto& o) { o.filter = "m"; }), Kind::filter);
  EXPECT_EQ(only([](auto& o) { o.map = "m"; }), Kind::map);
  EXPECT_EQ(only([](auto& o) { o.array_map = "m"; }), Kind::array_map);
  EXPECT_EQ(only([](auto& o) { o.filter_map = "m"; }), Kind::filter_map);
  EXPECT_EQ(only([](auto& o) { o.aggregate = "m"; }), Kind::aggregate);
  EXPECT_EQ(only([](auto& o) { o.smart_module = "m"; }), std::nullopt);
}

TEST(TransformSteps, AChainKeepsItsOrderParametersAndLookback) {
  SmartModuleOptions options;
  options.transforms = {{.uses = "a", .with = {{"k", "v"}}, .lookback = {.last = 3}, .invoke = {}},
                        {.uses = "b", .with = {}, .lookback = {}, .invoke = {}}};
  const auto steps = transform_steps(options);
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].module, "a");
  EXPECT_EQ(steps[0].params.at("k"), "v");
  EXPECT_EQ(steps[0].lookback->last, 3U);
  EXPECT_EQ(steps[1].module, "b");
  EXPECT_FALSE(steps[1].lookback);
}

TEST(TransformSteps, WithoutASmartModuleThereIsNone) {
  EXPECT_TRUE(transform_steps({}).empty());
}

// --- loading -------------------------------------------------------------------------------

struct TransformsTest : testing::Test {
  Clock clock;
  Stats stats{clock};
  fakes::FakeCluster cluster;

  // The failure of loading a step, or none.
  std::optional<Error> load(TransformStep step) {
    try {
      const auto options = chain_for({step});
      Transforms transforms({std::move(step)}, options, stats, shared_engine());
      transforms.load(cluster);
      (void)transforms.start();
    } catch (const Failure& failure) {
      return failure.error();
    }
    return std::nullopt;
  }
  std::string text_of(TransformStep step) {
    const auto error = load(std::move(step));
    if (!error) return "no error";
    EXPECT_EQ(error->code, Errc::smartmodule);
    return error->message();
  }
};

TEST_F(TransformsTest, AFileIsLoadedWithoutACluster) {
  const Transforms transforms({step_of("basic/map_prefix")}, chain_for({}), stats, shared_engine());
}

TEST_F(TransformsTest, WhatIsNoFileIsANameInTheCluster) {
  cluster.modules["upper"] = module_bytes("basic/map_prefix");
  EXPECT_FALSE(load({.option = "--map", .module = "upper", .kind = Kind::map}));
}

TEST_F(TransformsTest, AFileWinsOverANameInTheCluster) {
  cluster.modules[module_path("basic/map_prefix")] = "not a module";
  EXPECT_FALSE(load(step_of("basic/map_prefix")));
}

TEST_F(TransformsTest, WhatIsNeitherSaysThatBothWereTried) {
  cluster.modules["uppercase"] = cluster.modules["reverse"] = "";
  const auto text = text_of({.option = "--smartstream-map", .module = "filter.wasm"});
  EXPECT_THAT(text, HasSubstr("--smartstream-map"));
  EXPECT_THAT(text, HasSubstr((std::filesystem::current_path() / "filter.wasm").string()));
  EXPECT_THAT(text, HasSubstr("fake:9003"));
  EXPECT_THAT(text, HasSubstr("`uppercase`"));
  EXPECT_THAT(text_of({.option = "--map", .module = "upercase"}), HasSubstr("did you mean `upp"));
}

TEST_F(TransformsTest, AFileThatIsNoModuleIsNotLookedForInTheCluster) {
  const TempFolder folder;
  const auto path = (folder.path() / "text").string();
  std::ofstream(path) << "not wasm";
  cluster.modules[path] = module_bytes("basic/map_prefix");
  EXPECT_THAT(text_of({.option = "--map", .module = path}), HasSubstr(path));
}

TEST_F(TransformsTest, AModuleOfAnotherKindIsRefused) {
  auto step = step_of("basic/map_prefix");
  step.kind = Kind::filter;
  EXPECT_THAT(text_of(step), HasSubstr("is a map, not a filter"));
}

TEST_F(TransformsTest, AnInitThatRefusesIsSaidInItsOwnWords) {
  EXPECT_THAT(text_of(step_of("basic/filter_key")), HasSubstr("key"));
}

TEST_F(TransformsTest, AModuleThatHangsInItsInitEndsInAClearError) {
  EXPECT_THAT(text_of(step_of("hostile/loop_init")), HasSubstr("hostile/loop_init"));
}

TEST_F(TransformsTest, ParametersThatNoModuleCouldTakeAreRefused) {
  const auto error = load(step_of("basic/map_prefix", {{"prefix", std::string(100'000, 'x')}}));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, Errc::invalid_config);
}

TEST_F(TransformsTest, EachStepHasItsCounters) {
  const auto transforms =
      loaded_transforms({step_of("basic/filter_contains_a"), step_of("basic/map_prefix")}, stats);
  auto chain = transforms->start();
  Bytes bytes;
  for (const auto* value : {"a", "b", "ab"}) wire::append_record(bytes, {.value = as_bytes(value)});
  const auto output = chain.process({.records = {3, bytes}});
  EXPECT_EQ(output.records.count, 2U);
  const auto steps = stats.snapshot().steps;
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].kind, "filter");
  EXPECT_EQ(steps[0].records_in, 3U);
  EXPECT_EQ(steps[0].records_out, 2U);
  EXPECT_EQ(steps[1].records_in, 2U);
  EXPECT_EQ(steps[1].calls, 1U);
  EXPECT_GT(steps[1].time.count(), 0);
}

}  // namespace
}  // namespace sluice::connector
