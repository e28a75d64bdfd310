// SPDX-License-Identifier: Apache-2.0
#include "slack_options.hpp"

#include "common/text_template/text_template.hpp"

namespace sluice::slack {

void validate_options(const SlackOptions& options, OptionProblems& problems) {
  if (options.webhook_url.reveal().host().empty()) {
    problems.add("webhook-url", "the address has no host",
                 "write it as Slack shows it: https://hooks.slack.com/services/...");
  }
  std::string problem;
  if (!common::TextTemplate::parse(options.text_template, problem)) {
    problems.add("template", problem);
  }
  if (options.format == Format::json && !options.text_template.empty()) {
    problems.add("template", "a message in JSON has its own text", "leave out --format json");
  }
  if (options.format == Format::json && options.markup == Markup::keep) {
    problems.add("markup", "a message in JSON is sent as it is", "leave the option out");
  }
  common::validate(options.http, problems);
}

}  // namespace sluice::slack
