// SPDX-License-Identifier: Apache-2.0
#include "event.hpp"

#include <nlohmann/json.hpp>

namespace sluice::postgres {
namespace {

using Json = nlohmann::json;

// "char": its text is one byte, or nothing for zero.
std::string text_of_char(const Json& value) {
  const auto number = value.get<std::int64_t>();
  return number == 0 ? std::string() : std::string(1, static_cast<char>(number));
}

std::string text_of(const std::string& tag, const Json& value) {
  if (tag == "String") return value.get<std::string>();
  if (tag == "Char") return text_of_char(value);
  if (tag == "Bool") return value.get<bool>() ? "true" : "false";
  if (tag == "RawText") {
    std::string bytes;
    bytes.reserve(value.size());
    for (const Json& byte : value) {
      const auto number = byte.get<std::uint32_t>();
      if (number > 0xffU) throw std::invalid_argument("a byte " + std::to_string(number));
      bytes += static_cast<char>(number);
    }
    return bytes;
  }
  if (!value.is_number()) throw std::invalid_argument("a value of the kind " + tag);
  return value.dump();
}

Cell cell_of(const Json& cell) {
  if (cell.is_string()) {
    const auto& word = cell.get_ref<const std::string&>();
    if (word == "Null") return {};
    if (word == "UnchangedToast") return {.is_unchanged = true};
    throw std::invalid_argument("a value `" + word + "`");
  }
  if (!cell.is_object() || cell.size() != 1) throw std::invalid_argument("a value without a kind");
  return {.text = text_of(cell.begin().key(), cell.begin().value())};
}

Tuple tuple_of(const Json& cells) {
  Tuple tuple;
  tuple.reserve(cells.size());
  for (const Json& cell : cells) tuple.push_back(cell_of(cell));
  return tuple;
}

std::optional<Tuple> before_of(const Json& message) {
  for (const char* name : {"old_tuple", "key_tuple"}) {
    const auto found = message.find(name);
    if (found != message.end() && !found->is_null()) return tuple_of(*found);
  }
  return std::nullopt;
}

RelationEvent relation_of(const Json& message) {
  RelationEvent out{.id = message.at("rel_id").get<std::uint32_t>(),
                    .schema = message.at("namespace").get<std::string>(),
                    .name = message.at("name").get<std::string>(),
                    .identity = message.at("replica_identity").get<std::string>()};
  if (out.schema.empty()) out.schema = "pg_catalog";
  for (const Json& column : message.at("columns")) {
    out.columns.push_back(
        {.name = column.at("name").get<std::string>(),
         .is_key = column.at("flags").get<int>() != 0,
         .type = static_cast<std::uint32_t>(column.at("type_id").get<std::int64_t>()),
         .modifier = column.at("type_modifier").get<std::int32_t>()});
  }
  return out;
}

TruncateEvent truncate_of(const Json& message) {
  constexpr unsigned restart = 2;
  return {.restart_identity = (message.at("options").get<unsigned>() & restart) != 0,
          .relations = message.at("rel_ids").get<std::vector<std::uint32_t>>()};
}

Event event_of(const Json& message) {
  const auto& type = message.at("type").get_ref<const std::string&>();
  if (type == "begin") {
    return BeginEvent{.lsn = message.at("final_lsn").get<std::int64_t>(),
                      .time = message.at("timestamp").get<std::int64_t>(),
                      .is_snapshot = message.at("xid").get<std::int64_t>() == 0};
  }
  if (type == "commit") return CommitEvent{};
  if (type == "relation") return relation_of(message);
  if (type == "type") {
    return TypeEvent{message.at("id").get<std::uint32_t>(),
                     message.at("namespace").get<std::string>(),
                     message.at("name").get<std::string>()};
  }
  if (type == "truncate") return truncate_of(message);
  if (type != "insert" && type != "update" && type != "delete") return OtherEvent{};
  const auto relation = message.at("rel_id").get<std::uint32_t>();
  if (type == "insert") return InsertEvent{relation, tuple_of(message.at("tuple"))};
  if (type == "delete") return DeleteEvent{relation, before_of(message)};
  return UpdateEvent{relation, before_of(message), tuple_of(message.at("new_tuple"))};
}

}  // namespace

Outcome<Event> parse_event(std::string_view json) {
  try {
    return event_of(Json::parse(json).at("message"));
  } catch (const std::exception& problem) {
    return Error{
        Errc::malformed,
        std::string("the record is not an event of the postgres source: ") + problem.what(),
        {}};
  }
}

}  // namespace sluice::postgres
