// SPDX-License-Identifier: Apache-2.0
#pragma once

// Objects of the control plane on disk: one file each, `<directory>/<kind>/<name>`, holding
//
//   "SLUICE-META 1\n" | u32 CRC-32C of the rest | the object, encoded at admin version 19
//
// A file is replaced as a whole and is durable when `put` returns. Not thread-safe.

#include <functional>
#include <string>
#include <string_view>

#include "broker/file.hpp"
#include "wire/admin.hpp"

namespace sluice::broker {

class MetadataStore {
 public:
  MetadataStore(fs::path directory, StorageEnv env);

  template <typename Spec>
  [[nodiscard]] Result<> put(const wire::Metadata<Spec>& object) {
    return put_bytes(Spec::label, object.name, wire::encode(object, wire::admin_version));
  }
  template <typename Spec>
  [[nodiscard]] Result<> remove(const std::string& name) {
    return remove_file_of(Spec::label, name);
  }
  template <typename Spec>
  [[nodiscard]] fs::path file_of(std::string_view name) const {
    return path_of(Spec::label, name);
  }
  // In the order of the file names. A damaged file is an error that names it.
  template <typename Spec>
  [[nodiscard]] Result<> load(const std::function<void(wire::Metadata<Spec>)>& each) const {
    return load_all(Spec::label, [&](ByteView body, const fs::path& path) -> Result<> {
      auto object = wire::decode<wire::Metadata<Spec>>(body, wire::admin_version, path.string());
      if (!object) return tl::unexpected(std::move(object).error());
      each(*std::move(object));
      return {};
    });
  }

 private:
  using OnBody = std::function<Result<>(ByteView body, const fs::path& path)>;
  [[nodiscard]] Result<> put_bytes(std::string_view kind, std::string_view name, ByteView body);
  [[nodiscard]] Result<> remove_file_of(std::string_view kind, std::string_view name);
  [[nodiscard]] Result<> load_all(std::string_view kind, const OnBody& each) const;
  [[nodiscard]] fs::path path_of(std::string_view kind, std::string_view name) const;

  fs::path directory_;
  StorageEnv env_;
};

}  // namespace sluice::broker
