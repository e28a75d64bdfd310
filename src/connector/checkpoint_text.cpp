// SPDX-License-Identifier: Apache-2.0
#include "connector/checkpoint_text.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "sluice/base64.hpp"
#include "sluice/json_text.hpp"

namespace sluice::connector {
namespace {

using Json = nlohmann::json;

constexpr int format_version = 1;

std::optional<std::string> text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

}  // namespace

std::string format_checkpoint(std::string_view name, std::string_view saved,
                              const Position& position) {
  std::string out = "{\"checkpoint\":" + std::to_string(format_version);
  const auto add = [&](std::string_view key, std::string_view value) {
    out.append(",\"").append(key).append("\":\"").append(json_escape(value)).append("\"");
  };
  add("name", name);
  add("saved", saved);
  if (is_utf8(position.bytes)) {
    add("position", position.bytes);
  } else {
    add("position_base64", to_base64(position.bytes));
  }
  return out + "}";
}

Result<Position> parse_checkpoint(std::string_view text, std::string_view name) {
  const auto json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return fail(Errc::data_corrupt, "this is not a JSON object");
  const auto version = json.find("checkpoint");
  if (version == json.end() || *version != format_version) {
    return fail(Errc::data_corrupt, "this is not a checkpoint of version 1");
  }
  const auto owner = text_at(json, "name");
  if (owner != name) {
    return fail(Errc::data_corrupt, "this is the checkpoint of `" + owner.value_or("") +
                                        "`, not of `" + std::string(name) + "`");
  }
  if (auto position = text_at(json, "position")) return Position{*std::move(position)};
  if (const auto encoded = text_at(json, "position_base64")) {
    if (auto bytes = from_base64(*encoded)) return Position{*std::move(bytes)};
  }
  return fail(Errc::data_corrupt, "the checkpoint has no position");
}

}  // namespace sluice::connector
