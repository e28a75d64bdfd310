// SPDX-License-Identifier: Apache-2.0
#pragma once

// What can go wrong, and the one exception that carries it.
//
// `Errc` says which kind of failure it is; `describe()` gives the one row of facts about a
// kind: its stable name, whether trying again can help, and the exit code of a program that
// stops because of it. Pure layers return an `Error`; what waits throws `Failure`.
// All of it is safe to use from any thread.

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace sluice {

enum class Errc : std::uint8_t {
  // Bytes and text from outside.
  truncated,     // the input ends before the thing it announces
  malformed,     // the input breaks its format
  too_large,     // a length, count or record is over a limit
  crc_mismatch,  // stored and computed checksum differ
  unsupported,   // valid, but a version, codec or feature that is not implemented
  // What the user asked for.
  usage,             // wrong command line
  invalid_config,    // wrong configuration file, environment or profile
  invalid_argument,  // a value that an interface refuses
  // The machine and the network.
  io,                  // reading or writing a file or socket failed
  no_space,            // the disk is full
  permission_denied,   // the operating system or the far side refuses access
  address_in_use,      // the port is taken
  connection_refused,  // nobody listens there
  connection_lost,     // the connection ended in the middle
  unresolved_host,     // the host name has no address
  tls,                 // certificate or handshake problem
  timed_out,           // a deadline passed
  cancelled,           // the caller gave up, or the object was closed
  // The Fluvio cluster.
  incompatible_server,  // no common protocol version
  protocol,             // the server broke the protocol
  topic_not_found,      // no such topic
  topic_exists,         // the topic exists already
  partition_not_found,  // the topic has no such partition
  not_leader,           // this SPU does not lead the partition (now)
  offset_out_of_range,  // offset before the first or after the last
  offset_evicted,       // retention removed the offset
  record_too_large,     // one record does not fit the request limit
  compression,          // a codec failed, or the topic forbids it
  smartmodule,          // a SmartModule is missing, invalid or failed
  server,               // any other error code of a server; the code is in the text
  // The outside system of a connector.
  outside_unavailable,  // it cannot be reached, or says to try later
  outside_rejected,     // it refuses this record or request for good
  // The rest.
  already_running,  // another instance holds the lock
  data_corrupt,     // stored data fails its checks
  internal,         // a bug, reported rather than aborted on
};

// The facts about one kind of failure.
struct ErrcInfo {
  Errc code;
  std::string_view name;  // stable: users write it in scripts and policies
  bool retryable;         // waiting and trying again can help
  int exit_code;          // 1 runtime, 2 usage or configuration, 3 environment
  std::string_view text;
};

[[nodiscard]] const ErrcInfo& describe(Errc code) noexcept;

struct Error {
  Errc code = Errc::internal;
  std::string context;      // ours: what was tried, with which value, what to do next
  std::string server_text;  // theirs; may hold user data, so it is never logged by itself

  [[nodiscard]] bool retryable() const noexcept { return describe(code).retryable; }
  // "context: server text", or the kind's own text when there is no context.
  [[nodiscard]] std::string message() const;

  friend bool operator==(const Error&, const Error&) = default;
};

// Puts "what: " before the error's context: what the caller was doing.
[[nodiscard]] Error in_context(std::string_view what, Error error);

class Failure : public std::exception {
 public:
  explicit Failure(Error error) : error_(std::move(error)), what_(error_.message()) {}
  Failure(Errc code, std::string context) : Failure(Error{code, std::move(context), {}}) {}

  [[nodiscard]] const Error& error() const noexcept { return error_; }
  [[nodiscard]] Errc code() const noexcept { return error_.code; }
  [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }

 private:
  Error error_;
  std::string what_;
};

}  // namespace sluice
