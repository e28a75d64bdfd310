// SPDX-License-Identifier: Apache-2.0
#include "connector/documents.hpp"

#include <array>

#include "sluice/options/manual.hpp"

namespace sluice::connector {
namespace {

struct ShellName {
  std::string_view name;
  Shell shell;
};
constexpr std::array shells{ShellName{"bash", Shell::bash}, ShellName{"zsh", Shell::zsh},
                            ShellName{"fish", Shell::fish}};

std::string completions(std::span<const std::string> words, const ProgramInfo& about,
                        const OptionSet& set) {
  for (const auto& [name, shell] : shells) {
    if (words.size() == 2 && words[1] == name) return completion_script(shell, about, set);
  }
  throw Failure(Errc::usage, "completions: write `" + about.name +
                                 " completions bash`, or `zsh` or `fish` in the place of `bash`");
}

}  // namespace

std::optional<std::string> document(std::span<const std::string> words, const ProgramInfo& about,
                                    const OptionSet& set) {
  if (words.empty()) return std::nullopt;
  if (words[0] == "man") return connector_manual(about, set);
  if (words[0] == "completions") return completions(words, about, set);
  return std::nullopt;
}

}  // namespace sluice::connector
