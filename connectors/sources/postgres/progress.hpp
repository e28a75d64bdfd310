// SPDX-License-Identifier: Apache-2.0
#pragma once

// How far the source is: what a position says. Pure.
//
// Transactions come in the order of their commits, each as a whole; so a place in the stream is the
// end of the last whole transaction, and a number of messages of the one that is under way.
//
// While the snapshot is taken, the place is the tables that are complete, and the one that is not.
// Each table is complete as of the LSN of the snapshot it was read from: a snapshot that was
// interrupted goes on with another one. The stream then begins at the least of these LSNs, and
// leaves out, of each table, what its rows have already: nothing is lost and nothing is twice.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/outcome.hpp>

namespace sluice::postgres {

using Lsn = std::uint64_t;

// 16/B374D848, as the server writes it.
[[nodiscard]] std::string format_lsn(Lsn lsn);
[[nodiscard]] std::optional<Lsn> parse_lsn(std::string_view text);

struct Progress {
  enum class Stage : std::uint8_t { nothing, snapshot, streaming };
  Stage stage = Stage::nothing;
  // Of the snapshot: the table that was begun and is not complete, or 0.
  std::uint32_t begun = 0;
  // Tables, and the LSN that their rows are of.
  std::map<std::uint32_t, Lsn> tables;
  // Streaming: the LSN that the rows of all other tables are of; 0 when there is nothing to leave
  // out.
  Lsn others = 0;
  Lsn done = 0;             // end of the last whole transaction
  Lsn under_way = 0;        // commit LSN of the one after it, or 0
  std::uint64_t count = 0;  // of its messages

  friend bool operator==(const Progress&, const Progress&) = default;
};

[[nodiscard]] std::string format_progress(const Progress& progress);
// Errors: `data_corrupt`.
[[nodiscard]] Outcome<Progress> parse_progress(std::string_view text);

// Where each run of a process begins.
//
// A process that was killed may have put more into the topic than its place says. So until the
// place has moved, the transaction under way is sent again from its `begin`, also when a run fails
// before it sends anything: only then can readers tell.
class Resume {
 public:
  // `stored` is what the topic is known to have now, or empty. Errors: `data_corrupt`.
  [[nodiscard]] Outcome<Progress> from(std::string_view stored);

 private:
  std::optional<std::string> first_;  // what an earlier process left
};

// Those of `tables` that the snapshot must still read, in their order, but the one that was begun
// first: its truncate must come while its number is still known.
[[nodiscard]] std::vector<std::uint32_t> tables_to_read(const std::vector<std::uint32_t>& tables,
                                                        const Progress& progress);

// The snapshot is complete: where the stream begins, and what it leaves out.
[[nodiscard]] Progress streaming_after(const Progress& snapshot, Lsn last);
// True when the change of this table by the transaction with this commit LSN is in its rows.
[[nodiscard]] bool is_in_rows(const Progress& progress, std::uint32_t table, Lsn commit);
// Forgets what is left out once the stream is behind it.
void forget_rows(Progress& progress);

}  // namespace sluice::postgres
