// SPDX-License-Identifier: Apache-2.0
#include "client/byte_budget.hpp"

namespace sluice::client {

bool ByteBudget::try_take(std::size_t bytes) noexcept {
  auto used = used_.load();
  do {
    if (used != 0 && used + bytes > bytes_max_) return false;
  } while (!used_.compare_exchange_weak(used, used + bytes));
  return true;
}

bool ByteBudget::take(std::size_t bytes) {
  if (closed_) return false;
  if (try_take(bytes)) return true;
  std::unique_lock lock(mutex_);
  ++waiting_;
  bool taken = false;
  changed_.wait(lock, [&] { return closed_ || (taken = try_take(bytes)); });
  --waiting_;
  return taken;
}

void ByteBudget::give_back(std::size_t bytes) {
  used_ -= bytes;
  if (waiting_ == 0) return;
  // Taking the lock makes sure that who saw the old value waits already.
  {
    const std::lock_guard lock(mutex_);
  }
  changed_.notify_all();
}

void ByteBudget::close() {
  closed_ = true;
  {
    const std::lock_guard lock(mutex_);
  }
  changed_.notify_all();
}

}  // namespace sluice::client
