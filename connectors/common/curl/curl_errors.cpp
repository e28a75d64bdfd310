// SPDX-License-Identifier: Apache-2.0
#include "common/curl/curl_errors.hpp"

#include <curl/curl.h>

namespace sluice::common {
namespace {

// A server that refuses our certificate says so as an alert, with TLS 1.3 only after the handshake.
// libcurl's own texts name the host, which may well be called `alertmanager`: only OpenSSL's count,
// such as "error:0A00045C:SSL routines::tlsv13 alert certificate required".
bool is_tls_alert(int code, std::string_view problem) {
  const bool may_be =
      code == CURLE_SSL_CONNECT_ERROR || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR;
  return may_be && problem.contains("SSL routines") && problem.contains(" alert ");
}

}  // namespace

Errc errc_of_curl(int code, std::string_view problem) {
  if (is_tls_alert(code, problem)) return Errc::tls;
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return Errc::unresolved_host;
    case CURLE_COULDNT_CONNECT:
      return Errc::connection_refused;
    case CURLE_OPERATION_TIMEDOUT:
      return Errc::timed_out;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_ENGINE_NOTFOUND:
      return Errc::tls;
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      return Errc::outside_unavailable;
    case CURLE_ABORTED_BY_CALLBACK:
      return Errc::cancelled;
    default:
      return Errc::connection_lost;
  }
}

void set_up_curl() {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  if (!ready) throw Failure(Errc::internal, "libcurl cannot be set up");
}

}  // namespace sluice::common
