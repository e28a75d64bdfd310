// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the nats source.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <sluice/options.hpp>

#include "common/nats/nats_options.hpp"

namespace sluice::nats {

enum class Start : std::uint8_t { beginning, end };
enum class Layout : std::uint8_t { json, raw };
enum class Key : std::uint8_t { none, subject };

struct SourceOptions {
  common::NatsOptions server;
  std::string subject;
  std::string stream;
  std::string durable;
  Start start = Start::beginning;
  std::optional<std::uint64_t> start_sequence;
  std::chrono::milliseconds ack_wait{30'000};
  std::uint32_t max_ack_pending = 4096;
  std::string queue_group;
  Layout layout = Layout::json;
  bool headers = false;
  Key key = Key::none;
};

void validate_source(const SourceOptions& options, OptionProblems& problems);

}  // namespace sluice::nats

template <>
struct sluice::enum_names<sluice::nats::Start> {
  using S = nats::Start;
  static constexpr std::array rows{EnumName{S::beginning, "beginning"}, EnumName{S::end, "end"}};
};
template <>
struct sluice::enum_names<sluice::nats::Layout> {
  using L = nats::Layout;
  static constexpr std::array rows{EnumName{L::json, "json"}, EnumName{L::raw, "raw"}};
};
template <>
struct sluice::enum_names<sluice::nats::Key> {
  using K = nats::Key;
  static constexpr std::array rows{EnumName{K::none, "none"}, EnumName{K::subject, "subject"}};
};

template <>
struct sluice::option_table<sluice::nats::SourceOptions> {
  using O = nats::SourceOptions;
  static constexpr auto rows = std::tuple{
      option_group<&O::server>(),
      option<&O::subject>("subject", "Subject that is read; `*` and `>` are wildcards.").required(),
      option<&O::stream>("stream",
                         "JetStream stream that is read: each message at least once. Without it "
                         "the subject is subscribed, and what comes while nobody listens is lost."),
      option<&O::durable>("durable",
                          "Durable consumer of the stream, made when it is missing; by default "
                          "`sluice-` and the name of this instance."),
      option<&O::start>("start", "Where a consumer that is made begins in the stream."),
      option<&O::start_sequence>("start-sequence", "The same, by number.").at_least(1),
      option<&O::ack_wait>("ack-wait",
                           "How long the server waits for an acknowledgement before it sends a "
                           "message again, with a consumer that is made.")
          .at_least(std::chrono::seconds{1}),
      option<&O::max_ack_pending>("max-ack-pending",
                                  "Most messages that wait for their acknowledgement, with a "
                                  "consumer that is made.")
          .at_least(1)
          .at_most(1'000'000),
      option<&O::queue_group>("queue-group",
                              "Group of subscribers that share the messages, without a stream."),
      option<&O::layout>("record-layout",
                         "`json`: an object with nats_subject, nats_reply and nats_data, an array "
                         "of numbers. `raw`: the bytes of the message."),
      option<&O::headers>("headers", "Put nats_headers into the JSON object."),
      option<&O::key>("record-key", "Key of the records: `none`, or the `subject`."),
  };

  static void validate(const O& options, OptionProblems& problems) {
    nats::validate_source(options, problems);
  }
};
