// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the syslog source.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sluice/options.hpp>

#include "common/tail/tail.hpp"
#include "message.hpp"

namespace sluice::syslog {

enum class Layout : std::uint8_t { json, raw };
enum class Key : std::uint8_t { none, host, app };
enum class Unparsed : std::uint8_t { keep, refuse };
enum class Oversize : std::uint8_t { truncate, refuse };

struct SyslogOptions {
  std::vector<std::string> listen;
  std::vector<std::string> files;
  common::TailStart start = common::TailStart::beginning;
  Format format = Format::automatic;
  Layout layout = Layout::json;
  Key key = Key::none;
  Unparsed unparsed = Unparsed::keep;
  Oversize oversize = Oversize::truncate;
  ByteSize message_bytes_max{65'536};
  std::uint32_t connections_max = 500;
  std::optional<std::chrono::milliseconds> idle_timeout;
  ByteSize udp_buffer{std::uint64_t{4} << 20U};
  std::string cert_file;
  std::string key_file;
  Secret<std::string> key_password;
  std::string ca_file;
  std::chrono::milliseconds scan_interval{1'000};
  std::chrono::milliseconds rotate_wait{5'000};
};

// An address that is listened at.
struct Endpoint {
  enum class Kind : std::uint8_t { udp, tcp, tls, local };
  Kind kind = Kind::udp;
  std::string host;  // empty: all addresses
  std::string port;
  std::string path;  // of a local socket
};
// `udp://0.0.0.0:514`, `tls://[::]`, `unix:///dev/log`, `0.0.0.0:514` (udp). Errors:
// `invalid_argument`.
[[nodiscard]] Outcome<Endpoint> parse_endpoint(std::string_view text);

void validate_options(const SyslogOptions& options, OptionProblems& problems);
[[nodiscard]] common::TailOptions tail_options(const SyslogOptions& options);

}  // namespace sluice::syslog

template <>
struct sluice::enum_names<sluice::common::TailStart> {
  using S = common::TailStart;
  static constexpr std::array rows{EnumName{S::beginning, "beginning"}, EnumName{S::end, "end"}};
};
template <>
struct sluice::enum_names<sluice::syslog::Format> {
  using F = syslog::Format;
  static constexpr std::array rows{EnumName{F::automatic, "auto"}, EnumName{F::rfc3164, "rfc3164"},
                                   EnumName{F::rfc5424, "rfc5424"}};
};
template <>
struct sluice::enum_names<sluice::syslog::Layout> {
  using L = syslog::Layout;
  static constexpr std::array rows{EnumName{L::json, "json"}, EnumName{L::raw, "raw"}};
};
template <>
struct sluice::enum_names<sluice::syslog::Key> {
  using K = syslog::Key;
  static constexpr std::array rows{EnumName{K::none, "none"}, EnumName{K::host, "host"},
                                   EnumName{K::app, "app"}};
};
template <>
struct sluice::enum_names<sluice::syslog::Unparsed> {
  using U = syslog::Unparsed;
  static constexpr std::array rows{EnumName{U::keep, "keep"}, EnumName{U::refuse, "refuse"}};
};
template <>
struct sluice::enum_names<sluice::syslog::Oversize> {
  using O = syslog::Oversize;
  static constexpr std::array rows{EnumName{O::truncate, "truncate"},
                                   EnumName{O::refuse, "refuse"}};
};

template <>
struct sluice::option_table<sluice::syslog::SyslogOptions> {
  using O = syslog::SyslogOptions;
  using Ms = std::chrono::milliseconds;
  static constexpr auto rows = std::tuple{
      option<&O::listen>(
          "listen",
          "Address that messages are received at: `udp://0.0.0.0:514`, "
          "`tcp://[::]:601`, `tls://0.0.0.0:6514`, `unix:///run/log.sock`. Without it "
          "and `file`: port 514, udp and tcp.")
          .repeatable()
          .alias("bind")
          .short_name('b'),
      option<&O::files>("file", "Log file that is read and followed; `*` matches many.")
          .repeatable()
          .short_name('f'),
      option<&O::start>("start",
                        "Where files are begun that are there at the very first start: at their "
                        "`beginning` or `end`."),
      option<&O::format>("format", "Format of the messages; `auto` sees which of the two it is."),
      option<&O::layout>("record-layout",
                         "`json`: an object with the parts of the message. `raw`: the message as "
                         "it was received."),
      option<&O::key>("record-key", "Key of the records: `none`, or the sending `host` or `app`."),
      option<&O::unparsed>("unparsed",
                           "What becomes of what is not syslog: `keep` sends it with all of it as "
                           "the message, `refuse` makes it malformed."),
      option<&O::oversize>("oversize",
                           "What becomes of a message that is too large: `truncate` it and say "
                           "so in the record, or `refuse` it as too large."),
      option<&O::message_bytes_max>("message-size-max", "Largest message.")
          .at_least(ByteSize{480})
          .at_most(ByteSize{std::uint64_t{16} << 20U}),
      option<&O::connections_max>("connections-max",
                                  "Most connections at once; more wait to be accepted.")
          .at_least(1)
          .at_most(100'000),
      option<&O::idle_timeout>("idle-timeout",
                               "How long a connection may be silent before it is closed; by "
                               "default without end.")
          .at_least(Ms{1}),
      option<&O::udp_buffer>("udp-buffer",
                             "Memory for datagrams that wait, asked of the kernel for each "
                             "address.")
          .at_most(ByteSize{std::uint64_t{1} << 30U}),
      option<&O::cert_file>("cert-file", "File with the certificate of `tls://` (PEM)."),
      option<&O::key_file>("key-file", "File with its key (PEM)."),
      option<&O::key_password>("key-password", "Password of the key file."),
      option<&O::ca_file>("ca-file",
                          "File with certificates (PEM): senders over TLS must have one from "
                          "these."),
      option<&O::scan_interval>("scan-interval", "How often files are looked for and at.")
          .at_least(Ms{10})
          .at_most(std::chrono::hours{24}),
      option<&O::rotate_wait>("rotate-wait",
                              "How long a file that was renamed or deleted is still read after "
                              "its last change."),
  };

  static void validate(const O& options, OptionProblems& problems) {
    syslog::validate_options(options, problems);
  }
};
