// SPDX-License-Identifier: Apache-2.0
#include "net/io_thread.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>

#include <boost/asio.hpp>
#include <pthread.h>

namespace sluice::net {

// Shared with the thread, which may outlive the object: a name look-up in progress holds up the
// end of an `io_context`, and nobody who closes a client shall wait for that.
struct IoThread::State {
  std::optional<boost::asio::io_context> io{std::in_place, 1};
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work;
  mutable std::mutex mutex;
  std::condition_variable changed;
  bool stopped = false;   // no handler runs any more
  bool released = false;  // nobody needs the context any more
  bool ended = false;     // it is gone

  void run() {
    io->run();
    std::unique_lock lock(mutex);
    stopped = true;
    changed.notify_all();
    changed.wait(lock, [this] { return released; });
    lock.unlock();
    work.reset();
    io.reset();
    lock.lock();
    ended = true;
    changed.notify_all();
  }
};

IoThread::IoThread(const char* name) : state_(std::make_shared<State>()) {
  state_->work.emplace(state_->io->get_executor());
  thread_ = std::thread([state = state_] { state->run(); });
  pthread_setname_np(thread_.native_handle(), name);
}

IoThread::~IoThread() {
  const auto inside = is_current();
  stop(std::chrono::seconds(1));
  std::unique_lock lock(state_->mutex);
  state_->released = true;
  state_->changed.notify_all();
  // What is left is freeing memory, unless a handler or a name look-up is still under way.
  const auto ended = !inside && state_->changed.wait_for(lock, std::chrono::milliseconds(100),
                                                         [&] { return state_->ended; });
  lock.unlock();
  if (ended) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

boost::asio::io_context& IoThread::context() noexcept {
  return *state_->io;
}

bool IoThread::is_current() const noexcept {
  return std::this_thread::get_id() == thread_.get_id();
}

bool IoThread::stop(std::chrono::milliseconds deadline) {
  state_->io->stop();
  if (is_current()) return true;
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, deadline, [&] { return state_->stopped; });
}

bool IoThread::stopped() const {
  const std::lock_guard lock(state_->mutex);
  return state_->stopped;
}

}  // namespace sluice::net
