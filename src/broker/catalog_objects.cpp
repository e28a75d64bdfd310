// SPDX-License-Identifier: Apache-2.0
#include "broker/catalog.hpp"

namespace sluice::broker {
namespace {

wire::SpuSpec to_spu(const wire::CustomSpuSpec& spec) {
  return {.id = spec.id,
          .type = wire::SpuType::custom,
          .public_endpoint = spec.public_endpoint,
          .private_endpoint = spec.private_endpoint,
          .rack = spec.rack,
          .public_endpoint_local = spec.public_endpoint_local};
}

// One object more of a kind that has a limit.
template <typename Spec>
bool is_full(const ObjectTable<Spec>& table, const std::string& name, std::uint32_t objects_max) {
  return table.all().size() >= objects_max && !table.find(name);
}

// All of them are kept in memory.
constexpr std::uint64_t smartmodule_bytes_max = 64U * 1024 * 1024;

std::uint64_t wasm_bytes(const ObjectTable<wire::SmartModuleSpec>& table) {
  std::uint64_t total = 0;
  for (const auto& [name, module] : table.all()) total += module.spec.wasm.size();
  return total;
}

constexpr std::string_view full_text = "this server has as many objects of this kind as it takes";

std::string in_use_text(const std::string& topic) {
  return "topic '" + topic + "' deduplicates with it; load the new one under another name";
}

std::string bad_name_text() {
  return "the name must be 1 to 63 of a-z, 0-9 and '-'";
}

}  // namespace

std::optional<std::string> Catalog::deduplicated_with(const std::string& smartmodule) {
  for (const auto& [name, topic] : table<wire::TopicSpec>().all()) {
    const auto& deduplication = topic.spec.deduplication;
    if (deduplication && smartmodule_key(deduplication->uses) == smartmodule) return name;
  }
  return std::nullopt;
}

wire::StatusResponse Catalog::create_spu(const wire::CreateBody<wire::CustomSpuSpec>& request) {
  auto& spus = table<wire::SpuSpec>();
  const auto id = request.spec.id;
  for (const auto& [name, spu] : spus.all()) {
    if (name != request.name && spu.spec.id != id) continue;
    return refused(request.name, wire::Code::spu_already_exists,
                   "spu '" + request.name + '(' + std::to_string(id) + ")' already defined");
  }
  if (!is_resource_name(request.name) || is_full(spus, request.name, options_.objects_max)) {
    return refused(request.name, wire::Code::spu_error,
                   is_resource_name(request.name) ? std::string(full_text) : bad_name_text());
  }
  if (request.dry_run) return accepted(request.name);
  // Nobody will ever connect as this SPU: it stays as it is, and gets no partitions.
  const wire::Metadata<wire::SpuSpec> spu{request.name, to_spu(request.spec),
                                          wire::SpuStatus::init};
  if (const auto done = store_.put(spu); !done) return storage_failed(request.name, done.error());
  spus.put(spu);
  return accepted(request.name);
}

wire::StatusResponse Catalog::delete_spu(const wire::DeleteBody<wire::CustomSpuKey>& request) {
  auto& spus = table<wire::SpuSpec>();
  const auto* by_name = std::get_if<std::string>(&request.key);
  const auto label = by_name ? *by_name : std::to_string(std::get<std::int32_t>(request.key));
  std::string found;
  for (const auto& [name, spu] : spus.all()) {
    if (by_name ? name == *by_name : spu.spec.id == std::get<std::int32_t>(request.key)) {
      found = name;
    }
  }
  if (found.empty()) return refused(label, wire::Code::spu_not_found, "not found");
  if (found == own_spu_name) {
    return refused(label, wire::Code::spu_error,
                   found + " is this server itself and cannot be removed");
  }
  if (const auto done = store_.remove<wire::SpuSpec>(found); !done) {
    return storage_failed(label, done.error());
  }
  spus.erase(found);
  return accepted(label);
}

wire::StatusResponse Catalog::create_smartmodule(
    const wire::CreateBody<wire::SmartModuleSpec>& request) {
  auto name = request.name;
  if (const auto& meta = request.spec.meta) {
    const auto& package = meta->package;
    if (package.name.empty() || package.group.empty()) {
      return refused(name, wire::Code::smartmodule_error, "the package has no name or no group");
    }
    name = package.name + '-' + package.group + '-' + package.version;
  }
  if (name.empty() || name.size() > 200) {
    return refused(name, wire::Code::smartmodule_error,
                   "the name of a SmartModule has 1 to 200 bytes");
  }
  auto& modules = table<wire::SmartModuleSpec>();
  const auto* known = modules.find(name);
  const auto topic = deduplicated_with(name);
  if (topic && known && known->spec.wasm != request.spec.wasm) {
    return refused(name, wire::Code::smartmodule_error, in_use_text(*topic));
  }
  if (is_full(modules, name, options_.objects_max) ||
      wasm_bytes(modules) + request.spec.wasm.size() > smartmodule_bytes_max) {
    return refused(name, wire::Code::smartmodule_error, std::string(full_text));
  }
  if (request.dry_run) return accepted(name);
  const wire::Metadata<wire::SmartModuleSpec> module{name, request.spec, {}};
  if (const auto done = store_.put(module); !done) return storage_failed(name, done.error());
  smartmodules_.put(name, module.spec.wasm);
  modules.put(module);
  return accepted(name);
}

wire::StatusResponse Catalog::delete_smartmodule(const wire::DeleteBody<std::string>& request) {
  auto& modules = table<wire::SmartModuleSpec>();
  const auto key = smartmodule_key(request.key);
  if (!modules.find(key)) {
    return refused(request.key, wire::ErrorCode(wire::Code::smartmodule_not_found, {request.key}),
                   "not found");
  }
  if (const auto topic = deduplicated_with(key)) {
    return refused(request.key, wire::Code::smartmodule_error, in_use_text(*topic));
  }
  if (const auto done = store_.remove<wire::SmartModuleSpec>(key); !done) {
    return storage_failed(request.key, done.error());
  }
  smartmodules_.erase(key);
  modules.erase(key);
  return accepted(request.key);
}

wire::StatusResponse Catalog::create_table_format(
    const wire::CreateBody<wire::TableFormatSpec>& request) {
  auto& formats = table<wire::TableFormatSpec>();
  const auto& name = request.name;
  if (formats.find(name)) {
    return refused(name, wire::Code::table_format_already_exists,
                   "table format '" + name + "' already exists");
  }
  if (!is_resource_name(name) || is_full(formats, name, options_.objects_max)) {
    return refused(name, wire::Code::table_format_error,
                   is_resource_name(name) ? std::string(full_text) : bad_name_text());
  }
  if (request.dry_run) return accepted(name);
  const wire::Metadata<wire::TableFormatSpec> format{name, request.spec, {}};
  if (const auto done = store_.put(format); !done) return storage_failed(name, done.error());
  formats.put(format);
  return accepted(name);
}

wire::StatusResponse Catalog::delete_table_format(const wire::DeleteBody<std::string>& request) {
  auto& formats = table<wire::TableFormatSpec>();
  if (!formats.find(request.key)) {
    return refused(request.key, wire::Code::table_format_not_found, "not found");
  }
  if (const auto done = store_.remove<wire::TableFormatSpec>(request.key); !done) {
    return storage_failed(request.key, done.error());
  }
  formats.erase(request.key);
  return accepted(request.key);
}

}  // namespace sluice::broker
