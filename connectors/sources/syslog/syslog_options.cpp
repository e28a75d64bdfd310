// SPDX-License-Identifier: Apache-2.0
#include "syslog_options.hpp"

#include <algorithm>
#include <charconv>

#include <sys/un.h>

namespace sluice::syslog {
namespace {

using Kind = Endpoint::Kind;

Error wrong(std::string_view text, std::string_view why) {
  return {Errc::invalid_argument, "`" + std::string(text) + "`: " + std::string(why), {}};
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size();
}

std::string_view default_port(Kind kind) {
  if (kind == Kind::udp) return "514";
  return kind == Kind::tcp ? "601" : "6514";
}

Outcome<Endpoint> parse_local(std::string_view text, std::string_view path) {
  if (!path.starts_with('/')) return wrong(text, "write unix:///path/of/socket");
  if (path.size() >= sizeof(sockaddr_un::sun_path)) return wrong(text, "the path is too long");
  return Endpoint{.kind = Kind::local, .host = {}, .port = {}, .path = std::string(path)};
}

}  // namespace

Outcome<Endpoint> parse_endpoint(std::string_view text) {
  Endpoint endpoint;
  auto rest = text;
  if (const auto at = text.find("://"); at != std::string_view::npos) {
    const auto scheme = text.substr(0, at);
    rest = text.substr(at + 3);
    if (scheme == "unix") return parse_local(text, rest);
    if (scheme != "udp" && scheme != "tcp" && scheme != "tls") {
      return wrong(text, "the scheme is udp, tcp, tls or unix");
    }
    endpoint.kind = scheme == "udp" ? Kind::udp : scheme == "tcp" ? Kind::tcp : Kind::tls;
  }
  endpoint.port = default_port(endpoint.kind);
  const auto bracket = rest.starts_with('[') ? rest.find(']') : std::string_view::npos;
  if (rest.starts_with('[') && bracket == std::string_view::npos) {
    return wrong(text, "the bracket is not closed");
  }
  const auto colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    endpoint.port = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
  }
  if (!is_port(endpoint.port)) return wrong(text, "a port is a number up to 65535");
  if (bracket != std::string_view::npos) rest = rest.substr(1, bracket - 1);
  if (rest.find_first_of("/ @") != std::string_view::npos) {
    return wrong(text, "write a host and a port, as udp://0.0.0.0:514");
  }
  endpoint.host = rest;
  return endpoint;
}

void validate_options(const SyslogOptions& options, OptionProblems& problems) {
  bool has_tls = false;
  for (const auto& text : options.listen) {
    auto endpoint = parse_endpoint(text);
    if (!endpoint.ok()) {
      problems.add("listen", endpoint.error().message());
    } else if (endpoint.value().kind == Kind::tls) {
      has_tls = true;
    }
  }
  if (has_tls && (options.cert_file.empty() || options.key_file.empty())) {
    problems.add("listen", "tls:// needs a certificate", "give --cert-file and --key-file");
  }
  if (!has_tls &&
      !(options.cert_file.empty() && options.key_file.empty() && options.ca_file.empty())) {
    problems.add("listen", "the options for TLS do nothing without an address of TLS",
                 "write tls://");
  }
  if (std::ranges::any_of(options.files, &std::string::empty)) {
    problems.add("file", "a path is not empty");
  }
}

common::TailOptions tail_options(const SyslogOptions& options) {
  common::TailOptions out;
  out.patterns = options.files;
  out.start = options.start;
  out.record_bytes_max = options.message_bytes_max.bytes;
  out.scan_interval = options.scan_interval;
  out.rotate_wait = options.rotate_wait;
  return out;
}

}  // namespace sluice::syslog
