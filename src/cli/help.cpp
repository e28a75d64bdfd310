// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.hpp"
#include "cli/tool.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct HelpOptions {
  std::vector<std::string> words;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::HelpOptions> {
  using O = sluice::cli::HelpOptions;
  static constexpr auto rows = std::tuple{
      option<&O::words>("command", "Command to explain, one or two words.").positional(),
  };
};

namespace sluice::cli {
namespace {

int run(const HelpOptions& options) {
  if (options.words.empty()) {
    print(tool_help());
    return 0;
  }
  const auto match = find_verb(options.words);
  print(match.verb != nullptr ? verb_help(*match.verb) : group_help(match.group));
  return 0;
}

}  // namespace

const Verb help = make_verb<&run>("help", "Explains a command.", "sluice help topic create");

}  // namespace sluice::cli
