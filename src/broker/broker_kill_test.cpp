// SPDX-License-Identifier: Apache-2.0
// kill -9 at random moments, again and again on the same directory: everything acknowledged
// is there afterwards, once and in order.

#include <random>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "broker/broker.hpp"
#include "broker/test_client.hpp"

namespace sluice::broker {
namespace {

using namespace test;

// The server in a process of its own, so that it can be killed.
class ServerProcess {
 public:
  ServerProcess(const fs::path& directory, const LogOptions& log_defaults) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    process_ = ::fork();
    if (process_ == 0) {
      ::close(ends[0]);
      run(directory, log_defaults, ends[1]);
    }
    ::close(ends[1]);
    started_ = ::read(ends[0], &ports_, sizeof ports_) == sizeof ports_;
    ::close(ends[0]);
  }
  ~ServerProcess() { kill(); }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }
  [[nodiscard]] bool started() const noexcept { return started_; }
  [[nodiscard]] BrokerPorts ports() const noexcept { return ports_; }

 private:
  [[noreturn]] static void run(const fs::path& directory, const LogOptions& log_defaults,
                               int report) {
    try {
      BrokerOptions options;
      options.data_directory = directory;
      options.sc_port = 0;
      options.spu_port = 0;
      options.log_defaults = log_defaults;
      Broker broker(options);
      const auto ports = broker.start();
      if (::write(report, &ports, sizeof ports) != sizeof ports) ::_exit(1);
      while (true) ::pause();
    } catch (const Failure& failure) {
      std::fprintf(stderr, "server: %s\n", failure.what());
      ::_exit(1);
    }
  }
  pid_t process_ = -1;
  bool started_ = false;
  BrokerPorts ports_;
};

class KillTest : public testing::Test {
 protected:
  KillTest() {
    options_.segment_bytes_max = 64 * 1024;  // so that kills hit rolls too
    options_.segment.index_interval_bytes = 1024;
    std::printf("seed %u\n", seed_);
  }

  // Produces until the server dies; the records are numbered from `next_`.
  void produce_and_die(ServerProcess& server) {
    TestClient client(server.ports().spu);
    std::deque<std::pair<std::int32_t, int>> waiting;  // request, first number behind it
    const auto kill_after = std::uniform_int_distribution<>(0, 400)(random_);
    std::jthread killer;
    for (int sent = 0; next_ < 1'000'000; ++sent) {
      if (sent == kill_after) killer = std::jthread([&] { server.kill(); });
      const auto count = std::uniform_int_distribution<>(1, 5)(random_);
      const auto batch = batch_of(numbered(next_, count));
      next_ += count;
      const auto id = client.send(0, 25, TestClient::produce_request("t", batch));
      waiting.emplace_back(id, next_);
      if (waiting.size() < 20) continue;
      const auto answer = client.take<wire::ProduceResponse>(waiting.front().first, 25);
      if (!answer) {
        ASSERT_TRUE(killer.joinable()) << "no answer from a server that lives";
        break;
      }
      ASSERT_TRUE(answer->topics[0].partitions[0].error_code.ok());
      acknowledged_ = waiting.front().second;
      waiting.pop_front();
    }
  }

  // All that was acknowledged, and nothing twice or out of order.
  void verify(const ServerProcess& server) {
    TestClient client(server.ports().spu);
    const auto values = consume_all(client, "t");
    ASSERT_GE(values.size(), static_cast<std::size_t>(acknowledged_));
    ASSERT_EQ(values, numbered(0, static_cast<int>(values.size())));
    next_ = acknowledged_ = static_cast<int>(values.size());
  }

  TemporaryDirectory dir_;
  LogOptions options_;
  const unsigned seed_ = std::random_device{}();
  std::mt19937 random_{seed_};
  int next_ = 0;
  int acknowledged_ = 0;
};

TEST_F(KillTest, LosesNothingAcknowledged) {
  {
    const ServerProcess server(dir_.path(), options_);
    ASSERT_TRUE(server.started());
    TestClient admin(server.ports().sc);
    ASSERT_TRUE(admin.create_topic("t").error_code.ok());
  }
  for (int round = 0; round < 25; ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed_) + ", round " + std::to_string(round));
    ServerProcess server(dir_.path(), options_);
    ASSERT_TRUE(server.started());
    ASSERT_NO_FATAL_FAILURE(verify(server));
    ASSERT_NO_FATAL_FAILURE(produce_and_die(server));
  }
  const ServerProcess server(dir_.path(), options_);
  ASSERT_TRUE(server.started());
  ASSERT_NO_FATAL_FAILURE(verify(server));
  std::printf("%d records over 25 kills\n", acknowledged_);
}

// Killed after some were acknowledged, at a moment when one more is being made. That one may be
// there or not, and works if it is.
TEST_F(KillTest, KeepsTopicsThatWereAcknowledged) {
  std::vector<std::string> made;
  constexpr int rounds = 6;
  for (int round = 0; round <= rounds; ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed_) + ", round " + std::to_string(round));
    ServerProcess server(dir_.path(), options_);
    ASSERT_TRUE(server.started());
    {
      TestClient data(server.ports().spu);
      for (const auto& name : made) {
        ASSERT_EQ(data.produce(name, batch_of({"a"})).error_code, wire::ErrorCode{}) << name;
      }
    }
    if (round == rounds) break;
    TestClient admin(server.ports().sc);
    const auto name = [&](int i) { return "t" + std::to_string(round) + '-' + std::to_string(i); };
    const auto count = std::uniform_int_distribution<>(1, 15)(random_);
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(admin.create_topic(name(i)).error_code.ok());
      made.push_back(name(i));
    }
    const wire::CreateBody<wire::TopicSpec> body{name(count), false, std::nullopt, {}};
    admin.send(static_cast<std::uint16_t>(wire::ScApi::create), wire::admin_version,
               wire::pack("Topic", body, wire::admin_version));
    server.kill();
  }
  EXPECT_GE(made.size(), static_cast<std::size_t>(rounds));
  std::printf("%zu topics over %d kills\n", made.size(), rounds);
}

// What was acknowledged to a consumer, or something that it has sent since.
TEST_F(KillTest, KeepsConsumerOffsetsThatWereAcknowledged) {
  {
    const ServerProcess server(dir_.path(), options_);
    ASSERT_TRUE(server.started());
    TestClient admin(server.ports().sc);
    ASSERT_TRUE(admin.create_topic("t").error_code.ok());
    TestClient data(server.ports().spu);
    ASSERT_TRUE(data.produce("t", batch_of({"a"})).error_code.ok());
  }
  std::int64_t acknowledged = -1;
  std::int64_t sent = -1;
  constexpr int rounds = 10;
  for (int round = 0; round <= rounds; ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed_) + ", round " + std::to_string(round));
    ServerProcess server(dir_.path(), options_);
    ASSERT_TRUE(server.started());
    TestClient client(server.ports().spu);
    const auto stored = client.spu(wire::FetchConsumerOffsetsRequest{});
    ASSERT_TRUE(stored);
    ASSERT_EQ(stored->consumers.size(), round == 0 ? 0U : 1U);
    if (round > 0) {
      ASSERT_GE(stored->consumers[0].offset, acknowledged);
      ASSERT_LE(stored->consumers[0].offset, sent);
    }
    if (round == rounds) break;
    const auto stream = client.take_stream(client.open_stream("t", 0, 1 << 20, "c1"));
    ASSERT_TRUE(stream);
    std::deque<std::pair<std::int32_t, std::int64_t>> waiting;  // request, its offset
    const auto count = std::uniform_int_distribution<>(1, 200)(random_);
    for (int answered = 0; answered < count; ++answered) {
      while (waiting.size() < 5) {
        const auto key = static_cast<std::uint16_t>(wire::SpuApi::update_consumer_offset);
        const wire::UpdateConsumerOffsetRequest update{++sent, stream->stream_id};
        waiting.emplace_back(client.send(key, wire::data_version, update), sent);
      }
      const auto answer = client.take<wire::UpdateConsumerOffsetResponse>(waiting.front().first,
                                                                          wire::data_version);
      ASSERT_TRUE(answer);
      ASSERT_TRUE(answer->error_code.ok());
      acknowledged = waiting.front().second;
      waiting.pop_front();
    }
    server.kill();
  }
  std::printf("offset %lld over %d kills\n", static_cast<long long>(acknowledged), rounds);
}

}  // namespace
}  // namespace sluice::broker
