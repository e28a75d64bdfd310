// SPDX-License-Identifier: Apache-2.0
#include "cli/smartmodule_options.hpp"

#include <filesystem>

#include "cli/failure.hpp"
#include "cli/file_text.hpp"
#include "options/walk.hpp"
#include "options/yaml_tree.hpp"

namespace sluice::cli {
namespace {

struct TransformsFile {
  std::vector<TransformConfig> transforms;
};

constexpr std::size_t transforms_bytes_max = 1'048'576;

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::TransformsFile> {
  using O = sluice::cli::TransformsFile;
  static constexpr auto rows =
      std::tuple{option<&O::transforms>("transforms", "SmartModules.").required()};
};

namespace sluice::cli {

std::optional<SmartModuleLookback> SmartModuleArguments::lookback() const {
  if (!lookback_last && !lookback_age) return std::nullopt;
  return SmartModuleLookback{.last = lookback_last.value_or(0), .age = lookback_age};
}

std::optional<SmartModuleLookback> lookback_of(const TransformConfig& transform) {
  const auto& [last, age] = transform.lookback;
  if (last == 0 && !age) return std::nullopt;
  return SmartModuleLookback{.last = last, .age = age};
}

std::vector<TransformConfig> parse_transforms(std::string_view text, const std::string& path) {
  options::Report report;
  TransformsFile file;
  if (const auto root = options::parse_yaml(text, path, {}, report)) {
    const options::KeyIndex keys;
    if (root->kind == ConfigNode::Kind::mapping) {
      options::fill(*root, {options::rows_of<TransformsFile>(), &file, "", ""},
                    {.path = path, .report = report, .keys = keys});
    } else {
      report.problem({.code = Errc::invalid_config,
                      .place = options::place_of(path, *root),
                      .problem = "the file is not a mapping",
                      .help = "write `transforms:`, and below it `- uses: NAME`"});
    }
  }
  std::string problems;
  for (const auto& problem : report.problems()) {
    problems += (problems.empty() ? "" : "\n") + problem.text();
  }
  if (!problems.empty()) throw Failure(Errc::invalid_config, problems);
  return std::move(file.transforms);
}

std::vector<TransformConfig> TransformOptions::all() const {
  if (!file.empty()) return parse_transforms(read_text(file, transforms_bytes_max), file);
  return lines;
}

void refuse_arguments(const SmartModuleArguments& arguments, const std::string& why) {
  const auto refuse = [&](bool is_given, const char* option) {
    if (is_given) throw Failure(Errc::usage, std::string(option) + ": " + why);
  };
  refuse(!arguments.params.empty(), "--params");
  refuse(arguments.lookback_last.has_value(), "--lookback-last");
  refuse(arguments.lookback_age.has_value(), "--lookback-age");
  refuse(arguments.aggregate_initial.has_value(), "--aggregate-initial");
}

std::vector<SmartModuleInvocation> invocations_of(const SmartModuleOptions& options) {
  if (options.transforms.given()) {
    refuse_arguments(options.arguments, "each SmartModule of a chain has its own, `with:`");
    std::vector<SmartModuleInvocation> out;
    for (const auto& transform : options.transforms.all()) {
      out.push_back(
          {.name = transform.uses, .params = transform.with, .lookback = lookback_of(transform)});
    }
    return out;
  }
  if (options.smartmodule.empty() && options.smartmodule_path.empty()) {
    refuse_arguments(options.arguments, "there is no SmartModule; name one with --smartmodule");
    return {};
  }
  SmartModuleInvocation one{.name = options.smartmodule,
                            .params = options.arguments.params,
                            .lookback = options.arguments.lookback(),
                            .accumulator = options.arguments.aggregate_initial.value_or("")};
  if (!options.smartmodule_path.empty()) {
    one.name = std::filesystem::path(options.smartmodule_path).filename().string();
    one.wasm = read_wasm(options.smartmodule_path);
  }
  return {std::move(one)};
}

}  // namespace sluice::cli
