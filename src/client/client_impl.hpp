// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a `Client` is inside: the I/O thread, the core on it, and what was made from it.

#include <list>
#include <memory>
#include <mutex>

#include "client/blocking.hpp"
#include "client/core.hpp"
#include "net/io_thread.hpp"
#include "sluice/client.hpp"

namespace sluice {

namespace client {

// What a client closes before itself.
class Closable {
 public:
  virtual ~Closable() = default;
  // Returns by the deadline.
  virtual void close_by(net::TimePoint deadline) = 0;
};

// Time until then, never negative, nor so long that adding it to the time overflows.
[[nodiscard]] inline std::chrono::milliseconds remaining(net::TimePoint deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - net::Clock::now());
  return std::clamp<std::chrono::milliseconds>(left, std::chrono::milliseconds(0),
                                               std::chrono::years(100));
}

// A handle for users: when its last copy goes, the object is closed. What runs on the I/O
// thread holds the object itself and does not keep it open.
template <typename Impl>
[[nodiscard]] std::shared_ptr<Impl> make_handle(std::shared_ptr<Impl> impl);

// How long the destructor of a last handle may take.
inline constexpr std::chrono::milliseconds destructor_deadline{2'000};

template <typename Impl>
std::shared_ptr<Impl> make_handle(std::shared_ptr<Impl> impl) {
  auto* raw = impl.get();
  return {raw, [impl = std::move(impl)](Impl*) mutable {
            impl->release();
            impl.reset();
          }};
}

}  // namespace client

struct Client::Impl {
  Impl(const ClusterProfile& profile, const ClientOptions& options);

  // Throws when the client was closed.
  void add(const std::shared_ptr<client::Closable>& closable);
  void close(std::chrono::milliseconds deadline);
  void release() { close(client::destructor_deadline); }
  // How long calls wait that the server answers: the request timeout, and a connection before.
  [[nodiscard]] std::chrono::milliseconds call_deadline() const;

  net::IoThread thread;
  std::shared_ptr<client::Core> core;

 private:
  std::mutex mutex_;
  std::list<std::weak_ptr<client::Closable>> closables_;
  bool closed_ = false;
};

}  // namespace sluice
