// SPDX-License-Identifier: Apache-2.0
#pragma once

// Certificates for one test: a CA, and a server and a client that it signed. Made with the
// OpenSSL library, so that no key is ever committed.

#include <cstdio>
#include <filesystem>
#include <memory>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace sluice::broker::test {

struct Certificates {
  std::filesystem::path ca, server, server_key, client, client_key;
};

namespace certificates {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Cert = std::unique_ptr<X509, decltype(&X509_free)>;

inline Cert sign(const char* name, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  Cert cert(X509_new(), X509_free);
  X509_set_version(cert.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), issuer ? 2 : 1);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), 3600);
  X509_set_pubkey(cert.get(), key);
  auto* subject = X509_get_subject_name(cert.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(cert.get(), issuer ? X509_get_subject_name(issuer) : subject);
  auto* basic = X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints,
                                    issuer ? "CA:FALSE" : "critical,CA:TRUE");
  X509_add_ext(cert.get(), basic, -1);
  X509_EXTENSION_free(basic);
  X509_sign(cert.get(), issuer_key, EVP_sha256());
  return cert;
}

inline void write(const std::filesystem::path& path, X509* cert) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "w"), std::fclose);
  PEM_write_X509(file.get(), cert);
}
inline void write(const std::filesystem::path& path, EVP_PKEY* key) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "w"), std::fclose);
  PEM_write_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
}

}  // namespace certificates

inline Certificates make_certificates(const std::filesystem::path& directory) {
  using namespace certificates;
  const auto make_key = [] { return Key(EVP_EC_gen("P-256"), EVP_PKEY_free); };
  const Certificates paths{directory / "ca.crt", directory / "server.crt", directory / "server.key",
                           directory / "client.crt", directory / "client.key"};
  const auto ca_key = make_key();
  const auto server_key = make_key();
  const auto client_key = make_key();
  const auto ca = sign("test ca", ca_key.get(), nullptr, ca_key.get());
  write(paths.ca, ca.get());
  write(paths.server, sign("fluvio.local", server_key.get(), ca.get(), ca_key.get()).get());
  write(paths.server_key, server_key.get());
  write(paths.client, sign("client", client_key.get(), ca.get(), ca_key.get()).get());
  write(paths.client_key, client_key.get());
  return paths;
}

}  // namespace sluice::broker::test
