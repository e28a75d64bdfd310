// SPDX-License-Identifier: Apache-2.0
#include "elastic_options.hpp"

#include "document_place.hpp"

namespace sluice::elastic {
namespace {

void validate_login(const ElasticOptions& options, OptionProblems& problems) {
  if (!options.password.empty() && options.username.empty()) {
    problems.add("password", "a password needs its user", "give --username, too");
  }
  const bool has_token = !options.api_key.empty() || !options.bearer_token.empty();
  if (has_token && !options.username.empty()) {
    problems.add("username", "there is a key or token already", "leave one of them out");
  }
}

}  // namespace

void validate_options(const ElasticOptions& options, OptionProblems& problems) {
  for (const Url& url : options.urls) {
    if (url.host().empty()) problems.add("url", "the address has no host");
    if (!url.query().empty()) {
      problems.add("url", "the address of a node has no query",
                   "write for example https://host:9200");
    }
  }
  std::string problem;
  if (!IndexName::parse(options.index, problem)) problems.add("index", problem);
  if ((options.id == DocumentId::field) == options.id_field.empty()) {
    problems.add("id-field", "--id field and --id-field belong together", "give both, or none");
  }
  const bool changes = options.action == Action::update || options.action == Action::upsert;
  if (changes && options.id == DocumentId::server) {
    problems.add("id", "an update needs to know which document", "use --id key or --id field");
  }
  validate_login(options, problems);
  common::validate(options.http, problems);
}

}  // namespace sluice::elastic
