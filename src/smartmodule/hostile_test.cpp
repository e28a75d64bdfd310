// SPDX-License-Identifier: Apache-2.0
// Guests that break a rule each (tests/data/smartmodule/README.md says which): every one ends
// in a clear error within its limits, and the engine goes on.

#include <gmock/gmock.h>

#include "base/digest.hpp"
#include "smartmodule/test_support.hpp"
#include "smartmodule/wasm_bytes.hpp"
#include "wire/compression.hpp"

namespace sluice::smartmodule {
namespace {

constexpr std::uint64_t memory_max = 16U * 1024 * 1024;
// For guests that never end; the others may wait for a processor.
constexpr GuestLimits tight{.call_timeout = std::chrono::seconds(1),
                            .memory_bytes_max = memory_max};
constexpr GuestLimits roomy{.call_timeout = std::chrono::seconds(60),
                            .memory_bytes_max = memory_max};

// What must come of a module, and a word that its error must have.
struct Expected {
  std::string module;
  FaultCode code;
  std::string text;
};
void PrintTo(const Expected& one, std::ostream* out) {
  *out << one.module;
}

std::string test_name(const ::testing::TestParamInfo<Expected>& info) {
  return info.param.module;
}

const GuestLimits& limits_for(const Expected& one) {
  return one.code == FaultCode::time_limit ? tight : roomy;
}

Step hostile(const std::string& module) {
  return step_of("hostile/" + module);
}

void engine_goes_on() {
  auto chain = Chain::create(test_engine(), {step_of("golden/rs_filt")}, {.limits = roomy});
  ASSERT_TRUE(chain);
  const auto records = TestRecords::of({"a"});
  EXPECT_TRUE(chain->process({.records = records.list()}));
}

class NotASmartModule : public ::testing::TestWithParam<Expected> {};
TEST_P(NotASmartModule, IsRefusedWhenItIsLoaded) {
  const auto module = load_test_module("hostile/" + GetParam().module);

  ASSERT_FALSE(module);
  EXPECT_EQ(module.error().code, GetParam().code);
  EXPECT_THAT(module.error().text, ::testing::HasSubstr(GetParam().text));
}
INSTANTIATE_TEST_SUITE_P(
    Hostile, NotASmartModule,
    ::testing::Values(Expected{"no_alloc", FaultCode::exports, "`alloc`"},
                      Expected{"no_copy_records", FaultCode::exports, "copy_records"},
                      Expected{"no_memory_export", FaultCode::exports, "memory"},
                      Expected{"no_transform", FaultCode::exports, "filter, map"},
                      Expected{"unknown_import", FaultCode::exports, "env.put_record"},
                      Expected{"wrong_result_filter", FaultCode::exports, "(i32, i32, i32) -> i32"},
                      Expected{"wrong_signature_alloc", FaultCode::exports, "`alloc`"},
                      Expected{"wrong_signature_copy_records", FaultCode::exports, "copy_records"},
                      Expected{"wrong_signature_filter", FaultCode::exports, "`filter`"}),
    test_name);

class FailsAtItsStart : public ::testing::TestWithParam<Expected> {};
TEST_P(FailsAtItsStart, WithAClearError) {
  const auto chain = Chain::create(test_engine(), {hostile(GetParam().module)},
                                   {.limits = limits_for(GetParam())});

  ASSERT_FALSE(chain);
  EXPECT_EQ(chain.error().code, GetParam().code) << chain.error().text;
  EXPECT_THAT(chain.error().text, ::testing::HasSubstr(GetParam().text));
  engine_goes_on();
}
INSTANTIATE_TEST_SUITE_P(
    Hostile, FailsAtItsStart,
    ::testing::Values(Expected{"init_error_lies", FaultCode::init, "without saying why"},
                      Expected{"init_error_not_utf8", FaultCode::init, "\xEF\xBF\xBD"},
                      Expected{"init_error_without_answer", FaultCode::init, "without saying why"},
                      Expected{"init_unknown_code", FaultCode::init, "status"},
                      Expected{"loop_init", FaultCode::time_limit, "within 1s"},
                      Expected{"loop_start", FaultCode::time_limit, "within 1s"},
                      Expected{"memory_starts_at_4_gib", FaultCode::instantiation, "memory"}),
    test_name);

class FailsOverARecord : public ::testing::TestWithParam<Expected> {};
TEST_P(FailsOverARecord, WhichIsNamed) {
  auto chain = Chain::create(test_engine(), {hostile(GetParam().module)},
                             {.limits = limits_for(GetParam())});
  ASSERT_TRUE(chain) << chain.error().text;
  const TestRecords records({{.offset_delta = 3, .key = "k", .value = "v"}});

  const auto output = chain->process({.base_offset = 100, .records = records.list()});

  ASSERT_TRUE(output) << output.error().to_error().message();
  EXPECT_TRUE(output->stopped);
  EXPECT_EQ(output->records.count, 0);
  ASSERT_EQ(output->faults.size(), 1);
  const auto& fault = output->faults.front();
  EXPECT_EQ(fault.breakdown, GetParam().code) << fault.text;
  EXPECT_THAT(fault.text, ::testing::HasSubstr(GetParam().text));
  EXPECT_EQ(fault.offset, 103);
  EXPECT_EQ(as_text(fault.value), "v");
  engine_goes_on();
}
INSTANTIATE_TEST_SUITE_P(
    Hostile, FailsOverARecord,
    ::testing::Values(
        Expected{"alloc_at_the_edge", FaultCode::contract, "outside of its memory"},
        Expected{"alloc_out_of_bounds", FaultCode::contract, "outside of its memory"},
        Expected{"answer_cut_off", FaultCode::contract, "not a SmartModule's output"},
        Expected{"code_lowest", FaultCode::contract, "status -2147483648"},
        Expected{"code_negative", FaultCode::contract, "could not read its input"},
        Expected{"copy_records_in_init", FaultCode::contract, "not a SmartModule's output"},
        Expected{"copy_records_negative", FaultCode::contract, "outside of its memory"},
        Expected{"copy_records_never", FaultCode::contract, "not a SmartModule's output"},
        Expected{"copy_records_out_of_bounds", FaultCode::contract, "outside of its memory"},
        Expected{"copy_records_wraps", FaultCode::contract, "outside of its memory"},
        Expected{"endless_varint", FaultCode::contract, "not a SmartModule's output"},
        Expected{"lies_about_count", FaultCode::contract, "not a SmartModule's output"},
        Expected{"lies_about_length", FaultCode::contract, "not a SmartModule's output"},
        Expected{"loop_alloc", FaultCode::time_limit, "within 1s"},
        Expected{"loop_copy_records", FaultCode::time_limit, "within 1s"},
        Expected{"loop_filter", FaultCode::time_limit, "within 1s"},
        Expected{"memory_bomb", FaultCode::memory_limit, "16 MiB"},
        Expected{"stack_overflow", FaultCode::trap, "stack"},
        Expected{"trap", FaultCode::trap, "gave up"},
        Expected{"wasi_exit", FaultCode::trap, "exit"}),
    test_name);

class Survives : public ::testing::TestWithParam<std::string> {};
TEST_P(Survives, AndTheRecordsComeThrough) {
  auto chain = Chain::create(test_engine(), {hostile(GetParam())});
  ASSERT_TRUE(chain) << chain.error().text;
  const auto records = TestRecords::of({"a", "b"});

  const auto output = chain->process({.records = records.list()});

  ASSERT_TRUE(output) << output.error().to_error().message();
  EXPECT_TRUE(output->faults.empty()) << output->faults.front().text;
  EXPECT_EQ(values_of(output->records), (std::vector<std::string>{"a", "b"}));
}
INSTANTIATE_TEST_SUITE_P(Hostile, Survives,
                         ::testing::Values("code_huge", "two_arguments", "prints_much",
                                           "wasi_calls"),
                         [](const auto& info) { return info.param; });

TEST(Hostile, OfTwoAnswersTheSecondCounts) {
  auto chain = Chain::create(test_engine(), {hostile("copy_records_twice")}, {.limits = roomy});
  ASSERT_TRUE(chain);
  const auto records = TestRecords::of({"a"});

  const auto output = chain->process({.records = records.list()});

  ASSERT_TRUE(output);
  EXPECT_TRUE(output->faults.empty());
  EXPECT_EQ(output->records.count, 0);
}

TEST(Hostile, ARecordThatEndsBehindItsListIsFoundByWhoeverReadsIt) {
  auto chain = Chain::create(test_engine(), {hostile("lies_about_value")}, {.limits = roomy});
  ASSERT_TRUE(chain);
  const auto records = TestRecords::of({"a"});

  const auto output = chain->process({.records = records.list()});

  ASSERT_TRUE(output);
  wire::RecordCursor cursor(output->records.bytes, output->records.count);
  while (cursor.next()) {
  }
  EXPECT_FALSE(cursor.ok());
}

TEST(Hostile, AGuestThatBreaksDownLaterIsStartedAgain) {
  for (const auto* module : {"trap_on_second_call", "loop_on_second_call"}) {
    auto chain = Chain::create(test_engine(), {hostile(module)}, {.limits = tight});
    ASSERT_TRUE(chain);
    const auto records = TestRecords::of({"a", "b"});
    for (int i = 0; i < 2; ++i) {
      const auto output = chain->process({.records = records.list()});
      ASSERT_TRUE(output) << module;
      // The second time each record is a call of its own: the one after a start is answered.
      if (i == 0) EXPECT_EQ(output->records.count, 2) << module;
      if (i == 1) EXPECT_GE(output->records.count, 1) << module;
    }
  }
}

TEST(Hostile, LookBackThatNeverEndsIsEnded) {
  auto step = hostile("loop_look_back");
  step.lookback = Lookback{.last = 1};
  auto chain = Chain::create(test_engine(), {std::move(step)}, {.limits = tight});
  ASSERT_TRUE(chain) << chain.error().text;
  ASSERT_TRUE(chain->lookback(0));

  const auto done = chain->look_back(0, {});

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, FaultCode::time_limit);
}

TEST(Hostile, LookBackErrorWithoutAnAnswer) {
  auto step = hostile("look_back_error_without_answer");
  step.lookback = Lookback{.last = 1};
  auto chain = Chain::create(test_engine(), {std::move(step)}, {.limits = roomy});
  ASSERT_TRUE(chain) << chain.error().text;

  const auto done = chain->look_back(0, {});

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, FaultCode::contract);
}

TEST(Hostile, MemoryTakenInInitStaysWithinTheLimit) {
  auto chain = Chain::create(test_engine(), {hostile("memory_bomb_init")}, {.limits = roomy});
  if (chain) {
    const auto records = TestRecords::of({"a"});
    EXPECT_TRUE(chain->process({.records = records.list()}));
  } else {
    EXPECT_EQ(chain.error().code, FaultCode::memory_limit);
  }
}

TEST(Hostile, InputLargerThanTheMemoryIsAnErrorOfThatRecord) {
  auto chain = Chain::create(test_engine(), {step_of("golden/rs_filt")},
                             {.limits = {.memory_bytes_max = 4U << 20}});
  ASSERT_TRUE(chain);
  const auto records = TestRecords::of({std::string(5U << 20, 'x')});

  const auto output = chain->process({.records = records.list()});

  ASSERT_TRUE(output);
  ASSERT_EQ(output->faults.size(), 1);
  EXPECT_EQ(output->faults.front().breakdown, FaultCode::memory_limit);
}

// ---- bytes that are no module --------------------------------------------------------------

TEST(HostileBytes, NotWebAssembly) {
  for (const auto& text : {std::string(), std::string("x"), std::string("(module)"),
                           std::string("\0as", 3), std::string("\x1f\x8b", 2)}) {
    const auto module = test_engine().load("m", as_bytes(text));
    ASSERT_FALSE(module);
    EXPECT_EQ(module.error().code, FaultCode::invalid);
  }
}

TEST(HostileBytes, TruncatedAnywhereIsAnError) {
  const auto whole = read_file(test_modules / "hostile" / "code_huge.wasm");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(test_engine().load("m", ByteView(whole).first(size))) << size;
  }
}

TEST(HostileBytes, AZipBombStopsAtTheLimit) {
  Bytes bomb;
  ASSERT_TRUE(wire::compress(Compression::gzip, Bytes(wasm_bytes_max + 1), bomb));
  ASSERT_LT(bomb.size(), 1U << 20);

  const auto module = test_engine().load("m", bomb);

  ASSERT_FALSE(module);
  EXPECT_EQ(module.error().code, FaultCode::invalid);
}

TEST(HostileBytes, AGzippedModuleIsTheModule) {
  const auto raw = read_file(test_modules / "golden" / "rs_filt.wasm");
  Bytes zipped;
  ASSERT_TRUE(wire::compress(Compression::gzip, raw, zipped));

  const auto module = test_engine().load("m", zipped);

  ASSERT_TRUE(module);
  EXPECT_EQ((*module)->sha256(), sha256_hex(as_text(raw)));
}

}  // namespace
}  // namespace sluice::smartmodule
