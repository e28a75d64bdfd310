// SPDX-License-Identifier: Apache-2.0
#include "broker/metadata_store.hpp"

#include <cctype>

#include "wire/record_batch.hpp"

namespace sluice::broker {
namespace {

constexpr std::string_view magic = "SLUICE-META 1\n";
constexpr std::uint64_t object_bytes_max = 128U * 1024 * 1024;

// Any name becomes one plain file name, and no two names the same.
std::string file_name(std::string_view name) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out;
  for (const auto letter : name) {
    const auto code = static_cast<unsigned char>(letter);
    if (std::isalnum(code) || letter == '-' || (letter == '.' && !out.empty())) {
      out += letter;
    } else {
      out += {'%', hex[code >> 4], hex[code & 15]};
    }
  }
  return out + ".meta";
}

}  // namespace

MetadataStore::MetadataStore(fs::path directory, StorageEnv env)
    : directory_(std::move(directory)), env_(env) {}

fs::path MetadataStore::path_of(std::string_view kind, std::string_view name) const {
  return directory_ / kind / file_name(name);
}

Result<> MetadataStore::put_bytes(std::string_view kind, std::string_view name, ByteView body) {
  std::error_code error;  // what cannot be looked at cannot be written either, which says why
  if (!fs::exists(directory_ / kind, error)) {
    if (auto done = make_directories(directory_ / kind); !done) return done;
    if (auto done = sync_directory(directory_, env_); !done) return done;
  }
  auto content = to_bytes(magic);
  wire::WireWriter writer(content);
  writer.big_endian(wire::crc32c(body));
  writer.append(body);
  return replace_file(path_of(kind, name), content, env_);
}

Result<> MetadataStore::remove_file_of(std::string_view kind, std::string_view name) {
  if (auto done = remove_file(path_of(kind, name)); !done) return done;
  return sync_directory(directory_ / kind, env_);
}

Result<> MetadataStore::load_all(std::string_view kind, const OnBody& each) const {
  const auto files = list_directory(directory_ / kind);
  if (!files) return tl::unexpected(files.error());
  for (const auto& path : *files) {
    if (path.extension() != ".meta") continue;
    const auto content = read_file(path, object_bytes_max);
    if (!content) return tl::unexpected(content.error());
    wire::WireReader reader(*content);
    const auto start = reader.take(magic.size());
    const auto crc = reader.big_endian<std::uint32_t>();
    const auto body = reader.rest();
    if (as_text(start) != magic || !reader.ok() || crc != wire::crc32c(body)) {
      return fail(Errc::data_corrupt,
                  path.string() +
                      " is damaged; restore it from a backup, or remove it to lose "
                      "this object");
    }
    if (auto done = each(body, path); !done) return done;
  }
  return {};
}

}  // namespace sluice::broker
