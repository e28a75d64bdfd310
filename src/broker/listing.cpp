// SPDX-License-Identifier: Apache-2.0
#include "broker/listing.hpp"

#include <algorithm>

#include "broker/watch.hpp"

namespace sluice::broker {
namespace {

bool contains_any(const std::string& name, const std::vector<std::string>& filters) {
  return filters.empty() || std::any_of(filters.begin(), filters.end(), [&](const auto& filter) {
           return name.find(filter) != std::string::npos;
         });
}

bool equals_any(const std::string& name, const std::vector<std::string>& filters) {
  return filters.empty() || std::find(filters.begin(), filters.end(), name) != filters.end();
}

bool matches(const wire::Metadata<wire::SmartModuleSpec>& module,
             const std::vector<std::string>& filters) {
  if (filters.empty()) return true;
  return std::any_of(filters.begin(), filters.end(), [&](const std::string& filter) {
    if (smartmodule_key(filter) == module.name) return true;
    return module.spec.meta && module.spec.meta->package.name == filter;
  });
}

}  // namespace

std::vector<wire::Metadata<wire::TopicSpec>> list_topics(Catalog& catalog,
                                                         const wire::ListBody& request) {
  std::vector<wire::Metadata<wire::TopicSpec>> found;
  for (const auto& [name, topic] : catalog.table<wire::TopicSpec>().all()) {
    if (topic.spec.system != request.system) continue;
    if (contains_any(name, request.name_filters)) found.push_back(topic);
  }
  return found;
}

std::vector<wire::Metadata<wire::PartitionSpec>> list_partitions(Catalog& catalog,
                                                                 const wire::ListBody& request) {
  std::vector<wire::Metadata<wire::PartitionSpec>> found;
  for (const auto& [name, partition] : catalog.table<wire::PartitionSpec>().all()) {
    if (partition.spec.system == request.system) found.push_back(catalog.refreshed(partition));
  }
  return found;
}

std::vector<wire::Metadata<wire::SpuSpec>> list_spus(Catalog& catalog,
                                                     const wire::ListBody& request) {
  std::vector<wire::Metadata<wire::SpuSpec>> found;
  for (const auto& [name, spu] : catalog.table<wire::SpuSpec>().all()) {
    if (equals_any(name, request.name_filters)) found.push_back(spu);
  }
  return found;
}

std::vector<wire::Metadata<wire::CustomSpuSpec>> list_custom_spus(Catalog& catalog,
                                                                  const wire::ListBody& request) {
  std::vector<wire::Metadata<wire::CustomSpuSpec>> found;
  for (const auto& spu : list_spus(catalog, request)) {
    found.push_back({spu.name,
                     {.id = spu.spec.id,
                      .public_endpoint = spu.spec.public_endpoint,
                      .private_endpoint = spu.spec.private_endpoint,
                      .rack = spu.spec.rack,
                      .public_endpoint_local = spu.spec.public_endpoint_local},
                     spu.status});
  }
  return found;
}

std::vector<wire::Metadata<wire::SmartModuleSpec>> list_smartmodules(
    Catalog& catalog, const wire::ListBody& request) {
  std::vector<wire::Metadata<wire::SmartModuleSpec>> found;
  for (const auto& [name, module] : catalog.table<wire::SmartModuleSpec>().all()) {
    if (!matches(module, request.name_filters)) continue;
    found.push_back(request.summary ? summary_of(module) : module);
  }
  return found;
}

std::vector<wire::Metadata<wire::TableFormatSpec>> list_table_formats(
    Catalog& catalog, const wire::ListBody& request) {
  std::vector<wire::Metadata<wire::TableFormatSpec>> found;
  for (const auto& [name, format] : catalog.table<wire::TableFormatSpec>().all()) {
    if (equals_any(name, request.name_filters)) found.push_back(format);
  }
  return found;
}

}  // namespace sluice::broker
