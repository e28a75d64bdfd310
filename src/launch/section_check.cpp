// SPDX-License-Identifier: Apache-2.0
#include "launch/section_check.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "catalog/schema_check.hpp"
#include "options/node_json.hpp"

namespace sluice::launch {
namespace {

using catalog::json;
using Kind = ConfigNode::Kind;

constexpr const char* topic_property = "fluvio_topic";

std::string with(std::string text, char from, char to) {
  std::ranges::replace(text, from, to);
  return text;
}

bool any_node(const ConfigNode& node, bool ConfigNode::* flag) {
  return node.*flag || std::ranges::any_of(node.children, [flag](const ConfigNode& child) {
           return any_node(child, flag);
         });
}

bool has_type(const json& rule, std::string_view name) {
  const auto type = rule.is_object() ? rule.find("type") : rule.end();
  if (!rule.is_object() || type == rule.end()) return false;
  if (type->is_string()) return *type == name;
  return type->is_array() && std::ranges::find(*type, json(name)) != type->end();
}

json part_of(const json& rule, const char* keyword) {
  return rule.is_object() && rule.contains(keyword) ? rule.at(keyword) : json::object();
}

// The values as JSON, as the program will understand its arguments, and where each came from.
class SectionReader {
 public:
  json value(const ConfigNode& node, const json& rule, const std::string& pointer);
  [[nodiscard]] const ConfigNode* node_at(std::string pointer) const;

 private:
  static json scalar(const ConfigNode& node, const json& rule);
  json list(const ConfigNode& node, const json& rule, const std::string& pointer);
  json mapping(const ConfigNode& node, const json& rule, const std::string& pointer);

  std::map<std::string, const ConfigNode*> nodes_;
};

json SectionReader::scalar(const ConfigNode& node, const json& rule) {
  // Quoted or not, it reaches the program as the same text.
  ConfigNode plain = node;
  plain.quoted = false;
  const auto typed = json::parse(options::json_of(plain), nullptr, false);
  const bool is_number = has_type(rule, "integer") || has_type(rule, "number");
  if (typed.is_number() && is_number) return typed;
  if (typed.is_boolean() && has_type(rule, "boolean")) return typed;
  if (!rule.is_object() || !rule.contains("type") || has_type(rule, "string")) return node.text;
  return typed.is_discarded() || node.quoted ? json(node.text) : typed;
}

json SectionReader::list(const ConfigNode& node, const json& rule, const std::string& pointer) {
  const auto items = part_of(rule, "items");
  auto out = json::array();
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    out.push_back(value(node.children[i], items, pointer + '/' + std::to_string(i)));
  }
  return out;
}

json SectionReader::mapping(const ConfigNode& node, const json& rule, const std::string& pointer) {
  if (has_type(rule, "array")) {  // `key:value` texts, as the program gets them
    auto out = json::array();
    for (const auto& child : node.children) out.push_back(child.key + ':' + child.text);
    return out;
  }
  const auto properties = part_of(rule, "properties");
  auto out = json::object();
  for (const auto& child : node.children) {
    const auto inner = properties.contains(child.key) ? properties.at(child.key) : json::object();
    out[child.key] = value(child, inner, pointer + catalog::pointer_step(child.key));
  }
  return out;
}

json SectionReader::value(const ConfigNode& node, const json& rule, const std::string& pointer) {
  nodes_[pointer] = &node;
  switch (node.kind) {
    case Kind::null:
      return nullptr;
    case Kind::scalar:
      // One value is a list of one: the option is there once.
      if (has_type(rule, "array") && !has_type(rule, "string")) {
        return json::array({scalar(node, part_of(rule, "items"))});
      }
      return scalar(node, rule);
    case Kind::list:
      return list(node, rule, pointer);
    case Kind::mapping:
      return mapping(node, rule, pointer);
  }
  return nullptr;
}

// The node of the pointer, or of the nearest thing around it.
const ConfigNode* SectionReader::node_at(std::string pointer) const {
  while (!pointer.empty()) {
    if (const auto at = nodes_.find(pointer); at != nodes_.end()) return at->second;
    pointer.resize(pointer.rfind('/'));
  }
  return nullptr;
}

class SectionCheck {
 public:
  SectionCheck(const LaunchFile& file, const catalog::Metadata& metadata)
      : file_(file), metadata_(metadata), properties_(part_of(metadata.schema, "properties")) {}

  std::vector<Diagnostic> run() {
    values_ = json::object();
    if (const auto* const section = file_.file->section) {
      if (section->kind == Kind::mapping) {
        for (const auto& child : section->children) read(child);
      } else if (section->kind != Kind::null) {
        add(options::place_of(file_.path, *section), '`' + section->key + "` is not a mapping",
            "write `key: value` lines below it");
        return std::move(problems_);
      }
    }
    if (properties_.contains(topic_property)) {
      values_[topic_property] = file_.config().topic.name();
    }
    check();
    return std::move(problems_);
  }

 private:
  void add(std::string place, std::string problem, std::string help, std::string near = {}) {
    problems_.push_back({Errc::invalid_config, std::move(place), std::move(problem),
                         std::move(help), std::move(near)});
  }
  [[nodiscard]] std::string place_of_section() const {
    const auto* const section = file_.file->section;
    return section != nullptr ? options::place_of_key(file_.path, *section) : file_.path;
  }
  [[nodiscard]] std::string property_of(const std::string& key) const {
    for (auto name : {key, with(key, '-', '_'), with(key, '_', '-')}) {
      if (properties_.contains(name)) return name;
    }
    return {};
  }
  void read(const ConfigNode& node);
  void unknown(const ConfigNode& node);
  void check();
  void report(const catalog::SchemaProblem& problem);

  const LaunchFile& file_;
  const catalog::Metadata& metadata_;
  const json properties_;
  SectionReader reader_;
  json values_;
  std::vector<Diagnostic> problems_;
};

void SectionCheck::unknown(const ConfigNode& node) {
  const auto more = metadata_.schema.find("additionalProperties");
  if (more != metadata_.schema.end() && *more != false) {
    values_[node.key] = reader_.value(node, *more, catalog::pointer_step(node.key));
    return;
  }
  std::vector<std::string> names;
  for (const auto& [name, ignored] : properties_.items()) {
    if (name != topic_property) names.push_back(name);
  }
  const auto near = nearest(with(node.key, '-', '_'), names);
  add(options::place_of_key(file_.path, node),
      "the key `" + node.key + "` is not known under `" + file_.config().section_name + '`',
      options::advice(near, names), near.value_or(""));
}

void SectionCheck::read(const ConfigNode& node) {
  const auto name = property_of(node.key);
  if (name == topic_property) {
    return add(
        options::place_of_key(file_.path, node),
        "the topic does not stand under `" + file_.config().section_name + '`',
        file_.file->stringified() ? "write `topic:` at the top" : "write it as `meta.topic`");
  }
  if (name.empty()) return unknown(node);
  if (values_.contains(name)) {
    return add(options::place_of_key(file_.path, node), '`' + name + "` is given twice",
               "`_` and `-` are the same in a key");
  }
  if (node.kind == Kind::null) return;
  values_[name] = reader_.value(node, properties_.at(name), catalog::pointer_step(name));
}

void SectionCheck::report(const catalog::SchemaProblem& problem) {
  const bool is_missing = problem.wrong == "is missing";
  const auto* const node = reader_.node_at(problem.pointer);
  // Reported already, where the secret was looked for.
  if (node != nullptr && any_node(*node, &ConfigNode::is_unusable)) return;
  const auto name = problem.pointer.empty() ? std::string() : problem.pointer.substr(1);
  if (is_missing) {
    const auto place =
        node != nullptr ? options::place_of_key(file_.path, *node) : place_of_section();
    return add(place, "the key `" + name + "` is missing", problem.right);
  }
  if (node == nullptr) {
    const auto* const section = file_.file->section;
    const bool is_secret = section != nullptr && any_node(*section, &ConfigNode::is_secret);
    const bool names_keys = problem.wrong.starts_with("only one of these");
    return add(place_of_section(),
               is_secret && !names_keys ? "these values do not fit together" : problem.wrong,
               problem.right);
  }
  const bool is_secret = any_node(*node, &ConfigNode::is_secret);
  add(options::place_of(file_.path, *node),
      '`' + node->key + "`: " + (is_secret ? "*** is not a right value" : problem.wrong),
      is_secret ? "check the value of the secret" : problem.right);
}

void SectionCheck::check() {
  // Unknown keys were reported with their places; a schema that forbids them says nothing new.
  const auto checker = catalog::SchemaChecker::make(metadata_.schema);
  if (!checker) {
    return add(metadata_.name,
               "the schema of its metadata is no schema: " + checker.error().message(),
               "`sluice metadata check` shows what is wrong with it");
  }
  for (const auto& problem : checker->check(values_)) report(problem);
}

}  // namespace

std::vector<Diagnostic> check_section(const LaunchFile& file, const catalog::Metadata& metadata) {
  return SectionCheck(file, metadata).run();
}

}  // namespace sluice::launch
