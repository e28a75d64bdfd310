// SPDX-License-Identifier: Apache-2.0
#include "catalog/schema_check.hpp"

#include <algorithm>
#include <regex>

#include "base/text.hpp"
#include "catalog/carried_schemas.hpp"
#include "catalog/keyword_words.hpp"
#include "catalog/schema_judge.hpp"

namespace sluice::catalog {
namespace {

constexpr std::size_t problems_max = 100;
constexpr std::size_t refs_max = 32;

// The schema as a definition of itself, so that every part of it can be judged alone.
json moved_refs(const json& tree) {
  if (tree.is_array()) {
    auto out = json::array();
    for (const auto& item : tree) out.push_back(moved_refs(item));
    return out;
  }
  if (!tree.is_object()) return tree;
  auto out = json::object();
  for (const auto& [key, value] : tree.items()) {
    if (key == "$id") continue;
    const bool is_local =
        key == "$ref" && value.is_string() && value.get_ref<const std::string&>().starts_with('#');
    out[key] = is_local ? json("#/definitions/root" + value.get<std::string>().substr(1))
                        : moved_refs(value);
  }
  return out;
}

bool has_ref(const json& tree) {
  if (tree.is_object() && tree.contains("$ref")) return true;
  return tree.is_structured() && std::ranges::any_of(tree, has_ref);
}

}  // namespace

struct SchemaChecker::Impl {
  json root;  // with its references moved
  SchemaJudge whole;

  Impl(json tree, SchemaJudge judge) : root(std::move(tree)), whole(std::move(judge)) {}

  [[nodiscard]] json alone(const json& part) const {
    if (!has_ref(part)) return part;
    return {{"definitions", {{"root", root}}}, {"allOf", json::array({part})}};
  }
  // A part that cannot be judged alone was judged with the whole.
  [[nodiscard]] bool accepts(const json& part, const json& value) const {
    if (part.is_boolean()) return part.get<bool>();
    const auto judge = SchemaJudge::make(alone(part));
    return !judge || judge->accepts(value);
  }
  [[nodiscard]] const json* target_of(const json& part) const {
    static constexpr std::string_view prefix = "#/definitions/root";
    const auto ref = part.at("$ref").get<std::string>();
    if (!ref.starts_with(prefix)) return nullptr;
    try {
      return &root.at(json::json_pointer(ref.substr(prefix.size())));
    } catch (const json::exception&) {
      return nullptr;
    }
  }
};

namespace {

// Takes apart what was refused. Each function adds problems for one keyword.
class Explainer {
 public:
  using Accepts = std::function<bool(const json& part, const json& value)>;
  using TargetOf = std::function<const json*(const json& part)>;

  Explainer(Accepts accepts, TargetOf target_of)
      : accepts_(std::move(accepts)), target_of_(std::move(target_of)) {}

  void explain(const json& schema, const json& value, const std::string& pointer) {
    if (out_.size() >= problems_max) return;
    if (schema.is_boolean()) return add(pointer, "nothing may stand here", "");
    if (schema.contains("$ref")) return explain_target(schema, value, pointer);
    if (schema.contains("type") && !accepts_(json{{"type", schema.at("type")}}, value)) {
      // What else is wrong with a value of another type helps nobody.
      return one_keyword(schema, "type", value, pointer);
    }
    const auto before = out_.size();
    for (const auto& [keyword, rule] : schema.items()) {
      one_keyword(schema, keyword, value, pointer);
    }
    if (out_.size() == before) add(pointer, shown(value) + " is not valid here", "");
  }

  [[nodiscard]] std::vector<SchemaProblem> take() {
    std::vector<SchemaProblem> unique;
    for (auto& problem : out_) {
      if (std::ranges::find(unique, problem) == unique.end()) unique.push_back(std::move(problem));
    }
    return unique;
  }

 private:
  void add(const std::string& pointer, std::string wrong, std::string right) {
    out_.push_back({pointer, std::move(wrong), std::move(right)});
  }

  void descend(const json& schema, const json& value, const std::string& pointer) {
    if (!accepts_(schema, value)) explain(schema, value, pointer);
  }

  void explain_target(const json& schema, const json& value, const std::string& pointer) {
    const auto* target = depth_ < refs_max ? target_of_(schema) : nullptr;
    if (target == nullptr) return add(pointer, shown(value) + " is not valid here", "");
    ++depth_;
    explain(*target, value, pointer);
    --depth_;
  }

  void one_keyword(const json& schema, const std::string& keyword, const json& value,
                   const std::string& pointer) {
    const auto& rule = schema.at(keyword);
    if (keyword == "properties") return properties(rule, value, pointer);
    if (keyword == "additionalProperties") return unknown_properties(schema, value, pointer);
    if (keyword == "items") return items(rule, value, pointer);
    if (keyword == "allOf") {
      for (const auto& part : rule) descend(part, value, pointer);
      return;
    }
    if (keyword == "if") return condition(schema, value, pointer);
    if (keyword == "then" || keyword == "else" || keyword == "definitions") return;
    if (accepts_(json{{keyword, rule}}, value)) return;
    if (keyword == "required") return required(schema, value, pointer);
    if (keyword == "anyOf" || keyword == "oneOf") return choice(rule, value, pointer);
    auto words = words_for(keyword, rule, value);
    add(pointer, std::move(words.wrong), std::move(words.right));
  }

  void properties(const json& rules, const json& value, const std::string& pointer) {
    if (!value.is_object()) return;
    for (const auto& [key, rule] : rules.items()) {
      if (value.contains(key)) descend(rule, value.at(key), pointer + pointer_step(key));
    }
  }

  void unknown_properties(const json& schema, const json& value, const std::string& pointer) {
    if (!value.is_object()) return;
    const auto& rule = schema.at("additionalProperties");
    const auto known = schema.value("properties", json::object());
    const auto patterns = schema.value("patternProperties", json::object());
    for (const auto& [key, inner] : value.items()) {
      if (known.contains(key) || matches_one(patterns, key)) continue;
      const auto place = pointer + pointer_step(key);
      if (rule != false) {
        descend(rule, inner, place);
        continue;
      }
      std::vector<std::string> names;
      for (const auto& [name, ignored] : known.items()) names.push_back(name);
      add(place, "unknown property", advice_for_name(key, names));
    }
  }

  static bool matches_one(const json& patterns, const std::string& key) {
    return std::ranges::any_of(patterns.items(), [&](const auto& row) {
      return std::regex_search(key, std::regex(row.key()));
    });
  }

  void items(const json& rule, const json& value, const std::string& pointer) {
    if (!value.is_array()) return;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const bool is_row = rule.is_array();
      if (is_row && i >= rule.size()) break;
      descend(is_row ? rule[i] : rule, value[i], pointer + "/" + std::to_string(i));
    }
  }

  void required(const json& schema, const json& value, const std::string& pointer) {
    for (const auto& key : schema.at("required")) {
      const auto name = key.get<std::string>();
      if (value.contains(name)) continue;
      const auto about = json::json_pointer("/properties" + pointer_step(name));
      const bool is_known = schema.contains(about) && schema.at(about).is_object();
      add(pointer + pointer_step(name), "is missing",
          is_known ? schema.at(about).value("description", "") : "");
    }
  }

  void condition(const json& schema, const json& value, const std::string& pointer) {
    const auto* const branch = accepts_(schema.at("if"), value) ? "then" : "else";
    if (schema.contains(branch)) descend(schema.at(branch), value, pointer);
  }

  // The one alternative of the value's type is explained; else all are named.
  void choice(const json& rules, const json& value, const std::string& pointer) {
    const auto given = keys_that_exclude(rules, value);
    if (given.size() > 1) {
      return add(pointer, "only one of these may be given: " + joined(given), "");
    }
    std::vector<const json*> near;
    for (const auto& rule : rules) {
      const bool fits = rule.is_object() && (!rule.contains("type") ||
                                             accepts_(json{{"type", rule.at("type")}}, value));
      if (fits) near.push_back(&rule);
    }
    if (near.size() == 1) return explain(*near.front(), value, pointer);
    add(pointer,
        shown(value) + " fits none of the " + std::to_string(rules.size()) +
            " alternatives, or more than one",
        "");
  }

  // The idiom of `options/schema.cpp`: each alternative requires one key.
  static std::vector<std::string> keys_that_exclude(const json& rules, const json& value) {
    std::vector<std::string> given;
    if (!value.is_object()) return given;
    for (const auto& rule : rules) {
      const bool has_one = rule.is_object() && rule.contains("required") &&
                           rule.at("required").size() == 1 && rule.at("required")[0].is_string();
      if (!has_one) continue;
      auto key = rule.at("required")[0].get<std::string>();
      if (value.contains(key)) given.push_back(std::move(key));
    }
    return given;
  }

  Accepts accepts_;
  TargetOf target_of_;
  std::size_t depth_ = 0;
  std::vector<SchemaProblem> out_;
};

// draft-07 says `format: regex`, which valijson does not check; what is no regular expression would
// only fail when a value meets it. Of values that are data, not schemas, nothing is looked at.
void add_bad_patterns(const json& node, const std::string& pointer,
                      std::vector<SchemaProblem>& out) {
  if (!node.is_structured()) return;
  for (const auto& [key, value] : node.items()) {
    if (key == "default" || key == "const" || key == "enum" || key == "examples") continue;
    const auto place = pointer + pointer_step(key);
    if (key != "pattern" || !value.is_string()) {
      add_bad_patterns(value, place, out);
      continue;
    }
    try {
      const std::regex compiled(value.get<std::string>());
    } catch (const std::regex_error& wrong) {
      out.push_back({place, "it is no regular expression of ECMA 262", wrong.what()});
    }
  }
}

}  // namespace

std::string SchemaProblem::text() const {
  std::string out = pointer.empty() ? wrong : pointer + ": " + wrong;
  if (!right.empty()) out += "; " + right;
  return out;
}

SchemaChecker::SchemaChecker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SchemaChecker::SchemaChecker(SchemaChecker&&) noexcept = default;
SchemaChecker& SchemaChecker::operator=(SchemaChecker&&) noexcept = default;
SchemaChecker::~SchemaChecker() = default;

Result<SchemaChecker> SchemaChecker::make(json schema) {
  auto judge = SchemaJudge::make(schema);
  if (!judge) return tl::unexpected(judge.error());
  return SchemaChecker(std::make_unique<Impl>(moved_refs(schema), *std::move(judge)));
}

bool SchemaChecker::accepts(const json& value) const {
  return impl_->whole.accepts(value);
}

std::vector<SchemaProblem> SchemaChecker::check(const json& value) const {
  if (accepts(value)) return {};
  Explainer explainer(
      [this](const json& part, const json& inner) { return impl_->accepts(part, inner); },
      [this](const json& part) { return impl_->target_of(part); });
  explainer.explain(impl_->root, value, "");
  return explainer.take();
}

std::vector<SchemaProblem> check_schema(const json& schema) {
  static const auto checker = [] {
    return or_throw(SchemaChecker::make(or_throw(parse_json(draft07_schema()))));
  }();
  auto problems = checker.check(schema);
  if (problems.empty()) add_bad_patterns(schema, "", problems);
  return problems;
}

}  // namespace sluice::catalog
