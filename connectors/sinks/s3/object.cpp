// SPDX-License-Identifier: Apache-2.0
#include "object.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include <zlib.h>

namespace sluice::s3 {
namespace {

constexpr std::size_t name_bytes_max = 1024;
constexpr std::size_t object_bytes_max = std::size_t{5} << 30U;  // of one PUT

std::string gzip(std::string_view text) {
  z_stream stream{};
  // 16: the frame of gzip, whose time is 0: the same records give the same object.
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw Failure(Errc::internal, "zlib cannot be set up");
  }
  std::string out;
  std::array<char, 65'536> room{};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  int state = Z_OK;
  while (state != Z_STREAM_END) {
    // zlib counts in 32 bits.
    if (stream.avail_in == 0 && !text.empty()) {
      const auto part = std::min<std::size_t>(text.size(), 1U << 30U);
      stream.avail_in = static_cast<uInt>(part);
      text.remove_prefix(part);
    }
    stream.next_out = reinterpret_cast<Bytef*>(room.data());
    stream.avail_out = room.size();
    state = deflate(&stream, text.empty() ? Z_FINISH : Z_NO_FLUSH);
    out.append(room.data(), room.size() - stream.avail_out);
  }
  deflateEnd(&stream);
  return out;
}

std::string_view default_suffix(const S3Options& options) {
  if (options.object_per == ObjectPer::record) return "";
  return options.format == common::LineFormat::json ? ".jsonl" : ".txt";
}

// Clients and gateways take these for folders, and the manifest is not to be written over.
void require_name(std::string_view key) {
  if (key.starts_with(manifest_folder)) {
    throw Failure(Errc::malformed, "the key, which is to be its name, begins with `" +
                                       std::string(manifest_folder) +
                                       "`, which is for the sink itself");
  }
  if (has_dot_part(key)) {
    throw Failure(Errc::malformed,
                  "the key, which is to be its name, has a part `.` or `..` between slashes");
  }
}

std::string base_name(const SinkRecord& record, const S3Options& options) {
  if (options.object_name == ObjectName::key) {
    if (!record.key || record.key->empty()) {
      throw Failure(Errc::malformed, "the record has no key, which is to be its name");
    }
    require_name(*record.key);
    return std::string(*record.key);
  }
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%05u-%020lld",
                static_cast<unsigned>(record.partition.value),
                static_cast<long long>(record.offset.value));
  std::string out = text.data();
  if (record.index > 0 && options.object_per == ObjectPer::record) {
    out += '.' + std::to_string(record.index);
  }
  return out;
}

std::string object_name(const SinkRecord& first, const S3Options& options) {
  std::string out = options.prefix + format_time(options.time_prefix, first.timestamp) +
                    base_name(first, options);
  out += options.suffix ? std::string_view(*options.suffix) : default_suffix(options);
  if (!options.suffix && options.compression == Compression::gzip) out += ".gz";
  if (out.size() > name_bytes_max) {
    throw Failure(Errc::malformed, "the name of an object has at most 1024 bytes, this one " +
                                       std::to_string(out.size()));
  }
  return out;
}

}  // namespace

std::string encode_path(std::string_view path) {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    if (plain.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

std::string format_time(const std::string& format, std::chrono::milliseconds time) {
  if (format.empty()) return {};
  const auto seconds = static_cast<std::time_t>(std::max<std::int64_t>(time.count(), 0) / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 1024> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format.c_str(), &parts)};
}

Object make_object(std::span<const SinkRecord> records, const S3Options& options) {
  Object out{.name = object_name(records.front(), options), .content = {}};
  if (options.object_per == ObjectPer::record) {
    out.content = records.front().value;
  } else {
    for (const auto& record : records) {
      common::append_record(out.content, record, options.format, options.newlines);
    }
  }
  if (options.compression == Compression::gzip) out.content = gzip(out.content);
  if (out.content.size() > object_bytes_max) {
    throw Failure(Errc::record_too_large, "an object has at most 5 GiB");
  }
  return out;
}

std::vector<PartitionPart> by_partition(std::span<const SinkRecord> records) {
  std::vector<PartitionPart> out;
  for (const auto& record : records) {
    auto part = std::ranges::find(out, record.partition, &PartitionPart::partition);
    if (part == out.end()) {
      out.push_back({.partition = record.partition, .records = {}});
      part = out.end() - 1;
    }
    part->records.push_back(record);
  }
  return out;
}

}  // namespace sluice::s3
