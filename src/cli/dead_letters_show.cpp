// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "cli/dead_letter_input.hpp"
#include "cli/failure.hpp"
#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "cli/verbs.hpp"
#include "sluice/base64.hpp"
#include "sluice/json_text.hpp"

namespace sluice::cli {
namespace {

struct DeadLettersShowOptions {
  std::string id;
  LetterPlace place;
  ClusterOptions cluster;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::DeadLettersShowOptions> {
  using O = sluice::cli::DeadLettersShowOptions;
  static constexpr auto rows = std::tuple{
      option<&O::id>("letter",
                     "Which one, as `list` calls it: its line, or `PARTITION/OFFSET`; without a "
                     "partition it is 0.")
          .required()
          .positional(),
      option_group<&O::place>(),
      option_group<&O::cluster>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

// Bytes that are no text stand as base64, under a key that says so.
void add_bytes(Facts& facts, const Column& as_text, const Column& as_base64,
               const std::optional<std::string>& bytes) {
  if (bytes && !is_utf8(*bytes)) {
    facts.add(as_base64.key, as_base64.title, to_base64(*bytes));
  } else {
    facts.add(as_text.key, as_text.title, bytes ? Cell(*bytes) : Cell());
  }
}

Facts facts_of(const StoredLetter& stored) {
  const auto& letter = stored.letter;
  Facts facts;
  facts.add("id", "Letter", stored.id)
      .add("time", "Written", letter.time)
      .add("connector", "Connector", letter.connector)
      .add("direction", "Direction", letter.direction)
      .add("name", "Name", letter.name)
      .add("topic", "Topic", letter.topic)
      .add("partition", "Partition", cell_of(letter.partition))
      .add("offset", "Offset", cell_of(letter.offset));
  if (letter.position) {
    add_bytes(facts, {"position", "Position"}, {"position_base64", "Position (base64)"},
              letter.position);
  }
  facts
      .add("timestamp", "Timestamp",
           letter.timestamp.count() < 0 ? Cell() : Cell(utc_time(letter.timestamp)))
      .add("code", "Error", letter.code)
      .add("text", "Reason", letter.text)
      .add("attempts", "Attempts", std::int64_t{letter.attempts});
  if (!letter.module.empty()) {
    facts.add("module", "SmartModule", letter.module)
        .add("kind", "Kind", letter.kind)
        .add("step", "Step", cell_of(letter.step));
  }
  add_bytes(facts, {"key", "Key"}, {"key_base64", "Key (base64)"}, letter.key);
  add_bytes(facts, {"value", "Value"}, {"value_base64", "Value (base64)"}, letter.value);
  return facts;
}

int run_dead_letters_show(const DeadLettersShowOptions& options) {
  options.place.check();
  const StopSignal stop;
  std::optional<Client> client;
  const bool is_topic = options.place.file.empty();
  if (is_topic) client = connect(options.cluster);
  const bool has_partition = options.id.find('/') != std::string::npos;
  const auto id = is_topic && !has_partition ? "0/" + options.id : options.id;
  std::optional<StoredLetter> found;
  read_letters(options.place, client ? &*client : nullptr, stop, [&](StoredLetter stored) {
    if (stored.id != id) return true;
    found = std::move(stored);
    return false;
  });
  if (!found) {
    throw HintedFailure(
        Errc::invalid_argument,
        quote_if_needed(options.place.text()) + " has no dead letter " + quote_if_needed(id),
        "`sluice dead-letters list` lists them");
  }
  print(facts_of(*found), options.output);
  return 0;
}

}  // namespace

const Verb dead_letters_show = make_verb<&run_dead_letters_show>(
    "dead-letters show", "Shows all of one dead letter, its record included.",
    "sluice dead-letters show 12 --topic orders-dead\n"
    "sluice dead-letters show 3 --file dead.jsonl --output json");

}  // namespace sluice::cli
