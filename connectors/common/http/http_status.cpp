// SPDX-License-Identifier: Apache-2.0
#include "common/http/http_status.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <curl/curl.h>

namespace sluice::common {
namespace {

constexpr auto reasons = std::to_array<std::pair<int, std::string_view>>({
    {100, "Continue"},
    {101, "Switching Protocols"},
    {102, "Processing"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {207, "Multi-Status"},
    {208, "Already Reported"},
    {226, "IM Used"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Payload Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {418, "I'm a teapot"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Entity"},
    {423, "Locked"},
    {424, "Failed Dependency"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {506, "Variant Also Negotiates"},
    {507, "Insufficient Storage"},
    {508, "Loop Detected"},
    {510, "Not Extended"},
    {511, "Network Authentication Required"},
});

constexpr std::chrono::hours wait_max{1};
constexpr std::size_t server_text_bytes_max = 500;

bool has(const std::vector<std::uint16_t>& list, int status) {
  return std::ranges::find(list, status) != list.end();
}

}  // namespace

std::string_view reason_phrase(int status) {
  const auto found = std::ranges::find(reasons, status, &std::pair<int, std::string_view>::first);
  return found == reasons.end() ? std::string_view() : found->second;
}

std::string status_text(int status) {
  const auto reason = reason_phrase(status);
  return std::to_string(status) + (reason.empty() ? "" : " " + std::string(reason));
}

std::optional<Errc> errc_of_status(int status, const StatusRules& rules) {
  if (has(rules.accept, status)) return std::nullopt;
  if (has(rules.retry, status)) return Errc::outside_unavailable;
  if (has(rules.reject, status)) return Errc::outside_rejected;
  switch (status) {
    case 401:
    case 403:
    case 407:
      return Errc::permission_denied;
    case 408:
    case 425:
    case 429:
      return Errc::outside_unavailable;
    case 413:
      return Errc::record_too_large;
    case 501:
    case 505:
      return Errc::outside_rejected;
    default:
      break;
  }
  if (status >= 200 && status < 300) return std::nullopt;
  if (status >= 300 && status < 400) return Errc::invalid_config;
  if (status >= 400 && status < 500) return Errc::outside_rejected;
  return Errc::outside_unavailable;
}

std::optional<std::chrono::milliseconds> parse_retry_after(
    std::string_view value, std::chrono::system_clock::time_point now) {
  std::uint32_t seconds = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (end != value.data()) {
    if (problem != std::errc() && problem != std::errc::result_out_of_range) return std::nullopt;
    // Some send parts of a second.
    if (end != value.data() + value.size() && *end != '.') return std::nullopt;
    if (problem == std::errc::result_out_of_range) return wait_max;
    return std::min<std::chrono::milliseconds>(std::chrono::seconds(seconds), wait_max);
  }
  const std::time_t date = curl_getdate(std::string(value).c_str(), nullptr);
  if (date == -1) return std::nullopt;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(
      std::chrono::system_clock::from_time_t(date) - now);
  return std::clamp<std::chrono::milliseconds>(wait, std::chrono::milliseconds{0}, wait_max);
}

std::optional<Error> status_error(const HttpResponse& response, std::string_view what,
                                  const StatusRules& rules) {
  const auto errc = errc_of_status(response.status, rules);
  if (!errc) return std::nullopt;
  Error error{*errc, std::string(what) + ": the answer is " + status_text(response.status), {}};
  if (*errc == Errc::invalid_config) {
    error.context += ", which is not followed: give the address that it leads to";
  }
  error.server_text = response.body.substr(0, server_text_bytes_max);
  return error;
}

}  // namespace sluice::common
