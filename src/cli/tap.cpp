// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "cli/control_client.hpp"
#include "cli/failure.hpp"
#include "cli/stop_signal.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

enum class TapFormat : std::uint8_t { text, json };

struct TapOptions {
  std::string name;
  std::optional<std::uint64_t> count;
  TapFormat output = TapFormat::text;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::enum_names<sluice::cli::TapFormat> {
  using F = sluice::cli::TapFormat;
  static constexpr std::array rows{EnumName{F::text, "text"}, EnumName{F::json, "json"}};
};

template <>
struct sluice::option_table<sluice::cli::TapOptions> {
  using O = sluice::cli::TapOptions;
  static constexpr auto rows = std::tuple{
      option<&O::name>("name", "Name of the connector, as `sluice top` shows it.")
          .required()
          .positional(),
      option<&O::count>("count", "End after so many records.").at_least(1),
      option<&O::output>("output",
                         "`text`: the value, with `[key] ` before it when there is one. `json`: an "
                         "object a line, with time, partition, offset, key and value.")
          .short_name('O'),
  };
};

namespace sluice::cli {
namespace {

using Json = nlohmann::ordered_json;

// Of a line that is not a record.
constexpr std::string_view skipped_begin = R"({"skipped":)";

// A field as text: bytes stay base64, marked.
std::optional<std::string> field(const Json& record, const std::string& name) {
  if (const auto found = record.find(name); found != record.end() && found->is_string()) {
    return found->get<std::string>();
  }
  const auto found = record.find(name + "_base64");
  if (found == record.end() || !found->is_string()) return std::nullopt;
  return "base64:" + found->get<std::string>();
}

std::string text_of(const Json& record) {
  std::string out;
  if (const auto key = field(record, "key")) out = "[" + *key + "] ";
  out += field(record, "value").value_or("");
  if (record.value("cut", false)) out += " ...";
  return out + "\n";
}

// On standard error, so that what is shown stays what was asked for.
void tell_of_skipped(const Json& line) {
  write_stderr("warning: " + line["skipped"].dump() + " records passed too quickly to be shown\n");
}

bool show(std::string_view line, TapFormat format) {
  if (format == TapFormat::json) return write_stdout(std::string(line) + "\n");
  const auto record = Json::parse(line, nullptr, false);
  if (!record.is_object()) return true;
  if (record.contains("skipped")) {
    tell_of_skipped(record);
    return true;
  }
  return write_stdout(text_of(record));
}

// Nobody asked for the end: it came with that of the connector, or because nothing was read.
void tell_of_end(const LocalConnector& connector, const TapOptions& options, std::uint64_t shown) {
  if (options.count && shown >= *options.count) return;
  const auto now = find_running_connector(connector.name);
  const bool still_runs =
      now && !now->problem && now->status.value("pid", 0) == connector.status.value("pid", 0);
  const auto end =
      connector.name + (still_runs ? " let go of us: nothing was read for too long" : " has ended");
  if (!options.count && !still_runs) return write_stderr(end + "\n");
  throw HintedFailure(Errc::connection_lost,
                      end + " (" + std::to_string(shown) + " records were shown)",
                      "`sluice top` shows what runs");
}

int run_tap(const TapOptions& options) {
  const auto connector = running_connector(options.name);
  const StopSignal stop;
  std::uint64_t shown = 0;
  bool wanted = true;
  ControlClient(connector.socket).tap(options.count, [&](std::string_view line) {
    wanted = !stop.requested() && !stdout_is_closed();
    if (!wanted || line.empty()) return wanted;
    if (!line.starts_with(skipped_begin)) ++shown;
    return wanted = show(line, options.output);
  });
  if (wanted) tell_of_end(connector, options, shown);
  return 0;
}

}  // namespace

const Verb tap = make_verb<&run_tap>(
    "tap",
    "Shows the records that pass a running connector, from now on: of a source what the topic has, "
    "of a sink what is written.",
    "sluice tap http-source-news\n"
    "sluice tap http-source-news --count 10 --output json");

}  // namespace sluice::cli
