// SPDX-License-Identifier: Apache-2.0
#include "broker/server_files.hpp"

#include <cerrno>

#include <boost/asio/ssl.hpp>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>

#include "base/text.hpp"

namespace sluice::broker {
namespace {

namespace ssl = boost::asio::ssl;

void check(const boost::system::error_code& error, const char* what, const fs::path& path) {
  if (!error) return;
  throw Failure(Errc::tls, std::string(what) + ' ' + path.string() + ": " + error.message());
}

std::string toml_string(const std::string& text) {
  return '"' + json_escape(text) + '"';
}

}  // namespace

File lock_directory(const fs::path& directory, const StorageEnv& env) {
  or_throw(make_durable_directories(directory, env));
  const auto path = directory / "LOCK";
  auto file = or_throw(File::open(path, O_CREAT | O_RDWR));
  if (::flock(file.fd(), LOCK_EX | LOCK_NB) == 0) return file;
  if (errno != EWOULDBLOCK) throw Failure(errno_error(errno, "locking " + path.string()));
  throw Failure(Errc::already_running, "another server uses " + directory.string() +
                                           "; stop it, or choose another data directory");
}

std::unique_ptr<ssl::context> make_tls_context(const TlsFiles& files) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
  boost::system::error_code error;
  context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                       ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  context->use_certificate_chain_file(files.certificate.string(), error);
  check(error, "reading the certificate", files.certificate);
  context->use_private_key_file(files.key.string(), ssl::context::pem, error);
  check(error, "reading the private key", files.key);
  if (!files.client_ca) return context;
  context->load_verify_file(files.client_ca->string(), error);
  check(error, "reading the client CA", *files.client_ca);
  context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  return context;
}

std::string profile_text(const std::string& endpoint, const std::optional<ProfileTls>& tls) {
  std::string text =
      "version = \"2.0\"\n"
      "current_profile = \"local\"\n\n"
      "[profile.local]\n"
      "cluster = \"local\"\n\n"
      "[cluster.local]\n"
      "endpoint = " +
      toml_string(endpoint) + "\nuse_spu_local_address = false\n\n[cluster.local.tls]\n";
  if (!tls) return text + "tls_policy = \"disabled\"\n";
  text += "tls_policy = \"verified\"\ntls_source = \"files\"\n\n[cluster.local.tls.certs]\n";
  text += "domain = " + toml_string(tls->domain) + '\n';
  text += "key = " + toml_string(tls->key.string()) + '\n';
  text += "cert = " + toml_string(tls->certificate.string()) + '\n';
  return text + "ca_cert = " + toml_string(tls->ca.string()) + '\n';
}

void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

}  // namespace sluice::broker
