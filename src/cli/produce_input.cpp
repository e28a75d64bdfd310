// SPDX-License-Identifier: Apache-2.0
#include "cli/produce_input.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"

namespace sluice::cli {
namespace {

constexpr std::size_t piece_bytes = 262'144;

[[noreturn]] void fail_read(const std::string& name, int number) {
  throw Failure(number == EACCES ? Errc::permission_denied : Errc::io,
                "cannot read " + quote_if_needed(name) + ": " + std::strerror(number));
}

}  // namespace

Input::Input(const std::string& path)
    : name_(path.empty() || path == "-" ? "standard input" : path) {
  owned_ = name_ == path;
  fd_ = owned_ ? ::open(path.c_str(), O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
  if (fd_ < 0) fail_read(name_, errno);
  struct stat facts{};
  if (::fstat(fd_, &facts) == 0 && S_ISDIR(facts.st_mode)) {
    if (owned_) ::close(fd_);
    fail_read(name_, EISDIR);
  }
  piece_.resize(piece_bytes);
}

Input::~Input() {
  if (owned_) ::close(fd_);
}

std::string_view Input::read(const StopSignal& stop) {
  for (;;) {
    std::array<pollfd, 2> ready{pollfd{fd_, POLLIN, 0}, pollfd{stop.fd(), POLLIN, 0}};
    if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR) fail_read(name_, errno);
    if (stop.requested()) return {};
    if (ready[0].revents == 0) continue;
    const auto count = ::read(fd_, piece_.data(), piece_.size());
    if (count >= 0) return std::string_view(piece_).substr(0, static_cast<std::size_t>(count));
    if (errno != EINTR && errno != EAGAIN) fail_read(name_, errno);
  }
}

std::optional<std::uint64_t> Input::size_bytes() const {
  struct stat facts{};
  if (::fstat(fd_, &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(facts.st_size);
}

Result<RecordRef> record_of_line(std::string_view line, std::string_view separator,
                                 std::optional<std::string_view> key) {
  if (separator.empty()) return RecordRef{key, line};
  const auto at = line.find(separator);
  if (at == std::string_view::npos) {
    return fail(Errc::malformed,
                "there is no key separator " + quote_if_needed(separator) + " in the line");
  }
  return RecordRef{line.substr(0, at), line.substr(at + separator.size())};
}

}  // namespace sluice::cli
