// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where dead letters are read from, which of them, and how each is called: by its line in a file,
// by `PARTITION/OFFSET` in a topic.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cli/cluster_options.hpp"
#include "cli/stop_signal.hpp"
#include "connector/dead_letter_reading.hpp"
#include "sluice/options/table.hpp"

namespace sluice::cli {

struct LetterPlace {
  std::string topic;
  std::string file;

  // Throws: `usage` unless exactly one is given.
  void check() const;
  [[nodiscard]] const std::string& text() const { return file.empty() ? topic : file; }
};

struct LetterFilter {
  std::string code;
  std::string connector;
  std::string name;
  std::optional<std::chrono::milliseconds> since;

  [[nodiscard]] bool wants(const sluice::connector::ReadLetter& letter) const;
};

struct StoredLetter {
  std::string id;  // `12`, `0/12`
  std::string text;
  connector::ReadLetter letter;
};

// Gives each in order until `take` returns false; those that are no letters are counted, and the
// last line of a file that a connector is writing is left out. The client is for a topic. Throws:
// `topic_not_found`, `io`, `timed_out` when nothing comes for half a minute, `cancelled` at a stop.
// The number of those that are no letters.
std::uint64_t read_letters(const LetterPlace& place, Client* client, const StopSignal& stop,
                           const std::function<bool(StoredLetter)>& take);
// Each record of a topic until `take` returns false. Throws: `timed_out`, `cancelled` as above.
void read_to_end(Client& client, const std::string& topic, const StopSignal& stop,
                 const std::function<bool(PartitionId, const ConsumedRecord&)>& take);
// Says that there were some.
void warn_of_strangers(std::uint64_t count);

}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::LetterPlace> {
  using O = sluice::cli::LetterPlace;
  static constexpr auto rows = std::tuple{
      option<&O::topic>("topic", "Topic of the dead letters.").excludes_group("place"),
      option<&O::file>("file", "File of the dead letters.")
          .value_name("FILE")
          .excludes_group("place"),
  };
};

template <>
struct sluice::option_table<sluice::cli::LetterFilter> {
  using O = sluice::cli::LetterFilter;
  static constexpr auto rows = std::tuple{
      option<&O::code>("code", "Only those with this error: `malformed`, `outside_rejected`."),
      option<&O::connector>("connector", "Only those of this connector: `http-sink`."),
      option<&O::name>("name", "Only those of the instance with this name."),
      option<&O::since>("since", "Only those that were written in this last time: `1h`."),
  };
};
