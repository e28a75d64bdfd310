// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the http source, under the names of all generations of the official one.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sluice/options.hpp>

#include "common/tls/tls_options.hpp"

namespace sluice::http {

enum class OutputParts : std::uint8_t { body, full };
enum class OutputType : std::uint8_t { text, json };
enum class StreamFormat : std::uint8_t { automatic, delimited, sse };
enum class ErrorStatus : std::uint8_t { retry, send };
enum class Tail : std::uint8_t { send, drop };

struct WebsocketConfig {
  std::vector<std::string> subscription_messages;
  std::optional<std::string> subscription_message;
  std::chrono::milliseconds ping_interval{10'000};
};

struct HttpOptions {
  Url endpoint;
  std::string method = "GET";
  std::optional<std::string> body;
  std::vector<Header> headers;
  std::string user_agent = "sluice/http-source 0.1.0";
  std::chrono::milliseconds interval{10'000};
  OutputParts output_parts = OutputParts::body;
  OutputType output_type = OutputType::text;
  ErrorStatus error_status = ErrorStatus::retry;
  std::string charset;
  ByteSize max_body_size{std::uint64_t{16} << 20U};

  bool stream = false;
  StreamFormat stream_format = StreamFormat::automatic;
  std::string delimiter = "\n";
  Tail tail = Tail::send;
  ByteSize max_record_size{std::uint64_t{16} << 20U};
  std::optional<std::chrono::milliseconds> idle_timeout;

  WebsocketConfig websocket;

  std::chrono::milliseconds timeout{30'000};
  std::chrono::milliseconds connect_timeout{10'000};
  common::TlsOptions tls;
  std::optional<Url> proxy;
};

[[nodiscard]] bool is_websocket(const HttpOptions& options);
// `\n`, `\r`, `\t`, `\0` and `\\` stand for the characters that a shell makes hard to type.
[[nodiscard]] std::string unescaped_delimiter(const std::string& text);

void validate_options(const HttpOptions& options, OptionProblems& problems);

}  // namespace sluice::http

template <>
struct sluice::enum_names<sluice::http::OutputParts> {
  using P = http::OutputParts;
  static constexpr std::array rows{EnumName{P::body, "body"}, EnumName{P::full, "full"}};
};
template <>
struct sluice::enum_names<sluice::http::OutputType> {
  using T = http::OutputType;
  static constexpr std::array rows{EnumName{T::text, "text"}, EnumName{T::json, "json"}};
};
template <>
struct sluice::enum_names<sluice::http::StreamFormat> {
  using F = http::StreamFormat;
  static constexpr std::array rows{EnumName{F::automatic, "auto"},
                                   EnumName{F::delimited, "delimited"}, EnumName{F::sse, "sse"}};
};
template <>
struct sluice::enum_names<sluice::http::ErrorStatus> {
  using E = http::ErrorStatus;
  static constexpr std::array rows{EnumName{E::retry, "retry"}, EnumName{E::send, "send"}};
};
template <>
struct sluice::enum_names<sluice::http::Tail> {
  using T = http::Tail;
  static constexpr std::array rows{EnumName{T::send, "send"}, EnumName{T::drop, "drop"}};
};

template <>
struct sluice::option_table<sluice::http::WebsocketConfig> {
  using O = http::WebsocketConfig;
  static constexpr auto rows = std::tuple{
      option<&O::subscription_messages>(
          "subscription-messages", "Text that is sent right after connecting; several in order.")
          .repeatable(),
      option<&O::subscription_message>("subscription-message", "Text that is sent first.")
          .deprecated("subscription-messages"),
      option<&O::ping_interval>("ping-interval-ms",
                                "Pause between two pings; a number alone is milliseconds.")
          .bare_number_unit(std::chrono::milliseconds{1})
          .at_least(std::chrono::milliseconds{1}),
  };
};

template <>
struct sluice::option_table<sluice::http::HttpOptions> {
  using O = http::HttpOptions;
  static constexpr std::chrono::milliseconds least{1};
  static constexpr std::chrono::seconds second{1};
  static constexpr auto rows = std::tuple{
      option<&O::endpoint>("endpoint",
                           "Address that is requested; `ws` and `wss` make it a websocket.")
          .required()
          .schemes("http", "https", "ws", "wss"),
      option<&O::method>("method", "HTTP method of the request."),
      option<&O::body>("body", "Body of the request, sent as it is."),
      option<&O::headers>("header", "Header of the request, written `Name: value`.")
          .repeatable()
          .yaml_name("headers")
          .alias("headers"),
      option<&O::user_agent>("user-agent", "User-Agent of the request."),
      option<&O::interval>("interval",
                           "Time from the start of one request to the start of the next; a "
                           "number alone is seconds.")
          .bare_number_unit(second)
          .at_least(least),
      option<&O::output_parts>("output-parts",
                               "What of the response is in the record: its `body`, or the `full` "
                               "response with status and headers.")
          .alias("output-format"),
      option<&O::output_type>("output-type", "Whether the record is `text` or a `json` object."),
      option<&O::error_status>("error-status",
                               "What to do with a response of status 400 and more: `retry` the "
                               "request later, or `send` it as a record."),
      option<&O::charset>("charset",
                          "Character set of the response, instead of the one it names; `binary` "
                          "keeps its bytes."),
      option<&O::max_body_size>("max-body-size", "Largest response that is taken.")
          .at_least(ByteSize{1}),
      option<&O::stream>("stream", "Keep one response open and make records of its parts."),
      option<&O::stream_format>("stream-format",
                                "How a stream is split: `delimited`, or `sse` (server-sent "
                                "events); `auto` goes by the Content-Type."),
      option<&O::delimiter>("delimiter", "What is between two records of a stream."),
      option<&O::tail>("tail",
                       "What to do with a last record without delimiter when the server ends a "
                       "stream cleanly."),
      option<&O::max_record_size>("max-record-size", "Largest record of a stream or websocket.")
          .at_least(ByteSize{1}),
      option<&O::idle_timeout>("idle-timeout",
                               "Longest silence of a stream before it is opened anew; by default "
                               "it may last for ever.")
          .bare_number_unit(second)
          .at_least(least),
      option<&O::websocket>("websocket-config", "Settings of a websocket."),
      option<&O::timeout>("timeout",
                          "Longest time of a request; of a stream, until its headers are there.")
          .bare_number_unit(second)
          .at_least(least),
      option<&O::connect_timeout>("connect-timeout", "Longest wait for the connection.")
          .bare_number_unit(second)
          .at_least(least),
      option_group<&O::tls>(),
      option<&O::proxy>("proxy",
                        "Proxy to reach the server through; by default that of the environment "
                        "(http_proxy, https_proxy, no_proxy). Not for websockets.")
          .schemes("http", "https", "socks4", "socks4a", "socks5", "socks5h"),
  };

  static void validate(const O& options, OptionProblems& problems) {
    http::validate_options(options, problems);
  }
};
