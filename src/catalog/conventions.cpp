// SPDX-License-Identifier: Apache-2.0
#include "catalog/conventions.hpp"

#include <algorithm>
#include <regex>

#include "catalog/keyword_words.hpp"
#include "catalog/sample_values.hpp"

namespace sluice::catalog {
namespace {

class Conventions {
 public:
  std::vector<SchemaProblem> check(const json& schema) {
    options(schema, "");
    return std::move(out_);
  }

 private:
  void add(const std::string& pointer, std::string wrong, std::string right) {
    out_.push_back({pointer, std::move(wrong), std::move(right)});
  }

  void options(const json& schema, const std::string& pointer) {
    const auto& properties = schema.at("properties");
    for (const auto& [name, rule] : properties.items()) {
      option(name, rule, pointer + "/properties" + pointer_step(name));
    }
    std::vector<std::string> names;
    for (const auto& [name, rule] : properties.items()) names.push_back(name);
    for (const auto& name : schema.value("required", json::array())) {
      if (properties.contains(name.get<std::string>())) continue;
      add(pointer + "/required", "`" + name.get<std::string>() + "` is required and no property",
          advice_for_name(name.get<std::string>(), names));
    }
  }

  void option(const std::string& name, const json& rule, const std::string& pointer) {
    if (rule.contains("properties")) return options(rule, pointer);
    secret(name, rule, pointer);
    default_value(rule, pointer);
    limits(rule, pointer);
    pattern(rule, pointer);
    choices(rule, pointer);
    if (rule.contains("items") && rule.at("items").is_object()) {
      const auto& items = rule.at("items");
      if (items.contains("properties")) return options(items, pointer + "/items");
      limits(items, pointer + "/items");
      pattern(items, pointer + "/items");
    }
  }

  void secret(const std::string& name, const json& rule, const std::string& pointer) {
    static const std::regex names(
        "(^|_)(password|passwd|passphrase|secret|token|api_key|access_key|private_key)$");
    const bool is_marked = rule.value("writeOnly", false);
    if (std::regex_search(name, names) && !is_marked) {
      add(pointer, "it looks like a secret and is not marked", "add \"writeOnly\": true");
    }
    if (is_marked && rule.contains("default")) {
      add(pointer + "/default", "a secret has a default", "leave it out");
    }
  }

  void default_value(const json& rule, const std::string& pointer) {
    if (!rule.contains("default")) return;
    const auto checker = SchemaChecker::make(rule);
    if (!checker) return;  // the step before says why
    for (const auto& problem : checker->check(rule.at("default"))) {
      add(pointer + "/default", problem.wrong, problem.right);
    }
  }

  void limits(const json& rule, const std::string& pointer) {
    const auto below = [&](const char* least, const char* most) {
      if (!rule.contains(least) || !rule.contains(most)) return;
      if (rule.at(least).get<double>() <= rule.at(most).get<double>()) return;
      add(pointer, std::string("`") + least + "` is over `" + most + "`", "nothing fits");
    };
    below("minimum", "maximum");
    below("minLength", "maxLength");
    below("minItems", "maxItems");
  }

  void pattern(const json& rule, const std::string& pointer) {
    if (!rule.contains("pattern")) return;
    try {
      const std::regex compiled(rule.at("pattern").get<std::string>());
    } catch (const std::regex_error& wrong) {
      add(pointer + "/pattern", "it is no regular expression of ECMA 262", wrong.what());
    }
  }

  void choices(const json& rule, const std::string& pointer) {
    if (!rule.contains("enum") || !rule.contains("type")) return;
    const auto checker = SchemaChecker::make({{"type", rule.at("type")}});
    if (!checker) return;
    for (const auto& choice : rule.at("enum")) {
      if (checker->accepts(choice)) continue;
      add(pointer + "/enum", shown(choice) + " is not of the option's type",
          "the type is " + shown(rule.at("type")));
    }
  }

  std::vector<SchemaProblem> out_;
};

}  // namespace

std::vector<SchemaProblem> check_conventions(const json& schema) {
  return Conventions().check(schema);
}

}  // namespace sluice::catalog
