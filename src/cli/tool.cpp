// SPDX-License-Identifier: Apache-2.0
#include "cli/tool.hpp"

#include <csignal>
#include <exception>

#include "cli/failure.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

int report_problems(const ParseOutcome& outcome, const Verb& verb) {
  std::string help = "`sluice help " + std::string(verb.name) + "` lists the options";
  for (const auto& problem : outcome.problems) {
    report_line(problem.place + ": " + problem.problem, problem.help.empty() ? help : problem.help);
  }
  return describe(outcome.failure().code()).exit_code;
}

int run_verb(const Verb& verb, ParseInput input) {
  const auto options = verb.make();
  OptionSet set;
  verb.bind(set, options.get());
  input.words.erase(input.words.begin(), input.words.begin() + static_cast<std::ptrdiff_t>(
                                                                   verb.group().empty() ? 1 : 2));
  const auto outcome = parse_options(set, input);
  if (outcome.wants == ParseOutcome::Wants::help) {
    print(verb_help(verb));
    return 0;
  }
  if (outcome.wants == ParseOutcome::Wants::version) {
    print("sluice " + std::string(tool_version()) + "\n");
    return 0;
  }
  if (!outcome.ok()) return report_problems(outcome, verb);
  for (const auto& warning : outcome.warnings) {
    write_stderr("warning: " + warning.text() + "\n");
  }
  return verb.run(options.get());
}

int dispatch(ParseInput input) {
  const auto& words = input.words;
  if (words.empty()) {
    write_stderr(tool_help());
    return describe(Errc::usage).exit_code;
  }
  if (words[0] == "--help" || words[0] == "-h") {
    print(tool_help());
    return 0;
  }
  if (words[0] == "--version" || words[0] == "-V") {
    print("sluice " + std::string(tool_version()) + "\n");
    return 0;
  }
  if (words[0].starts_with('-')) {
    throw HintedFailure(Errc::usage, words[0] + ": a command comes before its options",
                        "write `sluice COMMAND " + words[0] +
                            " ...`; `sluice help` lists the "
                            "commands");
  }
  const auto match = find_verb(words);
  if (match.verb != nullptr) return run_verb(*match.verb, std::move(input));
  const bool asks = words.size() > 1 && (words[1] == "--help" || words[1] == "-h");
  if (asks) {
    print(group_help(match.group));
    return 0;
  }
  write_stderr(group_help(match.group));
  return describe(Errc::usage).exit_code;
}

}  // namespace

int run_tool(int argc, const char* const* argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return dispatch(program_input(argc, argv));
  } catch (const Failure& failure) {
    return report(failure);
  } catch (const std::exception& other) {
    report_line(other.what(), "this is a bug in sluice; please report it with the command line");
    return 1;
  }
}

}  // namespace sluice::cli
