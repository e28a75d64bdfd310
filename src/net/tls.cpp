// SPDX-License-Identifier: Apache-2.0
#include "net/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509err.h>

namespace sluice::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

tl::unexpected<Error> wrong(std::string_view what, const error_code& code) {
  return fail(Errc::tls, "the profile's " + std::string(what) + " cannot be used: " +
                             code.message() + "; it must be PEM text, without a password");
}

bool is_ip_address(const std::string& name) {
  error_code code;
  static_cast<void>(asio::ip::make_address(name, code));
  return !code;
}

// What a verification result means to somebody who has to repair it.
std::string reason_of(long result, const std::string& server_name) {
  switch (result) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "the server's certificate is not for the name `" + server_name +
             "`; check the profile's domain";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "the server's certificate has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "the server's certificate is not valid yet; check the clock";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return "the server's certificate is not signed by the profile's ca_cert";
    default:
      return std::string("the server's certificate is refused: ") +
             X509_verify_cert_error_string(result);
  }
}

}  // namespace

Result<std::shared_ptr<TlsContext>> TlsContext::make(const TlsProfile& profile) {
  if (profile.policy == TlsPolicy::disabled) return nullptr;
  const std::shared_ptr<TlsContext> tls(new TlsContext(profile.policy));
  const auto loaded = tls->load(profile);
  if (!loaded) return tl::unexpected(loaded.error());
  return tls;
}

Result<> TlsContext::load(const TlsProfile& profile) {
  if (profile.in_files) {
    return fail(Errc::tls, "the profile's certificates are still paths, such as " +
                               profile.ca_cert + "; `load_profile` reads the files");
  }
  SSL_CTX_set_min_proto_version(context_.native_handle(), TLS1_2_VERSION);
  if (profile.policy == TlsPolicy::anonymous) {
    context_.set_verify_mode(asio::ssl::verify_none);
    return {};
  }
  error_code code;
  context_.set_verify_mode(asio::ssl::verify_peer);
  context_.add_certificate_authority(asio::buffer(profile.ca_cert), code);
  if (code) return wrong("ca_cert", code);
  if (profile.cert.empty() && profile.key.empty()) return {};
  context_.use_certificate_chain(asio::buffer(profile.cert), code);
  if (code) return wrong("cert", code);
  // OpenSSL would ask for the password of a key on the terminal, and wait there.
  context_.set_password_callback(
      [](std::size_t, asio::ssl::context::password_purpose) { return std::string(); });
  context_.use_private_key(asio::buffer(profile.key), asio::ssl::context::pem, code);
  if (ERR_GET_REASON(static_cast<unsigned long>(code.value())) == X509_R_KEY_VALUES_MISMATCH) {
    return fail(Errc::tls, "the profile's key does not belong to its cert");
  }
  if (code) return wrong("key", code);
  return {};
}

void TlsContext::prepare(TlsStream& stream, const std::string& server_name) const {
  auto* ssl = stream.native_handle();
  if (server_name.empty()) return;
  const auto ip = is_ip_address(server_name);
  // An address is no valid server name indication; some servers end the handshake on it.
  if (!ip) SSL_set_tlsext_host_name(ssl, server_name.c_str());
  if (policy_ != TlsPolicy::verified) return;
  if (ip) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), server_name.c_str());
  } else {
    SSL_set1_host(ssl, server_name.c_str());
  }
}

Error TlsContext::explain(TlsStream& stream, const std::string& server_name,
                          const error_code& code) const {
  const auto result = SSL_get_verify_result(stream.native_handle());
  if (policy_ == TlsPolicy::verified && result != X509_V_OK) {
    return {Errc::tls, reason_of(result, server_name), {}};
  }
  if (code == asio::ssl::error::stream_truncated || code == asio::error::eof ||
      code == asio::error::connection_reset) {
    return {Errc::tls,
            "the server ended the TLS handshake; it may speak plaintext, or refuse the "
            "profile's cert",
            {}};
  }
  return {Errc::tls,
          "the TLS handshake failed: " + code.message() +
              "; the server may speak plaintext, or refuse the profile's cert",
          {}};
}

}  // namespace sluice::net
