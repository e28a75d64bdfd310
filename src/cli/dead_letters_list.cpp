// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "cli/dead_letter_input.hpp"
#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct DeadLettersListOptions {
  LetterPlace place;
  LetterFilter filter;
  std::uint64_t count = 1'000;
  ClusterOptions cluster;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::DeadLettersListOptions> {
  using O = sluice::cli::DeadLettersListOptions;
  static constexpr auto rows = std::tuple{
      option_group<&O::place>(),
      option_group<&O::filter>(),
      option<&O::count>("count", "Most letters that are shown.")
          .short_name('n')
          .at_least(1U)
          .at_most(1'000'000U),
      option_group<&O::cluster>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

int run_dead_letters_list(const DeadLettersListOptions& options) {
  options.place.check();
  const StopSignal stop;
  std::optional<Client> client;
  if (options.place.file.empty()) client = connect(options.cluster);
  Listing listing({{"id", "LETTER"},
                   {"time", "TIME"},
                   {"connector", "CONNECTOR"},
                   {"name", "NAME"},
                   {"topic", "TOPIC"},
                   {"partition", "PARTITION"},
                   {"offset", "OFFSET"},
                   {"code", "CODE"},
                   {"attempts", "ATTEMPTS"},
                   {"text", "REASON"}},
                  "no dead letters");
  std::uint64_t shown = 0;
  bool more = false;
  const bool is_table = options.output.output == OutputFormat::table;
  const auto strangers =
      read_letters(options.place, client ? &*client : nullptr, stop, [&](StoredLetter stored) {
        const auto& letter = stored.letter;
        if (!options.filter.wants(letter)) return true;
        more = shown == options.count;
        if (more) return false;
        ++shown;
        constexpr std::size_t reason_max = 60;
        const bool is_long = is_table && letter.text.size() > reason_max;
        listing.add({stored.id, letter.time, letter.connector, letter.name, letter.topic,
                     cell_of(letter.partition), cell_of(letter.offset), letter.code,
                     std::int64_t{letter.attempts},
                     is_long ? letter.text.substr(0, reason_max) + "..." : letter.text});
        return true;
      });
  print(listing, options.output);
  warn_of_strangers(strangers);
  if (more) write_stderr("note: there are more; `--count` shows more of them\n");
  return 0;
}

}  // namespace

const Verb dead_letters_list = make_verb<&run_dead_letters_list>(
    "dead-letters list", "Lists records that connectors could not deliver, with the reason.",
    "sluice dead-letters list --topic orders-dead\n"
    "sluice dead-letters list --file dead.jsonl --code outside_rejected --since 1h");

}  // namespace sluice::cli
