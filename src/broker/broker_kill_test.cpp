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
    std::thread killer;
    for (int sent = 0; next_ < 1'000'000; ++sent) {
      if (sent == kill_after) killer = std::thread([&] { server.kill(); });
      const auto count = std::uniform_int_distribution<>(1, 5)(random_);
      const auto batch = batch_of(numbered(next_, count));
      next_ += count;
      const auto id = client.send(0, 25, TestClient::produce_request("t", batch));
      waiting.emplace_back(id, next_);
      if (waiting.size() < 20) continue;
      const auto answer = client.take<wire::ProduceResponse>(waiting.front().first, 25);
      if (!answer) break;
      ASSERT_TRUE(answer->topics[0].partitions[0].error_code.ok());
      acknowledged_ = waiting.front().second;
      waiting.pop_front();
    }
    killer.join();
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

TEST_F(KillTest, KeepsTopicsThatWereAcknowledged) {
  std::vector<std::string> made;
  for (int round = 0; round < 6; ++round) {
    ServerProcess server(dir_.path(), options_);
    ASSERT_TRUE(server.started());
    {
      TestClient data(server.ports().spu);
      for (const auto& name : made) {
        ASSERT_TRUE(data.offsets(name).error_code.ok()) << name << ", seed " << seed_;
      }
    }
    TestClient admin(server.ports().sc);
    std::thread killer([&, pause = std::uniform_int_distribution<>(0, 60)(random_)] {
      std::this_thread::sleep_for(std::chrono::milliseconds(pause));
      server.kill();
    });
    for (int i = 0; i < 50; ++i) {
      const auto name = "t" + std::to_string(round) + '-' + std::to_string(i);
      if (!admin.create_topic(name).error_code.ok()) break;
      made.push_back(name);
    }
    killer.join();
  }
  std::printf("%zu topics over 6 kills\n", made.size());
}

}  // namespace
}  // namespace sluice::broker
