// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>

#include "sluice/options/set.hpp"

namespace sluice {
namespace {

// One byte more than the limit is enough to see that it is passed.
FileText read_text(const std::string& path, std::size_t bytes_max) {
  FileText out;
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string buffer(bytes_max + 1, '\0');
  if (file) file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
  if (!file.is_open() || file.bad() || (file.fail() && !file.eof())) {
    out.problem = errno != 0 ? std::generic_category().message(errno) : "it cannot be read";
    return out;
  }
  buffer.resize(static_cast<std::size_t>(file.gcount()));
  out.text = std::move(buffer);
  return out;
}

}  // namespace

ParseInput program_input(int argc, const char* const* argv) {
  ParseInput input;
  for (int i = 1; i < argc; ++i) input.words.emplace_back(argv[i]);
  input.environment = [](const std::string& name) -> std::optional<std::string> {
    const char* const value = std::getenv(name.c_str());
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
  };
  input.read_file = [bytes_max = input.limits.file_bytes_max](const std::string& path) {
    return read_text(path, bytes_max);
  };
  return input;
}

}  // namespace sluice
