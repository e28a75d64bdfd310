// SPDX-License-Identifier: Apache-2.0
#include "common/nats/nats_tls.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "common/nats/nats_connection.hpp"

namespace sluice::common {
namespace {

template <auto function>
struct OpensslDelete {
  template <typename T>
  void operator()(T* object) const {
    function(object);
  }
};
using BioPtr = std::unique_ptr<BIO, OpensslDelete<&BIO_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, OpensslDelete<&EVP_PKEY_free>>;

std::string file_text(std::string_view option, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file)
    throw Failure(Errc::invalid_config, std::string(option) + ' ' + path + ": cannot be read");
  return text;
}

// Without it OpenSSL would ask for the password at the terminal.
int give_password(char* room, int size, int, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  if (text.empty() || text.size() > static_cast<std::size_t>(size)) return -1;
  std::ranges::copy(text, room);
  return static_cast<int>(text.size());
}

// cnats takes no password: the key as it is without one.
std::string key_pem(const TlsOptions& options) {
  const std::string text = file_text("--key-file", options.key_file);
  std::string password = options.key_password.reveal();
  const BioPtr in(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  const KeyPtr key(PEM_read_bio_PrivateKey(in.get(), nullptr, &give_password, &password));
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (key == nullptr ||
      PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    throw Failure(Errc::invalid_config,
                  "--key-file " + options.key_file +
                      ": it has no key that can be read; if it has a password, "
                      "check --key-password");
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

void set_nats_tls(::natsOptions* to, const TlsOptions& options, const std::string& host) {
  require_nats("TLS", natsOptions_SetSecure(to, true));
  if (!options.ca_file.empty()) {
    require_nats("--ca-file " + options.ca_file,
                 natsOptions_LoadCATrustedCertificates(to, options.ca_file.c_str()));
  }
  if (!options.cert_file.empty()) {
    require_nats(
        "--cert-file " + options.cert_file,
        natsOptions_SetCertificatesChain(to, file_text("--cert-file", options.cert_file).c_str(),
                                         key_pem(options).c_str()));
  }
  if (options.insecure) {
    natsOptions_SkipServerVerification(to, true);
  } else {
    require_nats("TLS", natsOptions_SetExpectedHostname(to, host.c_str()));
  }
}

}  // namespace sluice::common
