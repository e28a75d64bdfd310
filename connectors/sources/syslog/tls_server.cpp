// SPDX-License-Identifier: Apache-2.0
#include "tls_server.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace sluice::syslog {
namespace {

std::string problem() {
  std::array<char, 256> text{};
  const auto code = ERR_get_error();
  if (code == 0) return "the connection ended";
  ERR_error_string_n(code, text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

int give_password(char* room, int size, int, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  const auto count = std::min(text.size(), static_cast<std::size_t>(size));
  std::memcpy(room, text.data(), count);
  return static_cast<int>(count);
}

void require(bool fine, const std::string& what) {
  if (!fine) throw Failure(Errc::tls, what + ": " + problem());
}

}  // namespace

struct TlsServer::Context {
  SSL_CTX* handle = SSL_CTX_new(TLS_server_method());
  std::string password;
  ~Context() { SSL_CTX_free(handle); }
};

TlsServer::TlsServer(const TlsFiles& files) : context_(std::make_unique<Context>()) {
  SSL_CTX* const handle = context_->handle;
  require(handle != nullptr, "TLS cannot be set up");
  context_->password = files.key_password;
  SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION);
  SSL_CTX_set_options(handle, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(handle, SSL_MODE_RELEASE_BUFFERS);
  // Senders never read: what we sent would become a reset when they close.
  SSL_CTX_set_num_tickets(handle, 0);
  SSL_CTX_set_session_cache_mode(handle, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_default_passwd_cb(handle, &give_password);
  SSL_CTX_set_default_passwd_cb_userdata(handle, &context_->password);
  require(SSL_CTX_use_certificate_chain_file(handle, files.cert_file.c_str()) == 1,
          "cannot use the certificate in " + files.cert_file);
  require(SSL_CTX_use_PrivateKey_file(handle, files.key_file.c_str(), SSL_FILETYPE_PEM) == 1,
          "cannot use the key in " + files.key_file);
  if (files.ca_file.empty()) return;
  require(SSL_CTX_load_verify_locations(handle, files.ca_file.c_str(), nullptr) == 1,
          "cannot use the certificates in " + files.ca_file);
  SSL_CTX_set_client_CA_list(handle, SSL_load_client_CA_file(files.ca_file.c_str()));
  SSL_CTX_set_verify(handle, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

TlsServer::~TlsServer() = default;

struct TlsStream::State {
  SSL* handle = nullptr;
  ~State() { SSL_free(handle); }
};

TlsStream::TlsStream(const TlsServer& server, int fd) : state_(std::make_unique<State>()) {
  state_->handle = SSL_new(server.context_->handle);
  require(state_->handle != nullptr && SSL_set_fd(state_->handle, fd) == 1, "TLS cannot be set up");
  SSL_set_accept_state(state_->handle);
}

TlsStream::~TlsStream() = default;

bool TlsStream::is_open() const {
  return SSL_is_init_finished(state_->handle) == 1;
}

Outcome<ReadResult> TlsStream::read(std::span<char> room) {
  ERR_clear_error();
  const int count = SSL_read(state_->handle, room.data(), static_cast<int>(room.size()));
  if (count > 0) {
    return ReadResult{.kind = ReadResult::Kind::bytes, .count = static_cast<std::size_t>(count)};
  }
  switch (SSL_get_error(state_->handle, count)) {
    case SSL_ERROR_WANT_READ:
      return ReadResult{};
    case SSL_ERROR_WANT_WRITE:
      return ReadResult{.wants_write = true};
    case SSL_ERROR_ZERO_RETURN:
      return ReadResult{.kind = ReadResult::Kind::ended};
    default:
      return Error{is_open() ? Errc::connection_lost : Errc::tls, problem(), {}};
  }
}

}  // namespace sluice::syslog
