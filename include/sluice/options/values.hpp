// SPDX-License-Identifier: Apache-2.0
#pragma once

// The value types that options have beside the standard ones: sizes, addresses, secrets,
// headers, JSON text.
//
// A `Secret`, and a `Url` with a password, print as `***` wherever they are printed; the
// content comes out only through `reveal()`. Parsing never throws: it returns the value or
// fills `problem` with what is wrong and what would be right.

#include <compare>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sluice {

// A number of bytes, written by users as `16384`, `32 KiB` or `44.0 MB`.
struct ByteSize {
  std::uint64_t bytes = 0;
  friend constexpr auto operator<=>(const ByteSize&, const ByteSize&) = default;
};

namespace byte_size_literals {
constexpr ByteSize operator""_B(unsigned long long n) {
  return {n};
}
constexpr ByteSize operator""_KiB(unsigned long long n) {
  return {n << 10U};
}
constexpr ByteSize operator""_MiB(unsigned long long n) {
  return {n << 20U};
}
constexpr ByteSize operator""_GiB(unsigned long long n) {
  return {n << 30U};
}
}  // namespace byte_size_literals

// Something that must not be seen in logs, messages, help or dumps.
template <typename T>
class Secret {
 public:
  Secret() = default;
  explicit Secret(T value) : value_(std::move(value)) {}

  [[nodiscard]] const T& reveal() const noexcept { return value_; }
  [[nodiscard]] bool empty() const noexcept { return value_ == T{}; }

  friend bool operator==(const Secret&, const Secret&) = default;
  friend std::string to_string(const Secret&) { return "***"; }
  template <typename Char, typename Traits>
  friend std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out,
                                                      const Secret&) {
    return out << "***";
  }

 private:
  T value_{};
};

// An absolute address, `scheme://user:password@host:port/path?query#fragment`, taken apart.
// The parts are as written, except that scheme and host are lower case and an IPv6 host has
// no brackets.
class Url {
 public:
  Url() = default;
  // Throws: Failure (invalid_argument).
  explicit Url(std::string_view text);
  [[nodiscard]] static std::optional<Url> parse(std::string_view text, std::string& problem);

  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  [[nodiscard]] const std::string& scheme() const noexcept { return scheme_; }
  [[nodiscard]] const std::string& host() const noexcept { return host_; }
  [[nodiscard]] std::optional<std::uint16_t> port() const noexcept { return port_; }
  [[nodiscard]] std::uint16_t port_or(std::uint16_t fallback) const noexcept {
    return port_.value_or(fallback);
  }
  // Percent-decoded; empty when there is none.
  [[nodiscard]] const std::string& user() const noexcept { return user_; }
  [[nodiscard]] const Secret<std::string>& password() const noexcept { return password_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const std::string& query() const noexcept { return query_; }
  [[nodiscard]] const std::string& fragment() const noexcept { return fragment_; }
  // Path and query as a request line has them: `/` when the path is empty.
  [[nodiscard]] std::string target() const;

  // As the user wrote it, user and password included. Never print this.
  [[nodiscard]] const std::string& reveal() const noexcept { return text_; }
  // The same with `***` for user, password and query: keys and tokens stand in all of them.
  [[nodiscard]] std::string redacted() const;

  friend bool operator==(const Url& a, const Url& b) noexcept { return a.text_ == b.text_; }
  friend std::string to_string(const Url& url) { return url.redacted(); }
  template <typename Char, typename Traits>
  friend std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out,
                                                      const Url& url) {
    return out << url.redacted();
  }

 private:
  std::string text_, scheme_, user_, host_, path_, query_, fragment_;
  Secret<std::string> password_;
  std::optional<std::uint16_t> port_;
};

// The same for text that is not (yet) a valid `Url`.
[[nodiscard]] std::string redact_url(std::string_view text);

// One header of a request, written `Name: value`. Blanks around the value are dropped.
struct Header {
  std::string name;
  std::string value;

  [[nodiscard]] static std::optional<Header> parse(std::string_view text, std::string& problem);
  friend bool operator==(const Header&, const Header&) = default;
};

// Text that is known to be one JSON value; compact when it came from a YAML structure.
struct JsonText {
  std::string text;
  friend bool operator==(const JsonText&, const JsonText&) = default;
};

}  // namespace sluice
