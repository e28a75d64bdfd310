// SPDX-License-Identifier: Apache-2.0
#pragma once

// The table that keeps what is done, in the database that has the data: for each connector and
// topic a row a partition with its last offset, and one, of partition -1, that says who may write.
//
// Who opens last owns the row; a transaction begins by touching the row as its owner. So of two
// instances with one name the older one ends with an error before it writes anything, even when its
// last transaction was on its way while the newer one started.
//
// What the database refuses here is no record's fault: `invalid_config`, with the table's name.

#include <map>
#include <string>

#include <sluice/types.hpp>

#include "common/sql/database.hpp"

namespace sluice::common::sql {

class OffsetTable {
 public:
  OffsetTable(Database& database, std::string table);

  // The first thing on a new connection. Makes the table when it is missing.
  void open(const std::string& connector, const std::string& topic);
  // Becomes the owner. Throws: `already_running` when somebody else became it since we were;
  // `Failure` as the database.
  void take_over();
  [[nodiscard]] std::map<PartitionId, Offset> read();
  // The first thing in a transaction. Throws: `already_running`.
  void claim();
  // The last thing in a transaction.
  void store(const std::map<PartitionId, Offset>& last);

 private:
  void create();
  void set_owner(const std::string& owner);
  // A statement that is about this table alone.
  template <typename Statement>
  auto own(Statement statement) const;
  std::string parameter(std::size_t number) const;
  [[nodiscard]] Failure fenced() const;

  Database& database_;
  std::string table_;
  std::string sql_name_;
  std::string connector_;
  std::string topic_;
  std::string owner_;  // this one's, since it opened
};

}  // namespace sluice::common::sql
