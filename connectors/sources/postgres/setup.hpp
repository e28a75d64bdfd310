// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the server must have before changes can be read: wal_level, a role that may replicate, the
// publication, the slot. Looked at by a start and by a check; made by a start.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/postgres/connection.hpp"
#include "progress.hpp"
#include "source_options.hpp"

namespace sluice::postgres {

using common::postgres::Connection;

struct Slot {
  std::string wal_status;  // reserved, extended, unreserved, lost; empty before PostgreSQL 13
  Lsn confirmed = 0;
  std::int64_t retained_bytes = 0;  // of WAL, because of this slot
  std::optional<int> active_pid;
};

struct Outside {
  int version = 0;
  Lsn wal_end = 0;  // of the server, now
  std::chrono::milliseconds sender_timeout{0};
  bool has_publication = false;
  std::optional<Slot> slot;
};

// Throws: `Failure`: `invalid_config` (wal_level, a slot of another kind), `permission_denied`.
[[nodiscard]] Outside examine(Connection& connection, const SourceOptions& options);
// None when there is no such slot.
[[nodiscard]] std::optional<Slot> look_at_slot(Connection& connection, const std::string& name);

// Throws: `Failure` when what is there does not let this place go on without a gap: a slot that is
// gone or lost (`data_corrupt`), or what is missing must not be made (`invalid_config`).
void require_continuity(const Outside& outside, const SourceOptions& options,
                        const Progress& progress);

void make_publication(Connection& connection, const SourceOptions& options);
void make_slot(Connection& connection, const SourceOptions& options);

// Tables of the publication whose UPDATE and DELETE the server refuses, for want of a key.
[[nodiscard]] std::string tables_without_identity(Connection& connection,
                                                  const SourceOptions& options);

}  // namespace sluice::postgres
