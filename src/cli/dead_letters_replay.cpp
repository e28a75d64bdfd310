// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <mutex>
#include <set>

#include "cli/dead_letter_marks.hpp"
#include "cli/failure.hpp"
#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "cli/smartmodule_options.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct DeadLettersReplayOptions {
  LetterPlace place;
  LetterFilter filter;
  std::string to;
  bool as_is = false;
  bool again = false;
  bool dry_run = false;
  SmartModuleOptions smartmodules;
  ClusterOptions cluster;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::DeadLettersReplayOptions> {
  using O = sluice::cli::DeadLettersReplayOptions;
  static constexpr auto rows = std::tuple{
      option_group<&O::place>(),
      option_group<&O::filter>(),
      option<&O::to>("to",
                     "Topic that gets the records. Else each goes to the topic of its letter.")
          .value_name("TOPIC"),
      option<&O::as_is>("as-is",
                        "Send what a source has read as it is, without the SmartModules that it "
                        "would have gone through."),
      option<&O::again>("again", "Send those that were replayed before, too."),
      option<&O::dry_run>("dry-run", "Say what would be sent, and send nothing."),
      option_group<&O::smartmodules>(),
      option_group<&O::cluster>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

constexpr std::size_t round_letters_max = 1'000;
constexpr std::size_t round_bytes_max = 16'777'216;
constexpr std::size_t request_bytes_max = 33'554'432;
constexpr std::chrono::minutes round_deadline{5};

class Replay {
 public:
  explicit Replay(const DeadLettersReplayOptions& options)
      : options_(options),
        client_(connect(options.cluster)),
        marks_(open_marks(options.place, client_, stop_, options.dry_run)) {}

  int run();

 private:
  // Results come on another thread, and perhaps late: they share it.
  struct Round {
    std::mutex guard;
    std::vector<std::string> done;
    std::optional<Error> failure;
  };

  bool take(const StoredLetter& stored);
  void check_source(const StoredLetter& stored) const;
  void send(const std::string& topic, const StoredLetter& stored, std::string mark);
  Producer& producer(const std::string& topic);
  // All that was sent is in its topic, and marked.
  void finish_round();
  void print_summary() const;

  const DeadLettersReplayOptions& options_;
  StopSignal stop_;
  Client client_;
  std::unique_ptr<LetterMarks> marks_;
  std::map<std::string, Producer> producers_;
  const connector::ReadLetter* current_ = nullptr;  // while it is sent
  std::shared_ptr<Round> round_ = std::make_shared<Round>();
  std::set<std::string> round_marks_;
  std::size_t round_count_ = 0;
  std::size_t round_bytes_ = 0;
  std::map<std::string, std::int64_t> sent_;  // by topic
  std::int64_t before_ = 0;
  std::int64_t unwanted_ = 0;
  std::uint64_t strangers_ = 0;
};

int Replay::run() {
  try {
    strangers_ = read_letters(options_.place, &client_, stop_,
                              [this](const StoredLetter& stored) { return take(stored); });
  } catch (const Failure&) {
    finish_round();  // what was sent before the failure is not to be sent again
    throw;
  }
  finish_round();
  warn_of_strangers(strangers_);
  print_summary();
  return 0;
}

bool Replay::take(const StoredLetter& stored) {
  if (!options_.filter.wants(stored.letter)) {
    ++unwanted_;
    return true;
  }
  auto mark = mark_of(stored.text);
  // One that was stored twice has the same id; without one, the same text may be two letters.
  const bool is_copy = !stored.letter.id.empty() && !round_marks_.insert(mark).second;
  if (is_copy || (!options_.again && marks_->has(mark))) {
    ++before_;
    return true;
  }
  const auto& topic = options_.to.empty() ? stored.letter.topic : options_.to;
  if (topic.empty() || topic == options_.place.topic) {
    throw HintedFailure(
        Errc::usage, "letter " + stored.id + ": its record cannot go to the topic `" + topic + "`",
        "name another with `--to TOPIC`");
  }
  check_source(stored);
  if (!options_.dry_run) send(topic, stored, std::move(mark));
  ++sent_[topic];
  return true;
}

// A source's letter has what was read outside: its SmartModules come behind that.
void Replay::check_source(const StoredLetter& stored) const {
  const auto& letter = stored.letter;
  if (letter.direction != "source" || letter.module.empty() || options_.as_is ||
      !invocations_of(options_.smartmodules).empty()) {
    return;
  }
  throw HintedFailure(
      Errc::usage,
      "letter " + stored.id + ": the SmartModule `" + letter.module +
          "` of a source failed over this record, and it has not gone through it",
      "name the corrected one with `--smartmodule`, or send the record as it is with `--as-is`");
}

Producer& Replay::producer(const std::string& topic) {
  const auto found = producers_.find(topic);
  if (found != producers_.end()) return found->second;
  auto admin = client_.admin();
  if (!admin.describe_topic(topic)) fail_missing_topic(admin, topic);
  ProducerOptions options;
  options.request_bytes_max = request_bytes_max;
  options.queue_bytes_max = 4 * request_bytes_max;
  options.smartmodules = invocations_of(options_.smartmodules);
  // To the partition that it came from, as long as there is one.
  options.partitioner = [this, topic, turn = std::uint32_t{0}](const RecordRef& record,
                                                               std::uint32_t count) mutable {
    const auto& letter = *current_;
    if (letter.topic == topic && letter.partition && *letter.partition < count) {
      return PartitionId{*letter.partition};
    }
    if (record.key) return partition_for_key(*record.key, count);
    return PartitionId{turn++ % count};
  };
  return producers_.emplace(topic, client_.producer(topic, options)).first->second;
}

void Replay::send(const std::string& topic, const StoredLetter& stored, std::string mark) {
  const auto& letter = stored.letter;
  auto& to = producer(topic);
  current_ = &letter;
  const auto key = letter.key ? std::optional<std::string_view>(*letter.key) : std::nullopt;
  to.send({.key = key, .value = letter.value}, [round = round_, mark = std::move(mark),
                                                id = stored.id](const Outcome<Delivered>& outcome) {
    const std::lock_guard lock(round->guard);
    if (outcome.ok()) {
      round->done.push_back(mark);
    } else if (!round->failure) {
      round->failure = in_context("letter " + id, outcome.error());
    }
  });
  ++round_count_;
  round_bytes_ += letter.value.size() + letter.key.value_or("").size();
  if (round_count_ >= round_letters_max || round_bytes_ >= round_bytes_max) finish_round();
}

void Replay::finish_round() {
  if (round_count_ == 0) return;
  std::optional<Error> failure;
  for (auto& [topic, producer] : producers_) {
    try {
      producer.flush(round_deadline);
    } catch (const Failure& problem) {
      failure = problem.error();
    }
  }
  std::vector<std::string> done;
  {
    const std::lock_guard lock(round_->guard);
    done = std::move(round_->done);
    if (round_->failure) failure = round_->failure;
  }
  round_ = std::make_shared<Round>();
  round_marks_.clear();
  round_count_ = round_bytes_ = 0;
  if (!done.empty()) marks_->add(done);
  if (failure) throw Failure(*std::move(failure));
}

void Replay::print_summary() const {
  std::int64_t sent = 0;
  std::string topics;
  Listing by_topic({{"topic", "TOPIC"}, {"records", "RECORDS"}}, "none");
  for (const auto& [topic, count] : sent_) {
    sent += count;
    topics += (topics.empty() ? ": " : ", ") + human_count(count) + " to `" + topic + "`";
    by_topic.add({topic, count});
  }
  Facts facts;
  facts.add("replayed", "Replayed", sent)
      .add("replayed_before", "Replayed before", before_)
      .add("not_wanted", "Not wanted", unwanted_)
      .add("dry_run", "Dry run", options_.dry_run)
      .add("topics", by_topic);
  auto text = std::string(options_.dry_run ? "would replay " : "replayed ") +
              plural(sent, "record") + topics;
  if (before_ > 0) text += "; replayed before: " + human_count(before_);
  if (unwanted_ > 0) text += "; left out by the filters: " + human_count(unwanted_);
  print_done(text, facts, options_.output);
}

int run_dead_letters_replay(const DeadLettersReplayOptions& options) {
  options.place.check();
  return Replay(options).run();
}

}  // namespace

const Verb dead_letters_replay = make_verb<&run_dead_letters_replay>(
    "dead-letters replay",
    "Puts the records of dead letters back into their topics, each once: what was replayed before "
    "is left out.",
    "sluice dead-letters replay --topic orders-dead --dry-run\n"
    "sluice dead-letters replay --file dead.jsonl --code outside_rejected\n"
    "sluice dead-letters replay --topic ticks-dead --smartmodule parse-ticks\n"
    "sluice dead-letters replay --topic orders-dead --to orders-fixed");

}  // namespace sluice::cli
