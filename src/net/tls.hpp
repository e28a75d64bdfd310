// SPDX-License-Identifier: Apache-2.0
#pragma once

// TLS as a profile wants it, over OpenSSL: verified with the client's own certificate, or
// anonymous. Errors say which certificate is wrong, and how.

#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>

#include "base/result.hpp"
#include "sluice/profile.hpp"

namespace sluice::net {

using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;

class TlsContext {
 public:
  // Nothing when the policy is `disabled`. `tls` when a certificate or key does not parse, or
  // they do not belong together.
  [[nodiscard]] static Result<std::shared_ptr<TlsContext>> make(const TlsProfile& profile);

  // Sets the name that is asked for and, with a verified policy, that the server must prove.
  void prepare(TlsStream& stream, const std::string& server_name) const;
  // What went wrong in a handshake that failed with `code`.
  [[nodiscard]] Error explain(TlsStream& stream, const std::string& server_name,
                              const boost::system::error_code& code) const;
  [[nodiscard]] boost::asio::ssl::context& context() noexcept { return context_; }

 private:
  explicit TlsContext(TlsPolicy policy)
      : context_(boost::asio::ssl::context::tls_client), policy_(policy) {}
  [[nodiscard]] Result<> load(const TlsProfile& profile);

  boost::asio::ssl::context context_;
  TlsPolicy policy_;
};

}  // namespace sluice::net
