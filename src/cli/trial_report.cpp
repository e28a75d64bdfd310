// SPDX-License-Identifier: Apache-2.0
#include "cli/trial_report.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "cli/failure.hpp"
#include "cli/format.hpp"
#include "cli/terminal.hpp"
#include "sluice/base64.hpp"
#include "sluice/json_text.hpp"

namespace sluice::cli {
namespace {

using Json = nlohmann::ordered_json;

// As `sluice consume` has it: what is not UTF-8 is `value_base64` instead.
void put_text(Json& json, const std::string& name, std::string_view text) {
  if (is_utf8(text)) {
    json[name] = text;
  } else {
    json[name + "_base64"] = to_base64(text);
  }
}

void put_record(Json& json, const std::optional<std::string>& key, std::string_view value) {
  if (key) {
    put_text(json, "key", *key);
  } else {
    json["key"] = nullptr;
  }
  put_text(json, "value", value);
}

Json json_of(const smartmodule::RecordFault& fault) {
  Json out{{"module", fault.module},
           {"kind", smartmodule::name_of(fault.kind)},
           {"step", fault.step},
           {"text", fault.text},
           {"broke_down", fault.breakdown.has_value()}};
  put_record(out, fault.key ? std::optional(std::string(as_text(*fault.key))) : std::nullopt,
             as_text(fault.value));
  return out;
}

Json modules_json(const smartmodule::Chain& chain) {
  auto out = Json::array();
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const auto& stats = chain.stats(i);
    out.push_back({{"name", chain.module(i).name()},
                   {"kind", smartmodule::name_of(chain.module(i).kind())},
                   {"records_in", stats.records_in},
                   {"records_out", stats.records_out},
                   {"faults", stats.faults},
                   {"nanoseconds", stats.time.count()}});
  }
  return out;
}

void print_json(const smartmodule::Chain& chain, const std::vector<TrialRecord>& before,
                const std::vector<Fate>& fates) {
  auto records = Json::array();
  for (std::size_t i = 0; i < before.size(); ++i) {
    Json row{{"offset", i}};
    put_record(row, before[i].key, before[i].value);
    row["after"] = Json::array();
    for (const auto& made : fates[i].after) {
      put_record(row["after"].emplace_back(Json::object()), made.key, made.value);
    }
    const auto& fault = fates[i].fault;
    row["error"] = fault ? json_of(*fault) : Json(nullptr);
    records.push_back(std::move(row));
  }
  const Json all{{"modules", modules_json(chain)}, {"records", std::move(records)}};
  print(all.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

// `[key] value`, as `sluice consume --key` has it.
std::string shown(const TrialRecord& record) {
  return (record.key ? "[" + *record.key + "] " : "") + record.value;
}

Listing table_of(const std::vector<TrialRecord>& before, const std::vector<Fate>& fates) {
  Listing listing({{"offset", "OFFSET"}, {"before", "BEFORE"}, {"after", "AFTER"}}, "no records");
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto& [after, fault] = fates[i];
    Cell offset = static_cast<std::int64_t>(i);
    std::string text = shown(before[i]);
    const auto add = [&](std::string what) {
      listing.add({std::exchange(offset, Cell{std::string(" ")}), std::exchange(text, " "),
                   std::move(what)});
    };
    for (const auto& record : after) add(shown(record));
    if (fault) {
      add("error: " + fault->text);
    } else if (after.empty()) {
      add("(left out)");
    }
  }
  return listing;
}

std::string summary_of(const smartmodule::Chain& chain, const std::vector<Fate>& fates,
                       std::size_t records_in) {
  std::string names;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const auto& module = chain.module(i);
    names += (i == 0 ? "" : ", ") + module.name() + " (" +
             std::string(smartmodule::name_of(module.kind())) + ")";
  }
  std::int64_t made = 0;
  for (const auto& fate : fates) made += static_cast<std::int64_t>(fate.after.size());
  auto out = names + ": " + plural(static_cast<std::int64_t>(records_in), "record") + " in, " +
             human_count(made) + " out";
  const auto failed = static_cast<std::int64_t>(fault_count(fates));
  if (failed > 0) out += "; failed: " + human_count(failed);
  return out + "\n";
}

}  // namespace

std::size_t fault_count(const std::vector<Fate>& fates) {
  return static_cast<std::size_t>(
      std::ranges::count_if(fates, [](const Fate& fate) { return fate.fault.has_value(); }));
}

void report_trial(const smartmodule::Chain& chain, const std::vector<TrialRecord>& before,
                  const std::vector<Fate>& fates, const OutputOptions& options) {
  if (options.output == OutputFormat::json) return print_json(chain, before, fates);
  print(table_of(before, fates).table(Paint::of_stdout().on()));
  for (const auto& fate : fates) {
    if (fate.fault) report_line(fate.fault->to_error().message(), "");
  }
  write_stderr(summary_of(chain, fates, before.size()));
}

void CaseReport::add(const std::string& name, const std::vector<std::string>& problems) {
  const bool passed = problems.empty();
  ++(passed ? passed_ : failed_);
  listing_.add({name, passed, problems});
  if (options_.output == OutputFormat::json) return;
  const auto paint = Paint::of_stdout();
  std::string text = (passed ? "ok      " : paint.red("FAILED") + "  ") + name + "\n";
  for (const auto& problem : problems) text += "        " + problem + "\n";
  print(text);
}

int CaseReport::finish() const {
  if (options_.output == OutputFormat::json) {
    Facts facts;
    facts.add("module", "Module", module_)
        .add("passed", "Passed", passed_)
        .add("failed", "Failed", failed_)
        .add("cases", listing_);
    print(facts, options_);
  } else {
    write_stderr(module_ + ": " + std::to_string(passed_) + " passed, " + std::to_string(failed_) +
                 " failed\n");
  }
  return failed_ == 0 ? 0 : 1;
}

}  // namespace sluice::cli
