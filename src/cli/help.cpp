// SPDX-License-Identifier: Apache-2.0
#include "cli/file_text.hpp"
#include "cli/manual.hpp"
#include "cli/terminal.hpp"
#include "cli/tool.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct HelpOptions {
  std::vector<std::string> words;
  std::string manual;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::HelpOptions> {
  using O = sluice::cli::HelpOptions;
  static constexpr auto rows = std::tuple{
      option<&O::words>("command", "Command to explain, one or two words.").positional(),
      option<&O::manual>("manual", "Folder to write the manual pages of all commands to, instead.")
          .value_name("DIR"),
  };
};

namespace sluice::cli {
namespace {

int run_help(const HelpOptions& options) {
  if (!options.manual.empty()) {
    for (const auto& page : tool_manual()) {
      write_text(options.manual + '/' + page.name + ".1", page.text);
    }
    return 0;
  }
  if (options.words.empty()) {
    print(tool_help());
    return 0;
  }
  const auto match = find_verb(options.words);
  print(match.verb != nullptr ? verb_help(*match.verb) : group_help(match.group));
  return 0;
}

}  // namespace

const Verb help = make_verb<&run_help>("help", "Explains a command.",
                                       "sluice help topic create\n"
                                       "sluice help --manual /usr/local/share/man/man1");

}  // namespace sluice::cli
