// SPDX-License-Identifier: Apache-2.0
#include "catalog/agreement.hpp"

#include <fstream>
#include <set>
#include <sstream>

#include "base/run_program.hpp"
#include "base/text.hpp"
#include "catalog/samples.hpp"
#include "catalog/schema_check.hpp"

namespace sluice::catalog {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t mismatches_max = 50;

// Rules between the options that every connector of the kit has.
constexpr std::string_view kit_hints = R"({
  "smartmodule_parameters": {"smart_module": "m"},
  "aggregate_initial_value": {"aggregate": "m"},
  "dead_letter_topic": {"transform_error": "dead-letter"},
  "dead_letter_file": {"transform_error": "dead-letter"},
  "transform_error=dead-letter": {"dead_letter_topic": "d"},
  "on_malformed=dead-letter": {"dead_letter_topic": "d"},
  "on_rejected=dead-letter": {"dead_letter_topic": "d"},
  "on_too_large=dead-letter": {"dead_letter_topic": "d"},
  "on_unavailable=skip": {"retry_limit": 3},
  "on_unavailable=dead-letter": {"retry_limit": 3, "dead_letter_topic": "d"},
  "on_retries_exhausted=skip": {"retry_limit": 3},
  "on_retries_exhausted=dead-letter": {"retry_limit": 3, "dead_letter_topic": "d"}
})";

struct Verdict {
  bool accepts = false;
  std::string why;      // the first line of a refusal
  std::string trouble;  // when it gave no answer
};

std::string first_line(std::string_view text) {
  text = trim(text);
  return std::string(text.substr(0, text.find('\n')));
}

Verdict verdict_of_program(const AgreementInput& input, const SampleCase& sample) {
  ProgramRun run{.words = {fs::absolute(input.program).string(), "validate", "--fluvio-topic=t"},
                 .environment = {"HOME=/nonexistent", "FLV_PROFILE_PATH=/nonexistent/profile"},
                 .takes_output = true,
                 .deadline = input.deadline};
  run.words.insert(run.words.end(), sample.words.begin(), sample.words.end());
  const auto end = run_program(run);
  if (end.is_late) return {.trouble = "`validate` did not end in time"};
  if (end.exit_code == 0) return {.accepts = true};
  if (end.exit_code == 2) return {.why = first_line(end.errors)};
  return {.trouble = "`validate` ended with exit code " + std::to_string(end.exit_code) + ": " +
                     first_line(end.errors)};
}

Verdict verdict_of_schema(const SchemaChecker& checker, const json& schema,
                          const SampleCase& sample) {
  const auto problems = checker.check(sample.options);
  if (!problems.empty()) return {.why = problems.front().text()};
  if (format_accepts(schema, sample.options)) return {.accepts = true};
  return {.why = "its `format`"};
}

std::string words_of(const SampleCase& sample) {
  std::string out;
  for (const auto& word : sample.words) out += (out.empty() ? "" : " ") + quote_if_needed(word);
  return out;
}

std::string mismatch(const SampleCase& sample, const Verdict& schema, const Verdict& program) {
  const auto side = [](const char* name, const Verdict& verdict) {
    return std::string(name) +
           (verdict.accepts ? " accepts it" : " refuses it (" + verdict.why + ")");
  };
  return sample.about + ": " + words_of(sample) + ": " + side("the schema", schema) + ", " +
         side("the program", program);
}

Result<SampleHints> hints_of(const AgreementInput& input) {
  SampleHints hints;
  if (std::ifstream file(input.hints, std::ios::binary); file) {
    std::ostringstream text;
    text << file.rdbuf();
    auto parsed = parse_hints(text.str());
    if (!parsed) return tl::unexpected(in_context(input.hints.string(), parsed.error()));
    hints = *std::move(parsed);
  }
  for (const auto& [name, beside] : json::parse(kit_hints).items()) {
    if (!hints.with.contains(name)) hints.with[name] = beside;
  }
  return hints;
}

}  // namespace

CheckStep check_agreement(const AgreementInput& input) {
  CheckStep step{.name = "parser"};
  if (!input.metadata.is_kit || fs::is_directory(input.program)) {
    step.state = StepState::skipped;
    step.notes = {
        "the program cannot be asked: its schema has no \"$comment\": \"sluice-kit 1\", "
        "which says that it knows the word `validate`"};
    return step;
  }
  const auto hints = hints_of(input);
  const auto checker = SchemaChecker::make(input.metadata.schema);
  if (!hints || !checker) {
    step.state = StepState::failed;
    step.notes = {!hints ? hints.error().message() : checker.error().message()};
    return step;
  }
  auto samples = make_samples(input.metadata.schema, *hints, input.seed);
  std::set<std::string> asked;
  for (const auto& sample : samples) asked.insert(words_of(sample));
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto sample = samples[i];
    const auto schema = verdict_of_schema(*checker, input.metadata.schema, sample);
    const auto program = verdict_of_program(input, sample);
    if (schema.accepts) ++accepted;
    for (auto& more : named_choices(input.metadata.schema, sample, program.why)) {
      if (asked.insert(words_of(more)).second) samples.push_back(std::move(more));
    }
    if (!program.trouble.empty()) {
      step.notes.push_back(words_of(sample) + ": " + program.trouble);
    } else if (schema.accepts != program.accepts) {
      step.notes.push_back(mismatch(sample, schema, program));
    }
    if (step.notes.size() >= mismatches_max) break;
  }
  step.state = step.notes.empty() ? StepState::ok : StepState::failed;
  if (step.notes.empty()) {
    step.notes = {std::to_string(accepted) + " right and " +
                  std::to_string(samples.size() - accepted) +
                  " wrong command lines, the same answers"};
  }
  return step;
}

}  // namespace sluice::catalog
