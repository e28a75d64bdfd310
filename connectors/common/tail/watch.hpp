// SPDX-License-Identifier: Apache-2.0
#pragma once

// Hears from the kernel (inotify) that something in a folder has changed. It is only a way to
// look sooner: a network file system tells nothing of what others do, and the kernel may refuse
// more watches; then the caller's next look finds it.

#include <set>
#include <string>

namespace sluice::common {

class Watch {
 public:
  Watch();
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void add(const std::string& folder);
  // For poll(2); -1 when the kernel gave none.
  [[nodiscard]] int fd() const { return fd_; }
  struct Heard {
    bool names = false;    // files came, went or got another name
    bool content = false;  // files were written to
  };
  // What has happened since the last call. Does not block.
  [[nodiscard]] Heard heard();

 private:
  int fd_;
  std::set<std::string> folders_;
};

}  // namespace sluice::common
