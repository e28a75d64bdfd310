// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/error_guide.hpp"
#include "base/text.hpp"
#include "cli/failure.hpp"
#include "cli/listing.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct ExplainOptions {
  std::string code;
  bool markdown = false;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::ExplainOptions> {
  using O = sluice::cli::ExplainOptions;
  static constexpr auto rows = std::tuple{
      option<&O::code>("code",
                       "Name of the error, as messages and logs have it; all when left out.")
          .positional(),
      option<&O::markdown>("markdown", "Print the page docs/errors.md.").hidden(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

// Each line of a text of the guide.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  for (const auto line : split(text, '\n')) out.emplace_back(line);
  return out;
}

std::string exit_text(int exit_code) {
  constexpr std::string_view kinds[] = {"", "while running", "usage or configuration",
                                        "environment"};
  return std::to_string(exit_code) + " (" + std::string(kinds[exit_code]) + ")";
}

std::string retry_text(bool retryable) {
  return retryable ? "yes, with growing pauses" : "no";
}

const ErrorGuide& find(const std::string& word) {
  std::vector<std::string> names;
  for (const auto& row : error_guides()) {
    const auto name = describe(row.code).name;
    if (equal_ignoring_case(name, word)) return row;
    names.emplace_back(name);
  }
  const auto near = nearest(word, names);
  throw HintedFailure(
      Errc::usage, "there is no error " + quote_if_needed(word),
      near ? "did you mean `sluice explain " + *near + "`?" : "`sluice explain` lists all");
}

void print_one(const ErrorGuide& row, const OutputOptions& output) {
  const auto& info = describe(row.code);
  if (output.output == OutputFormat::json) {
    Facts facts;
    facts.add("name", "Name", std::string(info.name))
        .add("meaning", "Meaning", std::string(row.meaning))
        .add("retried", "Retried", info.retryable)
        .add("exit_code", "Exit code", std::int64_t{info.exit_code})
        .add("causes", "Causes", lines_of(row.causes))
        .add("remedies", "What to do", lines_of(row.remedy))
        .add("example", "Example", std::string(row.example));
    return print(facts, output);
  }
  const auto paint = Paint::of_stdout();
  std::string out = paint.bold(std::string(info.name)) + "\n\n" + std::string(row.meaning) +
                    "\n\nTried again: " + retry_text(info.retryable) +
                    "\nExit code:   " + exit_text(info.exit_code) + "\n";
  const auto section = [&](std::string_view title, std::string_view text) {
    out += "\n" + paint.bold(std::string(title)) + "\n";
    for (const auto& line : lines_of(text)) out += "  - " + line + "\n";
  };
  section("Typical causes", row.causes);
  section("What to do", row.remedy);
  out += "\n" + paint.bold("Example") + "\n  " + std::string(row.example) + "\n";
  print(out);
}

void print_all(const OutputOptions& output) {
  Listing listing(
      {{"name", "NAME"}, {"exit_code", "EXIT"}, {"retried", "RETRIED"}, {"meaning", "MEANING"}},
      "there are no errors");
  for (const auto& row : error_guides()) {
    const auto& info = describe(row.code);
    listing.add({std::string(info.name), std::int64_t{info.exit_code}, info.retryable,
                 std::string(row.meaning)});
  }
  print(listing, output);
}

std::string page() {
  std::string out =
      "# Errors\n\n"
      "Made by `make docs` from `src/base/error_guide.cpp`: what `sluice explain` says.\n\n"
      "The name stands in messages, logs, metrics and JSON output, and never changes. Exit codes: "
      "0 all went well, 1 something went wrong while running, 2 the command line or the "
      "configuration is wrong, 3 the environment is not as needed.\n\n"
      "| name | exit code | tried again | meaning |\n| --- | --- | --- | --- |\n";
  for (const auto& row : error_guides()) {
    const auto& info = describe(row.code);
    out += "| [`" + std::string(info.name) + "`](#" + std::string(info.name) + ") | " +
           std::to_string(info.exit_code) + " | " + (info.retryable ? "yes" : "no") + " | " +
           std::string(row.meaning) + " |\n";
  }
  for (const auto& row : error_guides()) {
    const auto& info = describe(row.code);
    out += "\n## " + std::string(info.name) + "\n\n" + std::string(row.meaning) + "\n\nCauses:\n\n";
    for (const auto& line : lines_of(row.causes)) out += "- " + line + "\n";
    out += "\nWhat to do:\n\n";
    for (const auto& line : lines_of(row.remedy)) out += "- " + line + "\n";
    out += "\n```text\n" + std::string(row.example) + "\n```\n";
  }
  return out;
}

int run_explain(const ExplainOptions& options) {
  if (options.markdown) {
    print(page());
  } else if (options.code.empty()) {
    print_all(options.output);
  } else {
    print_one(find(options.code), options.output);
  }
  return 0;
}

}  // namespace

const Verb explain =
    make_verb<&run_explain>("explain", "Explains an error: what it means, its causes, what to do.",
                            "sluice explain connection_refused\n"
                            "sluice explain");

}  // namespace sluice::cli
