// SPDX-License-Identifier: Apache-2.0
#pragma once

// Everything that a connector's metadata must be, checked in steps: what CI and
// `sluice metadata check` run.
//
//   runs            `metadata` ends by itself and prints
//   line            exactly one compact line of JSON, its keys in their order
//   connector.toml  name, direction, version and description are those of the file
//   meta-schema     it fits catalog/metadata.schema.json
//   draft-07        its schema is a JSON schema by the official meta-schema
//   conventions     names, words, defaults, secrets
//   parser          the program accepts exactly what the schema accepts
//   golden          it is the one in tests/metadata.json, when there is that file
//
// A step whose input is missing is skipped and says why.

#include <cstdint>
#include <span>

#include "catalog/connector_toml.hpp"
#include "catalog/metadata.hpp"

namespace sluice::catalog {

enum class StepState : std::uint8_t { ok, failed, skipped };
[[nodiscard]] std::string_view name_of(StepState state) noexcept;

struct CheckStep {
  std::string name;
  StepState state = StepState::ok;
  std::vector<std::string> notes;  // problems, the reason, or what was done
};

struct CheckReport {
  std::string folder;
  std::string program;  // or `make metadata`
  std::vector<CheckStep> steps;

  [[nodiscard]] bool ok() const noexcept;
};

struct CheckOptions {
  std::filesystem::path program;                // empty: it is looked for
  std::vector<std::filesystem::path> programs;  // folders with built programs
  std::uint64_t seed = 1;
  MetadataLimits limits;
};

// Checks the connector in a folder, with its connector.toml. Never throws for what is wrong
// with the connector.
[[nodiscard]] CheckReport check_connector(const std::filesystem::path& folder,
                                          const CheckOptions& options);

// The program of a connector: in its folder, then in `programs`; else the folder itself, when it
// has a Makefile. Empty when there is none.
[[nodiscard]] std::filesystem::path find_program(const std::filesystem::path& folder,
                                                 const ConnectorToml& toml,
                                                 std::span<const std::filesystem::path> programs);

// The text of a golden file: pretty, with a line feed at the end.
[[nodiscard]] std::string golden_text(const Metadata& metadata);

}  // namespace sluice::catalog
