// SPDX-License-Identifier: Apache-2.0
#include "http_options.hpp"

#include <algorithm>

namespace sluice::http {
namespace {

bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           marks.find(c) != std::string_view::npos;
  });
}

char unescaped(char letter) {
  switch (letter) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case '0':
      return '\0';
    default:
      return letter;
  }
}

}  // namespace

bool is_websocket(const HttpOptions& options) {
  return options.endpoint.scheme() == "ws" || options.endpoint.scheme() == "wss";
}

std::string unescaped_delimiter(const std::string& text) {
  constexpr std::string_view letters = "nrt0\\";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 1 < text.size() &&
                        letters.find(text[i + 1]) != std::string_view::npos;
    out += escape ? unescaped(text[++i]) : text[i];
  }
  return out;
}

void validate_options(const HttpOptions& options, OptionProblems& problems) {
  if (!is_token(options.method)) {
    problems.add("method", "`" + options.method + "` is not an HTTP method",
                 "write for example GET, POST or PUT");
  }
  if (options.endpoint.host().empty()) {
    problems.add("endpoint", "the address has no host", "write for example https://host/path");
  }
  if (options.delimiter.empty()) {
    problems.add("delimiter", "an empty delimiter never splits", "write for example \\n");
  }
  if (options.stream && is_websocket(options)) {
    problems.add("stream", "a websocket is a stream already", "leave the option out");
  }
  common::validate(options.tls, problems);
  if (!options.endpoint.user().empty() && is_websocket(options)) {
    problems.add("endpoint", "user and password in the address of a websocket would do nothing",
                 "give --header 'Authorization: Basic ...'");
  }
  if (options.proxy && is_websocket(options)) {
    problems.add("proxy", "a websocket goes through no proxy", "leave the option out");
  }
}

}  // namespace sluice::http
