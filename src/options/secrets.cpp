// SPDX-License-Identifier: Apache-2.0
#include "options/secrets.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sluice::options {
namespace {

constexpr std::string_view opening = "${{";
constexpr std::string_view closing = "}}";
constexpr std::string_view prefix = "secrets.";

class Filler {
 public:
  Filler(const std::string& path, const SecretSource& source, Report& report)
      : path_(path), source_(source), report_(report) {}

  void fill(ConfigNode& node);

 private:
  void problem(const ConfigNode& node, std::string what, std::string help, std::string near = {}) {
    report_.problem({Errc::invalid_config, place_of(path_, node), std::move(what), std::move(help),
                     std::move(near)});
  }
  void fill_text(ConfigNode& node);
  bool fill_object(ConfigNode& node);
  std::optional<std::string> expression(const ConfigNode& node, std::string_view inside);
  std::optional<std::string> value_of(const ConfigNode& node, const std::string& name);

  const std::string& path_;
  const SecretSource& source_;
  Report& report_;
};

std::optional<std::string> Filler::value_of(const ConfigNode& node, const std::string& name) {
  if (const auto wrong = secret_name_problem(name); !wrong.empty()) {
    problem(node, "the secret name " + shown(name) + ' ' + wrong,
            "rename it, for example to MY_TOKEN");
    return std::nullopt;
  }
  auto value = source_.lookup ? source_.lookup(name) : std::nullopt;
  if (!value) {
    problem(node, "the secret `" + name + "` has no value in " + source_.origin,
            "add `" + name +
                "=...` to the file given with --secrets, or set the environment "
                "variable " +
                name);
  }
  return value;
}

std::optional<std::string> Filler::expression(const ConfigNode& node, std::string_view inside) {
  const auto word = trim(inside);
  if (!word.starts_with(prefix)) {
    problem(node, shown(word) + " inside `${{ }}` is not known",
            "only `${{ secrets.NAME }}` is possible");
    return std::nullopt;
  }
  const std::string name(word.substr(prefix.size()));
  const bool listed = std::ranges::find(source_.listed, name) != source_.listed.end();
  if (!source_.any_name && !listed && secret_name_problem(name).empty()) {
    const auto near = nearest(name, source_.listed);
    problem(node, "the secret `" + name + "` is not listed under `" + source_.list_place + '`',
            near ? "did you mean `" + *near + "`?"
                 : "add `- name: " + name + "` to `" + source_.list_place + '`',
            near.value_or(""));
    return std::nullopt;
  }
  return value_of(node, name);
}

void Filler::fill_text(ConfigNode& node) {
  std::string out;
  std::string_view rest = node.text;
  bool found = false;
  for (auto at = rest.find(opening); at != std::string_view::npos; at = rest.find(opening)) {
    const auto end = rest.find(closing, at);
    if (end == std::string_view::npos) {
      return problem(node, "`${{` has no `}}` after it", "write `${{ secrets.NAME }}`");
    }
    const auto inside = rest.substr(at + opening.size(), end - at - opening.size());
    const auto value = expression(node, inside);
    found = true;
    out += rest.substr(0, at);
    out += value.value_or("");
    node.is_unusable = node.is_unusable || !value;
    rest.remove_prefix(end + closing.size());
  }
  if (node.text.contains("${%")) {
    problem(node, "template blocks (`${% %}`) are not supported", "use `${{ secrets.NAME }}`");
  }
  if (!found) return;
  node.text = out + std::string(rest);
  node.is_secret = true;
}

bool Filler::fill_object(ConfigNode& node) {
  const auto* const secret = node.children.size() == 1 ? node.find("secret") : nullptr;
  const auto* const name =
      secret != nullptr && secret->children.size() == 1 ? secret->find("name") : nullptr;
  if (name == nullptr || name->kind != ConfigNode::Kind::scalar) return false;
  auto value = value_of(*name, name->text);
  node.kind = ConfigNode::Kind::scalar;
  node.is_unusable = !value;
  node.text = std::move(value).value_or("");
  node.is_secret = true;
  node.children.clear();
  return true;
}

void Filler::fill(ConfigNode& node) {
  if (node.key.contains(opening)) {
    report_.problem({Errc::invalid_config,
                     place_of_key(path_, node),
                     "a secret cannot be part of a key",
                     "use it in the value",
                     {}});
  }
  if (node.kind == ConfigNode::Kind::scalar) return fill_text(node);
  if (node.kind == ConfigNode::Kind::mapping && fill_object(node)) return;
  for (auto& child : node.children) fill(child);
}

}  // namespace

void fill_secrets(ConfigNode& root, const std::string& path, const SecretSource& source,
                  Report& report) {
  Filler(path, source, report).fill(root);
}

std::string secret_name_problem(std::string_view name) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_word = [&](char c) {
    return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  if (name.empty()) return "cannot be empty";
  if (!std::ranges::all_of(name, is_word)) {
    return "can only contain alphanumeric ASCII characters and underscores";
  }
  return is_digit(name.front()) ? "cannot start with a number" : "";
}

std::map<std::string, std::string> parse_secrets(std::string_view text, const std::string& path,
                                                 Report& report) {
  std::map<std::string, std::string> out;
  int number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    if (trim(line).empty()) continue;
    const auto equals = line.find('=');
    const auto name = trim(line.substr(0, equals));
    // The line may be a secret by itself: it is never shown.
    auto wrong = equals == std::string_view::npos ? "has no `=`" : secret_name_problem(name);
    if (!wrong.empty()) {
      report.problem(
          {Errc::invalid_config,
           place_in(path, number, 1),
           equals == std::string_view::npos ? "the line " + wrong : "the secret's name " + wrong,
           "write `NAME=value`",
           {}});
      continue;
    }
    out.insert_or_assign(std::string(name), std::string(trim(line.substr(equals + 1))));
  }
  return out;
}

}  // namespace sluice::options
