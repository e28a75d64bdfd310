// SPDX-License-Identifier: Apache-2.0
#include "cli/completion_scripts.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct CompletionsOptions {
  Shell shell = Shell::bash;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::enum_names<sluice::Shell> {
  static constexpr std::array rows{EnumName{Shell::bash, "bash"}, EnumName{Shell::zsh, "zsh"},
                                   EnumName{Shell::fish, "fish"}};
};

template <>
struct sluice::option_table<sluice::cli::CompletionsOptions> {
  using O = sluice::cli::CompletionsOptions;
  static constexpr auto rows = std::tuple{
      option<&O::shell>("shell", "Shell that the script is for.").required().positional(),
  };
};

namespace sluice::cli {
namespace {

int run_completions(const CompletionsOptions& options) {
  switch (options.shell) {
    case Shell::bash:
      print(bash_completion());
      break;
    case Shell::zsh:
      print(zsh_completion());
      break;
    case Shell::fish:
      print(fish_completion());
      break;
  }
  return 0;
}

}  // namespace

const Verb completions =
    make_verb<&run_completions>("completions", "Prints the completion script for a shell.",
                                "source <(sluice completions bash)\n"
                                "sluice completions zsh > \"${fpath[1]}/_sluice\"\n"
                                "sluice completions fish > ~/.config/fish/completions/sluice.fish");

}  // namespace sluice::cli
