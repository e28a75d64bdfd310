// SPDX-License-Identifier: Apache-2.0
#pragma once

// Right and wrong options made from a schema: what a validator and a parser must agree about.
//
// For each property there are values at and beyond its limits, of every allowed word, of wrong
// types and forms; besides them a missing required option, an unknown option, and two options
// that exclude each other. The same seed makes the same cases. Pure.

#include <cstdint>
#include <string>
#include <vector>

#include "catalog/json_limits.hpp"

namespace sluice::catalog {

struct SampleCase {
  std::string about;               // `qos`, or `no mqtt_url`
  json options;                    // what the schema judges
  std::vector<std::string> words;  // the same as arguments: `--qos=3`
};

// What no schema can say: tests/samples.json of a connector.
struct SampleHints {
  // Values in place of made-up free text: {"method": ["GET"]}.
  json values = json::object();
  // Options that must stand beside one, or beside one value of it:
  // {"cert_file": {"key_file": "k"}, "on_error=store": {"store": "s"}}.
  json with = json::object();
};

// Errors: `malformed` for keys and types that are not these.
[[nodiscard]] Result<SampleHints> parse_hints(std::string_view text);

// Requires: a schema that fits our meta-schema.
[[nodiscard]] std::vector<SampleCase> make_samples(const json& schema, const SampleHints& hints,
                                                   std::uint64_t seed);

// Cases made of a refusal. A program that refuses a word or a scheme names the right ones between
// backquotes, and the schema may lack one of them. None when the case was about something else.
[[nodiscard]] std::vector<SampleCase> named_choices(const json& schema, const SampleCase& refused,
                                                    std::string_view refusal);

// What `format` and `contentMediaType` say about one value, which valijson does not check:
// the ranges of int32 and the like, durations within the limits that the description names,
// sizes within `minimum` and `maximum`, addresses, JSON text.
[[nodiscard]] bool format_accepts(const json& rule, const json& value);

}  // namespace sluice::catalog
