// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>
#include <vector>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "base/text.hpp"

namespace sluice::log {
namespace {

struct Rule {
  std::string prefix;
  Level level;
};

struct State {
  std::vector<Rule> rules{{"", Level::info}};
  Format format = Format::text;
  std::shared_ptr<spdlog::logger> logger;
};

std::shared_ptr<spdlog::logger> make_logger(Format format) {
  auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  auto logger = std::make_shared<spdlog::logger>("sluice", std::move(sink));
  logger->set_level(spdlog::level::trace);
  logger->set_pattern(format == Format::json ? "%v" : "%Y-%m-%dT%H:%M:%S.%eZ %^%-5l%$ %v",
                      spdlog::pattern_time_type::utc);
  return logger;
}

std::shared_mutex guard;

State& state() {
  static State instance{.logger = make_logger(Format::text)};
  return instance;
}

constexpr std::array<std::pair<std::string_view, Level>, 6> names{{{"trace", Level::trace},
                                                                   {"debug", Level::debug},
                                                                   {"info", Level::info},
                                                                   {"warn", Level::warn},
                                                                   {"error", Level::error},
                                                                   {"off", Level::off}}};

const std::pair<std::string_view, Level>* find_level(std::string_view text) {
  const auto* found = std::find_if(names.begin(), names.end(), [&](const auto& row) {
    return equal_ignoring_case(row.first, text);
  });
  return found == names.end() ? nullptr : found;
}

std::string normal(std::string_view component) {
  std::string out;
  for (std::size_t i = 0; i < component.size(); ++i) {
    if (component.substr(i, 2) == "::") {
      out += '.';
      ++i;
    } else {
      out += component[i];
    }
  }
  return out;
}

Result<std::vector<Rule>> parse_filter(std::string_view filter) {
  std::vector<Rule> rules{{"", Level::error}};
  for (const auto part : split(filter, ',')) {
    const auto text = trim(part);
    if (text.empty()) continue;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) {
      const auto* level = find_level(trim(text.substr(equals + 1)));
      if (!level) {
        return fail(Errc::invalid_config,
                    "log filter `" + std::string(text) +
                        "`: the level is trace, debug, info, warn, error or off");
      }
      rules.push_back({normal(trim(text.substr(0, equals))), level->second});
    } else if (const auto* level = find_level(text)) {
      rules.push_back({"", level->second});
    } else {
      rules.push_back({normal(text), Level::trace});  // as RUST_LOG: a name alone shows all of it
    }
  }
  return rules;
}

bool covers(std::string_view prefix, std::string_view component) {
  if (!component.starts_with(prefix)) return false;
  return prefix.empty() || component.size() == prefix.size() || component[prefix.size()] == '.';
}

Level level_of(const State& current, std::string_view component) {
  Level level = Level::error;
  std::size_t longest = 0;
  for (const auto& rule : current.rules) {
    if (!covers(rule.prefix, component) || rule.prefix.size() < longest) continue;
    longest = rule.prefix.size();
    level = rule.level;
  }
  return level;
}

spdlog::level::level_enum native(Level level) {
  static_assert(static_cast<int>(Level::trace) == spdlog::level::trace);
  static_assert(static_cast<int>(Level::error) == spdlog::level::err);
  return static_cast<spdlog::level::level_enum>(level);
}

void add_json(std::string& line, std::string_view name, std::string_view value) {
  line += line.empty() ? "{\"" : ",\"";
  line += json_escape(name);
  line += "\":\"";
  line += json_escape(value);
  line += '"';
}

std::string json_line(Level level, std::string_view component, std::string_view text,
                      std::initializer_list<Field> fields) {
  std::string line;
  add_json(line, "time", utc_now());
  add_json(line, "level", names[static_cast<std::size_t>(level)].first);
  add_json(line, "component", component);
  add_json(line, "text", text);
  for (const auto& field : fields) add_json(line, field.name, field.value);
  return line + "}";
}

std::string text_line(std::string_view component, std::string_view text,
                      std::initializer_list<Field> fields) {
  std::string line(component);
  line += ": ";
  line += text;
  for (const auto& field : fields) {
    line += ' ';
    line += field.name;
    line += '=';
    line += quote_if_needed(field.value);
  }
  return line;
}

}  // namespace

Result<> configure(const Options& options) {
  auto rules = parse_filter(options.filter);
  if (!rules) return tl::unexpected(std::move(rules).error());
  const std::unique_lock lock(guard);
  state().rules = *std::move(rules);
  state().format = options.format;
  state().logger = make_logger(options.format);
  return {};
}

bool enabled(Level level, std::string_view component) {
  const std::shared_lock lock(guard);
  return level != Level::off && level >= level_of(state(), component);
}

void write(Level level, std::string_view component, std::string_view text,
           std::initializer_list<Field> fields) {
  const std::shared_lock lock(guard);
  const auto& current = state();
  if (level == Level::off || level < level_of(current, component)) return;
  current.logger->log(native(level), "{}",
                      current.format == Format::json ? json_line(level, component, text, fields)
                                                     : text_line(component, text, fields));
}

}  // namespace sluice::log
