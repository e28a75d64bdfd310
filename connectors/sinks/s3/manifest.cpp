// SPDX-License-Identifier: Apache-2.0
#include "manifest.hpp"

#include <charconv>

#include <nlohmann/json.hpp>

#include <sluice/error.hpp>

namespace sluice::s3 {
namespace {

constexpr int format_version = 1;

[[noreturn]] void corrupt(std::string_view name) {
  throw Failure(Errc::data_corrupt,
                "the object " + std::string(name) +
                    " is not what this sink writes: restore it, or delete it to begin anew");
}

}  // namespace

std::string format_manifest(std::string_view topic, const Offsets& offsets) {
  auto list = nlohmann::ordered_json::object();
  for (const auto& [partition, offset] : offsets) {
    list[std::to_string(partition.value)] = offset.value;
  }
  return nlohmann::ordered_json{
      {"format", format_version}, {"topic", topic}, {"offsets", std::move(list)}}
      .dump();
}

Offsets parse_manifest(std::string_view text, std::string_view topic, std::string_view name) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || json.value("format", nlohmann::json()) != format_version ||
      !json.contains("topic") || !json["topic"].is_string() || !json.contains("offsets") ||
      !json["offsets"].is_object()) {
    corrupt(name);
  }
  if (const auto other = json["topic"].get<std::string>(); other != topic) {
    throw Failure(Errc::invalid_config, "the object " + std::string(name) + " is of the topic `" +
                                            other + "`: give this one another --prefix or --name");
  }
  Offsets out;
  for (const auto& [key, value] : json["offsets"].items()) {
    std::uint32_t partition = 0;
    const auto [end, problem] = std::from_chars(key.data(), key.data() + key.size(), partition);
    if (problem != std::errc() || end != key.data() + key.size() || !value.is_number_integer()) {
      corrupt(name);
    }
    out[PartitionId{partition}] = Offset{value.get<std::int64_t>()};
  }
  return out;
}

}  // namespace sluice::s3
