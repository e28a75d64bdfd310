// SPDX-License-Identifier: Apache-2.0
// The hot paths between a caller's bytes and a frame: building a batch, walking one, the
// checksum and the codecs.
#include <array>
#include <random>
#include <string>

#include <benchmark/benchmark.h>

#include "wire/compression.hpp"
#include "wire/record_batch.hpp"

namespace {

using namespace sluice;
using namespace sluice::wire;

constexpr std::size_t batch_bytes = 256U * 1024;

// Lines that shrink to about a third, as logs and JSON do.
Bytes text_like(std::size_t size) {
  constexpr std::array<std::string_view, 8> words{"\"level\":\"info\",", "\"user\":",  "request ",
                                                  "2026-11-23T10:",      "127.0.0.1 ", "GET /v1/",
                                                  "temperature",         "ok\n"};
  std::mt19937 random(1);
  std::string text;
  while (text.size() < size) {
    text += words[random() % words.size()];
    text += std::to_string(random() % 10'000);
  }
  text.resize(size);
  return to_bytes(text);
}

Bytes make_batch(std::size_t value_bytes, Compression codec) {
  const auto value = text_like(value_bytes);
  BatchBuilder builder;
  while (builder.size_bytes() < batch_bytes) builder.add(std::nullopt, value, 1'700'000'000'000);
  return *builder.finish(codec);
}

void count_records(benchmark::State& state, std::size_t records, std::size_t bytes) {
  state.SetItemsProcessed(static_cast<std::int64_t>(records));
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}

void BatchBuild(benchmark::State& state) {
  const auto value = text_like(static_cast<std::size_t>(state.range(0)));
  BatchBuilder builder;
  std::size_t records = 0;
  for (auto _ : state) {
    while (builder.size_bytes() < batch_bytes) {
      builder.add(std::nullopt, value, 1'700'000'000'000);
      ++records;
    }
    benchmark::DoNotOptimize(builder.finish(Compression::none));
  }
  count_records(state, records, records * value.size());
}
BENCHMARK(BatchBuild)->Arg(100)->Arg(1'000)->Arg(5'000);

void BatchAdd(benchmark::State& state) {  // without the checksum and a new buffer
  const auto value = text_like(static_cast<std::size_t>(state.range(0)));
  std::size_t records = 0;
  for (auto _ : state) {
    BatchBuilder builder;
    while (builder.size_bytes() < batch_bytes) {
      builder.add(std::nullopt, value, 1'700'000'000'000);
      ++records;
    }
    benchmark::DoNotOptimize(builder);
  }
  count_records(state, records, records * value.size());
}
BENCHMARK(BatchAdd)->Arg(100)->Arg(1'000)->Arg(5'000);

void BatchWalk(benchmark::State& state) {
  const auto bytes = make_batch(static_cast<std::size_t>(state.range(0)), Compression::none);
  const auto split = split_batches(bytes);
  Bytes scratch;
  std::size_t records = 0;
  for (auto _ : state) {
    auto cursor = RecordCursor::open(split->batches[0], scratch);
    while (const auto record = cursor->next()) {
      benchmark::DoNotOptimize(record->value.data());
      ++records;
    }
  }
  count_records(state, records, records * static_cast<std::size_t>(state.range(0)));
}
BENCHMARK(BatchWalk)->Arg(100)->Arg(1'000)->Arg(5'000);

void Crc32c(benchmark::State& state) {
  const auto bytes = text_like(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(crc32c(bytes));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(Crc32c)->Arg(100)->Arg(1'000)->Arg(16'384)->Arg(1'048'576);

void Crc32cByTable(benchmark::State& state) {
  const auto bytes = text_like(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(detail::crc32c_portable(bytes));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(Crc32cByTable)->Arg(16'384);

constexpr std::array<std::string_view, 5> codec_names{"none", "gzip", "snappy", "lz4", "zstd"};

void Compress(benchmark::State& state) {
  const auto input = text_like(batch_bytes);
  const auto codec = static_cast<Compression>(state.range(0));
  Bytes out;
  for (auto _ : state) {
    out.clear();
    benchmark::DoNotOptimize(compress(codec, input, out));
  }
  state.SetLabel(std::string(codec_names[static_cast<std::size_t>(codec)]) + ", " +
                 std::to_string(out.size() * 100 / input.size()) + " % left");
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(input.size()));
}
BENCHMARK(Compress)->DenseRange(1, 4);

void Decompress(benchmark::State& state) {
  const auto input = text_like(batch_bytes);
  const auto codec = static_cast<Compression>(state.range(0));
  Bytes packed;
  if (!compress(codec, input, packed)) return state.SkipWithError("compress failed");
  Bytes out;
  for (auto _ : state) {
    benchmark::DoNotOptimize(decompress(codec, packed, out, inflated_bytes_max));
  }
  state.SetLabel(std::string(codec_names[static_cast<std::size_t>(codec)]));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(input.size()));
}
BENCHMARK(Decompress)->DenseRange(1, 4);

}  // namespace
