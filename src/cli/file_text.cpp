// SPDX-License-Identifier: Apache-2.0
#include "cli/file_text.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/failure.hpp"

namespace sluice::cli {
namespace {

constexpr std::size_t wasm_bytes_max = 64U * 1024 * 1024;

[[noreturn]] void fail_file(const char* what, const std::filesystem::path& path, int number) {
  throw Failure(number == EACCES || number == EROFS ? Errc::permission_denied : Errc::io,
                std::string(what) + quote_if_needed(path.string()) + ": " + std::strerror(number));
}

}  // namespace

std::string read_text(const std::filesystem::path& path, std::size_t bytes_max) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) fail_file("cannot read ", path, EISDIR);
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) fail_file("cannot read ", path, errno);
  std::string text;
  constexpr std::size_t piece_bytes = 65'536;
  while (file && text.size() <= bytes_max) {
    const auto before = text.size();
    text.resize(before + piece_bytes);
    file.read(text.data() + before, piece_bytes);
    text.resize(before + static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) fail_file("cannot read ", path, errno);
  if (text.size() > bytes_max) {
    throw Failure(Errc::too_large,
                  quote_if_needed(path.string()) + ": larger than " + format_byte_size(bytes_max));
  }
  return text;
}

std::string read_wasm(const std::filesystem::path& path) {
  auto wasm = read_text(path, wasm_bytes_max);
  if (wasm.starts_with(std::string_view("\0asm", 4)) || wasm.starts_with("\x1F\x8B")) return wasm;
  throw HintedFailure(Errc::smartmodule,
                      quote_if_needed(path.string()) + ": not a WebAssembly module",
                      "`sluice smartmodule build` makes one from its source");
}

void write_text(const std::filesystem::path& path, std::string_view text) {
  std::error_code failed;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), failed);
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) fail_file("cannot write ", path, errno);
}

}  // namespace sluice::cli
