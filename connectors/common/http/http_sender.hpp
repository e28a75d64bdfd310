// SPDX-License-Identifier: Apache-2.0
#pragma once

// A sink's HTTP destination: sends requests, turns bad answers into failures, and tells the kit of
// the connection when it works. On the sink's thread.

#include <sluice/connector/sink.hpp>

#include "common/http/http_status.hpp"

namespace sluice::common {

class HttpSender {
 public:
  // Throws: as `HttpClient`.
  HttpSender(const HttpSettings& settings, std::string user_agent)
      : client_(settings, std::move(user_agent)) {}

  // In the sink's `open`. Nothing is sent: whether it works is seen at the first request.
  void open(SinkContext& context);
  // The error that an answer is, if it is one; `what`: `POST https://host/path`.
  using Judge =
      std::function<std::optional<Error>(const HttpResponse& response, std::string_view what)>;
  // Throws: `Failure` with what the judge makes of the answer, or with what is in its way.
  HttpResponse send(const HttpRequest& request, const Judge& judge);
  // The same with the table of http_status.hpp.
  HttpResponse send(const HttpRequest& request, const StatusRules& rules = {});
  // The answer, whatever its status.
  HttpResponse ask(const HttpRequest& request);
  // The same in a `check`, ended when its time is over.
  HttpResponse ask(const HttpRequest& request, CheckContext& check);

 private:
  HttpResponse take(Outcome<HttpResponse> response);

  HttpClient client_;
  SinkContext* context_ = nullptr;
  bool connected_ = false;
};

}  // namespace sluice::common
