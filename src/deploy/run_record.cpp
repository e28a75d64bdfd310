// SPDX-License-Identifier: Apache-2.0
#include "deploy/run_record.hpp"

#include <array>

#include <nlohmann/json.hpp>

#include "deploy/files.hpp"

namespace sluice::deploy {
namespace {

using Json = nlohmann::ordered_json;

struct StateName {
  RunState state;
  std::string_view name;
};
constexpr std::array state_names{
    StateName{RunState::starting, "starting"}, StateName{RunState::running, "running"},
    StateName{RunState::waiting, "waiting"},   StateName{RunState::draining, "draining"},
    StateName{RunState::stopped, "stopped"},   StateName{RunState::finished, "finished"},
    StateName{RunState::failed, "failed"},
};

}  // namespace

std::string_view name_of(RunState state) {
  for (const auto& row : state_names) {
    if (row.state == state) return row.name;
  }
  return "unknown";
}

std::string run_record_json(const RunRecord& record) {
  Json json{{"state", name_of(record.state)}, {"generation", record.generation},
            {"restarts", record.restarts},    {"pid", record.pid},
            {"started", record.started},      {"exit_code", nullptr},
            {"ended", record.ended},          {"reason", record.reason}};
  if (record.exit_code) json["exit_code"] = *record.exit_code;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<RunRecord> parse_run_record(std::string_view text) {
  try {
    const auto json = Json::parse(text);
    RunRecord out{.generation = json.at("generation"),
                  .restarts = json.at("restarts"),
                  .pid = json.at("pid"),
                  .started = json.at("started"),
                  .ended = json.at("ended"),
                  .reason = json.at("reason")};
    if (!json.at("exit_code").is_null()) out.exit_code = json.at("exit_code").get<int>();
    const auto state = json.at("state").get<std::string>();
    for (const auto& row : state_names) {
      if (row.name == state) {
        out.state = row.state;
        return out;
      }
    }
    return fail(Errc::data_corrupt, "`" + state + "` is not a state that is known here");
  } catch (const Json::exception& wrong) {
    return fail(Errc::data_corrupt, wrong.what());
  }
}

std::optional<RunRecord> read_run_record(const std::filesystem::path& file) {
  constexpr std::size_t bytes_max = 65'536;
  const auto text = read_whole(file, bytes_max);
  if (!text) return std::nullopt;
  auto parsed = parse_run_record(*text);
  if (!parsed) throw Failure(in_context(file.string(), std::move(parsed).error()));
  return *std::move(parsed);
}

void write_run_record(const std::filesystem::path& file, const RunRecord& record) {
  write_whole(file, run_record_json(record), 0600);
}

}  // namespace sluice::deploy
