// SPDX-License-Identifier: Apache-2.0
#include "launch/launch_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace sluice::launch {
namespace {

// Nothing, and a problem, when it cannot be read or is too long.
std::optional<std::string> read_text(const std::string& path, std::size_t bytes_max,
                                     options::Report& report) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string text(bytes_max + 1, '\0');
  if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad() || (in.fail() && !in.eof())) {
    const auto why = errno != 0 ? std::strerror(errno) : "it cannot be read";
    report.problem({Errc::invalid_config,
                    path,
                    std::string("cannot read the file: ") + why,
                    "check the path and its permissions",
                    {}});
    return std::nullopt;
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() <= bytes_max) return text;
  report.problem({Errc::invalid_config,
                  path,
                  "the file has more than " + std::to_string(bytes_max) + " bytes",
                  "is it the right file?",
                  {}});
  return std::nullopt;
}

options::SecretSource secret_source(const FileWanted& wanted, const Environment& environment,
                                    const OptionLimits& limits, options::Report& report) {
  options::SecretSource source;
  source.origin = "the environment";
  source.lookup = environment;
  if (!wanted.secrets) return source;
  source.origin = *wanted.secrets;
  const auto text = read_text(*wanted.secrets, limits.file_bytes_max, report);
  auto values = text ? options::parse_secrets(*text, *wanted.secrets, report)
                     : std::map<std::string, std::string>();
  source.lookup = [values =
                       std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto at = values.find(name);
    return at != values.end() ? std::optional(at->second) : std::nullopt;
  };
  return source;
}

// Also those that no value uses: a program that is not of the kit finds them in its environment.
void check_listed(const options::ConfigFile& file, const options::SecretSource& source,
                  options::Report& report) {
  const auto* const meta = file.root.find("meta");
  const auto* const list = meta != nullptr ? meta->find("secrets") : nullptr;
  if (list == nullptr) return;
  for (const auto& item : list->children) {
    const auto* const name = item.find("name");
    if (name == nullptr || name->kind != ConfigNode::Kind::scalar) continue;
    if (const auto wrong = options::secret_name_problem(name->text); !wrong.empty()) {
      report.problem({Errc::invalid_config,
                      options::place_of(file.path, *name),
                      "the secret name " + options::shown(name->text) + ' ' + wrong,
                      "rename it, for example to MY_TOKEN",
                      {}});
    } else if (!source.lookup(name->text)) {
      report.problem({Errc::invalid_config,
                      options::place_of(file.path, *name),
                      "the secret `" + name->text + "` has no value in " + source.origin,
                      "add `" + name->text +
                          "=...` to the file given with --secrets, or set the "
                          "environment variable " +
                          name->text,
                      {}});
    }
  }
}

}  // namespace

std::string LaunchFile::direction() const {
  const auto& type = config().type;
  if (config().is_source()) return "source";
  if (file->stringified() && !type.ends_with("-sink")) return {};
  return "sink";
}

LaunchFile read_launch_file(const FileWanted& wanted, const Environment& environment) {
  LaunchFile out;
  out.path = wanted.path;
  options::Report report;
  const OptionLimits limits;
  const auto source = secret_source(wanted, environment, limits, report);
  if (const auto text = read_text(wanted.path, limits.file_bytes_max, report)) {
    out.file = options::read_config_file(*text, wanted.path, {}, source, limits, report);
  }
  if (out.file != nullptr) check_listed(*out.file, source, report);
  out.problems = report.take_problems();
  if (out.file == nullptr) return out;
  for (const auto& name : out.config().secret_names) {
    if (auto value = source.lookup(name)) out.secrets.insert_or_assign(name, *std::move(value));
  }
  for (const auto& [name, value] : out.config().environment) {
    out.secrets.insert_or_assign(name, value.reveal());
  }
  return out;
}

Result<FoundConnector> find_connector(const LaunchFile& file,
                                      const std::vector<SearchFolder>& folders) {
  return find_connector({.type = file.config().type, .may_be_short = file.file->stringified()},
                        folders);
}

}  // namespace sluice::launch
