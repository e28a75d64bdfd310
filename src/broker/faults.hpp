// SPDX-License-Identifier: Apache-2.0
#pragma once

// Faults that a test asks the embedded server for: an answer that comes late, never, by half
// or with an error; a connection that closes; a full disk; a crash at a named point. And a log
// of the requests that came. Without rules it costs one relaxed load a request. Thread-safe.
//
//   broker.faults().add({.listener = Listener::spu, .api_key = 0, .action = CloseAfter{}});

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "broker/storage_faults.hpp"
#include "wire/api.hpp"

namespace sluice::broker {

enum class Listener : std::uint8_t { sc, spu };

struct Delay {  // the request is handled later, and all behind it on its connection
  std::chrono::milliseconds duration;
};
struct DropRequest {};  // never handled, never answered
struct DropAnswer {};   // handled, never answered
struct CloseBefore {};  // the connection closes, the request is not handled
struct CloseAfter {};   // handled, and the connection closes instead of answering
struct HalfWrite {      // handled, and the connection closes after so much of the answer's frame
  std::size_t bytes;
};
struct AnswerError {  // not handled; what in the answer can, carries this error (no list or watch
                      // can)
  wire::ErrorCode code;
};
using FaultAction =
    std::variant<Delay, DropRequest, DropAnswer, CloseBefore, CloseAfter, HalfWrite, AnswerError>;

struct FaultRule {
  Listener listener = Listener::spu;
  std::uint16_t api_key = 0;
  FaultAction action;
  int skip = 0;   // so many matching requests pass first
  int count = 1;  // then so many are hit; -1: all
};

struct RequestRecord {
  Listener listener;
  std::uint16_t api_key;
  wire::Version api_version;
  std::int32_t correlation_id;
  std::string client_id;
  std::size_t size_bytes;
};

class Faults {
 public:
  void add(FaultRule rule);
  // Forgets the rules and frees the disk.
  void clear();
  [[nodiscard]] StorageFaults& storage() noexcept { return storage_; }

  // Off by default. Keeps the last `record_count_max` requests.
  void record_requests(std::size_t record_count_max);
  [[nodiscard]] std::vector<RequestRecord> requests() const;

  // A session asks what to do with a request. The first rule that matches and is not used up.
  [[nodiscard]] std::optional<FaultAction> on_request(Listener listener,
                                                      const wire::RequestHeader& header,
                                                      std::size_t size_bytes);

 private:
  StorageFaults storage_;
  std::atomic<bool> active_{false};
  mutable std::mutex mutex_;
  std::vector<FaultRule> rules_;
  std::size_t record_count_max_ = 0;
  std::deque<RequestRecord> records_;
};

}  // namespace sluice::broker
