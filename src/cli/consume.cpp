// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <map>
#include <set>

#include "cli/cluster_options.hpp"
#include "cli/consume_end.hpp"
#include "cli/failure.hpp"
#include "cli/format.hpp"
#include "cli/record_printer.hpp"
#include "cli/smartmodule_options.hpp"
#include "cli/start_text.hpp"
#include "cli/stop_signal.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct ConsumeOptions {
  std::string topic;
  std::optional<StartAt> from;
  bool beginning = false;
  std::optional<std::uint32_t> head, tail;
  std::optional<Until> until;
  bool disable_continuous = false;
  std::optional<std::uint64_t> count;
  std::vector<std::uint32_t> partitions;
  std::optional<RecordTemplate> format;
  RecordFormat output = RecordFormat::text;
  bool keys = false;
  std::string consumer_id;
  Isolation isolation = Isolation::read_uncommitted;
  ByteSize max_bytes{1'048'890};
  bool quiet = false;
  SmartModuleOptions smartmodules;
  ClusterOptions cluster;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::enum_names<sluice::Isolation> {
  using I = Isolation;
  static constexpr std::array rows{EnumName{I::read_uncommitted, "read-uncommitted"},
                                   EnumName{I::read_committed, "read-committed"}};
};

template <>
struct sluice::option_table<sluice::cli::ConsumeOptions> {
  using O = sluice::cli::ConsumeOptions;
  static constexpr auto rows = std::tuple{
      option<&O::topic>("topic", "Topic to read.").required().positional(),
      option<&O::from>("from",
                       "Where to begin: `beginning`, `end` (the default: only new records), an "
                       "offset, `+N` after the beginning, `=-N` before the end. In each partition.")
          .value_name("START")
          .excludes_group("start"),
      option<&O::beginning>("beginning", "Short for `--from beginning`.")
          .short_name('B')
          .excludes_group("start"),
      option<&O::head>("head", "Short for `--from +N`.").short_name('H').excludes_group("start"),
      option<&O::tail>("tail", "Short for `--from=-N`: the last N of each partition, and on.")
          .short_name('T')
          .excludes_group("start"),
      option<&O::until>("until",
                        "Where to end: `end` (what is there now), or an offset, which is read, "
                        "too. Else it goes on.")
          .value_name("END")
          .excludes_group("until"),
      option<&O::disable_continuous>("disable-continuous", "Short for `--until end`.")
          .short_name('d')
          .excludes_group("until"),
      option<&O::count>("count", "End after so many records.")
          .short_name('n')
          .alias("num-records")
          .at_least(1U),
      option<&O::partitions>("partition",
                             "Partition to read; may be given more than once. Else "
                             "all.")
          .short_name('p')
          .repeatable(),
      option<&O::format>("format",
                         "Line for each record, with {{topic}} {{partition}} {{offset}} {{time}} "
                         "{{key}} {{value}}, \\n and \\t.")
          .short_name('F')
          .value_name("TEMPLATE")
          .excludes_group("output"),
      option<&O::output>("output",
                         "`text`: a line a value. `json`: an object a line. `raw`: "
                         "values without anything between them.")
          .short_name('O')
          .excludes_group("output"),
      option<&O::keys>("key", "Print keys, too: `[key] value`.").short_name('k').alias("key-value"),
      option<&O::consumer_id>("consumer-id",
                              "Go on after the last record that a consumer of this name has "
                              "printed.")
          .short_name('c')
          .alias("consumer"),
      option<&O::isolation>("isolation", "Whether records count before all copies have them."),
      option<&O::max_bytes>("max-bytes", "Most bytes that one answer of the cluster has.")
          .at_least(1U)
          .at_most(1'073'741'824U),
      option<&O::quiet>("quiet", "No summary.").short_name('q'),
      option_group<&O::smartmodules>(),
      option_group<&O::cluster>(),
  };
};

namespace sluice::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t buffer_bytes = 262'144;

class ConsumeRun {
 public:
  explicit ConsumeRun(const ConsumeOptions& options);
  int run();

 private:
  void read();
  [[nodiscard]] bool take(const Records& records);
  // False when it is time to end.
  [[nodiscard]] bool take(const Records& records, std::size_t index);
  [[nodiscard]] bool flush();
  void show_progress();
  void print_summary() const;

  const ConsumeOptions& options_;
  StopSignal stop_;
  Client client_;
  ConsumeEnd end_;
  Consumer consumer_;
  RecordPrinter printer_;
  Progress progress_;
  Clock::time_point start_ = Clock::now();
  std::string buffer_;
  std::map<PartitionId, Offset> printed_;  // in `buffer_`: the last of each partition
  std::uint64_t records_ = 0;
  std::uint64_t bytes_ = 0;
};

StartAt start_of(const ConsumeOptions& options) {
  if (options.beginning) return StartAt::beginning();
  if (options.head) return StartAt::beginning(*options.head);
  if (options.tail) return StartAt::end(*options.tail);
  return options.from.value_or(StartAt::end());
}

bool until_end(const ConsumeOptions& options) {
  return options.disable_continuous || (options.until && !options.until->last);
}

ConsumerOptions consumer_options(const ConsumeOptions& options) {
  ConsumerOptions out;
  for (const auto partition : options.partitions) out.partitions.push_back({partition});
  out.start = start_of(options);
  out.isolation = options.isolation;
  out.fetch_bytes_max = static_cast<std::int32_t>(options.max_bytes.bytes);
  out.until_end = until_end(options);
  out.consumer_id = options.consumer_id;
  if (!options.consumer_id.empty()) out.strategy = OffsetStrategy::manual;
  out.smartmodules = invocations_of(options.smartmodules);
  return out;
}

ConsumeEnd end_of(const ConsumeOptions& options, const Client& client) {
  const auto last = options.until ? options.until->last : std::nullopt;
  std::set<PartitionId> partitions;
  for (const auto partition : options.partitions) partitions.insert({partition});
  if (last && partitions.empty()) {
    auto admin = client.admin();
    for (const auto& info : partitions_of(admin, options.topic)) partitions.insert(info.partition);
  }
  return ConsumeEnd(options.count, last, std::move(partitions));
}

ConsumeRun::ConsumeRun(const ConsumeOptions& options)
    : options_(options),
      client_(connect(options.cluster)),
      end_(end_of(options, client_)),
      consumer_(client_.consumer(options.topic, consumer_options(options))),
      printer_{.format = options.output, .keys = options.keys, .line = options.format} {}

// False when nobody reads the output any more.
bool ConsumeRun::flush() {
  if (!buffer_.empty()) {
    progress_.clear();
    if (!write_stdout(buffer_)) return false;
    buffer_.clear();
  }
  if (!options_.consumer_id.empty()) {
    for (const auto& [partition, last] : printed_) consumer_.commit(partition, last);
  }
  printed_.clear();
  return true;
}

// False when it is time to end.
bool ConsumeRun::take(const Records& records) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!take(records, i)) return false;
  }
  return true;
}

bool ConsumeRun::take(const Records& records, std::size_t index) {
  const auto& record = records[index];
  const auto verdict = end_.next(records.partition(), record.offset);
  if (!verdict.print) return !verdict.end;
  printer_.append(buffer_, {options_.topic, records.partition(), record});
  // A SmartModule may have made several of one record: the offset is done with the last.
  if (index + 1 == records.size()) {
    printed_[records.partition()] = records.through();
  } else if (records[index + 1].offset != record.offset) {
    printed_[records.partition()] = record.offset;
  }
  records_ += 1;
  bytes_ += record.value.size() + record.key.value_or("").size();
  return (buffer_.size() < buffer_bytes || flush()) && !verdict.end;
}

void ConsumeRun::read() {
  auto wait = std::chrono::milliseconds(0);
  while (!stop_.requested()) {
    const auto next = consumer_.next(wait);
    if (next.state == Next::State::ended) return;
    if (next.state == Next::State::records) {
      if (!take(next.records)) return;
      wait = std::chrono::milliseconds(0);
    } else {
      // Nothing waits: what is buffered is shown before the pause.
      if (!flush() || stdout_is_closed()) return;
      wait = std::chrono::milliseconds(100);
    }
    show_progress();
  }
}

int ConsumeRun::run() {
  const auto start = start_of(options_);
  const bool waits_for_new =
      start.from == StartAt::From::end && start.count == 0 && !until_end(options_);
  if (waits_for_new && stderr_is_terminal() && !options_.quiet) {
    write_stderr("waiting for new records of `" + options_.topic +
                 "`; `--beginning` shows those that are there, Ctrl-C ends\n");
  }
  try {
    read();
  } catch (const Failure&) {
    static_cast<void>(flush());  // what came before the failure is good
    throw;
  }
  static_cast<void>(flush());
  progress_.clear();
  const bool stored = consumer_.close(std::chrono::seconds(10));
  print_summary();
  if (!stored && !options_.consumer_id.empty()) {
    throw Failure(Errc::timed_out, "the offsets of consumer `" + options_.consumer_id +
                                       "` could not be stored: it will see records again");
  }
  return 0;
}

void ConsumeRun::show_progress() {
  if (stdout_is_terminal() || !progress_.due()) return;
  const auto time = Clock::now() - start_;
  progress_.show(plural(static_cast<std::int64_t>(records_), "record") + ", " +
                 human_rate(records_, time) + ", " + human_byte_rate(bytes_, time));
}

void ConsumeRun::print_summary() const {
  if (options_.quiet) return;
  const auto time = Clock::now() - start_;
  write_stderr(plural(static_cast<std::int64_t>(records_), "record") + " (" + human_bytes(bytes_) +
               ") of `" + options_.topic + "` in " + human_seconds(time) + ", " +
               human_rate(records_, time) + "\n");
}

int run_consume(const ConsumeOptions& options) {
  return ConsumeRun(options).run();
}

}  // namespace

const Verb consume = make_verb<&run_consume>(
    "consume", "Prints the records of a topic.",
    "sluice consume ticks --from beginning --until end\n"
    "sluice consume ticks --tail 10 --output json | jq .value\n"
    "sluice consume ticks --format '{{time}} {{partition}}/{{offset}} {{value}}' --count 5\n"
    "sluice consume orders --consumer-id billing\n"
    "sluice consume ticks --smartmodule regex-filter --params regex='^[0-9]'\n"
    "sluice consume ticks --beginning --transforms-file chain.yaml");

}  // namespace sluice::cli
