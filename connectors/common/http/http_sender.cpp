// SPDX-License-Identifier: Apache-2.0
#include "common/http/http_sender.hpp"

namespace sluice::common {
namespace {

// Where the kit can be told.
template <typename Context>
void tell_retry_after(Context& context, const HttpResponse& response) {
  const auto wait = parse_retry_after(response.header("retry-after"));
  if constexpr (requires { context.retry_after(*wait); }) {
    if (wait) context.retry_after(*wait);
  }
}

}  // namespace

void HttpSender::open(SinkContext& context) {
  context_ = &context;
  connected_ = false;
}

HttpResponse HttpSender::send(const HttpRequest& request, const StatusRules& rules) {
  return send(request, [&](const HttpResponse& response, std::string_view what) {
    return status_error(response, what, rules);
  });
}

HttpResponse HttpSender::send(const HttpRequest& request, const Judge& judge) {
  const auto give_up = [this] { return context_ != nullptr && context_->stopping(); };
  auto response = take(client_.perform(request, give_up));
  if (auto error = judge(response, shown_request(request))) {
    if (context_ != nullptr && error->retryable()) tell_retry_after(*context_, response);
    throw Failure(*std::move(error));
  }
  if (context_ != nullptr && !connected_) {
    connected_ = true;
    context_->connected();
  }
  return response;
}

HttpResponse HttpSender::ask(const HttpRequest& request) {
  return take(client_.perform(request));
}

HttpResponse HttpSender::ask(const HttpRequest& request, CheckContext& check) {
  return take(client_.perform(request, [&] { return check.time_left().count() == 0; }));
}

HttpResponse HttpSender::take(Outcome<HttpResponse> response) {
  if (response.ok()) return std::move(response).value();
  Error error = response.error();
  // A destination whose answers cannot be read is no better than one that is away.
  if (error.code == Errc::too_large) error.code = Errc::outside_unavailable;
  throw Failure(std::move(error));
}

}  // namespace sluice::common
