// SPDX-License-Identifier: Apache-2.0
#include "common/aws/aws_errors.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/http/http_status.hpp"

namespace sluice::common {
namespace {

using enum Errc;

constexpr auto codes = std::to_array<std::pair<std::string_view, Errc>>({
    // Come back later.
    {"InternalError", outside_unavailable},
    {"InternalServerError", outside_unavailable},
    {"LimitExceededException", outside_unavailable},
    {"OperationAborted", outside_unavailable},
    {"ProvisionedThroughputExceededException", outside_unavailable},
    {"ReplicatedWriteConflictException", outside_unavailable},
    {"RequestLimitExceeded", outside_unavailable},
    {"RequestTimeout", outside_unavailable},
    {"ResourceInUseException", outside_unavailable},
    {"ServiceUnavailable", outside_unavailable},
    {"SlowDown", outside_unavailable},
    {"Throttling", outside_unavailable},
    {"ThrottlingException", outside_unavailable},
    {"TransactionInProgressException", outside_unavailable},
    // Not with these keys.
    {"AccessDenied", permission_denied},
    {"AccessDeniedException", permission_denied},
    {"ExpiredToken", permission_denied},
    {"ExpiredTokenException", permission_denied},
    {"IncompleteSignatureException", permission_denied},
    {"InvalidAccessKeyId", permission_denied},
    {"InvalidSignatureException", permission_denied},
    {"MissingAuthenticationTokenException", permission_denied},
    {"RequestTimeTooSkewed", permission_denied},
    {"SignatureDoesNotMatch", permission_denied},
    {"UnrecognizedClientException", permission_denied},
    // Not there, or not so: no record is at fault.
    {"AuthorizationHeaderMalformed", invalid_config},
    {"InvalidBucketName", invalid_config},
    {"NoSuchBucket", invalid_config},
    {"PermanentRedirect", invalid_config},
    {"ResourceNotFoundException", invalid_config},
    // This record.
    {"EntityTooLarge", record_too_large},
    {"ItemCollectionSizeLimitExceededException", outside_rejected},
    {"KeyTooLongError", outside_rejected},
    {"ValidationException", outside_rejected},
});

std::string between(std::string_view text, std::string_view before, std::string_view after) {
  const auto begin = text.find(before);
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + before.size());
  const auto end = text.find(after);
  return end == std::string_view::npos ? std::string() : std::string(text.substr(0, end));
}

}  // namespace

std::string aws_error_code(std::string_view body) {
  if (!body.starts_with('{')) return between(body, "<Code>", "</Code>");
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object() || !json.contains("__type") || !json["__type"].is_string()) return {};
  const auto type = json["__type"].get<std::string>();
  return type.substr(type.rfind('#') + 1);
}

std::optional<Errc> errc_of_aws_code(std::string_view code) {
  const auto found = std::ranges::find(codes, code, &std::pair<std::string_view, Errc>::first);
  return found == codes.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Error> aws_error(const HttpResponse& response, std::string_view what) {
  auto error = status_error(response, what);
  if (!error) return std::nullopt;
  const auto code = aws_error_code(response.body);
  if (!code.empty()) error->context = std::string(what) + ": " + code;
  if (const auto errc = errc_of_aws_code(code)) error->code = *errc;
  return error;
}

}  // namespace sluice::common
