// SPDX-License-Identifier: Apache-2.0
#include "item.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include <sluice/base64.hpp>

namespace sluice::dynamodb {
namespace {

constexpr std::size_t depth_max = 32;

[[noreturn]] void malformed(const std::string& text) {
  throw Failure(Errc::malformed, text);
}

// Builds the notation while it reads, because a number that went through a double is another one.
class ItemBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  [[nodiscard]] Json take() { return std::move(root_); }
  [[nodiscard]] const std::string& problem() const { return problem_; }

  bool null() override { return put({{"NULL", true}}); }
  bool boolean(bool value) override { return put({{"BOOL", value}}); }
  bool number_integer(number_integer_t value) override { return number(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return number(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return number(text); }
  bool string(string_t& value) override { return put({{"S", std::move(value)}}); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return begin("M", Json::object()); }
  bool start_array(std::size_t) override { return begin("L", Json::array()); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool key(string_t& name) override {
    keys_.back() = std::move(name);
    return true;
  }
  bool parse_error(std::size_t at, const std::string&, const nlohmann::json::exception&) override {
    problem_ = "it is not JSON, at byte " + std::to_string(at);
    return false;
  }

 private:
  bool number(std::string text) { return put({{"N", std::move(text)}}); }
  bool put(Json value) {
    if (open_.empty()) {
      problem_ = "it is JSON, but not an object";
      return false;
    }
    add(std::move(value));
    return true;
  }
  void add(Json value) {
    Json& into = *open_.back();
    if (into.is_array()) {
      into.push_back(std::move(value));
    } else {
      into[keys_.back()] = std::move(value);  // of a name that comes twice the last counts
    }
  }
  bool begin(const char* type, Json empty) {
    if (open_.size() >= depth_max) {
      problem_ = "it goes deeper than the 32 levels that DynamoDB takes";
      return false;
    }
    if (open_.empty()) {
      if (empty.is_array()) return put({});
      root_ = std::move(empty);
      open_.push_back(&root_);
    } else {
      Json& into = *open_.back();
      add({{type, std::move(empty)}});
      open_.push_back(into.is_array() ? &into.back()[type] : &into[keys_.back()][type]);
    }
    keys_.emplace_back();
    return true;
  }
  bool end() {
    open_.pop_back();
    keys_.pop_back();
    return true;
  }

  Json root_;
  std::vector<Json*> open_;
  std::vector<std::string> keys_;
  std::string problem_;
};

std::string type_of(const Json& value) {
  return value.begin().key();
}

bool is_number(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  return json.is_number();
}

// A set of one type, of a list.
Json set_of(const Json& value, const Column& column, const char* element) {
  if (type_of(value) != "L") {
    malformed("the field `" + column.name + "` is not a list, which a column of type " +
              column.type + " takes");
  }
  auto out = Json::array();
  for (const auto& one : value["L"]) {
    if (type_of(one) != element) {
      malformed("the list `" + column.name + "` has something else than a column of type " +
                column.type + " takes");
    }
    if (std::ranges::find(out, one[element]) == out.end()) out.push_back(one[element]);
  }
  return out;
}

Json as_column(const Json& value, const Column& column) {
  const auto type = type_of(value);
  if (column.type == type) return value;
  if (column.type == "S" && type == "N") return {{"S", value["N"]}};
  if (column.type == "S" && type == "BOOL") return {{"S", value["BOOL"] ? "true" : "false"}};
  if (column.type == "N" && type == "S" && is_number(value["S"].get<std::string>())) {
    return {{"N", value["S"]}};
  }
  if (column.type == "B" && type == "S") return {{"B", to_base64(value["S"].get<std::string>())}};
  if (column.type == "SS") return {{"SS", set_of(value, column, "S")}};
  if (column.type == "NS") return {{"NS", set_of(value, column, "N")}};
  malformed("the field `" + column.name + "` has the type " + type + ", its column " + column.type);
}

}  // namespace

Json make_item(std::string_view record, std::span<const Column> columns) {
  ItemBuilder builder;
  if (!nlohmann::json::sax_parse(record, &builder)) {
    malformed("the record cannot be an item: " + builder.problem());
  }
  auto all = builder.take();
  if (columns.empty()) return all;
  auto out = Json::object();
  for (const auto& column : columns) {
    const auto found = all.find(column.name);
    if (found == all.end() || type_of(*found) == "NULL") continue;
    auto value = as_column(*found, column);
    // There are no empty sets.
    if (value.begin()->is_array() && value.begin()->empty() && column.type != "L") continue;
    out[column.name] = std::move(value);
  }
  return out;
}

std::string key_of(const Json& item, const Key& key) {
  auto out = Json::array();
  for (const auto& [name, type] : key) {
    const auto found = item.find(name);
    if (found == item.end()) {
      malformed("the record has no `" + name + "`, which is a key of the table");
    }
    if (!found->contains(type)) {
      malformed("`" + name + "` is a key of the table with the type " + type +
                ", the record has it as " + type_of(*found));
    }
    if ((*found)[type] == "") malformed("`" + name + "` is a key of the table, and is empty");
    out.push_back((*found)[type]);
  }
  return out.dump();
}

}  // namespace sluice::dynamodb
