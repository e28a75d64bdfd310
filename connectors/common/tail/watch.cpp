// SPDX-License-Identifier: Apache-2.0
#include "common/tail/watch.hpp"

#include <array>
#include <cstring>

#include <sys/inotify.h>
#include <unistd.h>

namespace sluice::common {
namespace {

constexpr std::uint32_t name_events =
    IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF;

}  // namespace

Watch::Watch() : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

Watch::~Watch() {
  if (fd_ >= 0) ::close(fd_);
}

void Watch::add(const std::string& folder) {
  if (fd_ < 0 || folders_.contains(folder)) return;
  const auto events = name_events | IN_MODIFY | IN_ONLYDIR;
  if (::inotify_add_watch(fd_, folder.c_str(), events) >= 0) folders_.insert(folder);
}

Watch::Heard Watch::heard() {
  Heard heard;
  if (fd_ < 0) return heard;
  alignas(inotify_event) std::array<char, 16'384> room{};
  while (true) {
    const auto count = ::read(fd_, room.data(), room.size());
    if (count <= 0) return heard;
    for (std::size_t at = 0; at < static_cast<std::size_t>(count);) {
      inotify_event event{};
      std::memcpy(&event, room.data() + at, sizeof event);
      at += sizeof event + event.len;
      if ((event.mask & IN_MODIFY) != 0) heard.content = true;
      if ((event.mask & (name_events | IN_Q_OVERFLOW | IN_IGNORED)) != 0) heard.names = true;
      // A folder that is gone may come again under its name, as another one.
      if ((event.mask & (IN_IGNORED | IN_MOVE_SELF)) != 0) folders_.clear();
    }
  }
}

}  // namespace sluice::common
