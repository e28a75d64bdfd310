// SPDX-License-Identifier: Apache-2.0
#include "cli/console_site.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include <curl/curl.h>
#include <sys/random.h>

#include "base/text.hpp"

namespace sluice::cli {
namespace {

using connector::HttpReply;
using connector::HttpRequest;
using Json = nlohmann::ordered_json;

constexpr std::string_view api_prefix = "/api/";
constexpr std::string_view list_path = "connectors";
constexpr std::string_view change_prefix = "connectors/";
constexpr std::string_view bearer = "Bearer ";
// Less than the page's time between two questions: each of a single page is a new look.
constexpr std::chrono::milliseconds look_age_max{500};
constexpr auto policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

HttpReply text_reply(unsigned status, std::string text) {
  return {.status = status, .body = std::move(text) + "\n"};
}

HttpReply json_reply(std::string body) {
  return {.content_type = "application/json", .body = std::move(body)};
}

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// A connector that does not answer, in the form of those that do.
Json silent_status(const LocalConnector& connector) {
  const auto error = connector.problem->message();
  return {{"connector", ""},
          {"version", ""},
          {"direction", ""},
          {"name", connector.name},
          {"topic", ""},
          {"pid", 0},
          {"started", ""},
          {"state", "no answer"},
          {"paused", false},
          {"outside", "unknown"},
          {"ready", false},
          {"reasons", Json::array({error})},
          {"records",
           {{"read", 0},
            {"delivered", 0},
            {"filtered", 0},
            {"dead_lettered", 0},
            {"failed", 0},
            {"in_flight", 0}}},
          {"errors", Json::object()},
          {"retries", 0},
          {"lag", nullptr},
          {"last_error", error},
          {"recent_errors", Json::array()}};
}

std::string percent_decoded(std::string_view text) {
  int size = 0;
  const std::unique_ptr<char, decltype(&curl_free)> decoded(
      curl_easy_unescape(nullptr, text.data(), static_cast<int>(text.size()), &size), &curl_free);
  return decoded ? std::string(decoded.get(), static_cast<std::size_t>(size)) : std::string();
}

unsigned status_of(Errc code) {
  if (code == Errc::usage) return 404;
  if (code == Errc::timed_out) return 504;
  return 502;
}

// The time does not tell how much of it is right.
bool same_secret(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |=
        static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

}  // namespace

HttpReply ConsoleSite::reply(const HttpRequest& request) {
  auto out = is_host(request.host)
                 ? route(request)
                 : text_reply(403, "this is not the address that `sluice console` printed");
  out.headers.insert(out.headers.end(), {{"Content-Security-Policy", policy},
                                         {"X-Content-Type-Options", "nosniff"},
                                         {"Referrer-Policy", "no-referrer"},
                                         {"Cross-Origin-Resource-Policy", "same-origin"}});
  return out;
}

HttpReply ConsoleSite::route(const HttpRequest& request) {
  if (request.path.starts_with(api_prefix)) return api(request);
  if (request.method != "GET") return text_reply(405, "only GET");
  return file(request.path);
}

HttpReply ConsoleSite::file(std::string_view path) const {
  path.remove_prefix(path.starts_with('/') ? 1 : 0);
  if (path.empty()) path = "index.html";
  const auto found = std::ranges::find(files_, path, &web::WebFile::path);
  if (found == files_.end()) return text_reply(404, "there is no such page");
  return {.content_type = std::string(found->content_type), .body = std::string(found->bytes)};
}

HttpReply ConsoleSite::api(const HttpRequest& request) {
  if (!is_allowed(request.authorization)) {
    return text_reply(401, "the token is missing or wrong");
  }
  const auto path = request.path.substr(api_prefix.size());
  const bool changes = path.starts_with(change_prefix);
  if (!changes && path != list_path) return text_reply(404, "there is /api/connectors");
  const std::string_view method = changes ? "POST" : "GET";
  if (request.method != method) return text_reply(405, "only " + std::string(method));
  try {
    return changes ? change(path.substr(change_prefix.size())) : list();
  } catch (const Failure& failure) {
    return text_reply(status_of(failure.code()), failure.what());
  }
}

HttpReply ConsoleSite::list() {
  if (look_ && backend_.now() < look_->until) return json_reply(look_->body);
  const auto connectors = backend_.list();
  Json out{{"connectors", Json::array()}, {"time", utc_now()}};
  for (const auto& connector : connectors) {
    out["connectors"].push_back(connector.problem ? silent_status(connector) : connector.status);
  }
  look_ = {.body = text_of(out), .until = backend_.now() + look_age_max};
  return json_reply(look_->body);
}

HttpReply ConsoleSite::change(std::string_view name_and_verb) {
  const auto slash = name_and_verb.rfind('/');
  const auto verb =
      slash == std::string_view::npos ? std::string_view() : name_and_verb.substr(slash + 1);
  if (verb != "pause" && verb != "resume") {
    return text_reply(404, "there are /pause and /resume");
  }
  look_.reset();
  const auto status =
      backend_.set_paused(percent_decoded(name_and_verb.substr(0, slash)), verb == "pause");
  return json_reply(text_of(status));
}

bool ConsoleSite::is_allowed(std::string_view authorization) const {
  return authorization.starts_with(bearer) &&
         same_secret(authorization.substr(bearer.size()), token_);
}

bool ConsoleSite::is_host(std::string_view host) const {
  return hosts_.empty() || std::ranges::any_of(hosts_, [&](const std::string& own) {
           return equal_ignoring_case(own, host);
         });
}

std::string make_token() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<unsigned char, 32> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw Failure(Errc::io, std::string("no random bytes: ") + std::strerror(errno));
  }
  std::string out;
  for (const unsigned byte : bytes) {
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

}  // namespace sluice::cli
