// SPDX-License-Identifier: Apache-2.0
#include "catalog/signature.hpp"

#include <array>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/text.hpp"
#include "catalog/json_limits.hpp"
#include "sluice/base64.hpp"

namespace sluice::catalog {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t signature_bytes = 64;

template <auto release>
struct Release {
  template <typename T>
  void operator()(T* object) const {
    release(object);
  }
};
using Pkey = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Release<BIO_free_all>>;
using Context = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

void require(bool ok, const char* what) {
  if (!ok) throw Failure(Errc::internal, std::string("OpenSSL cannot ") + what);
}

// Nothing unless it is base64 of exactly so many bytes.
std::optional<std::string> bytes_of_base64(std::string_view text, std::size_t size) {
  auto bytes = from_base64(text);
  if (bytes && bytes->size() != size) return std::nullopt;
  return bytes;
}

Bio reading(std::string_view text) {
  return Bio(::BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string written(const Bio& bio) {
  char* data = nullptr;
  const auto size = ::BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string raw_public(const EVP_PKEY* key) {
  std::string out(key_bytes, '\0');
  auto size = out.size();
  require(::EVP_PKEY_get_raw_public_key(key, bytes_of(out), &size) == 1, "read a public key");
  return out;
}

// No prompt on the terminal for a key with a password.
int no_password(char*, int, int, void*) {
  return 0;
}

}  // namespace

struct SigningKey::Key {
  Pkey pkey;
};

Result<PublicKey> PublicKey::parse(std::string_view text) {
  text = trim(text);
  if (const auto bytes = bytes_of_base64(text, key_bytes)) return PublicKey{*bytes};
  const auto bio = reading(text);
  const Pkey key(::PEM_read_bio_PUBKEY(bio.get(), nullptr, no_password, nullptr));
  if (key == nullptr || ::EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519) {
    return fail(Errc::invalid_argument,
                "this is no public key of ed25519: PEM, or 44 characters of base64");
  }
  return PublicKey{raw_public(key.get())};
}

std::string PublicKey::base64() const {
  return to_base64(bytes);
}

std::string PublicKey::pem() const {
  const Pkey key(
      ::EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(bytes), bytes.size()));
  const Bio bio(::BIO_new(::BIO_s_mem()));
  require(key != nullptr && ::PEM_write_bio_PUBKEY(bio.get(), key.get()) == 1,
          "write a public key");
  return written(bio);
}

SigningKey SigningKey::generate() {
  Pkey key(::EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  require(key != nullptr, "make a key");
  return SigningKey(std::make_shared<Key>(Key{std::move(key)}));
}

Result<SigningKey> SigningKey::parse(std::string_view pem) {
  const auto bio = reading(pem);
  Pkey key(::PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (key == nullptr || ::EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519) {
    return fail(Errc::invalid_argument,
                "this is no private key of ed25519 in PEM without a password; "
                "`sluice catalog keygen` makes one");
  }
  return SigningKey(std::make_shared<Key>(Key{std::move(key)}));
}

std::string SigningKey::pem() const {
  const Bio bio(::BIO_new(::BIO_s_mem()));
  require(::PEM_write_bio_PrivateKey(bio.get(), key_->pkey.get(), nullptr, nullptr, 0, nullptr,
                                     nullptr) == 1,
          "write a key");
  return written(bio);
}

PublicKey SigningKey::public_key() const {
  return {raw_public(key_->pkey.get())};
}

std::string SigningKey::sign(std::string_view bytes) const {
  const Context context(::EVP_MD_CTX_new());
  std::string signature(signature_bytes, '\0');
  auto size = signature.size();
  require(
      context != nullptr &&
          ::EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_->pkey.get()) == 1 &&
          ::EVP_DigestSign(context.get(), bytes_of(signature), &size, bytes_of(bytes),
                           bytes.size()) == 1,
      "sign");
  return json{{"algorithm", "ed25519"},
              {"public_key", public_key().base64()},
              {"signature", to_base64(signature)}}
             .dump(2) +
         "\n";
}

Result<PublicKey> verify_signature(std::string_view bytes, std::string_view signature_file) {
  const auto tree = parse_json(signature_file);
  if (!tree) return tl::unexpected(in_context("the signature", tree.error()));
  const auto text = [&](const char* key) {
    const bool is_there = tree->is_object() && tree->contains(key) && tree->at(key).is_string();
    return is_there ? tree->at(key).get<std::string>() : std::string();
  };
  if (text("algorithm") != "ed25519") {
    return fail(Errc::malformed, "the signature is not one of ed25519");
  }
  const auto key = bytes_of_base64(text("public_key"), key_bytes);
  const auto signature = bytes_of_base64(text("signature"), signature_bytes);
  if (!key || !signature) return fail(Errc::malformed, "the signature is cut or no base64");
  const Pkey pkey(
      ::EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(*key), key->size()));
  const Context context(::EVP_MD_CTX_new());
  const bool right =
      pkey != nullptr && context != nullptr &&
      ::EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) == 1 &&
      ::EVP_DigestVerify(context.get(), bytes_of(*signature), signature->size(), bytes_of(bytes),
                         bytes.size()) == 1;
  if (!right) return fail(Errc::data_corrupt, "its signature does not match");
  return PublicKey{*key};
}

}  // namespace sluice::catalog
