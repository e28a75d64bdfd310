// SPDX-License-Identifier: Apache-2.0
#include "broker/sc_session.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "broker/listing.hpp"

namespace sluice::broker {
namespace {

constexpr std::size_t watches_max = 64;

wire::StatusResponse unknown_type(std::string name) {
  return {std::move(name),
          wire::ErrorCode(wire::Code::other, {std::string("unknown admin object type")}),
          std::nullopt};
}

wire::StatusResponse unsupported(const std::string& label) {
  const auto text = label + " objects are not supported by this server, which is one machine";
  return {label, wire::ErrorCode(wire::Code::other, {text}), text};
}

Result<wire::TypeBuffer> type_buffer(const Request& request) {
  return wire::decode<wire::TypeBuffer>(request.body, request.header.api_version, "admin request");
}

bool answers_with_status(wire::ScApi key) {
  return key == wire::ScApi::create || key == wire::ScApi::remove || key == wire::ScApi::update;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char digit) { return digit >= '0' && digit <= '9'; });
}

}  // namespace

bool is_semver(std::string_view text) {
  const auto core = text.substr(0, text.find_first_of("-+"));
  const auto numbers = split(core, '.');
  return numbers.size() == 3 && std::all_of(numbers.begin(), numbers.end(), is_number);
}

ScSession::ScSession(Catalog& catalog, Connection& connection, std::string platform_version)
    : catalog_(catalog), connection_(connection), platform_version_(std::move(platform_version)) {}

bool ScSession::answers_at_length(const wire::RequestHeader& header) const {
  return static_cast<wire::ScApi>(header.api_key) == wire::ScApi::list;
}

Result<> ScSession::on_request(Request request) {
  const auto key = static_cast<wire::ScApi>(request.header.api_key);
  if (request.fault && answers_with_status(key)) {
    answer(request, {"", *request.fault, std::nullopt});
    return {};
  }
  switch (key) {
    case wire::ScApi::api_versions:
      return api_versions(request);
    case wire::ScApi::create:
      return create(request);
    case wire::ScApi::remove:
      return remove(request);
    case wire::ScApi::list:
      return list(request);
    case wire::ScApi::watch:
      return watch(request);
    case wire::ScApi::update:
      return update(request);
    case wire::ScApi::mirroring:
      break;
  }
  return fail(Errc::unsupported,
              "api key " + std::to_string(request.header.api_key) + " on the control plane");
}

Result<> ScSession::api_versions(const Request& request) {
  const auto version = request.header.api_version;
  const auto body = wire::decode<wire::ApiVersionsRequest>(request.body, version, "ApiVersions");
  if (!body) return tl::unexpected(body.error());
  if (!is_semver(body->client_version)) {
    return fail(Errc::malformed, "client version `" + body->client_version + "` is no semver");
  }
  const wire::ApiVersionsResponse response{
      .error_code = request.fault.value_or(wire::ErrorCode{}),
      .api_keys = {wire::sc_versions.begin(), wire::sc_versions.end()},
      .platform_version = platform_version_};
  const auto id = request.header.correlation_id;
  connection_.send(id, wire::encode_response_frame(id, response, version));
  return {};
}

void ScSession::answer(const Request& request, const wire::StatusResponse& status) {
  const auto id = request.header.correlation_id;
  connection_.send(id, wire::encode_response_frame(id, status, request.header.api_version));
}

template <typename Body, typename Handle>
Result<> ScSession::answer_with(const Request& request, const wire::TypeBuffer& buffer,
                                Handle handle) {
  const auto body = wire::unpack<Body>(buffer, request.header.api_version);
  if (!body) return tl::unexpected(body.error());
  answer(request, handle(*body));
  return {};
}

Result<> ScSession::create(const Request& request) {
  const auto buffer = type_buffer(request);
  if (!buffer) return tl::unexpected(buffer.error());
  const auto& label = buffer->label;
  const auto run = [&]<typename Spec>(auto method, std::type_identity<Spec>) {
    return answer_with<wire::CreateBody<Spec>>(
        request, *buffer, [&](const auto& body) { return (catalog_.*method)(body); });
  };
  using wire::CustomSpuSpec, wire::SmartModuleSpec, wire::TableFormatSpec, wire::TopicSpec;
  if (label == TopicSpec::label) {
    return run(&Catalog::create_topic, std::type_identity<TopicSpec>{});
  }
  if (label == CustomSpuSpec::label) {
    return run(&Catalog::create_spu, std::type_identity<CustomSpuSpec>{});
  }
  if (label == SmartModuleSpec::label) {
    return run(&Catalog::create_smartmodule, std::type_identity<SmartModuleSpec>{});
  }
  if (label == TableFormatSpec::label) {
    return run(&Catalog::create_table_format, std::type_identity<TableFormatSpec>{});
  }
  const bool known = label == wire::SpuGroupSpec::label || label == wire::MirrorSpec::label;
  answer(request, known ? unsupported(label) : unknown_type("create error"));
  return {};
}

Result<> ScSession::remove(const Request& request) {
  const auto buffer = type_buffer(request);
  if (!buffer) return tl::unexpected(buffer.error());
  const auto& label = buffer->label;
  using Named = wire::DeleteBody<std::string>;
  if (label == wire::TopicSpec::label) {
    const auto body = wire::unpack<Named>(*buffer, request.header.api_version);
    if (!body) return tl::unexpected(body.error());
    connection_.begin_pending();
    catalog_.delete_topic(*body, [this, keep = connection_.shared_from_this(),
                                  request](const wire::StatusResponse& status) {
      answer(request, status);
      keep->end_pending();
    });
    return {};
  }
  if (label == wire::CustomSpuSpec::label) {
    return answer_with<wire::DeleteBody<wire::CustomSpuKey>>(
        request, *buffer, [&](const auto& body) { return catalog_.delete_spu(body); });
  }
  if (label == wire::SmartModuleSpec::label) {
    return answer_with<Named>(request, *buffer,
                              [&](const auto& body) { return catalog_.delete_smartmodule(body); });
  }
  if (label == wire::TableFormatSpec::label) {
    return answer_with<Named>(request, *buffer,
                              [&](const auto& body) { return catalog_.delete_table_format(body); });
  }
  const bool known = label == wire::SpuGroupSpec::label || label == wire::MirrorSpec::label;
  // The official server says `create error` here too.
  answer(request, known ? unsupported(label) : unknown_type("create error"));
  return {};
}

Result<> ScSession::update(const Request& request) {
  const auto buffer = type_buffer(request);
  if (!buffer) return tl::unexpected(buffer.error());
  if (buffer->label != wire::TopicSpec::label) {
    answer(request, unknown_type("update error"));
    return {};
  }
  return answer_with<wire::UpdateTopicBody>(
      request, *buffer, [&](const auto& body) { return catalog_.update_topic(body); });
}

template <typename Spec>
Result<> ScSession::answer_list(const Request& request, std::vector<wire::Metadata<Spec>> items) {
  const wire::ListResponseBody<Spec> body{std::move(items)};
  const auto version = request.header.api_version;
  const auto id = request.header.correlation_id;
  const auto buffer = wire::pack(Spec::label, body, version);
  connection_.send(id, wire::encode_response_frame(id, buffer, version));
  return {};
}

Result<> ScSession::list(const Request& request) {
  const auto buffer = type_buffer(request);
  if (!buffer) return tl::unexpected(buffer.error());
  const auto body = wire::unpack<wire::ListBody>(*buffer, request.header.api_version);
  if (!body) return tl::unexpected(body.error());
  const auto& label = buffer->label;
  if (label == wire::TopicSpec::label) return answer_list(request, list_topics(catalog_, *body));
  if (label == wire::PartitionSpec::label) {
    return answer_list(request, list_partitions(catalog_, *body));
  }
  if (label == wire::SpuSpec::label) return answer_list(request, list_spus(catalog_, *body));
  if (label == wire::CustomSpuSpec::label) {
    return answer_list(request, list_custom_spus(catalog_, *body));
  }
  if (label == wire::SmartModuleSpec::label) {
    return answer_list(request, list_smartmodules(catalog_, *body));
  }
  if (label == wire::TableFormatSpec::label) {
    return answer_list(request, list_table_formats(catalog_, *body));
  }
  if (label == wire::SpuGroupSpec::label) return answer_list<wire::SpuGroupSpec>(request, {});
  if (label == wire::MirrorSpec::label) return answer_list<wire::MirrorSpec>(request, {});
  return fail(Errc::malformed, "list of unknown type `" + label + "`");
}

Result<> ScSession::watch(const Request& request) {
  const auto buffer = type_buffer(request);
  if (!buffer) return tl::unexpected(buffer.error());
  const auto body = wire::unpack<wire::WatchBody>(*buffer, request.header.api_version);
  if (!body) return tl::unexpected(body.error());
  if (watches_.size() == watches_max) {
    return fail(Errc::too_large, "more than " + std::to_string(watches_max) + " watches");
  }
  const WatchRequest wanted{.label = buffer->label,
                            .correlation_id = request.header.correlation_id,
                            .version = request.header.api_version,
                            .summary = body->summary};
  auto watch = make_watch(catalog_, wanted, [this] { connection_.wake(); });
  if (!watch) return fail(Errc::malformed, "watch of unknown type `" + buffer->label + "`");
  watches_.push_back(std::move(watch));
  connection_.wake();
  return {};
}

// Round robin, so that one busy watch does not hold up the others.
std::optional<OutFrame> ScSession::next_frame() {
  for (std::size_t tried = 0; tried < watches_.size(); ++tried) {
    auto& watch = *watches_[next_watch_++ % watches_.size()];
    if (watch.ready()) return OutFrame{watch.next_frame(), {}, watch.correlation_id()};
  }
  return std::nullopt;
}

}  // namespace sluice::broker
