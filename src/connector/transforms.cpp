// SPDX-License-Identifier: Apache-2.0
#include "connector/transforms.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"

namespace sluice::connector {
namespace {

namespace fs = std::filesystem;
using smartmodule::ModuleResult;

constexpr std::uintmax_t file_bytes_max = 256U * 1024 * 1024;
constexpr std::size_t names_shown_max = 10;

template <typename T>
T or_throw_module(ModuleResult<T> result) {
  if (!result) throw Failure(result.error().to_error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

bool is_file(const std::string& module) {
  std::error_code ignored;
  return fs::exists(module, ignored) && !fs::is_directory(module, ignored);
}

std::string read_module(const std::string& path) {
  std::error_code ignored;
  if (fs::file_size(path, ignored) > file_bytes_max && !ignored) {
    throw Failure(Errc::too_large, "the file " + path + " is too large for a SmartModule");
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  if (in) bytes << in.rdbuf();
  if (!in) {
    throw Failure(errno == EACCES ? Errc::permission_denied : Errc::io,
                  "cannot read the SmartModule " + path + ": " + std::strerror(errno));
  }
  return std::move(bytes).str();
}

std::string full_name(const SmartModuleInfo& info) {
  if (info.package.empty()) return info.name;
  return info.group + "/" + info.package + "@" + info.version;
}

// Both places that were tried, and what there is instead.
Failure not_found(const TransformStep& step, Cluster& cluster) {
  std::string text = step.option + ": there is no SmartModule `" + step.module +
                     "`: neither a file " + fs::absolute(step.module).lexically_normal().string() +
                     " nor a SmartModule of that name in the cluster at " + cluster.endpoint();
  std::vector<std::string> names;
  for (const auto& info : cluster.smartmodules()) names.push_back(full_name(info));
  if (const auto near = nearest(step.module, names)) {
    text += "; did you mean `" + *near + "`?";
  } else if (names.empty()) {
    text += ", which has none";
  } else if (names.size() <= names_shown_max) {
    text += ", which has ";
    for (std::size_t i = 0; i < names.size(); ++i) text += (i == 0 ? "`" : ", `") + names[i] + "`";
  }
  return Failure(Errc::smartmodule, std::move(text));
}

void check_kind(const TransformStep& step, const smartmodule::Module& module) {
  if (!step.kind || *step.kind == module.kind()) return;
  throw Failure(Errc::smartmodule, step.option + ": the SmartModule `" + step.module + "` is a " +
                                       std::string(name_of(module.kind())) + ", not a " +
                                       std::string(name_of(*step.kind)) +
                                       "; `--smart-module` takes any kind");
}

}  // namespace

// --- RecordChain ---------------------------------------------------------------------------

RecordChain::RecordChain(smartmodule::Chain chain, std::vector<StepCounts*> counts)
    : chain_(std::move(chain)), counts_(std::move(counts)), counted_(counts_.size()) {}

smartmodule::ChainOutput RecordChain::process(const smartmodule::ChainInput& input) {
  auto output = chain_.process(input);
  count();
  return or_throw_module(std::move(output));
}

void RecordChain::look_back(std::size_t step, wire::RecordList records) {
  or_throw_module(chain_.look_back(step, records));
}

void RecordChain::count() {
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const auto& now = chain_.stats(i);
    const auto& before = counted_[i];
    counts_[i]->add({.module = {},
                     .kind = {},
                     .calls = now.calls - before.calls,
                     .records_in = now.records_in - before.records_in,
                     .records_out = now.records_out - before.records_out,
                     .faults = now.faults - before.faults,
                     .time = now.time - before.time});
    counted_[i] = now;
  }
}

void check_params(const TransformStep& step) {
  if (const auto fits = smartmodule::check_params(step.params); !fits) {
    throw Failure(Errc::invalid_config, "the parameters of the SmartModule `" + step.module +
                                            "`: " + fits.error().context);
  }
}

// --- Transforms ----------------------------------------------------------------------------

Transforms::Transforms(std::vector<TransformStep> steps, smartmodule::ChainOptions options,
                       Stats& stats, std::shared_ptr<smartmodule::Engine> engine)
    : options_(options),
      stats_(stats),
      engine_(engine ? std::move(engine) : std::make_shared<smartmodule::Engine>()) {
  for (auto& step : steps) {
    auto& one = loaded_.emplace_back();
    one.step = std::move(step);
    check_params(one.step);
    if (is_file(one.step.module)) take(one, read_module(one.step.module));
  }
}

void Transforms::load(Cluster& cluster) {
  for (auto& one : loaded_) {
    if (one.module) continue;
    const auto bytes = cluster.smartmodule(one.step.module);
    if (!bytes) throw not_found(one.step, cluster);
    take(one, *bytes);
  }
  // In the order of the chain.
  for (auto& one : loaded_) {
    one.counts = &stats_.add_step(one.step.module, name_of(one.module->kind()));
    log::info("connector.transform", "SmartModule loaded",
              {{"module", one.step.module},
               {"kind", std::string(name_of(one.module->kind()))},
               {"sha256", one.module->sha256()}});
  }
}

void Transforms::take(Loaded& one, std::string_view bytes) {
  one.module = or_throw_module(engine_->load(one.step.module, as_bytes(bytes)));
  check_kind(one.step, *one.module);
}

bool Transforms::wants_last() const {
  return std::ranges::any_of(loaded_,
                             [](const Loaded& one) { return one.step.initial_value == use_last; });
}

void Transforms::initial_value(const std::string& last) {
  for (auto& one : loaded_) {
    if (one.step.initial_value == use_last) one.step.initial_value = last;
  }
}

bool Transforms::looks_back() const {
  return std::ranges::any_of(loaded_, [](const Loaded& one) {
    return one.step.lookback && one.module->shape().has_look_back;
  });
}

RecordChain Transforms::start() const {
  std::vector<smartmodule::Step> steps;
  std::vector<StepCounts*> counts;
  for (const auto& one : loaded_) {
    steps.push_back({.module = one.module,
                     .params = one.step.params,
                     .lookback = one.step.lookback,
                     .accumulator = to_bytes(one.step.initial_value)});
    counts.push_back(one.counts);
  }
  return {or_throw_module(smartmodule::Chain::create(*engine_, std::move(steps), options_)),
          std::move(counts)};
}

}  // namespace sluice::connector
