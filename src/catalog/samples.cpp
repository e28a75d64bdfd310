// SPDX-License-Identifier: Apache-2.0
#include "catalog/samples.hpp"

#include <algorithm>
#include <optional>
#include <regex>

#include "base/units.hpp"
#include "catalog/sample_values.hpp"
#include "sluice/options/values.hpp"

namespace sluice::catalog {
namespace {

// One option given in one way.
struct Given {
  json value;
  std::vector<std::string> texts;  // of each time that it stands on the command line
};

std::string flag_of(const std::vector<std::string>& path) {
  std::string out = "-";
  for (auto part : path) {
    std::ranges::replace(part, '_', '-');
    out += '-' + part;
  }
  return out;
}

class Maker {
 public:
  Maker(const json& schema, const SampleHints& hints, std::uint64_t seed)
      : schema_(schema), hints_(hints), random_(seed), properties_(schema.at("properties")) {}

  std::vector<SampleCase> make() {
    for (const auto& [name, rule] : properties_.items()) {
      if (allows_type(rule, "object") && rule.contains("properties")) {
        nested(name, rule);
        continue;
      }
      for (const auto& given : samples_of(name, rule)) add(name, {name}, given);
    }
    missing();
    unknown();
    pairs();
    return std::move(cases_);
  }

 private:
  using Path = std::vector<std::string>;

  static void put(SampleCase& sample, const Path& path, const Given& given) {
    json* place = &sample.options;
    for (const auto& part : path) place = &(*place)[part];
    *place = given.value;
    const auto flag = flag_of(path);
    for (const auto& text : given.texts) sample.words.push_back(flag + "=" + text);
  }

  // One that is right, for what must be there.
  Given right_one(const std::string& name, const json& rule) {
    for (auto& given : samples_of(name, rule)) {
      if (format_accepts(rule, given.value) && !given.texts.empty() &&
          !given.texts.front().empty() && looks_right(rule, given.value)) {
        return given;
      }
    }
    return {"text", {"text"}};
  }
  // Good enough to tell the right texts of `sample_texts`, of which the first are right.
  static bool looks_right(const json& rule, const json& value) {
    if (!rule.contains("pattern") || !value.is_string()) return true;
    return std::regex_search(value.get<std::string>(),
                             std::regex(rule.at("pattern").get<std::string>()));
  }

  std::vector<Given> samples_of(const std::string& name, const json& rule) {
    if (hints_.values.contains(name)) return hinted(rule, hints_.values.at(name));
    if (allows_type(rule, "array")) return lists(rule);
    if (allows_type(rule, "object")) return maps(rule);
    std::vector<Given> out;
    for (auto& text : sample_texts(rule, random_)) {
      auto value = value_of_text(rule, text);
      out.push_back({std::move(value), {std::move(text)}});
    }
    return out;
  }

  static Given given_as(const json& rule, const json& value) {
    if (value.is_object() && rule.contains("additionalProperties")) {  // a map: key=value, each
      Given out{value, {}};
      for (const auto& [key, item] : value.items()) {
        out.texts.push_back(key + '=' + (item.is_string() ? item.get<std::string>() : item.dump()));
      }
      return out;
    }
    if (!value.is_array()) {
      const auto text = value.is_string() ? value.get<std::string>() : value.dump();
      return {allows_type(rule, "array") ? json::array({value}) : value, {text}};
    }
    Given out{value, {}};
    for (const auto& item : value) {
      out.texts.push_back(item.is_string() ? item.get<std::string>() : item.dump());
    }
    return out;
  }

  static std::vector<Given> hinted(const json& rule, const json& values) {
    std::vector<Given> out;
    for (const auto& value : values) out.push_back(given_as(rule, value));
    return out;
  }

  std::vector<Given> lists(const json& rule) {
    std::vector<Given> out;
    const auto& items = rule.contains("items") ? rule.at("items") : json::object();
    if (allows_type(items, "object")) return structures(items);
    for (const auto& text : sample_texts(items, random_)) {
      const auto value = value_of_text(items, text);
      out.push_back({json::array({value}), {text}});
    }
    if (!out.empty()) {
      const auto first = out.front();
      out.push_back(
          {json::array({first.value[0], first.value[0]}), {first.texts[0], first.texts[0]}});
    }
    return out;
  }

  // An item that is an object is written as JSON.
  std::vector<Given> structures(const json& items) {
    auto least = json::object();
    for (const auto& name : items.value("required", json::array())) {
      const auto key = name.get<std::string>();
      least[key] = right_one(key, items.at("properties").at(key)).value;
    }
    auto more = least;
    more["no_such_key"] = "x";
    std::vector<Given> out;
    for (const auto& item : {least, more, json::object()}) {
      out.push_back({json::array({item}), {item.dump()}});
    }
    out.push_back({json::array({"text"}), {"text"}});
    return out;
  }

  std::vector<Given> maps(const json& rule) {
    const auto inner = rule.value("additionalProperties", json::object());
    std::vector<Given> out;
    for (const auto& text : sample_texts(inner, random_)) {
      if (text.empty()) continue;
      out.push_back({{{"key", value_of_text(inner, text)}}, {"key:" + text}});
    }
    return out;
  }

  void nested(const std::string& name, const json& rule) {
    for (const auto& [inner, inner_rule] : rule.at("properties").items()) {
      for (const auto& given : samples_of(name + "." + inner, inner_rule)) {
        add(name + "." + inner, {name, inner}, given);
      }
    }
  }

  // Beside the option: what is required, and what its hint says.
  void add(const std::string& about, const Path& path, const Given& given) {
    SampleCase sample{about, json::object(), {}};
    const auto beside = companions(about, given);
    for (const auto& [name, value] : beside.items()) {
      if (properties_.contains(name)) put(sample, {name}, given_as(properties_.at(name), value));
    }
    add_required(sample, path.front());
    put(sample, path, given);
    cases_.push_back(std::move(sample));
  }

  json companions(const std::string& about, const Given& given) const {
    const auto exact = about + "=" + (given.texts.empty() ? "" : given.texts.front());
    if (hints_.with.contains(exact)) return hints_.with.at(exact);
    return hints_.with.value(about, json::object());
  }

  void add_required(SampleCase& sample, const std::string& but) {
    for (const auto& name : schema_.value("required", json::array())) {
      const auto key = name.get<std::string>();
      if (key == but || sample.options.contains(key) || !properties_.contains(key)) continue;
      put(sample, {key}, right_one(key, properties_.at(key)));
    }
  }

  void missing() {
    for (const auto& name : schema_.value("required", json::array())) {
      SampleCase sample{"no " + name.get<std::string>(), json::object(), {}};
      add_required(sample, name.get<std::string>());
      cases_.push_back(std::move(sample));
    }
  }

  void unknown() {
    SampleCase sample{"no_such_option", json::object(), {}};
    add_required(sample, "");
    put(sample, {"no_such_option"}, {"x", {"x"}});
    cases_.push_back(std::move(sample));
  }

  // Two of a group, as `exclusive_groups` of the schema says.
  void pairs() {
    for (const auto& part : schema_.value("allOf", json::array())) {
      std::vector<std::string> names;
      for (const auto& choice : part.value("oneOf", json::array())) {
        const auto required = choice.value("required", json::array());
        if (required.size() == 1) names.push_back(required[0].get<std::string>());
      }
      for (std::size_t i = 1; i < names.size(); ++i) {
        SampleCase sample{names[i - 1] + " and " + names[i], json::object(), {}};
        add_required(sample, "");
        for (const auto& name : {names[i - 1], names[i]}) {
          if (properties_.contains(name)) {
            put(sample, {name}, right_one(name, properties_.at(name)));
          }
        }
        cases_.push_back(std::move(sample));
      }
    }
  }

  const json& schema_;
  const SampleHints& hints_;
  Random random_;
  const json& properties_;
  std::vector<SampleCase> cases_;
};

// What stands between backquotes.
std::vector<std::string> quoted_in(std::string_view text) {
  std::vector<std::string> out;
  for (auto begin = text.find('`'); begin != std::string_view::npos; begin = text.find('`')) {
    text.remove_prefix(begin + 1);
    const auto end = text.find('`');
    if (end == std::string_view::npos) break;
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return out;
}

bool is_duration(const json& rule, const json& value) {
  if (!value.is_string()) return true;  // a bare number: `minimum` says what is allowed
  // A number alone passes the pattern only where it has a unit; which one does not matter here.
  const auto parsed = parse_duration(value.get<std::string>(), std::chrono::seconds{1});
  if (!parsed) return false;
  const auto least = duration_limit(rule, "At least ");
  const auto most = duration_limit(rule, "At most ");
  const auto step = duration_limit(rule, "In steps of ");
  if (step && *parsed % *step != std::chrono::nanoseconds{0}) return false;
  return (!least || *parsed >= *least) && (!most || *parsed <= *most);
}

bool is_size(const json& rule, const json& value) {
  const auto text = value.is_string() ? value.get<std::string>() : value.dump();
  const auto parsed = parse_byte_size(text);
  if (!parsed) return false;
  const auto [least, most] = whole_range(rule);
  return *parsed >= least && *parsed <= most;
}

bool is_in_range(const json& rule, const json& value) {
  if (!value.is_number_integer()) return false;
  const auto [least, most] = whole_range(rule);
  return value.is_number_unsigned()
             ? value.get<std::uint64_t>() >= least && value.get<std::uint64_t>() <= most
             : value.get<std::int64_t>() >= least && value.get<std::int64_t>() <= most;
}

}  // namespace

bool format_accepts(const json& rule, const json& value) {
  if (!rule.is_object() || value.is_null()) return true;
  if (value.is_array() && rule.contains("items")) {
    return std::ranges::all_of(
        value, [&](const json& item) { return format_accepts(rule.at("items"), item); });
  }
  if (value.is_object()) {
    const auto known = rule.value("properties", json::object());
    const auto other = rule.value("additionalProperties", json::object());
    return std::ranges::all_of(value.items(), [&](const auto& row) {
      return format_accepts(known.contains(row.key()) ? known.at(row.key()) : other, row.value());
    });
  }
  const auto format = rule.value("format", "");
  if (format == "humantime") return is_duration(rule, value);
  if (format == "byte-size") return is_size(rule, value);
  if (format == "uri" && value.is_string()) {
    std::string problem;
    return Url::parse(value.get<std::string>(), problem).has_value();
  }
  if (rule.value("contentMediaType", "") == "application/json" && value.is_string()) {
    return json::accept(value.get<std::string>());
  }
  const bool is_whole = format.starts_with("int") || format.starts_with("uint");
  return !is_whole || !allows_type(rule, "integer") || is_in_range(rule, value);
}

std::vector<SampleCase> named_choices(const json& schema, const SampleCase& refused,
                                      std::string_view refusal) {
  const auto& properties = schema.at("properties");
  if (!properties.contains(refused.about) || refused.words.empty()) return {};
  const auto& rule = properties.at(refused.about);
  const bool is_list = allows_type(rule, "array") && rule.contains("items");
  const auto& inner = is_list ? rule.at("items") : rule;
  const auto equals = refused.words.back().find('=');
  const auto given = std::string_view(refused.words.back()).substr(equals + 1);
  const bool is_scheme = given == wrong_scheme;
  if (equals == std::string::npos || (given != wrong_word && !is_scheme)) return {};
  std::vector<SampleCase> out;
  for (auto text : quoted_in(refusal)) {
    if (is_scheme) text += "://localhost";
    if (text == given) continue;
    auto value = value_of_text(inner, text);
    // Asked already, with what must stand beside it.
    const auto known = inner.value("enum", json::array());
    if (std::ranges::find(known, value) != known.end()) continue;
    auto sample = refused;
    sample.options[refused.about] = is_list ? json::array({std::move(value)}) : std::move(value);
    sample.words.back().replace(equals + 1, std::string::npos, text);
    out.push_back(std::move(sample));
  }
  return out;
}

Result<SampleHints> parse_hints(std::string_view text) {
  const auto tree = parse_json(text);
  if (!tree) return tl::unexpected(tree.error());
  SampleHints out;
  if (!tree->is_object()) return fail(Errc::malformed, "an object is expected");
  for (const auto& [key, value] : tree->items()) {
    auto* const member = key == "values" ? &out.values : key == "with" ? &out.with : nullptr;
    if (member == nullptr) {
      return fail(Errc::malformed, "unknown key `" + key + "`; there are `values` and `with`");
    }
    if (!value.is_object()) return fail(Errc::malformed, "`" + key + "` must be an object");
    const bool right = std::ranges::all_of(value, [&](const json& item) {
      return key == "values" ? item.is_array() && !item.empty() : item.is_object();
    });
    if (!right) {
      return fail(Errc::malformed, key == "values"
                                       ? "`values` has a list of values for each option"
                                       : "`with` has an object of options for each option");
    }
    *member = value;
  }
  return out;
}

std::vector<SampleCase> make_samples(const json& schema, const SampleHints& hints,
                                     std::uint64_t seed) {
  return Maker(schema, hints, seed).make();
}

}  // namespace sluice::catalog
