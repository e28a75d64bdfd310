// SPDX-License-Identifier: Apache-2.0
#include "broker/watch.hpp"

#include <optional>
#include <utility>

namespace sluice::broker {
namespace {

template <typename Spec>
class WatchOf final : public Watch {
 public:
  WatchOf(Catalog& catalog, const WatchRequest& request, std::function<void()> on_change)
      : Watch(request.correlation_id),
        catalog_(catalog),
        version_(request.version),
        summary_(request.summary),
        on_change_(std::move(on_change)) {
    watcher_ = table().watch([this](wire::ChangeKind kind, const auto& object) {
      std::optional<wire::Metadata<Spec>> gone;
      if (kind == wire::ChangeKind::remove) gone = without_bytes(object);
      changes_.insert_or_assign(object.name, std::move(gone));
      on_change_();
    });
  }
  ~WatchOf() override { table().unwatch(watcher_); }

  bool ready() const override { return !started_ || !changes_.empty(); }

  Bytes next_frame() override {
    wire::WatchResponseBody<Spec> body{.epoch = table().epoch()};
    if (std::exchange(started_, true)) {
      // Updates before deletions, as the official server sends them.
      for (const auto& [name, gone] : changes_) {
        if (gone) continue;
        if (const auto* object = table().find(name)) {
          body.changes.push_back({wire::ChangeKind::update, shown(*object)});
        }
      }
      for (auto& [name, gone] : changes_) {
        if (gone) body.changes.push_back({wire::ChangeKind::remove, *std::move(gone)});
      }
    } else {
      for (const auto& [name, object] : table().all()) body.all.push_back(shown(object));
    }
    changes_.clear();
    const auto buffer = wire::pack(Spec::label, body, version_);
    return wire::encode_response_frame(correlation_id(), buffer, version_);
  }

 private:
  ObjectTable<Spec>& table() { return catalog_.table<Spec>(); }

  static wire::Metadata<Spec> without_bytes(const wire::Metadata<Spec>& object) {
    if constexpr (std::same_as<Spec, wire::SmartModuleSpec>) return summary_of(object);
    return object;
  }
  wire::Metadata<Spec> shown(const wire::Metadata<Spec>& object) const {
    if constexpr (std::same_as<Spec, wire::PartitionSpec>) return catalog_.refreshed(object);
    if constexpr (std::same_as<Spec, wire::SmartModuleSpec>) {
      if (summary_) return summary_of(object);
    }
    return object;
  }

  Catalog& catalog_;
  const wire::Version version_;
  const bool summary_;
  const std::function<void()> on_change_;
  bool started_ = false;
  int watcher_ = 0;
  std::map<std::string, std::optional<wire::Metadata<Spec>>> changes_;  // of a removed one, it
};

}  // namespace

std::unique_ptr<Watch> make_watch(Catalog& catalog, const WatchRequest& request,
                                  std::function<void()> on_change) {
  std::unique_ptr<Watch> watch;
  const auto try_one = [&]<typename Spec>(std::type_identity<Spec>) {
    if (request.label != Spec::label) return;
    watch = std::make_unique<WatchOf<Spec>>(catalog, request, std::move(on_change));
  };
  try_one(std::type_identity<wire::TopicSpec>{});
  try_one(std::type_identity<wire::PartitionSpec>{});
  try_one(std::type_identity<wire::SpuSpec>{});
  try_one(std::type_identity<wire::SmartModuleSpec>{});
  try_one(std::type_identity<wire::TableFormatSpec>{});
  try_one(std::type_identity<wire::SpuGroupSpec>{});
  return watch;
}

wire::Metadata<wire::SmartModuleSpec> summary_of(
    const wire::Metadata<wire::SmartModuleSpec>& module) {
  wire::Metadata<wire::SmartModuleSpec> summary{module.name, {}, {}};
  summary.spec.meta = module.spec.meta;
  summary.spec.wasm_length = static_cast<std::uint32_t>(module.spec.wasm.size());
  return summary;
}

}  // namespace sluice::broker
