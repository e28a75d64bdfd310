// SPDX-License-Identifier: Apache-2.0
#include "sluice/admin.hpp"

#include <limits>
#include <utility>

#include <boost/asio.hpp>

#include "client/admin_convert.hpp"
#include "client/admin_impl.hpp"
#include "client/smartmodule_request.hpp"
#include "wire/compression.hpp"

namespace sluice {
namespace {

constexpr std::size_t wasm_bytes_max = 256UL * 1024 * 1024;

[[noreturn]] void refuse(std::string what) {
  throw Failure(Errc::invalid_argument, std::move(what));
}

// The server's own words come too: they say which limit.
void throw_unless_ok(const wire::StatusResponse& status, const std::string& what) {
  if (status.error_code.ok()) return;
  auto error = wire::to_error(status.error_code, what);
  if (status.error_message && !status.error_message->empty()) {
    error.server_text = *status.error_message;
  }
  switch (status.error_code.code) {
    case wire::Code::topic_invalid_name:
    case wire::Code::topic_invalid_configuration:
    case wire::Code::topic_invalid_replica_type:
    case wire::Code::deduplication_smartmodule_not_loaded:
    case wire::Code::deduplication_smartmodule_name_invalid:
      error.code = Errc::invalid_argument;
      break;
    default:
      break;
  }
  throw Failure(std::move(error));
}

std::string quoted(const char* what, const std::string& name) {
  return std::string(what) + " `" + name + "`";
}

template <typename Info, typename Spec>
std::vector<Info> to_infos(const std::vector<wire::Metadata<Spec>>& objects) {
  std::vector<Info> out;
  for (const auto& object : objects) out.push_back(client::to_info(object));
  return out;
}

// `group/name@version` is stored as `name-group-version` (reference §5.3).
std::string store_name(const std::string& name) {
  const auto slash = name.find('/');
  if (slash == std::string::npos) return name;
  auto rest = name.substr(slash + 1);
  const auto at = rest.find('@');
  const auto version = at == std::string::npos ? "" : "-" + rest.substr(at + 1);
  return rest.substr(0, at) + "-" + name.substr(0, slash) + version;
}

// Whether a module with package metadata is the one that a name means: the parts that the name
// does not have may be any.
bool is_package(const wire::Metadata<wire::SmartModuleSpec>& object, const std::string& name) {
  if (!object.spec.meta) return false;
  const auto& package = object.spec.meta->package;
  const auto full = package.group + "/" + package.name;
  return name == package.name || name == full || name == full + "@" + package.version;
}

wire::IngressPort to_ingress(const std::string& endpoint) {
  const auto parsed = or_throw(net::parse_endpoint(endpoint));
  wire::IngressPort port{.port = parsed.port, .ingress = {}};
  port.ingress.push_back({.hostname = parsed.host, .ip = std::nullopt});
  return port;
}

}  // namespace

template <typename Key>
Deleted Admin::Impl::remove(const char* what, std::string_view label, Key key, bool force,
                            wire::Code missing) const {
  const auto answer = call<wire::StatusResponse>(
      what, wire::ScApi::remove,
      [label, body = wire::DeleteBody<Key>{std::move(key), force}](wire::Version version) {
        return wire::pack(label, body, version);
      });
  if (answer.body.error_code.code == missing) return Deleted::was_missing;
  throw_unless_ok(answer.body, what);
  return Deleted::deleted;
}

void Admin::Impl::wait_until_online(const std::string& topic, std::uint32_t count) const {
  client::wait_for<Done>(
      client->thread, client->call_deadline(), "waiting for the partitions to be online",
      [core = client->core, topic, count](client::Handler<Done> done) {
        const auto online = [core = core.get(), topic, count] {
          const auto& metadata = core->metadata();
          for (std::uint32_t i = 0; i < count; ++i) {
            if (!metadata.online(topic, {i})) return false;
          }
          // Topics and partitions are told of separately: a producer looks for both.
          return metadata.partition_count(topic).value_or(0) >= count;
        };
        core->when(online, net::Clock::now() + core->options().request_timeout,
                   [topic, done = std::move(done)](bool all) mutable {
                     if (all) return done(Done{});
                     done(fail(Errc::timed_out, "topic `" + topic +
                                                    "`: not every partition is "
                                                    "online; is every SPU running?"));
                   });
      });
}

Created Admin::create_topic(const std::string& name, const TopicConfig& config, bool dry_run) {
  if (config.retention_time &&
      (config.retention_time->count() < 0 ||
       config.retention_time->count() > std::numeric_limits<std::uint32_t>::max())) {
    refuse("the retention time of topic `" + name + "` must be between 0 and 136 years");
  }
  const auto what = quoted("creating topic", name);
  const wire::CreateBody<wire::TopicSpec> body{
      .name = name, .dry_run = dry_run, .timeout_ms = {}, .spec = client::to_spec(config)};
  const auto status = impl_->create("creating a topic", body);
  if (status.error_code.code == wire::Code::topic_already_exists) return Created::existed_already;
  throw_unless_ok(status, what);
  if (!dry_run) impl_->wait_until_online(name, client::partition_count_of(body.spec));
  return Created::created;
}

Deleted Admin::delete_topic(const std::string& name, bool force) {
  return impl_->remove("deleting a topic", wire::TopicSpec::label, name, force,
                       wire::Code::topic_not_found);
}

void Admin::add_partitions(const std::string& topic, std::uint32_t count) {
  const auto before = describe_topic(topic);
  if (!before) throw Failure(Errc::topic_not_found, "there is no topic `" + topic + "`");
  const wire::UpdateTopicBody body{.key = topic, .action = wire::AddPartition{count}};
  const auto answer = impl_->call<wire::StatusResponse>(
      "adding partitions", wire::ScApi::update,
      [body](wire::Version version) { return wire::pack(wire::TopicSpec::label, body, version); });
  throw_unless_ok(answer.body, quoted("adding partitions to topic", topic));
  impl_->wait_until_online(topic, before->config.partitions + count);
}

std::vector<TopicInfo> Admin::list_topics(const std::vector<std::string>& filters, bool system) {
  const wire::ListBody body{.name_filters = filters, .summary = false, .system = system};
  return to_infos<TopicInfo>(impl_->list<wire::TopicSpec>("listing topics", body));
}

std::optional<TopicInfo> Admin::describe_topic(const std::string& name) {
  for (const auto system : {false, true}) {
    for (auto& info : list_topics({name}, system)) {
      if (info.name == name) return std::move(info);
    }
  }
  return std::nullopt;
}

std::vector<PartitionInfo> Admin::list_partitions(const std::string& topic, bool system) {
  const wire::ListBody body{.name_filters = {}, .summary = false, .system = system};
  auto infos =
      to_infos<PartitionInfo>(impl_->list<wire::PartitionSpec>("listing partitions", body));
  if (!topic.empty()) {
    std::erase_if(infos, [&](const PartitionInfo& info) { return info.topic != topic; });
  }
  std::ranges::sort(
      infos, {}, [](const PartitionInfo& info) { return std::pair(info.topic, info.partition); });
  return infos;
}

std::vector<SpuInfo> Admin::list_spus() {
  return to_infos<SpuInfo>(impl_->list<wire::SpuSpec>("listing SPUs", {}));
}

void Admin::register_spu(SpuId id, const std::string& public_endpoint,
                         const std::string& private_endpoint) {
  const auto internal = or_throw(net::parse_endpoint(private_endpoint));
  wire::CreateBody<wire::CustomSpuSpec> body;
  body.name = "custom-spu-" + std::to_string(id.value);
  body.spec.id = id.value;
  body.spec.public_endpoint = to_ingress(public_endpoint);
  body.spec.private_endpoint = {.port = internal.port, .host = internal.host};
  throw_unless_ok(impl_->create("registering an SPU", body),
                  "registering SPU " + std::to_string(id.value));
}

Deleted Admin::unregister_spu(SpuId id) {
  return impl_->remove("unregistering an SPU", wire::CustomSpuSpec::label,
                       wire::CustomSpuKey{id.value}, false, wire::Code::spu_not_found);
}

void Admin::create_smartmodule(const std::string& name, std::string_view wasm) {
  wire::CreateBody<wire::SmartModuleSpec> body;
  body.name = name;
  body.spec.wasm = or_throw(client::gzipped(wasm));
  throw_unless_ok(impl_->create("creating a SmartModule", std::move(body)),
                  quoted("creating SmartModule", name));
}

std::vector<SmartModuleInfo> Admin::list_smartmodules() {
  const wire::ListBody body{.name_filters = {}, .summary = true, .system = false};
  return to_infos<SmartModuleInfo>(
      impl_->list<wire::SmartModuleSpec>("listing SmartModules", body));
}

std::optional<std::string> Admin::download_smartmodule(const std::string& name) {
  const auto stored_name = store_name(name);
  wire::ListBody body{.name_filters = {name}, .summary = false, .system = false};
  if (stored_name != name) body.name_filters.push_back(stored_name);
  for (const auto& object : impl_->list<wire::SmartModuleSpec>("reading a SmartModule", body)) {
    if (object.name != name && object.name != stored_name && !is_package(object, name)) continue;
    const auto& stored = object.spec.wasm;
    // One official client uploads the module as it is (reference §5.7).
    const auto gzipped =
        stored.size() >= 2 && stored[0] == std::byte{0x1F} && stored[1] == std::byte{0x8B};
    if (!gzipped) return std::string(as_text(stored));
    Bytes wasm;
    or_throw(wire::decompress(Compression::gzip, stored, wasm, wasm_bytes_max));
    return std::string(as_text(wasm));
  }
  return std::nullopt;
}

Deleted Admin::delete_smartmodule(const std::string& name) {
  return impl_->remove("deleting a SmartModule", wire::SmartModuleSpec::label, name, false,
                       wire::Code::smartmodule_not_found);
}

Created Admin::create_table_format(const TableFormatInfo& format) {
  wire::CreateBody<wire::TableFormatSpec> body;
  body.name = format.name;
  body.spec.name = format.name;
  if (!format.smartmodule.empty()) body.spec.smartmodule = format.smartmodule;
  const auto status = impl_->create("creating a table format", std::move(body));
  if (status.error_code.code == wire::Code::table_format_already_exists) {
    return Created::existed_already;
  }
  throw_unless_ok(status, quoted("creating table format", format.name));
  return Created::created;
}

std::vector<TableFormatInfo> Admin::list_table_formats() {
  return to_infos<TableFormatInfo>(impl_->list<wire::TableFormatSpec>("listing table formats", {}));
}

Deleted Admin::delete_table_format(const std::string& name) {
  return impl_->remove("deleting a table format", wire::TableFormatSpec::label, name, false,
                       wire::Code::table_format_not_found);
}

}  // namespace sluice
