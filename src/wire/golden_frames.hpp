// SPDX-License-Identifier: Apache-2.0
#pragma once

// The recorded frames of tests/data/wire, each response with the request that it answers.
// For tests only.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "base/assert.hpp"
#include "wire/recode.hpp"

namespace sluice::wire {

struct GoldenFrame {
  std::string file;
  int line = 0;
  Server server = Server::sc;
  bool from_client = true;
  std::uint16_t api_key = 0;  // of a response: its request's
  Version version = 0;
  Bytes bytes;

  [[nodiscard]] std::string name() const { return file + ":" + std::to_string(line); }
  [[nodiscard]] Result<Recoded> recode(ByteView input) const {
    return from_client ? recode_request(server, input)
                       : recode_response(server, api_key, version, input);
  }
};

namespace detail {

inline std::string text_after(const std::string& line, const std::string& key) {
  const auto at = line.find("\"" + key + "\":");
  if (at == std::string::npos) return {};
  const auto start = line.find_first_not_of(" \"", at + key.size() + 3);
  return line.substr(start, line.find_first_of("\",}", start) - start);
}

inline Bytes from_hex(const std::string& hex) {
  Bytes out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return out;
}

// A response says only which correlation id it answers. Id 1 is used twice on a connection;
// the later request with an id is the one that later answers belong to.
inline std::vector<GoldenFrame> read_golden_file(const std::filesystem::path& path) {
  using Connection = std::tuple<Server, std::string>;
  std::map<std::pair<Connection, std::int32_t>, std::pair<std::uint16_t, Version>> requests;
  std::vector<GoldenFrame> frames;
  std::ifstream in(path);
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    GoldenFrame frame{.file = path.filename().string(), .line = number};
    frame.server = text_after(line, "peer") == "sc" ? Server::sc : Server::spu;
    frame.from_client = text_after(line, "dir") == "c2s";
    frame.bytes = from_hex(text_after(line, "hex"));
    const Connection connection{frame.server, text_after(line, "conn")};
    WireReader reader(frame.bytes);
    if (frame.from_client) {
      frame.api_key = reader.big_endian<std::uint16_t>();
      frame.version = reader.big_endian<Version>();
      const auto id = reader.big_endian<std::int32_t>();
      requests[{connection, id}] = {frame.api_key, frame.version};
    } else {
      const auto found = requests.find({connection, reader.big_endian<std::int32_t>()});
      SLUICE_ASSERT(found != requests.end());  // a recording that answers no request is broken
      std::tie(frame.api_key, frame.version) = found->second;
    }
    frames.push_back(std::move(frame));
  }
  return frames;
}

}  // namespace detail

// In the order of their names and lines. Read once.
inline const std::vector<GoldenFrame>& golden_frames() {
  static const auto frames = [] {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(SLUICE_TEST_DATA "/wire")) {
      if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    std::vector<GoldenFrame> all;
    for (const auto& file : files) {
      for (auto& frame : detail::read_golden_file(file)) all.push_back(std::move(frame));
    }
    return all;
  }();
  return frames;
}

}  // namespace sluice::wire
