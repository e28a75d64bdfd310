// SPDX-License-Identifier: Apache-2.0
#include "sockets.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace sluice::syslog {
namespace {

using Kind = Endpoint::Kind;

[[noreturn]] void fail(const std::string& what, int number) {
  Errc code = Errc::io;
  if (number == EADDRINUSE) code = Errc::address_in_use;
  if (number == EACCES || number == EPERM) code = Errc::permission_denied;
  throw Failure(code, what + ": " + std::strerror(number));
}

std::string text_of(const sockaddr_storage& address, socklen_t size) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (::getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host.data(), host.size(),
                    port.data(), port.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "?";
  }
  const bool is_v6 = address.ss_family == AF_INET6;
  return (is_v6 ? '[' + std::string(host.data()) + ']' : host.data()) + ':' + port.data();
}

std::string shown(const Endpoint& endpoint) {
  if (endpoint.kind == Kind::local) return endpoint.path;
  return endpoint.host + ':' + endpoint.port;
}

void set_option(int fd, int level, int name, int value) {
  ::setsockopt(fd, level, name, &value, sizeof value);
}

// The socket file of a process that has ended is removed; that of a living one is not.
Fd open_local(const Endpoint& endpoint) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, endpoint.path.data(), endpoint.path.size());
  const auto* const to = reinterpret_cast<const sockaddr*>(&address);
  Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (fd.get() < 0) fail("cannot make a socket", errno);
  struct stat found{};
  if (::lstat(endpoint.path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode)) {
    const Fd probe(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (::connect(probe.get(), to, sizeof address) != 0 && errno == ECONNREFUSED) {
      ::unlink(endpoint.path.c_str());
    }
  }
  if (::bind(fd.get(), to, sizeof address) != 0) fail("cannot receive at " + endpoint.path, errno);
  ::chmod(endpoint.path.c_str(), 0666);  // as /dev/log: whoever can reach it may send
  return fd;
}

Fd open_address(const Endpoint& endpoint, const addrinfo& address, std::uint64_t udp_bytes) {
  Fd fd(::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (fd.get() < 0) fail("cannot make a socket", errno);
  const bool datagrams = endpoint.kind == Kind::udp;
  if (datagrams) {
    const int wanted = static_cast<int>(std::min<std::uint64_t>(udp_bytes, 1U << 30U));
    // Over the limit of the machine only for root.
    if (::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) != 0) {
      set_option(fd.get(), SOL_SOCKET, SO_RCVBUF, wanted);
    }
    set_option(fd.get(), SOL_SOCKET, SO_RXQ_OVFL, 1);
  } else {
    set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  }
  if (::bind(fd.get(), address.ai_addr, address.ai_addrlen) != 0 ||
      (!datagrams && ::listen(fd.get(), 511) != 0)) {
    fail("cannot listen at " + shown(endpoint), errno);
  }
  return fd;
}

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

Fd open_socket(const Endpoint& endpoint, std::uint64_t udp_buffer_bytes) {
  if (endpoint.kind == Kind::local) return open_local(endpoint);
  addrinfo hints{};
  hints.ai_socktype = endpoint.kind == Kind::udp ? SOCK_DGRAM : SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const char* const host = endpoint.host.empty() ? nullptr : endpoint.host.c_str();
  const int code = ::getaddrinfo(host, endpoint.port.c_str(), &hints, &found);
  if (code != 0) {
    throw Failure(Errc::unresolved_host,
                  "cannot listen at " + shown(endpoint) + ": " + ::gai_strerror(code));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(found, &::freeaddrinfo);
  return open_address(endpoint, *list, udp_buffer_bytes);
}

std::string address_of(const Endpoint& endpoint, const Fd& fd) {
  if (endpoint.kind == Kind::local) return "unix://" + endpoint.path;
  static constexpr std::array<std::string_view, 3> schemes{"udp://", "tcp://", "tls://"};
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return std::string(schemes.at(static_cast<std::size_t>(endpoint.kind))) + text_of(address, size);
}

DatagramSocket::DatagramSocket(const Endpoint& endpoint, Fd fd, std::size_t message_bytes_max)
    : fd_(std::move(fd)),
      local_(endpoint.kind == Kind::local),
      path_(endpoint.path),
      room_(message_bytes_max, '\0') {}

DatagramSocket::~DatagramSocket() {
  if (fd_.get() >= 0 && local_) ::unlink(path_.c_str());
}

bool DatagramSocket::read(int count_max, const std::function<void(const Datagram&)>& take) {
  alignas(cmsghdr) std::array<char, 128> control{};
  for (int i = 0; i < count_max; ++i) {
    sockaddr_storage from{};
    iovec part{.iov_base = room_.data(), .iov_len = room_.size()};
    msghdr message{.msg_name = &from,
                   .msg_namelen = sizeof from,
                   .msg_iov = &part,
                   .msg_iovlen = 1,
                   .msg_control = control.data(),
                   .msg_controllen = control.size(),
                   .msg_flags = 0};
    const auto count = ::recvmsg(fd_.get(), &message, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;  // nothing waits, or an error of a sender's
    for (auto* one = CMSG_FIRSTHDR(&message); one != nullptr; one = CMSG_NXTHDR(&message, one)) {
      if (one->cmsg_level != SOL_SOCKET || one->cmsg_type != SO_RXQ_OVFL) continue;
      std::uint32_t dropped = 0;
      std::memcpy(&dropped, CMSG_DATA(one), sizeof dropped);
      dropped_ += dropped - std::exchange(dropped_before_, dropped);
    }
    const auto peer = local_ ? path_ : text_of(from, message.msg_namelen);
    take({.bytes = std::string_view(room_).substr(0, static_cast<std::size_t>(count)),
          .peer = peer,
          .truncated = (message.msg_flags & MSG_TRUNC) != 0});
  }
  return true;
}

Connection::Connection(Fd fd, std::string peer, const TlsServer* tls, std::size_t message_bytes_max)
    : fd_(std::move(fd)),
      peer_(std::move(peer)),
      tls_(tls != nullptr ? std::make_unique<TlsStream>(*tls, fd_.get()) : nullptr),
      framing_(message_bytes_max) {
  set_option(fd_.get(), SOL_SOCKET, SO_KEEPALIVE, 1);
}

short Connection::events() const {
  return wants_write_ ? POLLOUT : POLLIN;
}

Outcome<ReadResult> Connection::read_some(std::span<char> room) {
  if (tls_) return tls_->read(room);
  const auto count = ::recv(fd_.get(), room.data(), room.size(), 0);
  if (count > 0) {
    return ReadResult{.kind = ReadResult::Kind::bytes, .count = static_cast<std::size_t>(count)};
  }
  if (count == 0) return ReadResult{.kind = ReadResult::Kind::ended};
  if (errno == EAGAIN || errno == EINTR) return ReadResult{};
  return Error{Errc::connection_lost, std::strerror(errno), {}};
}

Outcome<bool> Connection::read(const std::function<void(const Frame&)>& take) {
  constexpr int reads_max = 16;  // a busy sender must not keep the others waiting
  more_ = false;
  for (int i = 0; i < reads_max; ++i) {
    const bool before = in_handshake();
    auto got = read_some(framing_.room());
    if (!got.ok() || got.value().kind == ReadResult::Kind::ended) {
      while (const auto frame = framing_.rest()) take(*frame);
      return got.ok() ? Outcome<bool>(false) : got.error();
    }
    wants_write_ = got.value().wants_write;
    if (before && !in_handshake()) heard_at_ = Clock::now();
    if (got.value().kind == ReadResult::Kind::later) return true;
    heard_at_ = Clock::now();
    framing_.filled(got.value().count);
    while (const auto frame = framing_.next()) take(*frame);
  }
  more_ = true;
  return true;
}

std::optional<std::pair<Fd, std::string>> accept_one(const Fd& listener) {
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  const int fd = ::accept4(listener.get(), reinterpret_cast<sockaddr*>(&from), &size,
                           SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) {
    const bool none = errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
    if (none) return std::nullopt;
    fail("cannot accept a connection", errno);
  }
  return std::pair(Fd(fd), text_of(from, size));
}

}  // namespace sluice::syslog
