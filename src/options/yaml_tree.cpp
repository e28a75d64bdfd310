// SPDX-License-Identifier: Apache-2.0
#include "options/yaml_tree.hpp"

#include <algorithm>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "sluice/json_text.hpp"

namespace sluice {

const ConfigNode* ConfigNode::find(std::string_view wanted) const noexcept {
  if (kind != Kind::mapping) return nullptr;
  for (const auto& child : children) {
    if (child.key == wanted) return &child;
  }
  return nullptr;
}

namespace options {
namespace {

// Put behind the text as a comment: without it yaml-cpp accepts a quote that is never closed.
constexpr std::string_view end_mark = "# end";

// Ends the parse from inside an event; caught in `parse_yaml`.
struct Stop {
  int line;
  int column;
  std::string problem;
  std::string help;
};

struct Cost {
  std::size_t nodes = 0;
  std::size_t bytes = 0;
};

Cost cost_of(const ConfigNode& node) {
  Cost cost{1, node.text.size() + node.key.size()};
  for (const auto& child : node.children) {
    const auto inner = cost_of(child);
    cost.nodes += inner.nodes;
    cost.bytes += inner.bytes;
  }
  return cost;
}

// Events into a tree. A frame is a list or mapping that is still open.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const std::string& path, const OptionLimits& limits, Report& report)
      : path_(path), limits_(limits), report_(report) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    value(node_at(mark, ConfigNode::Kind::null), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(node_at(mark, ConfigNode::Kind::list), anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(node_at(mark, ConfigNode::Kind::mapping), anchor);
  }
  void OnMapEnd() override { close(); }

  [[nodiscard]] std::optional<ConfigNode> take() { return std::move(root_); }

 private:
  struct Frame {
    ConfigNode node;
    YAML::anchor_t anchor;
    bool expects_value = false;  // a key was read
    ConfigNode key;
    std::map<std::string, int> lines;  // of the keys so far
  };

  [[nodiscard]] static ConfigNode node_at(const YAML::Mark& mark, ConfigNode::Kind kind) {
    ConfigNode node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }
  void open(ConfigNode node, YAML::anchor_t anchor);
  void close();
  void value(ConfigNode node, YAML::anchor_t anchor);
  void key(ConfigNode node);
  void spend(const ConfigNode& node);

  const std::string& path_;
  const OptionLimits& limits_;
  Report& report_;
  std::vector<Frame> open_;
  std::map<YAML::anchor_t, ConfigNode> anchors_;
  Cost spent_;
  std::optional<ConfigNode> root_;
};

void TreeBuilder::spend(const ConfigNode& node) {
  const auto cost = cost_of(node);
  spent_.nodes += cost.nodes;
  spent_.bytes += cost.bytes;
  if (spent_.nodes > limits_.nodes_max || spent_.bytes > limits_.expanded_bytes_max) {
    throw Stop{
        node.line, node.column, "the file has too many values, with its aliases expanded",
        "use fewer `*aliases`; the limit is " + std::to_string(limits_.nodes_max) + " values"};
  }
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& text) {
  constexpr std::string_view standard = "tag:yaml.org,2002:";
  auto node = node_at(mark, ConfigNode::Kind::scalar);
  node.text = text;
  node.quoted = tag == "!" || tag == std::string(standard) + "str";
  const bool plain = tag.empty() || tag == "?" || tag.starts_with(standard);
  if (!plain && !node.quoted) {
    throw Stop{node.line, node.column, "the tag " + shown(tag) + " is not known",
               "leave the tag away"};
  }
  value(std::move(node), anchor);
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) {
    throw Stop{mark.line + 1, mark.column + 1, "the alias stands inside the value it names",
               "write the value out"};
  }
  spend(found->second);
  auto copy = found->second;
  copy.line = mark.line + 1;
  copy.column = mark.column + 1;
  value(std::move(copy), 0);
}

void TreeBuilder::open(ConfigNode node, YAML::anchor_t anchor) {
  if (open_.size() >= limits_.depth_max) {
    throw Stop{node.line, node.column,
               "values are nested more than " + std::to_string(limits_.depth_max) + " deep",
               "flatten the structure"};
  }
  if (!open_.empty() && open_.back().node.kind == ConfigNode::Kind::mapping &&
      !open_.back().expects_value) {
    throw Stop{node.line, node.column, "a key must be text, not a list or mapping",
               "close every `[` and `{`, and quote a text that begins with one"};
  }
  spend(node);
  open_.push_back({std::move(node), anchor, false, {}, {}});
}

void TreeBuilder::close() {
  auto frame = std::move(open_.back());
  open_.pop_back();
  value(std::move(frame.node), frame.anchor);
}

void TreeBuilder::key(ConfigNode node) {
  if (node.kind != ConfigNode::Kind::scalar) {
    throw Stop{node.line, node.column, "a key is missing before `:`", "write `key: value`"};
  }
  if (node.text == "<<" && !node.quoted) {
    throw Stop{node.line, node.column, "merge keys (`<<`) are not supported", "write the keys out"};
  }
  auto& frame = open_.back();
  const auto [first, is_new] = frame.lines.try_emplace(node.text, node.line);
  if (!is_new) {
    report_.problem(
        {.code = Errc::invalid_config,
         .place = place_of(path_, node),
         .problem = "the key `" + node.text + "` is there twice",
         .help = "it is also in line " + std::to_string(first->second) + ": remove one of them"});
  }
  frame.key = std::move(node);
  frame.expects_value = true;
}

void TreeBuilder::value(ConfigNode node, YAML::anchor_t anchor) {
  const bool container =
      node.kind == ConfigNode::Kind::list || node.kind == ConfigNode::Kind::mapping;
  if (!container) spend(node);
  if (anchor != 0) {
    spend(node);
    anchors_.insert_or_assign(anchor, node);
  }
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  auto& frame = open_.back();
  if (frame.node.kind == ConfigNode::Kind::mapping) {
    if (!frame.expects_value) return key(std::move(node));
    node.key = std::move(frame.key.text);
    node.key_line = frame.key.line;
    node.key_column = frame.key.column;
    frame.expects_value = false;
    if (node.kind == ConfigNode::Kind::null && node.line != node.key_line) {
      // yaml-cpp gives the place of what comes next.
      node.line = node.key_line;
      node.column = node.key_column;
    }
  }
  frame.node.children.push_back(std::move(node));
}

std::string with_end_mark(std::string_view text) {
  std::string out(text);
  if (!out.ends_with('\n')) out += '\n';
  return out.append(end_mark);
}

// Of the line on which the text ends, counted from 1.
int last_line(std::string_view text) {
  const auto lines = std::ranges::count(text, '\n') + (text.ends_with('\n') ? 0 : 1);
  return std::max(1, static_cast<int>(lines));
}

std::string with_hint(const std::string& message) {
  if (message.find("EOF") != std::string::npos) return "a quote is never closed";
  if (message.find("tab") != std::string::npos) return "indent with blanks";
  if (message.find("end of map") != std::string::npos ||
      message.find("illegal map value") != std::string::npos) {
    return "check the indentation, and quote values that have `: ` or begin with `{`, `[`, `*`, "
           "`&`, `%` or `@`";
  }
  return "check the indentation and the quotes around this place";
}

}  // namespace

std::optional<ConfigNode> parse_yaml(std::string_view text, const std::string& path,
                                     const OptionLimits& limits, Report& report) {
  const auto refuse = [&](int line, int column, std::string problem, std::string help) {
    report.problem({.code = Errc::invalid_config,
                    .place = place_in(path, line, column),
                    .problem = std::move(problem),
                    .help = std::move(help)});
    return std::nullopt;
  };
  if (text.size() > limits.file_bytes_max) {
    return refuse(0, 0, "the file has " + std::to_string(text.size()) + " bytes",
                  "the limit is " + std::to_string(limits.file_bytes_max));
  }
  if (!is_utf8(text) || text.contains('\0')) {
    return refuse(0, 0, "the file is not UTF-8 text", "save it as UTF-8");
  }
  try {
    std::istringstream stream{with_end_mark(text)};
    YAML::Parser parser(stream);
    TreeBuilder builder(path, limits, report);
    parser.HandleNextDocument(builder);
    auto root = builder.take();
    TreeBuilder rest(path, limits, report);
    const bool more = parser.HandleNextDocument(rest);
    if (!root || root->kind == ConfigNode::Kind::null) {
      return refuse(0, 0, "the file is empty", "write the configuration into it");
    }
    if (more) return refuse(0, 0, "the file has more than one document", "remove the `---` lines");
    return root;
  } catch (const Stop& stop) {
    return refuse(stop.line, stop.column, stop.problem, stop.help);
  } catch (const YAML::Exception& error) {
    const auto last = last_line(text);
    const bool is_past_end = error.mark.line + 1 > last;
    return refuse(is_past_end ? last : error.mark.line + 1, is_past_end ? 1 : error.mark.column + 1,
                  "this is not YAML: " + error.msg, with_hint(error.msg));
  }
}

}  // namespace options
}  // namespace sluice
