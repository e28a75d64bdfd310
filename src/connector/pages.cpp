// SPDX-License-Identifier: Apache-2.0
#include "connector/pages.hpp"

#include <charconv>
#include <cstdint>
#include <utility>

namespace sluice::connector {
namespace {

constexpr auto json = "application/json";
constexpr std::chrono::seconds progress_timeout{30};

HttpReply wrong_method(std::string allowed) {
  auto text = "only " + allowed + "\n";
  return {.status = 405, .body = std::move(text), .headers = {{"Allow", std::move(allowed)}}};
}

// The value of `count`, none when it is not there; an error is a number below zero.
std::optional<std::int64_t> count_of(std::string_view query) {
  constexpr std::string_view name = "count=";
  if (query.empty()) return std::nullopt;
  if (!query.starts_with(name)) return -1;
  const auto text = query.substr(name.size());
  std::int64_t count = -1;
  const auto* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, count);
  return parsed.ec == std::errc{} && parsed.ptr == end ? count : -1;
}

}  // namespace

// Whatever asks gets one snapshot.
std::optional<HttpReply> Pages::page(std::string_view path) const {
  if (path == "/livez") return HttpReply{.body = "ok\n"};
  const auto now = stats_.snapshot();
  const auto ready = readiness(now, clock_.now(), progress_timeout);
  if (path == "/readyz") {
    return HttpReply{
        .status = ready.ready ? 200U : 503U, .content_type = json, .body = readiness_json(ready)};
  }
  if (path == "/status") {
    return HttpReply{.content_type = json, .body = status_json(who_, now, ready)};
  }
  if (path == "/metrics") {
    return HttpReply{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                     .body = metrics_text(who_, now, ready, clock_.wall())};
  }
  return std::nullopt;
}

HttpReply Pages::reply(const HttpRequest& request) const {
  if (request.method != "GET") return wrong_method("GET");
  if (auto found = page(request.path)) return *std::move(found);
  return {.status = 404, .body = "there are /metrics, /livez, /readyz and /status\n"};
}

HttpReply Pages::control_reply(const HttpRequest& request) const {
  const bool pauses = request.path == "/pause";
  if (pauses || request.path == "/resume") {
    return request.method == "POST" ? pause(pauses) : wrong_method("POST");
  }
  if (request.method != "GET") return wrong_method("GET");
  if (request.path == "/tap") return tap(request.query);
  if (auto found = page(request.path)) return *std::move(found);
  return {.status = 404,
          .body = "there are /metrics, /livez, /readyz, /status, /tap, /pause and /resume\n"};
}

HttpReply Pages::pause(bool paused) const {
  const auto phase = stats_.snapshot().phase;
  if (phase == Phase::draining || phase == Phase::stopped) {
    return {.status = 409, .body = "the connector is " + std::string(name_of(phase)) + "\n"};
  }
  set_paused_(paused);
  return *page("/status");
}

HttpReply Pages::tap(std::string_view query) const {
  const auto count = count_of(query);
  if (count && *count < 0) return {.status = 400, .body = "write /tap or /tap?count=NUMBER\n"};
  auto feed = tap_.listen(count ? std::optional<std::uint64_t>(*count) : std::nullopt);
  if (!feed) {
    return {.status = 503,
            .body = "there are " + std::to_string(Tap::listeners_max) + " listeners already\n"};
  }
  return {.content_type = "application/x-ndjson", .lines = std::move(feed)};
}

}  // namespace sluice::connector
