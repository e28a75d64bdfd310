// SPDX-License-Identifier: Apache-2.0
#include "common/redis/server_options.hpp"

#include <charconv>
#include <optional>

namespace sluice::redis {
namespace {

std::optional<int> parsed_database(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.empty()) return 0;
  int number = 0;
  const auto [end, code] = std::from_chars(path.data(), path.data() + path.size(), number);
  if (code != std::errc{} || end != path.data() + path.size() || number < 0) return std::nullopt;
  return number;
}

}  // namespace

int database_of(const ServerOptions& options) {
  return parsed_database(options.url.reveal().path()).value_or(0);
}

void validate_server(const ServerOptions& options, OptionProblems& problems) {
  const Url& url = options.url.reveal();
  if (url.empty()) return;
  if (url.host().empty()) {
    problems.add("url", "the address has no host", "write for example redis://cache:6379");
  }
  if (!parsed_database(url.path())) {
    problems.add("url", "behind the host comes the number of a database",
                 "write for example redis://cache:6379/0");
  }
  if (!url.query().empty()) {
    problems.add("url", "the address has a query, which would do nothing",
                 "give options by name, such as --timeout");
  }
  common::validate(options.tls, problems);
  if (common::has_tls_options(options.tls) && url.scheme() != "rediss") {
    problems.add("url", "the options for TLS do nothing with redis://", "write rediss://");
  }
  const bool has_user = !options.user.empty() || !url.user().empty();
  if (has_user && options.password.empty() && url.password().empty()) {
    problems.add("user", "a user needs a password", "give --password or REDIS_PASSWORD");
  }
}

}  // namespace sluice::redis
