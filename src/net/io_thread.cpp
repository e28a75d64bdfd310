// SPDX-License-Identifier: Apache-2.0
#include "net/io_thread.hpp"

#include <pthread.h>

#include <boost/asio.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace sluice::net {

// Shared with the thread, which may outlive the object: a name look-up in progress holds up the
// end of an `io_context`, and nobody who closes a client shall wait for that.
struct IoThread::State {
  std::optional<boost::asio::io_context> io{std::in_place, 1};
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work;
  std::mutex mutex;
  std::condition_variable changed;
  bool stopped = false;  // no handler runs any more
  bool ended = false;    // the context is gone as well
};

IoThread::IoThread(const char* name) : state_(std::make_shared<State>()) {
  state_->work.emplace(state_->io->get_executor());
  thread_ = std::thread([state = state_] {
    state->io->run();
    {
      const std::lock_guard lock(state->mutex);
      state->stopped = true;
    }
    state->changed.notify_all();
    state->work.reset();
    state->io.reset();
    const std::lock_guard lock(state->mutex);
    state->ended = true;
    state->changed.notify_all();
  });
  pthread_setname_np(thread_.native_handle(), name);
}

IoThread::~IoThread() { stop(std::chrono::seconds(1)); }

boost::asio::io_context& IoThread::context() noexcept { return *state_->io; }

bool IoThread::is_current() const noexcept {
  return std::this_thread::get_id() == thread_.get_id();
}

bool IoThread::stop(std::chrono::milliseconds deadline) {
  if (!thread_.joinable()) return true;
  if (is_current()) {
    state_->io->stop();
    thread_.detach();
    return true;
  }
  std::unique_lock lock(state_->mutex);
  if (!state_->stopped) state_->io->stop();
  const auto stopped = state_->changed.wait_for(lock, deadline, [&] { return state_->stopped; });
  // What is left is freeing memory, unless a name look-up is still under way.
  const auto ended = state_->changed.wait_for(lock, std::chrono::milliseconds(100),
                                              [&] { return state_->ended; });
  lock.unlock();
  if (ended) {
    thread_.join();
  } else {
    thread_.detach();
  }
  return stopped;
}

}  // namespace sluice::net
