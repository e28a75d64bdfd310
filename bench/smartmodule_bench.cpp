// SPDX-License-Identifier: Apache-2.0

// What a SmartModule costs: the time a record takes, in batches of several sizes, and the time
// until the first one. One JSON line a case. bench/smartengine-peer prints the same for the
// official engine.
//
//   smartmodule_bench [--seconds 0.5] [--value TEXT] [--params KEY=VALUE] FILE...
//
// Records have 100 bytes: TEXT, filled up with dots. They are encoded before, and what comes out
// is not decoded: that is how a log's records go through. Several files are a chain.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "smartmodule/chain.hpp"
#include "wire/record_list.hpp"

namespace {

using namespace sluice;
using namespace sluice::smartmodule;
using Clock = std::chrono::steady_clock;

struct Settings {
  double seconds = 0.5;
  std::string value = "a";
  Params params;
  std::vector<std::string> files;
};

[[noreturn]] void die(const std::string& text) {
  std::fprintf(stderr, "smartmodule_bench: %s\n", text.c_str());
  std::exit(1);
}

Bytes read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) die("cannot read " + path);
  return to_bytes(std::string(std::istreambuf_iterator<char>(file), {}));
}

template <typename T>
T or_die(ModuleResult<T> result) {
  if (!result) die(result.error().to_error().message());
  return *std::move(result);
}

Chain make_chain(Engine& engine, const Settings& settings) {
  std::vector<Step> steps;
  for (const auto& file : settings.files) {
    steps.push_back({.module = or_die(engine.load(file, read_file(file))),
                     .params = settings.params,
                     .lookback = std::nullopt,
                     .accumulator = {}});
  }
  return or_die(Chain::create(engine, std::move(steps)));
}

std::string case_name(const Settings& settings) {
  std::string out;
  for (const auto& file : settings.files) {
    out += (out.empty() ? "" : "+") + std::filesystem::path(file).stem().string();
  }
  return out;
}

Bytes encoded(std::uint32_t count, const std::string& text) {
  Bytes out;
  auto value = text;
  value.resize(100, '.');
  for (std::uint32_t i = 0; i < count; ++i) {
    wire::append_record(out, {0, i, std::nullopt, as_bytes(value)});
  }
  return out;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void per_record(Engine& engine, const Settings& settings, std::uint32_t batch) {
  auto chain = make_chain(engine, settings);
  const auto bytes = encoded(batch, settings.value);
  const ChainInput input{0, 1'700'000'000'000, {batch, bytes}};
  std::uint64_t records = 0;
  std::uint64_t made = 0;
  const auto run = [&](double seconds) {
    records = made = 0;
    const auto start = Clock::now();
    while (seconds_since(start) < seconds) {
      for (std::uint32_t i = 0; i < 1 + 1'000 / batch; ++i) {
        made += or_die(chain.process(input)).records.count;
        records += batch;
      }
    }
    return seconds_since(start);
  };
  run(settings.seconds / 5);
  const auto took = run(settings.seconds);
  std::printf(
      "{\"engine\":\"sluice\",\"case\":\"%s\",\"value\":\"%s\",\"batch\":%u,"
      "\"ns_per_record\":%.1f,\"out_per_in\":%.2f}\n",
      case_name(settings).c_str(), settings.value.c_str(), batch,
      took * 1e9 / static_cast<double>(records),
      static_cast<double>(made) / static_cast<double>(records));
}

double start_ms(const Settings& settings, const std::filesystem::path& cache) {
  const auto start = Clock::now();
  Engine engine(cache);
  auto chain = make_chain(engine, settings);
  return seconds_since(start) * 1e3;
}

void until_first_record(const Settings& settings) {
  auto pattern = (std::filesystem::temp_directory_path() / "sluice-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) die("mkdtemp " + pattern);
  const auto compiled = start_ms(settings, pattern);
  double cached = 1e9;
  for (int i = 0; i < 10; ++i) cached = std::min(cached, start_ms(settings, pattern));
  std::filesystem::remove_all(pattern);
  std::printf(
      "{\"engine\":\"sluice\",\"case\":\"%s\",\"start_ms_compiling\":%.2f,"
      "\"start_ms_cached\":%.2f}\n",
      case_name(settings).c_str(), compiled, cached);
}

Settings parse(int argc, char** argv) {
  Settings out;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto next = [&] { return i + 1 < argc ? std::string(argv[++i]) : (die(word), ""); };
    if (word == "--seconds") {
      out.seconds = std::stod(next());
    } else if (word == "--value") {
      out.value = next();
    } else if (word == "--params") {
      const auto pair = next();
      const auto at = pair.find('=');
      if (at == std::string::npos) die("--params " + pair + ": KEY=VALUE");
      out.params[pair.substr(0, at)] = pair.substr(at + 1);
    } else {
      out.files.push_back(word);
    }
  }
  if (out.files.empty()) die("name a SmartModule");
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const auto settings = parse(argc, argv);
  Engine engine{std::filesystem::path()};
  for (const std::uint32_t batch : {1U, 100U, 1'000U}) per_record(engine, settings, batch);
  until_first_record(settings);
}
