// SPDX-License-Identifier: Apache-2.0
#include "http_check.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "check_stream.hpp"
#include "common/http/http_status.hpp"
#include "transfer.hpp"
#include "websocket.hpp"

namespace sluice::http {
namespace {

// Takes the head of the answer and ends the transfer with it.
class HeadOnly final : public Receiver {
 public:
  Outcome<Done> on_head(const ResponseHead& head) override {
    code = head.code;
    return Error{Errc::cancelled, "the head is enough", {}};
  }
  Outcome<Done> on_data(std::string_view) override { return Done{}; }

  std::optional<int> code;
};

// Thrown through the websocket when it is open: that is all we wanted.
struct IsOpen {};

bool is_safe(const std::string& method) {
  constexpr std::array<std::string_view, 4> safe{"GET", "HEAD", "OPTIONS", "TRACE"};
  return std::ranges::find(safe, method) != safe.end();
}

Error too_late(const HttpOptions& options) {
  return {Errc::timed_out, options.endpoint.redacted() + ": no answer in time", {}};
}

void check_websocket(HttpOptions options, CheckContext& check) {
  options.websocket.subscription_message.reset();
  options.websocket.subscription_messages.clear();
  CheckStream stream(check);
  try {
    const auto done = run_websocket(options, stream, [] { throw IsOpen(); });
    throw Failure(done.ok() ? too_late(options) : done.error());
  } catch (const IsOpen&) {
    check.found(options.endpoint.redacted() + " opens a websocket");
  }
}

void judge(const HttpOptions& options, int code, bool asked_instead) {
  const bool refuses_us = code == 401 || code == 403 || code == 407;
  const bool wanted = options.error_status == ErrorStatus::send;
  if (code < 400 || wanted || (asked_instead && !refuses_us)) return;
  throw Failure(refuses_us ? Errc::permission_denied : Errc::outside_unavailable,
                options.endpoint.redacted() + " answers " + common::status_text(code));
}

}  // namespace

void check_http(const HttpOptions& options, CheckContext& check) {
  if (is_websocket(options)) return check_websocket(options, check);
  auto asked = options;
  const bool asked_instead = !is_safe(options.method);
  if (asked_instead) {
    asked.method = "OPTIONS";
    asked.body.reset();
  }
  CheckStream stream(check);
  Transfer transfer(asked);
  HeadOnly head;
  const auto done = transfer.perform(stream, head);
  if (!head.code) {
    const bool late = done.ok() || done.error().code == Errc::cancelled;
    throw Failure(late ? too_late(options) : done.error());
  }
  judge(options, *head.code, asked_instead);
  check.found(options.endpoint.redacted() + " answers " +
              (asked_instead ? "OPTIONS with " + common::status_text(*head.code) + "; " +
                                   options.method + " itself is not sent"
                             : common::status_text(*head.code)));
}

}  // namespace sluice::http
