// SPDX-License-Identifier: Apache-2.0
#include "launch/launch_plan.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "options/node_json.hpp"

namespace sluice::launch {
namespace {

using Kind = ConfigNode::Kind;

std::string with(std::string text, char from, char to) {
  std::ranges::replace(text, from, to);
  return text;
}

class ArgumentWriter {
 public:
  ArgumentWriter(const LaunchFile& file, const catalog::Metadata& metadata, PlannedLaunch& out)
      : file_(file), metadata_(metadata), out_(out) {}

  void write() {
    add("fluvio-topic", file_.config().topic.name(), false);
    if (file_.file->section != nullptr) section(*file_.file->section);
    const auto& root = file_.file->root;
    const auto* const head = file_.file->stringified() ? &root : root.find("meta");
    for (const auto* const group : {"producer", "consumer"}) {
      const auto* const node = head != nullptr ? head->find(group) : nullptr;
      if (node != nullptr) common(group, *node);
    }
    if (const auto* const transforms = root.find("transforms"))
      common_values("transform", *transforms);
    if (head != nullptr) topic_settings(head->find("topic"));
  }

 private:
  void add(const std::string& name, const std::string& value, bool is_secret) {
    out_.plan.arguments.words.push_back("--" + name + '=' + value);
    out_.plan.arguments.shown.push_back("--" + name + '=' + (is_secret ? "***" : value));
  }
  [[nodiscard]] std::string text_of(const ConfigNode& node) const {
    if (node.kind != Kind::scalar) return options::json_of(node);
    return node.quoted || node.is_secret ? node.text : options::stringified(node.text);
  }
  static bool has_secret(const ConfigNode& node) {
    return node.is_secret || std::ranges::any_of(node.children, &has_secret);
  }
  // Inside lists and mappings the text stays as it was written.
  static std::string item_text(const ConfigNode& node) {
    return node.kind == Kind::scalar ? node.text : options::json_of(node);
  }
  void section(const ConfigNode& node);
  void option(const std::string& name, const ConfigNode& value);
  void common(const std::string& prefix, const ConfigNode& node);
  void common_values(const std::string& name, const ConfigNode& node);
  void topic_settings(const ConfigNode* topic);

  const LaunchFile& file_;
  const catalog::Metadata& metadata_;
  PlannedLaunch& out_;
};

void ArgumentWriter::section(const ConfigNode& node) {
  std::vector<const ConfigNode*> values;
  for (const auto& child : node.children) values.push_back(&child);
  std::ranges::sort(values, {}, [](const ConfigNode* value) { return value->key; });
  for (const auto* const value : values) option(with(value->key, '_', '-'), *value);
}

void ArgumentWriter::option(const std::string& name, const ConfigNode& value) {
  switch (value.kind) {
    case Kind::null:
      return;  // as if it were not there
    case Kind::scalar:
      return add(name, text_of(value), value.is_secret);
    case Kind::list:
      for (const auto& item : value.children) add(name, item_text(item), has_secret(item));
      return;
    case Kind::mapping:
      for (const auto& item : value.children) {
        add(name, with(item.key, '_', '-') + ':' + item_text(item), has_secret(item));
      }
      return;
  }
}

void ArgumentWriter::common(const std::string& prefix, const ConfigNode& node) {
  for (const auto& child : node.children) {
    const auto name = prefix + '_' + with(child.key, '-', '_');
    if (child.kind == Kind::mapping) {
      common(name, child);
    } else {
      common_values(name, child);
    }
  }
}

void ArgumentWriter::common_values(const std::string& name, const ConfigNode& node) {
  if (node.kind == Kind::null || (node.kind == Kind::list && node.children.empty())) return;
  const auto properties = metadata_.schema.find("properties");
  if (properties == metadata_.schema.end() || !properties->contains(name)) {
    out_.problems.push_back({Errc::invalid_config,
                             options::place_of_key(file_.path, node),
                             "`" + node.key + "` cannot be passed on: `" + metadata_.name +
                                 "` has no option `" + name + "`",
                             "remove it",
                             {}});
    return;
  }
  option(with(name, '_', '-'), node);
}

void ArgumentWriter::topic_settings(const ConfigNode* topic) {
  if (topic == nullptr || topic->kind != Kind::mapping || topic->children.size() < 2) return;
  out_.warnings.push_back(
      {Errc::invalid_config,
       options::place_of_key(file_.path, *topic),
       "`" + metadata_.name + "` gets only the name of the topic, not its settings",
       "make it with `sluice topic create` before the connector runs",
       {}});
}

void choose_cluster(const ClusterChoice& choice, PlannedLaunch& out) {
  auto& plan = out.plan;
  const auto word = [&](const std::string& name, const std::string& value) {
    for (auto* list : {&plan.arguments.words, &plan.arguments.shown}) {
      list->push_back("--" + name);
      list->push_back(value);
    }
  };
  if (choice.profile_file) plan.environment["FLV_PROFILE_PATH"] = *choice.profile_file;
  if (plan.is_kit) {
    if (choice.cluster) word("cluster", *choice.cluster);
    if (choice.profile_name) word("profile", *choice.profile_name);
    return;
  }
  // What a program does with it is its own affair; `sluice produce` and `consume` read it.
  if (choice.cluster) plan.environment["SLUICE_CLUSTER"] = *choice.cluster;
  if (!choice.profile_name) return;
  out.problems.push_back({Errc::usage,
                          "--profile-name",
                          "`" + plan.connector + "` uses the current profile and knows no other",
                          "name a profile file with --profile, or change the current profile with "
                          "`sluice profile use`",
                          {}});
}

}  // namespace

std::string LaunchPlan::command_line() const {
  auto out = quote_if_needed(program.string());
  for (const auto& word : arguments.shown) out += ' ' + quote_if_needed(word);
  return out;
}

PlannedLaunch plan_launch(const LaunchFile& file, const FoundConnector& connector,
                          const catalog::Metadata& metadata, const LaunchWanted& wanted) {
  PlannedLaunch out;
  auto& plan = out.plan;
  plan.program = connector.program;
  plan.name = file.config().name;
  plan.connector = connector.name;
  plan.version = metadata.version;
  plan.direction = metadata.direction;
  plan.topic = file.config().topic.name();
  plan.is_kit = metadata.is_kit;
  if (plan.is_kit) {
    plan.arguments.words = {"--config", wanted.file.path};
    if (wanted.file.secrets) {
      plan.arguments.words.insert(plan.arguments.words.end(), {"--secrets", *wanted.file.secrets});
    }
    plan.arguments.shown = plan.arguments.words;
  } else {
    plan.environment = file.secrets;
    ArgumentWriter(file, metadata, out).write();
  }
  choose_cluster(wanted.cluster, out);
  for (const auto& word : wanted.extra) {
    plan.arguments.words.push_back(word);
    plan.arguments.shown.push_back(word);
  }
  return out;
}

}  // namespace sluice::launch
