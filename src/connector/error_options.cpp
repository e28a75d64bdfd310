// SPDX-License-Identifier: Apache-2.0
#include "connector/error_options.hpp"

#include <string_view>

namespace sluice::connector {
namespace {

// The first option that asks for dead letters; empty: none does.
std::string_view who_wants_letters(const ErrorOptions& options) {
  constexpr auto letter = ErrorPolicy::dead_letter;
  if (options.on_transform == FaultPolicy::dead_letter) return "transform-error";
  if (options.on_malformed == letter) return "on-malformed";
  if (options.on_rejected == letter) return "on-rejected";
  if (options.on_too_large == letter) return "on-too-large";
  if (options.on_unavailable == letter) return "on-unavailable";
  return options.on_exhausted == FaultPolicy::dead_letter ? "on-retries-exhausted" : "";
}

void check_dead_letters(const ErrorOptions& options, OptionProblems& problems) {
  const auto& [topic, file] = options.dead_letters;
  const auto who = who_wants_letters(options);
  if (!who.empty() && !topic && !file) {
    problems.add(who, "dead letters need a place",
                 "give `--dead-letter-topic TOPIC` or `--dead-letter-file FILE`");
  }
  if (!who.empty()) return;
  const auto* const help =
      "add a policy that does, as `--transform-error dead-letter` or `--on-rejected dead-letter`, "
      "or remove this";
  if (topic) problems.add("dead-letter-topic", "nothing would be written to it", help);
  if (file) problems.add("dead-letter-file", "nothing would be written to it", help);
}

void check_retries(const ErrorOptions& options, OptionProblems& problems) {
  if (options.retry_limit > 0) return;
  const auto* const help = "give `--retry-limit N`: the attempts after which it happens";
  const auto outage = options.on_unavailable;
  if (outage == ErrorPolicy::skip || outage == ErrorPolicy::dead_letter) {
    problems.add("on-unavailable", "it would never happen: there is no limit of attempts", help);
  }
  if (options.on_exhausted != FaultPolicy::stop) {
    problems.add("on-retries-exhausted", "it would never happen: there is no limit of attempts",
                 help);
  }
}

}  // namespace

bool ErrorOptions::want_letters() const noexcept {
  return !who_wants_letters(*this).empty();
}

void validate_options(const ErrorOptions& options, OptionProblems& problems) {
  check_dead_letters(options, problems);
  check_retries(options, problems);
}

}  // namespace sluice::connector
