// SPDX-License-Identifier: Apache-2.0
#pragma once

// TLS of connections that others make to us, RFC 5425: 1.2 or later. One thread.

#include <memory>
#include <span>
#include <string>

#include <sluice/outcome.hpp>

namespace sluice::syslog {

struct TlsFiles {
  std::string cert_file;
  std::string key_file;
  std::string key_password;
  std::string ca_file;  // when set, the far side must have a certificate from it
};

// What a read gave: bytes, nothing yet, or the end.
struct ReadResult {
  enum class Kind : std::uint8_t { bytes, later, ended };
  Kind kind = Kind::later;
  std::size_t count = 0;
  bool wants_write = false;  // poll for that instead, with `later`
};

class TlsServer;

class TlsStream {
 public:
  TlsStream(const TlsServer& server, int fd);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;
  // Makes the handshake first. Errors: `tls`, `connection_lost`.
  [[nodiscard]] Outcome<ReadResult> read(std::span<char> room);
  [[nodiscard]] bool is_open() const;  // the handshake is done

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class TlsServer {
 public:
  // Throws: `tls`, with the file that is wrong.
  explicit TlsServer(const TlsFiles& files);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

 private:
  friend class TlsStream;
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace sluice::syslog
