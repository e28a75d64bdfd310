// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reading options: a set of bound structs is filled from the command line, the environment
// and a YAML file, in that order of precedence, over the members' initial values.
//
// `parse_options` reports everything that is wrong, not the first thing, each with its place,
// its value (never a secret) and what to do. It does no I/O of its own: environment and files
// come through the functions in `ParseInput`. It never throws for what a user wrote.

#include <functional>

#include "sluice/error.hpp"
#include "sluice/options/config.hpp"

namespace sluice {

struct Diagnostic {
  Errc code = Errc::usage;
  std::string place;       // `--interval`, `http.yaml:12:5`, `environment HTTP_BODY`
  std::string problem;     // what is wrong, with which value
  std::string help;        // what to do
  std::string suggestion;  // the nearest right name, when a name was wrong

  // place: problem; help
  [[nodiscard]] std::string text() const;
  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

// Where a table's own rules report: `static void validate(const O&, OptionProblems&)` in an
// `option_table` is called after all options are read, if none of them is wrong.
class OptionProblems {
 public:
  // `option` is the row's name; the report gets the place where its value came from.
  void add(std::string_view option, std::string problem, std::string help = {});

  struct Item {
    std::string option, problem, help;
  };
  [[nodiscard]] const std::vector<Item>& items() const noexcept { return items_; }

 private:
  std::vector<Item> items_;
};

struct BindHow {
  std::string heading = "Options";  // of the group in help and reference pages
  bool in_section = true;           // may stand in the connector's section of the YAML file
  bool in_schema = true;
};

// Structs with option tables, bound together to be read in one pass. The set refers to the
// structs: they outlive it.
class OptionSet {
 public:
  struct Binding {
    void* object;
    std::span<const OptionRow> rows;
    void (*validate)(const void* object, OptionProblems& problems);  // or null
    BindHow how;
  };

  template <options::HasTable O>
  OptionSet& bind(O& object, BindHow how = {}) {
    Binding binding{&object, options::rows_of<O>(), nullptr, std::move(how)};
    if constexpr (requires(OptionProblems& p) { option_table<O>::validate(object, p); }) {
      binding.validate = [](const void* bound, OptionProblems& problems) {
        option_table<O>::validate(*static_cast<const O*>(bound), problems);
      };
    }
    bindings_.push_back(std::move(binding));
    return *this;
  }

  [[nodiscard]] const std::vector<Binding>& bindings() const noexcept { return bindings_; }

 private:
  std::vector<Binding> bindings_;
};

struct FileText {
  std::string text;
  std::string problem;  // why it could not be read; empty: it was
};

struct OptionLimits {
  std::size_t words_max = 4096;                // of the command line
  std::size_t file_bytes_max = 1'048'576;      // of the YAML file, and of the secrets file
  std::size_t depth_max = 64;                  // of nesting in YAML
  std::size_t nodes_max = 100'000;             // YAML values, aliases expanded
  std::size_t expanded_bytes_max = 8'388'608;  // of text in them, aliases expanded
};

struct ParseInput {
  std::vector<std::string> words;  // of the command line, without the program's name
  std::function<std::optional<std::string>(const std::string& name)> environment;
  std::function<FileText(const std::string& path)> read_file;
  // Options of the set that name the YAML file and the secrets file, if it has them.
  std::string config_option = "config";
  std::string secrets_option = "secrets";
  // The connector's section in the YAML file, and its direction: `source`, `sink`, or empty
  // for either. A set that is not a connector's ignores both.
  std::string section = "custom";
  std::string direction;
  OptionLimits limits;
};

struct ParseOutcome {
  enum class Wants : std::uint8_t { run, help, version };
  Wants wants = Wants::run;
  std::vector<Diagnostic> problems;  // command line first; empty: the structs are filled
  std::vector<Diagnostic> warnings;  // deprecated options
  ConnectorConfig config;            // generation `none` when there was no file

  [[nodiscard]] bool ok() const noexcept { return problems.empty(); }
  // All problems, one a line.
  [[nodiscard]] std::string report() const;
  // Requires: !ok().
  [[nodiscard]] Failure failure() const;
};

// The structs of the set are written only where a source has a value, and not at all when
// help or version is wanted. After problems their content is unspecified.
[[nodiscard]] ParseOutcome parse_options(const OptionSet& set, const ParseInput& input);

// Reads a YAML file on its own, without knowing the connector: `sluice validate FILE`. The
// section's content is not checked. `lookup` finds the secrets.
[[nodiscard]] ParseOutcome parse_connector_config(
    std::string_view text, const std::string& path,
    const std::function<std::optional<std::string>(const std::string&)>& lookup,
    const OptionLimits& limits = {});

// `ParseInput` for a program: its arguments, its environment, files from disk.
[[nodiscard]] ParseInput program_input(int argc, const char* const* argv);

}  // namespace sluice
