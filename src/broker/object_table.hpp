// SPDX-License-Identifier: Apache-2.0
#pragma once

// The objects of one kind that the control plane knows, by name, and who watches them.
// For the control thread alone.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "wire/admin.hpp"

namespace sluice::broker {

template <typename Spec>
class ObjectTable {
 public:
  using Object = wire::Metadata<Spec>;
  using OnChange = std::function<void(wire::ChangeKind, const Object&)>;

  [[nodiscard]] const std::map<std::string, Object>& all() const noexcept { return objects_; }
  [[nodiscard]] const Object* find(const std::string& name) const {
    const auto found = objects_.find(name);
    return found == objects_.end() ? nullptr : &found->second;
  }
  // Rises with every change.
  [[nodiscard]] std::int64_t epoch() const noexcept { return epoch_; }

  void put(Object object) {
    const auto name = object.name;
    const auto& stored = objects_.insert_or_assign(name, std::move(object)).first->second;
    tell(wire::ChangeKind::update, stored);
  }
  void erase(const std::string& name) {
    const auto found = objects_.find(name);
    if (found == objects_.end()) return;
    const auto gone = std::move(found->second);
    objects_.erase(found);
    tell(wire::ChangeKind::remove, gone);
  }

  // Until `unwatch`; the callback must not change the table or its watchers.
  [[nodiscard]] int watch(OnChange on_change) {
    watchers_.emplace(++last_watcher_, std::move(on_change));
    return last_watcher_;
  }
  void unwatch(int watcher) { watchers_.erase(watcher); }

 private:
  void tell(wire::ChangeKind kind, const Object& object) {
    ++epoch_;
    for (const auto& [id, on_change] : watchers_) on_change(kind, object);
  }

  std::map<std::string, Object> objects_;
  std::map<int, OnChange> watchers_;
  int last_watcher_ = 0;
  std::int64_t epoch_ = 0;
};

}  // namespace sluice::broker
