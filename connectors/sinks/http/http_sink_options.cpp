// SPDX-License-Identifier: Apache-2.0
#include "http_sink_options.hpp"

#include <algorithm>

namespace sluice::http_sink {
namespace {

bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           marks.find(c) != std::string_view::npos;
  });
}

void require_header_name(const std::string& name, std::string_view option,
                         OptionProblems& problems) {
  if (name.empty() || is_token(name)) return;
  problems.add(option, "`" + name + "` is not the name of a header",
               "write for example Idempotency-Key");
}

void require_disjoint(const HttpSinkOptions& options, OptionProblems& problems) {
  const auto require = [&](const auto& one, const auto& other, std::string_view name) {
    for (const auto status : one) {
      if (std::ranges::find(other, status) == other.end()) continue;
      problems.add(name, std::to_string(status) + " has two meanings", "leave it in one list");
    }
  };
  require(options.retry_status, options.accept_status, "retry-status");
  require(options.reject_status, options.accept_status, "reject-status");
  require(options.reject_status, options.retry_status, "reject-status");
}

}  // namespace

void validate_options(const HttpSinkOptions& options, OptionProblems& problems) {
  constexpr std::array<std::string_view, 4> bodiless{"GET", "HEAD", "TRACE", "CONNECT"};
  if (!is_token(options.method) || std::ranges::find(bodiless, options.method) != bodiless.end()) {
    problems.add("method", "`" + options.method + "` is not a method that carries a record",
                 "write POST, PUT or PATCH");
  }
  if (options.endpoint.host().empty()) {
    problems.add("endpoint", "the address has no host", "write for example https://host/path");
  }
  require_header_name(options.idempotency_header, "idempotency-header", problems);
  require_header_name(options.key_header, "key-header", problems);
  if (options.body != Body::record && !options.key_header.empty()) {
    problems.add("key-header", "a batch has many keys", "use --body record, or leave it out");
  }
  if (options.body != Body::record && options.metadata_headers) {
    problems.add("metadata-headers", "a batch has many offsets",
                 "use --body record, or leave it out");
  }
  require_disjoint(options, problems);
  common::validate(options.http, problems);
}

}  // namespace sluice::http_sink
