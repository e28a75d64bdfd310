// SPDX-License-Identifier: Apache-2.0
#include "catalog/keyword_words.hpp"

#include "base/text.hpp"

namespace sluice::catalog {
namespace {

constexpr std::size_t listed_max = 12;

std::string with_commas(const std::vector<std::string>& words, std::string_view last) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " " + std::string(last) + " " : ", ";
    out += words[i];
  }
  return out;
}

KeywordWords wrong_type(const json& rule, const json& value) {
  std::vector<std::string> names;
  if (rule.is_string()) names.push_back(rule.get<std::string>());
  if (rule.is_array()) {
    for (const auto& name : rule) names.push_back(name.get<std::string>());
  }
  return {shown(value) + " has the wrong type, " + value.type_name(),
          "write " + with_commas(names, "or")};
}

KeywordWords not_listed(const json& rule, const json& value) {
  std::vector<std::string> texts;
  std::vector<std::string> choices;
  for (const auto& choice : rule) {
    texts.push_back(shown(choice));
    if (choice.is_string()) choices.push_back(choice.get<std::string>());
  }
  const auto near = value.is_string() ? nearest(value.get<std::string>(), choices) : std::nullopt;
  const auto all = "write " + with_commas(texts, "or");
  return {shown(value) + " is not one of the allowed values",
          near ? "did you mean " + shown(json(*near)) + "?" : all};
}

std::string count_of(const json& value) {
  return std::to_string(value.is_string() ? value.get_ref<const std::string&>().size()
                                          : value.size());
}

}  // namespace

std::string joined(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (const auto& name : names) quoted.push_back('`' + name + '`');
  return with_commas(quoted, "and");
}

std::string advice_for_name(std::string_view name, const std::vector<std::string>& names) {
  if (const auto near = nearest(name, names)) return "did you mean `" + *near + "`?";
  if (names.empty()) return "there are none here";
  return names.size() <= listed_max ? "there are " + joined(names) : "";
}

KeywordWords words_for(const std::string& keyword, const json& rule, const json& value) {
  const auto is = [&](std::string_view name) { return keyword == name; };
  if (is("type")) return wrong_type(rule, value);
  if (is("enum")) return not_listed(rule, value);
  if (is("const")) return {shown(value) + " is not the one allowed value", "write " + shown(rule)};
  if (is("minimum")) return {shown(value) + " is too small", "at least " + shown(rule)};
  if (is("maximum")) return {shown(value) + " is too large", "at most " + shown(rule)};
  if (is("exclusiveMinimum")) return {shown(value) + " is too small", "more than " + shown(rule)};
  if (is("exclusiveMaximum")) return {shown(value) + " is too large", "less than " + shown(rule)};
  if (is("multipleOf")) return {shown(value) + " does not fit", "a multiple of " + shown(rule)};
  if (is("pattern")) {
    return {shown(value) + " has the wrong form",
            "it must match " + (rule.is_string() ? rule.get<std::string>() : shown(rule))};
  }
  if (is("format")) return {shown(value) + " has the wrong form", "write a " + shown(rule)};
  if (is("minLength")) {
    return {shown(value) + " is too short", "at least " + shown(rule) + " characters"};
  }
  if (is("maxLength")) {
    return {shown(value) + " is too long", "at most " + shown(rule) + " characters"};
  }
  if (is("minItems"))
    return {"a list of " + count_of(value) + " is too short", "at least " + shown(rule)};
  if (is("maxItems"))
    return {"a list of " + count_of(value) + " is too long", "at most " + shown(rule)};
  if (is("uniqueItems")) return {"an item stands twice", "each at most once"};
  if (is("minProperties"))
    return {count_of(value) + " properties are too few", "at least " + shown(rule)};
  if (is("maxProperties"))
    return {count_of(value) + " properties are too many", "at most " + shown(rule)};
  if (is("propertyNames")) return {"a name is not allowed", "the rule for names is " + shown(rule)};
  if (is("dependencies"))
    return {"properties that belong together are not all there", "the rule is " + shown(rule)};
  if (is("not")) return {shown(value) + " is excluded", "the rule is not " + shown(rule)};
  return {shown(value) + " breaks `" + keyword + "`", "the rule is " + shown(rule)};
}

}  // namespace sluice::catalog
