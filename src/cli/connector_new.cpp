// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "cli/connector_templates.hpp"
#include "cli/failure.hpp"
#include "cli/kit_place.hpp"
#include "cli/listing.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct ConnectorNewOptions {
  std::string name;
  Language language = Language::cpp;
  std::string into;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::enum_names<sluice::cli::Language> {
  using L = sluice::cli::Language;
  static constexpr std::array rows{EnumName{L::cpp, "cpp"}, EnumName{L::python, "python"},
                                   EnumName{L::shell, "shell"}};
};

template <>
struct sluice::option_table<sluice::cli::ConnectorNewOptions> {
  using O = sluice::cli::ConnectorNewOptions;
  static constexpr auto rows = std::tuple{
      option<&O::name>("name",
                       "Name of the folder. The connector has the same, with -source or -sink at "
                       "the end.")
          .required()
          .positional(),
      option<&O::language>("language", "What it is written in.").short_name('l'),
      option<&O::into>("into",
                       "Folder that gets the new one. Else this one; in the Sluice source tree, "
                       "connectors/sources or connectors/sinks.")
          .value_name("DIR"),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

struct Target {
  fs::path folder;
  Place place = Place::alone;
};

Target target_of(const ConnectorNewOptions& options, Direction direction) {
  const auto tree = source_tree(options.into.empty() ? "." : options.into);
  if (!tree) return {fs::path(options.into) / options.name};
  const auto connectors = *tree / "connectors" / (std::string(name_of(direction)) + "s");
  if (options.into.empty()) return {connectors / options.name, Place::tree};
  std::error_code failed;
  const bool fits = fs::equivalent(options.into, connectors, failed);
  return {fs::path(options.into) / options.name, fits ? Place::tree : Place::alone};
}

void require_kit(const fs::path& prefix) {
  if (has_kit(prefix)) return;
  throw HintedFailure(
      Errc::io, "the connector kit for C++ is not installed in " + quote_if_needed(prefix.string()),
      "install the package libsluice-dev, or say where it is in SLUICE_ROOT; or choose `--language "
      "python` or `--language shell`, which do not need it");
}

// For a machine where `make` would not find this Sluice by itself; not for others to have.
void add_local_settings(const fs::path& prefix, std::vector<TemplateFile>& files) {
  if (is_on_path(prefix)) return;
  files.push_back(
      {"local.mk", "# Where Sluice is on this machine.\nSLUICE_ROOT ?= " + prefix.string() + "\n"});
}

template <Direction direction>
int run(const ConnectorNewOptions& options) {
  const auto wrong = wrong_in_name(options.name, direction);
  if (!wrong.empty()) {
    throw HintedFailure(
        Errc::usage, quote_if_needed(options.name) + " cannot be the name of a connector", wrong);
  }
  const auto [folder, place] = target_of(options, direction);
  const NewConnector connector{.base = base_name(options.name, direction),
                               .direction = direction,
                               .language = options.language,
                               .place = place};
  auto files = connector_templates(connector);
  if (options.language != Language::cpp || place == Place::alone) {
    const auto prefix = sluice_prefix();
    if (options.language == Language::cpp) require_kit(prefix);
    add_local_settings(prefix, files);
  }
  write_new_folder(folder, files);

  std::vector<std::string> paths;
  for (const auto& file : files) paths.push_back((folder / file.path).string());
  Facts facts;
  facts.add("name", "Name", connector.name())
      .add("folder", "Folder", folder.string())
      .add("files", "Files", paths);
  print_done("the " + std::string(name_of(direction)) + " `" + connector.name() + "` is in " +
                 quote_if_needed(folder.string()) + "; next: `make -C " +
                 quote_if_needed(folder.string()) + " test`",
             facts, options.output);
  return 0;
}

}  // namespace

const Verb new_source = make_verb<&run<Direction::source>>(
    "new source", "Makes a folder with a source to begin with: program, tests, README, Makefile.",
    "sluice new source ticker\n"
    "sluice new source ticker --language python --into connectors");

const Verb new_sink = make_verb<&run<Direction::sink>>(
    "new sink", "Makes a folder with a sink to begin with: program, tests, README, Makefile.",
    "sluice new sink archive\n"
    "sluice new sink archive --language shell");

}  // namespace sluice::cli
