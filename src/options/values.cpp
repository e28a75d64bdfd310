// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <boost/url/parse.hpp>
#include <boost/url/src.hpp>  // the library itself: Boost.URL is compiled here, once
#include <boost/url/url_view.hpp>

#include "base/text.hpp"
#include "sluice/error.hpp"
#include "sluice/options/value_types.hpp"

namespace sluice {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

std::string without_brackets(std::string host) {
  if (host.starts_with('[') && host.ends_with(']')) return host.substr(1, host.size() - 2);
  return host;
}

bool is_header_name(std::string_view name) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    const bool alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return alphanumeric || marks.contains(c);
  });
}

}  // namespace

std::optional<Url> Url::parse(std::string_view text, std::string& problem) {
  const auto refuse = [&](std::string_view why) {
    problem = why;
    return std::nullopt;
  };
  if (text.find("://") == std::string_view::npos) {
    return refuse("it does not begin with a scheme such as `https://`");
  }
  const auto parsed = boost::urls::parse_uri(boost::urls::string_view(text.data(), text.size()));
  if (parsed.has_error()) return refuse("it has a character or form that addresses do not allow");
  const auto& view = parsed.value();
  if (view.host().empty()) return refuse("it has no host");
  if (view.has_port() && view.port_number() == 0) return refuse("its port is not 1 to 65535");

  Url url;
  url.text_ = text;
  url.scheme_ = lower(std::string(view.scheme()));
  url.host_ = lower(without_brackets(view.host()));
  if (view.has_port()) url.port_ = view.port_number();
  url.user_ = view.user();
  url.password_ = Secret(std::string(view.password()));
  url.path_ = std::string(view.encoded_path());
  url.query_ = std::string(view.encoded_query());
  url.fragment_ = std::string(view.encoded_fragment());
  return url;
}

Url::Url(std::string_view text) {
  std::string problem;
  auto parsed = parse(text, problem);
  if (!parsed) {
    throw Failure(Errc::invalid_argument, "address " + redact_url(text) + ": " + problem);
  }
  *this = *std::move(parsed);
}

std::string Url::target() const {
  std::string out = path_.empty() ? "/" : path_;
  if (!query_.empty()) out += '?' + query_;
  return out;
}

std::string Url::redacted() const {
  if (text_.empty()) return {};
  const auto authority = text_.find("://") + 3;
  const auto path = text_.find_first_of("/?#", authority);
  const auto at = text_.substr(0, path).rfind('@');
  const bool has_user = at != std::string::npos && at >= authority;
  std::string out = text_.substr(0, authority);
  if (has_user) out += "***";
  const auto host = has_user ? at : authority;
  out += text_.substr(host, path == std::string::npos ? path : path - host) + path_;
  if (!query_.empty()) out += "?***";
  return out;
}

std::string redact_url(std::string_view text) {
  const auto scheme = text.find("://");
  const auto start = scheme == std::string_view::npos ? 0 : scheme + 3;
  // Up to the path: an `@` in there would be data. A password with an unescaped `/` or `?` is
  // not a valid address, but must not be printed either, so then the last `@` counts.
  const auto path = text.find_first_of("/?#", start);
  auto at = text.substr(0, path).rfind('@');
  if (at == std::string_view::npos || at < start) {
    const bool has_colon = text.substr(0, path).find(':', start) != std::string_view::npos;
    at = has_colon ? text.rfind('@') : std::string_view::npos;
  }
  const bool has_user = at != std::string_view::npos && at >= start;
  const auto host = has_user ? at : start;
  std::string out(text.substr(0, start));
  if (has_user) out += "***";
  const auto query = text.find('?', host);
  out += text.substr(host, query == std::string_view::npos ? query : query - host);
  return query == std::string_view::npos ? out : out + "?***";
}

std::optional<Header> Header::parse(std::string_view text, std::string& problem) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) {
    problem = "it has no `:` between name and value";
    return std::nullopt;
  }
  const auto name = trim(text.substr(0, colon));
  if (!is_header_name(name)) {
    problem = "its name is not a header name";
    return std::nullopt;
  }
  const auto value = trim(text.substr(colon + 1));
  const bool clean = std::ranges::all_of(value, [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != 0x7f);
  });
  if (!clean) {
    problem = "its value has a line break or control character";
    return std::nullopt;
  }
  return Header{std::string(name), std::string(value)};
}

Url option_value<Url>::from(const options::Scalar& scalar) {
  std::string problem;
  const auto& text = std::get<std::string>(scalar);
  return text.empty() ? Url() : Url::parse(text, problem).value_or(Url());
}

Header option_value<Header>::from(const options::Scalar& scalar) {
  std::string problem;
  return Header::parse(std::get<std::string>(scalar), problem).value_or(Header{});
}

}  // namespace sluice
