// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "base/text.hpp"
#include "catalog/signature.hpp"
#include "cli/failure.hpp"
#include "cli/file_text.hpp"
#include "cli/listing.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct CatalogKeygenOptions {
  std::string file = "catalog.key";
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::CatalogKeygenOptions> {
  using O = sluice::cli::CatalogKeygenOptions;
  static constexpr auto rows = std::tuple{
      option<&O::file>("file", "File for the private key; the public one is beside it, in .pub.")
          .positional(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

// Only for its owner, and never in the place of another key.
void write_private(const std::string& file, const std::string& pem) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST) {
    throw HintedFailure(Errc::usage, quote_if_needed(file) + " exists already",
                        "choose another name; a lost key cannot be made again");
  }
  const auto written = fd < 0 ? -1 : ::write(fd, pem.data(), pem.size());
  const int number = errno;
  const bool closed = fd >= 0 && ::close(fd) == 0;
  if (written == static_cast<ssize_t>(pem.size()) && closed) return;
  if (fd >= 0) ::unlink(file.c_str());
  throw Failure(number == EACCES ? Errc::permission_denied : Errc::io,
                "cannot write " + quote_if_needed(file) + ": " + std::strerror(number));
}

int run_catalog_keygen(const CatalogKeygenOptions& options) {
  const auto key = catalog::SigningKey::generate();
  write_private(options.file, key.pem());
  write_text(options.file + ".pub", key.public_key().pem());
  Facts facts;
  facts.add("private_key", "Private key", options.file)
      .add("public_key_file", "Public key file", options.file + ".pub")
      .add("public_key", "Public key", key.public_key().base64());
  print_done(options.file + " is the private key: keep it. " + options.file +
                 ".pub is for everybody.\npublic key: " + key.public_key().base64(),
             facts, options.output);
  return 0;
}

}  // namespace

const Verb catalog_keygen = make_verb<&run_catalog_keygen>(
    "catalog keygen", "Makes a pair of keys (ed25519) to sign catalogs with.",
    "sluice catalog keygen catalog.key");

}  // namespace sluice::cli
