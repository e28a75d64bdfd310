// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <future>

#include "cli/cluster_options.hpp"
#include "cli/failure.hpp"
#include "cli/format.hpp"
#include "cli/line_splitter.hpp"
#include "cli/listing.hpp"
#include "cli/produce_input.hpp"
#include "cli/produce_report.hpp"
#include "cli/smartmodule_options.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "sluice/options/config.hpp"

namespace sluice::cli {
namespace {

struct ProduceOptions {
  std::string topic;
  std::string file;
  bool raw = false;
  std::optional<std::string> key;
  std::string key_separator;
  std::optional<std::uint32_t> partition;
  std::chrono::milliseconds linger{0};
  ByteSize batch_size{65'536};
  ByteSize max_record_size{1'000'000};
  std::optional<Compression> compression;
  DeliverySemantic delivery = DeliverySemantic::at_least_once;
  bool quiet = false;
  SmartModuleOptions smartmodules;
  ClusterOptions cluster;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::enum_names<sluice::DeliverySemantic> {
  using D = DeliverySemantic;
  static constexpr std::array rows{EnumName{D::at_least_once, "at-least-once"},
                                   EnumName{D::at_most_once, "at-most-once"}};
};

template <>
struct sluice::option_table<sluice::cli::ProduceOptions> {
  using O = sluice::cli::ProduceOptions;
  static constexpr auto rows = std::tuple{
      option<&O::topic>("topic", "Topic to write to.").required().positional(),
      option<&O::file>("file", "File to read in place of standard input.")
          .short_name('f')
          .value_name("FILE"),
      option<&O::raw>("raw", "The whole input is one record, line feeds included."),
      option<&O::key>("key", "Key of every record.").short_name('k').excludes_group("key"),
      option<&O::key_separator>("key-separator",
                                "Text between key and value in each line; the first one counts.")
          .excludes_group("key"),
      option<&O::partition>("partition",
                            "Partition of every record. Else the key decides, else they take "
                            "turns.")
          .short_name('p'),
      option<&O::linger>("linger", "Longest wait for a batch to fill before it is sent.")
          .bare_number_unit(std::chrono::milliseconds(1)),
      option<&O::batch_size>("batch-size", "Size at which a batch is sent.")
          .at_least(1U)
          .at_most(33'554'432U),
      option<&O::max_record_size>("max-record-size", "Longest line, or raw input, accepted.")
          .at_least(1U)
          .at_most(33'554'432U),
      option<&O::compression>("compression", "Codec of the batches. Else as the topic says."),
      option<&O::delivery>("delivery",
                           "Whether a batch without an answer is sent again (and may then be "
                           "there twice)."),
      option<&O::quiet>("quiet", "No summary.").short_name('q'),
      option_group<&O::smartmodules>(),
      option_group<&O::cluster>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

using Clock = std::chrono::steady_clock;

class ProduceRun {
 public:
  explicit ProduceRun(const ProduceOptions& options);
  int run();

 private:
  void read_lines();
  void read_raw();
  void send(std::uint64_t line, const RecordRef& record);
  void send_line(const Line& line);
  void too_long(std::uint64_t line);
  void finish();
  void show_messages();
  void show_progress();
  void print_summary() const;

  const ProduceOptions& options_;
  StopSignal stop_;
  Input input_;
  Client client_;
  Producer producer_;
  // Results that come late must find it: callbacks share it.
  std::shared_ptr<ProduceReport> report_ = std::make_shared<ProduceReport>();
  Progress progress_;
  Clock::time_point start_ = Clock::now();
  std::uint64_t read_bytes_ = 0;
  bool cut_line_ = false;
};

ProducerOptions producer_options(const ProduceOptions& options) {
  ProducerOptions out;
  out.linger = options.linger;
  out.batch_bytes = options.batch_size.bytes;
  // Room for the headers of a batch with the longest record.
  out.request_bytes_max = std::max<std::size_t>(
      out.request_bytes_max, std::max(options.batch_size, options.max_record_size).bytes + 4096);
  out.compression = options.compression;
  out.delivery = options.delivery;
  if (options.partition) out.partition = PartitionId{*options.partition};
  out.smartmodules = invocations_of(options.smartmodules);
  return out;
}

ProduceRun::ProduceRun(const ProduceOptions& options)
    : options_(options),
      input_(options.file),
      client_(connect(options.cluster)),
      producer_(client_.producer(options.topic, producer_options(options))) {}

int ProduceRun::run() {
  if (options_.file.empty() && stdin_is_terminal() && !options_.quiet) {
    write_stderr("each line becomes a record of `" + options_.topic + "`; Ctrl-D ends\n");
  }
  if (options_.raw) {
    read_raw();
  } else {
    read_lines();
  }
  finish();
  print_summary();
  return report_->failed_count() == 0 ? 0 : 1;
}

void ProduceRun::read_lines() {
  LineSplitter lines(options_.max_record_size.bytes);
  for (auto piece = input_.read(stop_); !piece.empty(); piece = input_.read(stop_)) {
    read_bytes_ += piece.size();
    lines.feed(piece);
    while (const auto line = lines.next()) send_line(*line);
    show_messages();
    show_progress();
  }
  const auto last = lines.rest();
  // Stopped in the middle of a line: half of it is not a record.
  cut_line_ = last && stop_.requested();
  if (last && !cut_line_) send_line(*last);
}

void ProduceRun::read_raw() {
  std::string whole;
  for (auto piece = input_.read(stop_); !piece.empty(); piece = input_.read(stop_)) {
    whole += piece;
    if (whole.size() > options_.max_record_size.bytes) return too_long(1);
  }
  cut_line_ = stop_.requested();
  if (!cut_line_) send(1, {options_.key, whole});
}

void ProduceRun::too_long(std::uint64_t line) {
  report_->failed(
      line, {Errc::record_too_large,
             "longer than --max-record-size (" + human_bytes(options_.max_record_size.bytes) + ")",
             {}});
}

void ProduceRun::send_line(const Line& line) {
  if (line.too_long) return too_long(line.number);
  const auto record = record_of_line(line.text, options_.key_separator, options_.key);
  if (!record) return report_->failed(line.number, record.error());
  send(line.number, *record);
}

void ProduceRun::send(std::uint64_t line, const RecordRef& record) {
  const auto bytes = record.value.size() + record.key.value_or("").size();
  try {
    producer_.send(record, [report = report_, line, bytes](const Outcome<Delivered>& outcome) {
      if (outcome.ok()) {
        report->delivered(bytes);
      } else {
        report->failed(line, outcome.error());
      }
    });
  } catch (const Failure& failure) {
    if (failure.code() != Errc::record_too_large) throw;
    report_->failed(line, failure.error());
  }
}

void ProduceRun::finish() {
  auto flushed = std::make_shared<std::promise<void>>();
  auto done = flushed->get_future();
  producer_.flush_async([flushed](const Outcome<Done>&) { flushed->set_value(); });
  while (done.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready) {
    show_messages();
    show_progress();
  }
  producer_.close(std::chrono::seconds(10));
  progress_.clear();
  show_messages();
}

void ProduceRun::show_messages() {
  for (const auto& message : report_->take_messages()) {
    progress_.clear();
    report_line(input_.name() + ": " + message, "");
  }
}

void ProduceRun::show_progress() {
  if (!progress_.due()) return;
  const auto time = Clock::now() - start_;
  const auto records = report_->record_count();
  auto line = plural(static_cast<std::int64_t>(records), "record") + " in the topic, " +
              human_rate(records, time) + ", " + human_byte_rate(report_->byte_count(), time);
  if (const auto size = input_.size_bytes(); size && *size > 0) {
    line +=
        ", " + std::to_string(std::min<std::uint64_t>(100, read_bytes_ * 100 / *size)) + " % read";
  }
  progress_.show(line);
}

void ProduceRun::print_summary() const {
  const auto time = Clock::now() - start_;
  const auto records = report_->record_count();
  const auto failed = static_cast<std::int64_t>(report_->failed_count());
  if (options_.output.output == OutputFormat::json) {
    using std::chrono::duration_cast;
    Facts facts;
    facts.add("topic", "Topic", options_.topic)
        .add("records", "Records", static_cast<std::int64_t>(records))
        .add("bytes", "Bytes", ByteCount{report_->byte_count()})
        .add("failed", "Failed", failed)
        .add("milliseconds", "Milliseconds",
             std::int64_t{duration_cast<std::chrono::milliseconds>(time).count()});
    return print(facts, options_.output);
  }
  if (options_.quiet) return;
  std::string text = plural(static_cast<std::int64_t>(records), "record") + " (" +
                     human_bytes(report_->byte_count()) + ") in `" + options_.topic + "` after " +
                     human_seconds(time) + ", " + human_rate(records, time);
  if (failed > 0) text += "; failed: " + human_count(failed);
  if (cut_line_) text += "; stopped in the middle of a line, which was not sent";
  write_stderr(text + "\n");
}

int run_produce(const ProduceOptions& options) {
  return ProduceRun(options).run();
}

}  // namespace

const Verb produce = make_verb<&run_produce>(
    "produce", "Writes records to a topic: each line of standard input, or of a file.",
    "echo hello | sluice produce greetings\n"
    "sluice produce ticks --file ticks.csv --key-separator ,\n"
    "sluice produce images --file cat.jpg --raw --key cat\n"
    "tail -f /var/log/syslog | sluice produce syslog --linger 50ms --compression zstd\n"
    "sluice produce ticks --file ticks.csv --smartmodule csv-json");

}  // namespace sluice::cli
