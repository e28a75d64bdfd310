// SPDX-License-Identifier: Apache-2.0
#include "publish_results.hpp"

#include <utility>

#include "common/nats/nats_connection.hpp"

namespace sluice::nats {

void PublishResults::begin(std::size_t count) {
  const std::lock_guard lock(guard_);
  open_.clear();
  errors_.assign(count, std::nullopt);
}

void PublishResults::expect(natsMsg* message, std::size_t at) {
  const std::lock_guard lock(guard_);
  open_[message] = at;
}

void PublishResults::refused(natsMsg* message, Error error) {
  const std::lock_guard lock(guard_);
  const auto found = open_.find(message);
  if (found == open_.end()) return;
  errors_[found->second] = std::move(error);
  open_.erase(found);
}

void PublishResults::fail(std::size_t at, Error error) {
  const std::lock_guard lock(guard_);
  errors_[at] = std::move(error);
}

void PublishResults::on_answer(jsCtx*, natsMsg* message, jsPubAck*, jsPubAckErr* problem,
                               void* closure) {
  auto& self = *static_cast<PublishResults*>(closure);
  {
    const std::lock_guard lock(self.guard_);
    const auto found = self.open_.find(message);
    if (found != self.open_.end()) {
      if (problem != nullptr) {
        self.errors_[found->second] =
            common::nats_error("publishing to " + std::string(natsMsg_GetSubject(message)),
                               problem->Err, problem->ErrCode, problem->ErrText);
      }
      self.open_.erase(found);
    }
  }
  self.changed_.notify_all();
  natsMsg_Destroy(message);
}

bool PublishResults::wait(std::chrono::milliseconds pause) {
  std::unique_lock lock(guard_);
  return changed_.wait_for(lock, pause, [this] { return open_.empty(); });
}

std::size_t PublishResults::open() {
  const std::lock_guard lock(guard_);
  return open_.size();
}

std::vector<std::optional<Error>> PublishResults::take() {
  const std::lock_guard lock(guard_);
  return std::exchange(errors_, {});
}

}  // namespace sluice::nats
