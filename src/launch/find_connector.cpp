// SPDX-License-Identifier: Apache-2.0
#include "launch/find_connector.hpp"

#include <algorithm>
#include <cstdlib>

#include <toml++/toml.h>
#include <unistd.h>

#include "base/text.hpp"

namespace sluice::launch {
namespace {

namespace fs = std::filesystem;

constexpr const char* toml_name = "connector.toml";
constexpr std::size_t entries_max = 10'000;  // of a folder

bool is_program(const fs::path& path) {
  std::error_code failed;
  return fs::is_regular_file(path, failed) && ::access(path.c_str(), X_OK) == 0;
}

bool may_be_name(std::string_view type) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !type.empty() && type.front() != '.' && type.front() != '-' &&
         std::ranges::all_of(type, is_letter);
}

bool looks_like_connector(std::string_view name) {
  return name.ends_with("-source") || name.ends_with("-sink") || name.ends_with("-connector");
}

// What a sub-folder says it is; the program may not be built yet.
struct Described {
  std::string name;
  fs::path program;
};

std::optional<Described> described(const fs::path& folder) {
  std::error_code failed;
  if (!fs::is_regular_file(folder / toml_name, failed)) return std::nullopt;
  try {
    const auto file = toml::parse_file((folder / toml_name).string());
    const auto name = file["package"]["name"].value<std::string>();
    if (!name || name->empty()) return std::nullopt;
    const auto binary = file["deployment"]["binary"].value<std::string>();
    return Described{*name, folder / binary.value_or(*name)};
  } catch (const toml::parse_error&) {
    return std::nullopt;  // `sluice metadata check` says what is wrong with it
  }
}

// The sub-folders and files of a folder by name; none when it cannot be read.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end;
       !failed && at != end && out.size() < entries_max; at.increment(failed)) {
    out.push_back(at->path());
  }
  std::ranges::sort(out);
  return out;
}

struct Search {
  const std::vector<SearchFolder>& folders;
  std::vector<std::string> remarks;  // why what is nearly there is not taken

  std::optional<FoundConnector> find(const std::string& name);
  std::optional<FoundConnector> find_in(const fs::path& folder, const std::string& name);
};

std::optional<FoundConnector> Search::find_in(const fs::path& folder, const std::string& name) {
  if (is_program(folder / name)) return FoundConnector{name, folder / name, folder};
  for (const auto& entry : entries_of(folder)) {
    const auto about = described(entry);
    if (!about || about->name != name) continue;
    if (is_program(about->program)) return FoundConnector{name, about->program, folder};
    remarks.push_back(entry.string() + " is `" + name + "`, but its program " +
                      about->program.string() + " is not there: build it first");
  }
  return std::nullopt;
}

std::optional<FoundConnector> Search::find(const std::string& name) {
  for (const auto& folder : folders) {
    if (auto found = find_in(folder.path, name)) return found;
  }
  return std::nullopt;
}

std::string not_found_text(const ConnectorWanted& wanted, const Search& search) {
  std::string out = "there is no connector `" + wanted.type + "`";
  std::vector<std::string> names;
  for (const auto& known : list_connectors(search.folders)) names.push_back(known.name);
  for (const auto& remark : search.remarks) out += "; " + remark;
  if (search.remarks.empty()) {
    if (const auto near = nearest(wanted.type, names)) out += "; did you mean `" + *near + "`?";
  }
  out += " Looked in:";
  std::size_t path_count = 0;
  for (const auto& folder : search.folders) {
    if (++path_count > 12) {
      out += " ...";
      break;
    }
    out += ' ' + folder.path.string();
  }
  return out;
}

void add(std::vector<SearchFolder>& out, const fs::path& path, bool is_dedicated) {
  if (path.empty()) return;
  std::error_code failed;
  const auto full = fs::absolute(path, failed).lexically_normal();
  const auto same = [&](const SearchFolder& known) { return known.path == full; };
  if (!failed && std::ranges::none_of(out, same)) out.push_back({full, is_dedicated});
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* const value = std::getenv(name.c_str());
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
  };
}

std::vector<SearchFolder> connector_folders(const std::vector<std::string>& given,
                                            const Environment& environment) {
  std::vector<SearchFolder> out;
  const auto add_list = [&](const std::string& name, bool is_dedicated) {
    const auto list = environment(name).value_or("");
    for (const auto part : split(list, ':')) add(out, fs::path(part), is_dedicated);
  };
  for (const auto& folder : given) add(out, folder, true);
  if (given.empty()) add_list("SLUICE_CONNECTORS", true);
  std::error_code failed;
  add(out, fs::read_symlink("/proc/self/exe", failed).parent_path(), false);
  add(out, "/usr/lib/sluice/connectors", true);
  add_list("PATH", false);
  return out;
}

Result<FoundConnector> find_connector(const ConnectorWanted& wanted,
                                      const std::vector<SearchFolder>& folders) {
  if (!may_be_name(wanted.type)) {
    return fail(Errc::invalid_config, "`" + wanted.type +
                                          "` cannot be the type of a connector; write its name, "
                                          "for example `http-source`");
  }
  Search search{folders, {}};
  if (auto found = search.find(wanted.type)) return *std::move(found);
  if (wanted.may_be_short && search.remarks.empty()) {
    // When types had no kind, `http` and `mqtt` were sources.
    if (auto source = search.find(wanted.type + "-source")) return *std::move(source);
    if (auto sink = search.find(wanted.type + "-sink")) return *std::move(sink);
  }
  // The kind of a versioned file says the direction, whatever the connector is called.
  for (const std::string_view ending : {"-source", "-sink"}) {
    if (!wanted.type.ends_with(ending) || !search.remarks.empty()) continue;
    const auto stem = wanted.type.substr(0, wanted.type.size() - ending.size());
    if (auto found = search.find(stem + "-connector")) return *std::move(found);
  }
  return fail(Errc::io, not_found_text(wanted, search));
}

std::vector<FoundConnector> list_connectors(const std::vector<SearchFolder>& folders) {
  std::vector<FoundConnector> out;
  for (const auto& folder : folders) {
    for (const auto& entry : entries_of(folder.path)) {
      const auto name = entry.filename().string();
      if ((folder.is_dedicated || looks_like_connector(name)) && is_program(entry)) {
        out.push_back({name, entry, folder.path, !folder.is_dedicated});
      } else if (const auto about = described(entry); about && is_program(about->program)) {
        out.push_back({about->name, about->program, folder.path});
      }
    }
  }
  return out;
}

}  // namespace sluice::launch
