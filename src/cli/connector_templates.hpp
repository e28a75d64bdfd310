// SPDX-License-Identifier: Apache-2.0
#pragma once

// The files of a new connector: those of src/cli/templates, which CMake put into the program,
// with its names filled in. Pure.
//
// A template is at SELECTOR/PATH.in. The selector says for which connectors it is, in words
// joined by dashes: `all`, `cpp-tree`, `python-source`, `script` (not C++). In text and path stand
//
//   @base@      ticker          what it is about: also the section of its options in YAML
//   @name@      ticker-source   the connector and its program
//   @file@      ticker_source   a name of a C++ or Python thing
//   @Base@      Ticker          the same for types
//   @program@   build/bin/ticker-source, from its folder
//   @text@      one sentence that says what it does
//   @source_or_dest@   its direction in connector.toml

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/new_folder.hpp"

namespace sluice::cli {

enum class Direction : std::uint8_t { source, sink };
enum class Language : std::uint8_t { cpp, python, shell };
// Inside of the Sluice tree a C++ connector is built with it, elsewhere by itself.
enum class Place : std::uint8_t { alone, tree };

struct NewConnector {
  std::string base;  // as `base_name` makes it
  Direction direction = Direction::source;
  Language language = Language::cpp;
  Place place = Place::alone;

  [[nodiscard]] std::string name() const;
};

[[nodiscard]] std::string_view name_of(Direction direction);

// The name without `-source` or `-sink` at the end: `ticker` of `ticker` and `ticker-source`.
[[nodiscard]] std::string base_name(std::string_view name, Direction direction);
// What is wrong with a name, or empty.
[[nodiscard]] std::string wrong_in_name(std::string_view name, Direction direction);

[[nodiscard]] std::vector<TemplateFile> connector_templates(const NewConnector& connector);

// Made by CMake.
struct Template {
  std::string_view path;
  std::string_view text;
};
extern const std::span<const Template> all_templates;

}  // namespace sluice::cli
