// SPDX-License-Identifier: Apache-2.0

// What the client does against a server: produce and consume at several record sizes, and the
// latency of produce at a fixed rate. One JSON line a case.
//
//   client_bench --profile FILE [--case NAME] [--seconds 5] [--bytes 1000000000]
//                [--batch-bytes 16384]
//   client_bench --embedded                      a server in this process, without fsync
//
// NAME is throughput_100, throughput_1000, throughput_5000 or latency_5000.

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include "broker/broker.hpp"
#include "sluice/client.hpp"

namespace {

using namespace sluice;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Settings {
  std::optional<std::string> profile;
  std::string only;
  std::uint64_t bytes = 1'000'000'000;  // moved by each throughput case
  double seconds = 5;                   // of the latency case
  std::size_t batch_bytes = 16'384;
};

std::string make_topic(const Client& client, const std::string& what) {
  const auto name = "bench-" + std::to_string(::getpid()) + "-" + what;
  client.admin().create_topic(name);
  return name;
}

void report(const std::string& name, std::uint64_t count, std::size_t size, double seconds) {
  std::printf(
      "{\"case\":\"%s\",\"records\":%llu,\"seconds\":%.3f,\"records_per_s\":%.0f,"
      "\"mb_per_s\":%.1f}\n",
      name.c_str(), static_cast<unsigned long long>(count), seconds,
      static_cast<double>(count) / seconds, static_cast<double>(count * size) / seconds / 1e6);
  std::fflush(stdout);
}

void throughput(const Client& client, std::size_t size, const Settings& settings) {
  const auto suffix = std::to_string(size);
  const auto count = settings.bytes / size;
  const auto topic = make_topic(client, suffix);
  const std::string value(size, 'x');
  auto start = Clock::now();
  {
    auto producer = client.producer(topic, {.batch_bytes = settings.batch_bytes});
    for (std::uint64_t i = 0; i < count; ++i) producer.send({.key = {}, .value = value});
    producer.flush();
  }
  report("produce_" + suffix, count, size, seconds_since(start));

  start = Clock::now();
  std::uint64_t read = 0;
  auto consumer = client.consumer(topic, {.start = StartAt::beginning(), .until_end = true});
  while (const auto records = consumer.next()) read += records->size();
  report("consume_" + suffix, read, size, seconds_since(start));
  consumer.close(std::chrono::seconds(1));
  client.admin().delete_topic(topic);
}

// 30,000 records of 5 KB a second, each with its own result.
void latency(const Client& client, const Settings& settings) {
  constexpr std::size_t size = 5'000;
  constexpr double rate = 30'000;
  const auto topic = make_topic(client, "latency");
  const std::string value(size, 'x');
  const auto count = static_cast<std::size_t>(settings.seconds * rate);
  std::vector<float> us(count);
  auto producer = client.producer(topic, {.batch_bytes = settings.batch_bytes});
  const auto start = Clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    const auto due = start + std::chrono::duration_cast<Clock::duration>(
                                 std::chrono::duration<double>(static_cast<double>(i) / rate));
    // Sleeping a whole interval overshoots; a record that is late is sent at once.
    if (due - Clock::now() > std::chrono::microseconds(80)) std::this_thread::sleep_until(due);
    const auto sent = Clock::now();
    producer.send({.key = {}, .value = value}, [&us, i, sent](Outcome<Delivered> outcome) {
      us[i] =
          outcome.ok() ? std::chrono::duration<float, std::micro>(Clock::now() - sent).count() : -1;
    });
  }
  producer.flush();
  const auto took = seconds_since(start);
  std::ranges::sort(us);
  const auto at = [&](double part) { return us[static_cast<std::size_t>(part * (count - 1))]; };
  std::printf(
      "{\"case\":\"latency_5000\",\"records_per_s\":%.0f,\"latency_us_p50\":%.0f,"
      "\"latency_us_p99\":%.0f,\"latency_us_max\":%.0f}\n",
      static_cast<double>(count) / took, at(0.5), at(0.99), at(1.0));
  std::fflush(stdout);
  producer.close(std::chrono::seconds(1));
  client.admin().delete_topic(topic);
}

int run(int argc, char** argv) {
  Settings settings;
  bool embedded = false;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--embedded") {
      embedded = true;
      continue;
    }
    if (i + 1 == argc) throw Failure(Errc::usage, flag + " needs a value");
    const std::string value = argv[++i];
    if (flag == "--profile")
      settings.profile = value;
    else if (flag == "--case")
      settings.only = value;
    else if (flag == "--seconds")
      settings.seconds = std::stod(value);
    else if (flag == "--batch-bytes")
      settings.batch_bytes = std::stoull(value);
    else if (flag == "--bytes")
      settings.bytes = std::stoull(value);
    else
      throw Failure(Errc::usage, "unknown option " + flag);
  }
  std::optional<broker::Broker> server;
  ClusterProfile profile;
  auto directory = (std::filesystem::temp_directory_path() / "sluice-bench-XXXXXX").string();
  if (embedded) {
    if (!::mkdtemp(directory.data())) throw Failure(Errc::io, "mkdtemp");
    broker::BrokerOptions options;
    options.data_directory = directory;
    options.sc_port = options.spu_port = 0;
    options.durability = broker::Durability::none;
    server.emplace(options);
    server->start();
    profile.endpoint = server->endpoint();
  } else {
    profile = load_profile(settings.profile);
  }
  {
    const auto client = Client::connect(profile);
    for (const std::size_t size : {100UL, 1'000UL, 5'000UL}) {
      const auto suffix = "_" + std::to_string(size);
      if (settings.only.empty() || settings.only == "throughput" + suffix) {
        throughput(client, size, settings);
      }
    }
    if (settings.only.empty() || settings.only == "latency_5000") latency(client, settings);
  }
  server.reset();
  if (embedded) std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "client_bench: %s\n", error.what());
    return 1;
  }
}
