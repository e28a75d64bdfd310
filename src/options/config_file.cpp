// SPDX-License-Identifier: Apache-2.0
#include "options/config_file.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "options/config_tables.hpp"
#include "options/yaml_tree.hpp"

namespace sluice::options {
namespace {

using Kind = ConfigNode::Kind;

class ConfigReader {
 public:
  ConfigReader(ConfigFile& file, const ConfigWants& wants, const SecretSource& secrets,
               Report& report)
      : file_(file), wants_(wants), secrets_(secrets), report_(report) {}

  void read();

 private:
  void problem(std::string place, std::string what, std::string help, std::string near = {}) {
    report_.problem({Errc::invalid_config, std::move(place), std::move(what), std::move(help),
                     std::move(near)});
  }
  [[nodiscard]] ConfigGeneration generation() const;
  [[nodiscard]] WalkContext context() const {
    return {file_.path, report_, file_.keys, file_.stringified()};
  }
  void index_keys();
  void fill_in_secrets();
  [[nodiscard]] std::vector<std::string> listed_secrets() const;
  void read_unversioned();
  void read_versioned();
  void read_meta(const ConfigNode& meta);
  template <typename Head>
  Head read_head(const ConfigNode& meta, std::span<const std::string> handled);
  bool topic_has_wrong_form(const ConfigNode& meta);
  void find_section(std::span<const std::string> other_keys);
  void take(Meta meta);
  void keep(std::vector<Found> found) {
    for (auto& item : found) file_.sources.push_back(std::move(item));
  }
  void check_consumer(const ConfigNode* consumer);
  void check_direction(const ConfigNode& meta);

  ConfigFile& file_;
  const ConfigWants& wants_;
  const SecretSource& secrets_;
  Report& report_;
};

ConfigGeneration ConfigReader::generation() const {
  const auto* const version = file_.root.find("apiVersion");
  if (version == nullptr) {
    return file_.root.find("meta") != nullptr ? ConfigGeneration::v0_0_0
                                              : ConfigGeneration::unversioned;
  }
  if (version->text == "0.0.0") return ConfigGeneration::v0_0_0;
  if (version->text == "0.1.0") return ConfigGeneration::v0_1_0;
  // An unknown version is reported with the other keys; until then, judge by the topic.
  if (version->text == "0.2.0") return ConfigGeneration::v0_2_0;
  const auto* const meta = file_.root.find("meta");
  const auto* const topic = meta != nullptr ? meta->find("topic") : nullptr;
  return topic != nullptr && topic->kind == Kind::mapping ? ConfigGeneration::v0_2_0
                                                          : ConfigGeneration::v0_1_0;
}

void ConfigReader::index_keys() {
  const auto section = file_.stringified() ? std::string("parameters") : wants_.section;
  for (const auto& level : wants_.levels) file_.keys.add_rows(level.rows, section);
  if (file_.stringified()) {
    file_.keys.add_rows(rows_of<UnversionedHead>(), "");
    file_.keys.add("parameters", "");
    return;
  }
  file_.keys.add_rows(rows_of<VersionedHead>(), "");
  file_.keys.add("meta", "");
  if (file_.config.generation == ConfigGeneration::v0_2_0) {
    file_.keys.add_rows(rows_of<MetaWithTopicMapping>(), "meta");
  } else {
    file_.keys.add_rows(rows_of<MetaWithTopicName>(), "meta");
  }
}

std::vector<std::string> ConfigReader::listed_secrets() const {
  std::vector<std::string> names;
  const auto* const meta = file_.root.find("meta");
  const auto* const list = meta != nullptr ? meta->find("secrets") : nullptr;
  if (list == nullptr) return names;
  for (const auto& item : list->children) {
    if (const auto* const name = item.find("name")) names.push_back(name->text);
  }
  return names;
}

void ConfigReader::fill_in_secrets() {
  auto source = secrets_;
  if (!file_.stringified()) {
    source.listed = listed_secrets();
    return fill_secrets(file_.root, file_.path, source, report_);
  }
  // Generation B/K has no list: what stands under `secrets` is the connector's environment.
  source.any_name = true;
  source.lookup = [&](const std::string& name) -> std::optional<std::string> {
    const auto* const own = file_.root.find("secrets");
    const auto* const value = own != nullptr ? own->find(name) : nullptr;
    if (value != nullptr && value->kind == Kind::scalar) return value->text;
    return secrets_.lookup ? secrets_.lookup(name) : std::nullopt;
  };
  for (auto& child : file_.root.children) {
    if (child.key != "secrets") fill_secrets(child, file_.path, source, report_);
  }
}

void ConfigReader::take(Meta meta) {
  auto& config = file_.config;
  config.name = std::move(meta.name);
  config.type = std::move(meta.type);
  config.version = std::move(meta.version);
  config.producer = meta.producer;
  config.consumer = std::move(meta.consumer);
  for (auto& item : meta.secrets) config.secret_names.push_back(std::move(item.name));
}

template <typename Head>
Head ConfigReader::read_head(const ConfigNode& meta, std::span<const std::string> handled) {
  Head head;
  keep(fill(meta, {rows_of<Head>(), &head, "meta", ""}, context(), handled));
  return head;
}

bool ConfigReader::topic_has_wrong_form(const ConfigNode& meta) {
  const auto* const topic = meta.find("topic");
  if (topic == nullptr || topic->kind == Kind::null) return false;
  const bool wants_mapping = file_.config.generation == ConfigGeneration::v0_2_0;
  if (wants_mapping && topic->kind == Kind::scalar) {
    const auto name = topic->is_secret ? "..." : topic->text;
    problem(place_of(file_.path, *topic),
            "`topic`: with `apiVersion: 0.2.0` the topic is a mapping",
            "write `topic: {meta: {name: " + name + "}}`, or `apiVersion: 0.1.0`");
    return true;
  }
  if (!wants_mapping && topic->kind == Kind::mapping) {
    problem(place_of(file_.path, *topic), "`topic`: a topic mapping needs `apiVersion: 0.2.0`",
            "add `apiVersion: 0.2.0` at the top, or write only the topic's name");
    return true;
  }
  return false;
}

void ConfigReader::check_consumer(const ConfigNode* consumer) {
  const auto* const offset = consumer != nullptr ? consumer->find("offset") : nullptr;
  if (offset == nullptr || offset->kind != Kind::mapping) return;
  const auto place = place_of_key(file_.path, *offset);
  if (offset->find("strategy") == nullptr) {
    problem(place, "`offset` needs a `strategy`", "add `strategy: none`, `manual` or `auto`");
  } else if (file_.config.consumer.offset.strategy != OffsetStorage::none &&
             file_.config.consumer.id.empty()) {
    problem(place, "a consumer id is required when using offset strategy",
            "add `id: NAME` beside `offset`");
  }
}

void ConfigReader::check_direction(const ConfigNode& meta) {
  const auto* const type = meta.find("type");
  if (wants_.direction.empty() || type == nullptr || file_.config.type.empty()) return;
  const auto* const given = file_.config.is_source() ? "source" : "sink";
  if (wants_.direction == given) return;
  problem(place_of(file_.path, *type),
          "`type`: " + shown(file_.config.type) + " is a " + given + ", but this connector is a " +
              wants_.direction,
          wants_.direction == "source" ? "a source's type ends with `-source`"
                                       : "only a source's type ends with `-source`");
}

void ConfigReader::read_meta(const ConfigNode& meta) {
  std::vector<std::string> handled;
  if (topic_has_wrong_form(meta)) handled.emplace_back("topic");
  if (file_.config.generation == ConfigGeneration::v0_2_0) {
    auto head = read_head<MetaWithTopicMapping>(meta, handled);
    take(std::move(head.common));
    file_.config.topic = std::move(head.topic);
  } else {
    auto head = read_head<MetaWithTopicName>(meta, handled);
    take(std::move(head.common));
    file_.config.topic.meta.name = std::move(head.topic);
  }
  check_consumer(meta.find("consumer"));
  check_direction(meta);
}

void ConfigReader::read_versioned() {
  const std::vector<std::string> other{"apiVersion", "meta", "transforms"};
  find_section(other);
  std::vector<std::string> handled{"meta"};
  // Named even if it is missing: it may be there misspelt.
  if (!file_.config.section_name.empty()) handled.push_back(file_.config.section_name);
  VersionedHead head;
  keep(fill(file_.root, {rows_of<VersionedHead>(), &head, "", ""}, context(), handled));
  file_.config.transforms = std::move(head.transforms);

  if (const auto* const meta = file_.root.find("meta")) return read_meta(*meta);
  problem(file_.path, "the key `meta` is missing",
          "add `meta:` with `name`, `type`, `version` and `topic`");
}

void ConfigReader::find_section(std::span<const std::string> other_keys) {
  const auto is_other = [&](const ConfigNode& node) {
    return std::ranges::find(other_keys, node.key) != other_keys.end();
  };
  file_.config.section_name = wants_.section;
  for (const auto& node : file_.root.children) {
    // Without a connector, the one mapping that is left is its section.
    const bool is_it = wants_.section.empty() ? !is_other(node) && node.kind == Kind::mapping
                                              : node.key == wants_.section;
    if (!is_it) continue;
    file_.section = &node;
    file_.config.section_name = node.key;
    return;
  }
}

void ConfigReader::read_unversioned() {
  UnversionedHead head;
  const std::vector<std::string> handled{"parameters"};
  keep(fill(file_.root, {rows_of<UnversionedHead>(), &head, "", ""}, context(), handled));
  auto& config = file_.config;
  // In generation A `version: v1` was the version of the format.
  const bool is_format = head.version == "v1";
  config.name = std::move(head.name);
  config.type = std::move(head.type);
  config.version = is_format ? std::move(head.connector_version) : std::move(head.version);
  config.topic.meta.name = std::move(head.topic);
  config.producer = head.producer;
  config.consumer = std::move(head.consumer);
  config.transforms = std::move(head.transforms);
  config.environment = std::move(head.secrets);
  config.section_name = "parameters";
  file_.section = file_.root.find("parameters");
  check_consumer(file_.root.find("consumer"));
}

void ConfigReader::read() {
  if (file_.root.kind != Kind::mapping) {
    return problem(place_of(file_.path, file_.root), "the file is not a mapping",
                   "write `key: value` lines; `meta:` and the connector's section come first");
  }
  file_.config.generation = generation();
  index_keys();
  fill_in_secrets();
  if (file_.stringified()) {
    read_unversioned();
  } else {
    read_versioned();
  }
  if (file_.section != nullptr) file_.config.section = *file_.section;
}

}  // namespace

std::unique_ptr<ConfigFile> read_config_file(std::string_view text, const std::string& path,
                                             const ConfigWants& wants, const SecretSource& secrets,
                                             const OptionLimits& limits, Report& report) {
  auto root = parse_yaml(text, path, limits, report);
  if (!root) return nullptr;
  auto file = std::make_unique<ConfigFile>();
  file->path = path;
  file->root = *std::move(root);
  ConfigReader(*file, wants, secrets, report).read();
  return file;
}

}  // namespace sluice::options

namespace sluice {
namespace {

struct StartWord {
  OffsetStart::From from;
  std::string_view word;
  bool has_value;
};
constexpr auto start_words = std::to_array<StartWord>({
    {OffsetStart::From::beginning, "beginning", false},
    {OffsetStart::From::end, "end", false},
    {OffsetStart::From::absolute, "absolute", true},
    {OffsetStart::From::from_beginning, "from-beginning", true},
    {OffsetStart::From::from_end, "from-end", true},
});

std::optional<OffsetStart> parse_start(std::string_view text) {
  const auto equals = text.find('=');
  const auto word = trim(text.substr(0, equals));
  for (const auto& row : start_words) {
    if (row.word != word || row.has_value != (equals != std::string_view::npos)) continue;
    OffsetStart out{row.from, 0};
    if (!row.has_value) return out;
    const auto digits = trim(text.substr(equals + 1));
    const auto* const last = digits.data() + digits.size();
    const auto [end, status] = std::from_chars(digits.data(), last, out.value);
    const bool whole = status == std::errc{} && end == last && out.value >= 0;
    const bool fits = row.from == OffsetStart::From::absolute || out.value <= 0xffff'ffffLL;
    return whole && fits ? std::optional(out) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::string option_value<OffsetStart>::check(std::string_view text) {
  if (parse_start(text)) return {};
  return "write beginning, end, absolute=N, from-beginning=N or from-end=N";
}

OffsetStart option_value<OffsetStart>::from(const options::Scalar& scalar) {
  return parse_start(std::get<std::string>(scalar)).value_or(OffsetStart{});
}

options::Scalar option_value<OffsetStart>::to(const OffsetStart& value) {
  for (const auto& row : start_words) {
    if (row.from != value.from) continue;
    std::string out(row.word);
    if (row.has_value) out += '=' + std::to_string(value.value);
    return out;
  }
  return std::string("end");
}

}  // namespace sluice
