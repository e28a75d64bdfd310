// SPDX-License-Identifier: Apache-2.0
#include "connector/job.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector/fakes.hpp"
#include "connector/temp_folder.hpp"
#include "connector/transform_support.hpp"

namespace sluice::connector {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

// Passes everything on to a cluster that the test keeps.
class Borrowed final : public Cluster {
 public:
  explicit Borrowed(fakes::FakeCluster& inner) : inner_(inner) {}
  [[nodiscard]] std::string endpoint() const override { return inner_.endpoint(); }
  [[nodiscard]] bool has_topic(const std::string& name) override { return inner_.has_topic(name); }
  Created ensure_topic(const std::string& name, const TopicConfig& config) override {
    return inner_.ensure_topic(name, config);
  }
  std::unique_ptr<RecordWriter> writer(const std::string& topic,
                                       const ProducerOptions& options) override {
    return inner_.writer(topic, options);
  }
  std::unique_ptr<RecordReader> reader(const std::string& topic, const ReadPlan& plan) override {
    return inner_.reader(topic, plan);
  }
  [[nodiscard]] std::optional<std::string> smartmodule(const std::string& name) override {
    return inner_.smartmodule(name);
  }
  [[nodiscard]] std::vector<SmartModuleInfo> smartmodules() override {
    return inner_.smartmodules();
  }
  [[nodiscard]] std::map<PartitionId, Offset> stored_offsets(const std::string& consumer_id,
                                                             const std::string& topic) override {
    return inner_.stored_offsets(consumer_id, topic);
  }
  void close(milliseconds deadline) override { inner_.close(deadline); }

 private:
  fakes::FakeCluster& inner_;
};

struct JobTest : testing::Test {
  Clock clock;
  Stats stats{clock};
  fakes::FakeCluster cluster;
  TempFolder folder;
  JobSettings settings{.common = {.topic = "t", .name = "job-test"}, .topic = {}};
  int connects = 0;
  std::deque<Error> connect_failures;

  void SetUp() override {
    settings.common.state_dir = folder.path().string();
    // Compiled modules are kept in a folder of the test's.
    ::setenv("SLUICE_CACHE", folder.path().c_str(), 1);
  }
  Connect connect() {
    return [this]() -> std::unique_ptr<Cluster> {
      ++connects;
      if (!connect_failures.empty()) {
        const auto error = connect_failures.front();
        connect_failures.pop_front();
        throw Failure(error);
      }
      return std::make_unique<Borrowed>(cluster);
    };
  }
  void run_source(std::function<void(SourceContext&)> body) {
    SourceJob job(settings, {}, std::make_unique<fakes::FunctionSource>(std::move(body)), connect(),
                  clock, stats);
    job.run();
    job.drain();
  }
};

TEST_F(JobTest, MakesTheTopicAsConfigured) {
  settings.topic.partitions = 3;
  run_source([](SourceContext&) {});
  ASSERT_EQ(cluster.topics.size(), 1U);
  EXPECT_EQ(cluster.topics.front().first, "t");
  EXPECT_EQ(cluster.topics.front().second.partitions, 3U);
  EXPECT_TRUE(cluster.closed);
}

TEST_F(JobTest, ATopicThatCannotBeMadeIsAnError) {
  cluster.topic_failure = Error{Errc::invalid_argument, "bad name", {}};
  EXPECT_THROW(run_source([](SourceContext&) { FAIL() << "must not run"; }), Failure);
}

TEST_F(JobTest, AClusterThatGoesAwayDuringTheStartIsWaitedFor) {
  cluster.topic_failure = Error{Errc::connection_lost, "the server was killed", {}};
  cluster.topic_failure_count = 1;
  run_source([](SourceContext& stream) { stream.send({.value = "a"}, Position{"1"}); });
  EXPECT_THAT(cluster.values["t"], ElementsAre("a"));
}

TEST_F(JobTest, TriesToConnectUntilTheTimeIsOver) {
  connect_failures = {{Errc::connection_refused, "", {}}, {Errc::unresolved_host, "", {}}};
  run_source([](SourceContext&) {});
  EXPECT_EQ(connects, 3);

  connect_failures = {{Errc::connection_refused, "", {}}};
  settings.common.connect_timeout = milliseconds(0);
  EXPECT_THROW(run_source([](SourceContext&) {}), Failure);
}

TEST_F(JobTest, DoesNotTryAgainWhatCannotGetBetter) {
  connect_failures = {{Errc::tls, "wrong certificate", {}}};
  EXPECT_THROW(run_source([](SourceContext&) {}), Failure);
  EXPECT_EQ(connects, 1);
}

// Else a sink that was paused with a batch in hand is told to be stuck as soon as it goes on.
TEST_F(JobTest, TheTimeOfAPauseIsNotHeldAgainstProgress) {
  SourceJob job(settings, {}, std::make_unique<fakes::FunctionSource>([](SourceContext&) {}),
                connect(), clock, stats);
  stats.read(1, 1);
  stats.progress();
  job.set_paused(true);
  const auto paused_at = clock.now();
  job.set_paused(false);
  EXPECT_GE(stats.snapshot().last_progress, paused_at);
}

TEST_F(JobTest, ASecondRunGoesOnWhereTheFirstEnded) {
  std::vector<std::string> resumed;
  for (const auto* next : {"1", "2", "3"}) {
    run_source([&](SourceContext& stream) {
      resumed.push_back(stream.resume_from().value_or(Position{"start"}).bytes);
      stream.send({.value = next}, Position{next});
    });
  }
  EXPECT_THAT(resumed, ElementsAre("start", "1", "2"));
  EXPECT_THAT(cluster.written_topics, ElementsAre("t", "t", "t"))
      << "the checkpoint is in the state folder";
}

TEST_F(JobTest, WithoutAStateFolderTheCheckpointIsInATopic) {
  settings.common.state_dir.reset();
  run_source([](SourceContext& stream) { stream.send({.value = "a"}, Position{"1"}); });
  EXPECT_THAT(cluster.written_topics, ElementsAre("t", "sluice-checkpoint-job-test"));
}

TEST_F(JobTest, ASourceWithoutPositionsLeavesNothingBehind) {
  settings.common.state_dir.reset();
  SourceJob job(
      settings, {},
      std::make_unique<fakes::FunctionSource>(
          [](SourceContext& stream) { stream.send({.value = "a"}); }, PositionKeeper::nobody),
      connect(), clock, stats);
  job.run();
  job.drain();
  EXPECT_THAT(cluster.written_topics, ElementsAre("t"));
  EXPECT_EQ(cluster.topics.size(), 1U);
}

TEST_F(JobTest, TwoOfANameDoNotStorePositions) {
  run_source([&](SourceContext& stream) {
    stream.send({.value = "a"}, Position{"1"});
    stream.flush();
    try {
      run_source([](SourceContext&) { FAIL(); });
      FAIL();
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.code(), Errc::already_running);
    }
  });
}

// The outside that keeps the place has a session, a group, a consumer of that name, too.
TEST_F(JobTest, TwoSourcesOfANameDoNotRunWhoeverKeepsThePlace) {
  const InstanceLock first(settings.common.name, folder.path());
  for (const auto keeper : {PositionKeeper::nobody, PositionKeeper::kit, PositionKeeper::outside}) {
    SourceJob second(
        settings, {},
        std::make_unique<fakes::FunctionSource>([](SourceContext&) { FAIL(); }, keeper), connect(),
        clock, stats);
    EXPECT_THROW(second.run(), Failure);
  }
  EXPECT_EQ(connects, 0) << "refused before anything is contacted";
}

TEST_F(JobTest, TwoSinksOfANameDoNotRun) {
  const InstanceLock first(settings.common.name, folder.path());
  SinkJob second(settings, {}, nullptr, connect(), clock, stats);
  EXPECT_THROW(second.run(), Failure);
  EXPECT_EQ(connects, 0) << "refused before anything is contacted";
}

TEST_F(JobTest, ToldToStopBeforeItStartedItDoesNotRun) {
  SourceJob job(settings, {},
                std::make_unique<fakes::FunctionSource>([](SourceContext&) { FAIL(); }), connect(),
                clock, stats);
  job.request_stop();
  job.run();
  job.drain();
  EXPECT_EQ(connects, 0);
}

// --- the words of the options ----------------------------------------------------------------

TEST(JobOptions, TheClientsQueueIsNeverTheBackPressure) {
  SourceOptions options;
  options.buffer_bytes = ByteSize{100'000'000};
  const auto out = producer_options(options);
  EXPECT_GT(out.queue_bytes_max, options.buffer_bytes.bytes);
  EXPECT_EQ(out.retry_for, std::nullopt) << "a cluster that is away is waited for";
  EXPECT_EQ(out.delivery, DeliverySemantic::at_least_once);
}

TEST(JobOptions, ASinkReadsEverythingAndStoresItsOffsetsUnlessTold) {
  SinkOptions options;
  auto out = consumer_options(options, "name");
  EXPECT_EQ(out.start.from, StartAt::From::beginning);
  EXPECT_EQ(out.consumer_id, "name");
  EXPECT_EQ(out.strategy, OffsetStrategy::manual);

  options.consumer.id = "mine";
  options.consumer.offset.start = {.from = OffsetStart::From::from_end, .value = 5};
  out = consumer_options(options, "name");
  EXPECT_EQ(out.consumer_id, "mine");
  EXPECT_EQ(out.start.from, StartAt::From::end);
  EXPECT_EQ(out.start.count, 5);

  options.consumer.offset.strategy = OffsetStorage::none;
  out = consumer_options(options, "name");
  EXPECT_EQ(out.strategy, OffsetStrategy::none);
  EXPECT_EQ(out.consumer_id, "");
}

TEST(JobOptions, TheTopicOfTheFileBecomesTheTopicOfTheClient) {
  TopicSettings settings;
  settings.partition = {.count = 4, .replication = 2, .max_size = ByteSize{1'000}};
  settings.retention = {.time = std::chrono::seconds(60), .segment_size = ByteSize{500}};
  settings.compression.type = TopicCompression::lz4;
  const auto out = topic_config(settings);
  EXPECT_EQ(out.partitions, 4U);
  EXPECT_EQ(out.replication, 2U);
  EXPECT_EQ(out.partition_bytes_max, 1'000U);
  EXPECT_EQ(out.segment_bytes, 500U);
  EXPECT_EQ(out.retention_time, std::chrono::seconds(60));
  EXPECT_EQ(out.compression, TopicCodec::lz4);
  EXPECT_FALSE(out.deduplication);
}

TEST(JobOptions, PlacesOfReplicasGoByTheNumberOfThePartition) {
  TopicSettings settings;
  settings.partition.maps = {{.id = 1, .replicas = {12}}, {.id = 0, .replicas = {10, 11}}};
  const auto out = topic_config(settings);
  EXPECT_THAT(out.assignment,
              ElementsAre(ElementsAre(SpuId{10}, SpuId{11}), ElementsAre(SpuId{12})));

  for (const std::uint32_t wrong : {0U, 2U}) {
    settings.partition.maps[0].id = wrong;
    EXPECT_THROW((void)topic_config(settings), Failure) << wrong;
  }
}

// --- SmartModules --------------------------------------------------------------------------

TEST_F(JobTest, ASmartModuleThatIsNowhereLeavesNothingBehind) {
  settings.smartmodules.smartstream_map = "nowhere";
  try {
    run_source([](SourceContext&) { FAIL() << "must not run"; });
    FAIL() << "it ran";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::smartmodule);
    EXPECT_THAT(failure.error().context, testing::HasSubstr("nowhere"));
  }
  EXPECT_THAT(cluster.topics, IsEmpty()) << "not even the topic was made";
}

TEST_F(JobTest, AModuleThatIsABrokenFileIsKnownBeforeTheClusterIsContacted) {
  settings.smartmodules.map = module_path("hostile/no_memory_export");
  EXPECT_THROW(run_source([](SourceContext&) {}), Failure);
  EXPECT_EQ(connects, 0);
}

TEST_F(JobTest, ASourceRunsItsModulesByNameWithParameters) {
  cluster.modules["prefix"] = module_bytes("basic/map_prefix");
  settings.smartmodules.smart_module = "prefix";
  settings.smartmodules.parameters = {{"prefix", "<"}};
  run_source([](SourceContext& stream) { stream.send({.value = "a"}, Position{"1"}); });
  EXPECT_THAT(cluster.values["t"], ElementsAre("<A"));
}

TEST_F(JobTest, DeadLettersOfASourceGoToTheirTopic) {
  settings.smartmodules.filter_map = module_path("basic/filter_map_halve");
  settings.errors.on_transform = FaultPolicy::dead_letter;
  settings.errors.dead_letters.topic = "dead";
  run_source([](SourceContext& stream) {
    for (const auto* value : {"2", "poison", "4"}) stream.send({.value = value}, Position{value});
  });
  EXPECT_THAT(cluster.values["t"], ElementsAre("1", "2"));
  ASSERT_EQ(cluster.values["dead"].size(), 1U);
  EXPECT_THAT(cluster.values["dead"].front(), testing::HasSubstr(R"("value":"poison")"));
  EXPECT_THAT(cluster.values["dead"].front(), testing::HasSubstr(R"("position":"poison")"));
}

TEST_F(JobTest, AnAggregateGoesOnWithTheLastRecordOfTheTopic) {
  settings.smartmodules.aggregate = module_path("basic/aggregate_concat");
  settings.smartmodules.aggregate_initial_value = "use-last";
  cluster.script->give(fakes::make_records(0, 41, {"so far "}));
  run_source([](SourceContext& stream) { stream.send({.value = "x"}); });
  EXPECT_THAT(cluster.values["t"], ElementsAre("so far x"));
  EXPECT_TRUE(cluster.script->plan.options.until_end);
}

TEST_F(JobTest, ASinkRunsItsChain) {
  settings.smartmodules.transforms = {
      {.uses = module_path("basic/filter_contains_a"), .with = {}, .lookback = {}, .invoke = {}},
      {.uses = module_path("basic/map_prefix"), .with = {}, .lookback = {}, .invoke = {}}};
  cluster.script->give(fakes::make_records(0, 0, {"a", "b", "ba"}));
  std::vector<std::string> written;
  struct Keeps final : Sink {
    explicit Keeps(std::vector<std::string>& out) : out_(out) {}
    void write(std::span<const SinkRecord> records) override {
      for (const auto& record : records) out_.emplace_back(record.value);
    }
    std::vector<std::string>& out_;
  };
  SinkJob job(settings, {}, std::make_unique<Keeps>(written), connect(), clock, stats);
  job.run();
  job.drain();
  EXPECT_THAT(written, ElementsAre("A", "BA"));
  EXPECT_EQ(stats.snapshot().steps.size(), 2U);
}

}  // namespace
}  // namespace sluice::connector
