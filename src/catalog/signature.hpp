// SPDX-License-Identifier: Apache-2.0
#pragma once

// Ed25519 signatures of files: `FILE.sig` is a JSON object with algorithm, public_key and
// signature, the last two in base64, over the exact bytes of the file.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sluice::catalog {

// The 32 bytes of a public key.
struct PublicKey {
  std::string bytes;

  // PEM, or base64 of the bytes. Errors: `invalid_argument`.
  [[nodiscard]] static Result<PublicKey> parse(std::string_view text);
  [[nodiscard]] std::string base64() const;
  [[nodiscard]] std::string pem() const;
  friend bool operator==(const PublicKey&, const PublicKey&) = default;
};

class SigningKey {
 public:
  [[nodiscard]] static SigningKey generate();
  // Errors: `invalid_argument` for text that is no ed25519 key in PEM without password.
  [[nodiscard]] static Result<SigningKey> parse(std::string_view pem);

  [[nodiscard]] std::string pem() const;
  [[nodiscard]] PublicKey public_key() const;
  // The content of the signature file for these bytes.
  [[nodiscard]] std::string sign(std::string_view bytes) const;

 private:
  struct Key;
  explicit SigningKey(std::shared_ptr<const Key> key) : key_(std::move(key)) {}
  std::shared_ptr<const Key> key_;
};

// The key that has signed the bytes. Errors: `malformed` for a broken signature file,
// `data_corrupt` when the signature is not that of these bytes.
[[nodiscard]] Result<PublicKey> verify_signature(std::string_view bytes,
                                                 std::string_view signature_file);

}  // namespace sluice::catalog
