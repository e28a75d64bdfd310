// SPDX-License-Identifier: Apache-2.0
#include "catalog/metadata_check.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include "base/text.hpp"
#include "catalog/agreement.hpp"
#include "catalog/carried_schemas.hpp"
#include "catalog/conventions.hpp"
#include "catalog/schema_check.hpp"

namespace sluice::catalog {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> keys_in_order{"name", "direction", "schema", "version",
                                                        "description"};

bool is_program(const fs::path& path) {
  std::error_code failed;
  return fs::is_regular_file(path, failed) && ::access(path.c_str(), X_OK) == 0;
}

CheckStep step_of(std::string name, std::vector<std::string> problems) {
  const auto state = problems.empty() ? StepState::ok : StepState::failed;
  return {std::move(name), state, std::move(problems)};
}

CheckStep skipped(std::string name, std::string reason) {
  return {std::move(name), StepState::skipped, {std::move(reason)}};
}

std::vector<std::string> texts_of(const std::vector<SchemaProblem>& problems) {
  std::vector<std::string> out;
  for (const auto& problem : problems) out.push_back(problem.text());
  return out;
}

// A blank between two tokens; inside of strings they are data.
bool is_compact(std::string_view line) {
  bool in_string = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (in_string && line[i] == '\\') {
      ++i;
    } else if (line[i] == '"') {
      in_string = !in_string;
    } else if (!in_string && (line[i] == ' ' || line[i] == '\t' || line[i] == '\r')) {
      return false;
    }
  }
  return true;
}

CheckStep check_line(std::string_view text, const json& tree) {
  std::vector<std::string> problems;
  if (!text.ends_with('\n')) problems.emplace_back("a line feed is missing at the end");
  const auto line = text.ends_with('\n') ? text.substr(0, text.size() - 1) : text;
  if (line.contains('\n')) {
    problems.emplace_back("it is more than one line; print compact JSON on one");
  } else if (!is_compact(line)) {
    problems.emplace_back("it has blanks between the tokens; print compact JSON");
  }
  if (!tree.is_object()) return step_of("line", {"it is no JSON object"});
  std::vector<std::string> keys;
  for (const auto& [key, value] : tree.items()) keys.push_back(key);
  if (!std::ranges::equal(keys, keys_in_order)) {
    std::string given;
    for (const auto& key : keys) given += (given.empty() ? "" : ", ") + key;
    problems.push_back("its keys are " + (given.empty() ? "none" : given) +
                       "; write exactly name, direction, schema, version, description, in this "
                       "order");
  }
  return step_of("line", std::move(problems));
}

CheckStep check_toml(const Metadata& metadata, const ConnectorToml& toml) {
  std::vector<std::string> problems;
  const auto compare = [&](const char* key, const std::string& said, const std::string& file) {
    if (said == file) return;
    problems.push_back(std::string("`") + key + "` is " + quote_if_needed(said) +
                       ", and in connector.toml " + quote_if_needed(file));
  };
  compare("name", metadata.name, toml.name);
  compare("direction", metadata.direction, toml.direction);
  compare("version", metadata.version, toml.version);
  compare("description", metadata.description, toml.description);
  return step_of("connector.toml", std::move(problems));
}

CheckStep check_meta_schema(const json& tree) {
  const auto meta = or_throw(SchemaChecker::make(or_throw(parse_json(metadata_schema()))));
  return step_of("meta-schema", texts_of(meta.check(tree)));
}

CheckStep check_golden(const Metadata& metadata, const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return skipped("golden", "there is no " + file.filename().string());
  std::ostringstream text;
  text << in.rdbuf();
  if (text.str() == golden_text(metadata)) return step_of("golden", {});
  return step_of("golden",
                 {file.string() + " is not what the program says; when the change is wanted, "
                                  "`sluice metadata check --renew` writes it anew"});
}

class Check {
 public:
  Check(const fs::path& folder, const CheckOptions& options) : folder_(folder), options_(options) {
    report_.folder = folder.string();
  }

  CheckReport run() {
    auto toml = read_connector_toml(folder_ / "connector.toml");
    if (!toml && options_.program.empty()) {
      add(step_of("connector.toml", {toml.error().message()}));
      return std::move(report_);
    }
    program_ = options_.program.empty() ? find_program(folder_, *toml, options_.programs)
                                        : options_.program;
    if (!find_said()) return std::move(report_);
    if (toml) {
      add(check_toml(metadata_, *toml));
    } else {
      add(step_of("connector.toml", {toml.error().message()}));
    }
    check_schemas();
    add(check_golden(metadata_, folder_ / "tests/metadata.json"));
    return std::move(report_);
  }

 private:
  void add(CheckStep step) { report_.steps.push_back(std::move(step)); }

  // What the program says, as text and as metadata; false when there is nothing to check.
  bool find_said() {
    if (program_.empty()) {
      add(step_of("runs", {"there is no program: build it, or say where with --program or "
                           "SLUICE_BIN; a Makefile with a rule `metadata` serves, too"}));
      return false;
    }
    std::error_code failed;
    const bool is_rule = fs::is_directory(program_, failed);
    report_.program = is_rule ? "make -C " + program_.string() + " metadata" : program_.string();
    const auto text = metadata_text(program_, options_.limits);
    if (!text) {
      add(step_of("runs", {text.error().message()}));
      return false;
    }
    add(step_of("runs", {}));
    const auto tree = parse_json(*text);
    if (!tree) {
      add(step_of("line", {tree.error().message() + "; nothing else may be printed"}));
      return false;
    }
    tree_ = *tree;
    add(check_line(*text, tree_));
    auto metadata = parse_metadata(*text);
    if (!metadata) {
      add(step_of("meta-schema", {metadata.error().message()}));
      return false;
    }
    metadata_ = *std::move(metadata);
    return true;
  }

  void check_schemas() {
    auto draft = step_of("draft-07", texts_of(check_schema(metadata_.schema)));
    const bool is_schema = draft.state == StepState::ok;
    auto meta = is_schema ? check_meta_schema(tree_)
                          : skipped("meta-schema", "its schema is no JSON schema");
    const bool fits = meta.state == StepState::ok;
    add(std::move(draft));
    add(std::move(meta));
    constexpr auto reason = "the schema does not fit the meta-schema";
    add(fits ? step_of("conventions", texts_of(check_conventions(metadata_.schema)))
             : skipped("conventions", reason));
    add(fits ? check_agreement({.program = program_,
                                .metadata = metadata_,
                                .hints = folder_ / "tests/samples.json",
                                .seed = options_.seed,
                                .deadline = options_.limits.deadline})
             : skipped("parser", reason));
  }

  const fs::path& folder_;
  const CheckOptions& options_;
  fs::path program_;
  json tree_;
  Metadata metadata_;
  CheckReport report_;
};

}  // namespace

std::string_view name_of(StepState state) noexcept {
  switch (state) {
    case StepState::ok:
      return "ok";
    case StepState::failed:
      return "failed";
    case StepState::skipped:
      return "skipped";
  }
  return "";
}

bool CheckReport::ok() const noexcept {
  return std::ranges::none_of(
      steps, [](const CheckStep& step) { return step.state == StepState::failed; });
}

fs::path find_program(const fs::path& folder, const ConnectorToml& toml,
                      std::span<const fs::path> programs) {
  const auto name = toml.binary.empty() ? toml.name : toml.binary;
  if (is_program(folder / name)) return folder / name;
  for (const auto& place : programs) {
    if (is_program(place / name)) return place / name;
  }
  std::error_code failed;
  return fs::exists(folder / "Makefile", failed) ? folder : fs::path();
}

CheckReport check_connector(const fs::path& folder, const CheckOptions& options) {
  return Check(folder, options).run();
}

std::string golden_text(const Metadata& metadata) {
  return or_throw(parse_json(metadata.line)).dump(2) + "\n";
}

}  // namespace sluice::catalog
