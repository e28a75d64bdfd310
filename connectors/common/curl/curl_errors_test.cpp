// SPDX-License-Identifier: Apache-2.0
#include "common/curl/curl_errors.hpp"

#include <curl/curl.h>
#include <gtest/gtest.h>

namespace sluice::common {
namespace {

struct Row {
  CURLcode code;
  const char* problem;
  Errc errc;
};

TEST(CurlErrors, ARefusedClientCertificateIsTls) {
  for (const auto& [code, problem, errc] : {
           Row{CURLE_RECV_ERROR,
               "OpenSSL SSL_read: OpenSSL/3.0.17: error:0A00045C:SSL routines::tlsv13 alert "
               "certificate required, errno 0",
               Errc::tls},
           Row{CURLE_SEND_ERROR,
               "SSL_write() error: error:0A000412:SSL routines::sslv3 alert bad certificate",
               Errc::tls},
           Row{CURLE_SSL_CONNECT_ERROR,
               "OpenSSL/3.0.17: error:0A000418:SSL routines::tlsv1 alert unknown ca", Errc::tls},
           Row{CURLE_SSL_CLIENTCERT, "", Errc::tls},
       }) {
    EXPECT_EQ(errc_of_curl(code, problem), errc) << problem;
  }
}

// While alertmanager restarted, the sinks that post to it ended for good.
TEST(CurlErrors, AHostWithAlertInItsNameIsNoAlert) {
  for (const auto& [code, problem, errc] : {
           Row{CURLE_COULDNT_CONNECT,
               "Failed to connect to alertmanager port 9093 after 0 ms: Couldn't connect to server",
               Errc::connection_refused},
           Row{CURLE_COULDNT_RESOLVE_HOST, "Could not resolve host: alert.example.org",
               Errc::unresolved_host},
           Row{CURLE_OPERATION_TIMEDOUT,
               "Failed to connect to alertmanager port 9093 after 1001 ms: Timeout was reached",
               Errc::timed_out},
           Row{CURLE_SSL_CONNECT_ERROR,
               "OpenSSL SSL_connect: Connection reset by peer in connection to alertmanager:443 ",
               Errc::connection_lost},
           Row{CURLE_RECV_ERROR, "Recv failure: Connection reset by peer", Errc::connection_lost},
           Row{CURLE_RECV_ERROR,
               "OpenSSL SSL_read: OpenSSL/3.0.17: error:0A000126:SSL routines::unexpected eof "
               "while "
               "reading, errno 0",
               Errc::connection_lost},
       }) {
    EXPECT_EQ(errc_of_curl(code, problem), errc) << problem;
  }
}

TEST(CurlErrors, ACertificateThatWeRefuseIsTlsWhateverTheText) {
  EXPECT_EQ(errc_of_curl(CURLE_PEER_FAILED_VERIFICATION), Errc::tls);
  EXPECT_EQ(errc_of_curl(CURLE_SSL_CERTPROBLEM), Errc::tls);
}

}  // namespace
}  // namespace sluice::common
