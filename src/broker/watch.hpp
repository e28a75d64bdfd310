// SPDX-License-Identifier: Apache-2.0
#pragma once

// One watch of a connection: first everything, then what changes. Changes gather by name while
// the socket is busy, so a watcher that does not read costs at most one entry an object, without
// the object: it is looked up when it is sent. What is removed is told without a SmartModule's
// bytes. For the control thread.

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "broker/catalog.hpp"

namespace sluice::broker {

class Watch {
 public:
  virtual ~Watch() = default;
  [[nodiscard]] virtual bool ready() const = 0;
  // Requires: ready().
  [[nodiscard]] virtual Bytes next_frame() = 0;

  [[nodiscard]] std::int32_t correlation_id() const noexcept { return correlation_id_; }

 protected:
  explicit Watch(std::int32_t correlation_id) : correlation_id_(correlation_id) {}

 private:
  std::int32_t correlation_id_;
};

struct WatchRequest {
  std::string label;
  std::int32_t correlation_id = 0;
  wire::Version version = 0;
  bool summary = false;
};
// `on_change` is called when the watch becomes ready. Nothing: the kind cannot be watched.
[[nodiscard]] std::unique_ptr<Watch> make_watch(Catalog& catalog, const WatchRequest& request,
                                                std::function<void()> on_change);

// A SmartModule without its bytes, as lists show it.
[[nodiscard]] wire::Metadata<wire::SmartModuleSpec> summary_of(
    const wire::Metadata<wire::SmartModuleSpec>& module);

}  // namespace sluice::broker
