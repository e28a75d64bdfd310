// SPDX-License-Identifier: Apache-2.0
#pragma once

// One HTTP request at a time, through libcurl: redirects, proxies, TLS, HTTP/2, decompression.
//
// While it waits for the server it also hears the kit. The receiver runs inside: when it takes
// its time (the stream is full), nothing more is read, and the server has to wait.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/connector/source.hpp>
#include <sluice/outcome.hpp>

#include "http_options.hpp"
#include "response_head.hpp"

namespace sluice::http {

// What a response is given to. An error ends the request and is what `perform` returns; an
// exception (the stream's) passes through `perform`.
class Receiver {
 public:
  virtual ~Receiver() = default;
  // Status and headers of the final response, after redirects. Not if they never come.
  virtual Outcome<Done> on_head(const ResponseHead& head) = 0;
  virtual Outcome<Done> on_data(std::string_view bytes) = 0;
};

class Transfer {
 public:
  // Throws: `Failure` (`invalid_config`) for a certificate or the like that libcurl refuses.
  explicit Transfer(const HttpOptions& options);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Runs the request until the response ended. Errors: `cancelled` when the source is to stop;
  // `unresolved_host`, `connection_refused`, `timed_out`, `tls`, `connection_lost` (also when
  // the response is cut off), and the receiver's.
  [[nodiscard]] Outcome<Done> perform(SourceContext& stream, Receiver& receiver,
                                      const std::vector<Header>& more_headers = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::http
