// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the S3 sink.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sluice/options.hpp>

#include "common/aws/aws_settings.hpp"
#include "common/record_text/record_text.hpp"

namespace sluice::s3 {

enum class Compression : std::uint8_t { none, gzip };
enum class ObjectPer : std::uint8_t { batch, record };
enum class ObjectName : std::uint8_t { offset, key };

struct S3Options {
  std::string bucket;
  std::string prefix;
  std::string time_prefix;
  ObjectPer object_per = ObjectPer::batch;
  ObjectName object_name = ObjectName::offset;
  common::LineFormat format = common::LineFormat::lines;
  common::Newlines newlines = common::Newlines::keep;
  Compression compression = Compression::none;
  std::optional<std::string> suffix;
  std::string content_type;
  std::string storage_class;
  std::string server_side_encryption;
  std::string kms_key_id;
  bool path_style = false;
  common::AwsSettings aws;
};

// Whether a name has `.` or `..` between its slashes.
[[nodiscard]] bool has_dot_part(std::string_view name);

void validate_options(const S3Options& options, OptionProblems& problems);

}  // namespace sluice::s3

template <>
struct sluice::enum_names<sluice::s3::Compression> {
  using C = s3::Compression;
  static constexpr std::array rows{EnumName{C::none, "none"}, EnumName{C::gzip, "gzip"}};
};
template <>
struct sluice::enum_names<sluice::s3::ObjectPer> {
  using P = s3::ObjectPer;
  static constexpr std::array rows{EnumName{P::batch, "batch"}, EnumName{P::record, "record"}};
};
template <>
struct sluice::enum_names<sluice::s3::ObjectName> {
  using N = s3::ObjectName;
  static constexpr std::array rows{EnumName{N::offset, "offset"}, EnumName{N::key, "key"}};
};

template <>
struct sluice::option_table<sluice::s3::S3Options> {
  using O = s3::S3Options;
  static constexpr auto rows = std::tuple{
      option<&O::bucket>("bucket", "Bucket that is written to.").required(),
      option<&O::prefix>("prefix",
                         "How the names of objects begin, `/` included; by default the name of "
                         "the topic and a `/`."),
      option<&O::time_prefix>("time-prefix",
                              "What follows it, made of the time of the object's first record "
                              "(UTC) as strftime does: `%Y/%m/%d/`."),
      option<&O::object_per>("object-per",
                             "What an object holds: a `batch` of one partition (--batch-count, "
                             "--batch-bytes, --batch-age say how much), or one `record`, as it "
                             "is."),
      option<&O::object_name>("object-name",
                              "With an object per record: its name is partition and `offset`, or "
                              "the record's `key`."),
      option<&O::format>("format",
                         "`lines`: the value and a line feed. `json`: an object a line, with "
                         "partition, offset, timestamp, key and value."),
      option<&O::newlines>("newlines",
                           "Line feeds inside a value, in the format `lines`: `keep` them, or "
                           "`escape` them as \\n, and a backslash as \\\\."),
      option<&O::compression>("object-compression", "How objects are packed.").alias("compression"),
      option<&O::suffix>("suffix",
                         "How the names of objects end; by default .txt or .jsonl, and .gz; "
                         "nothing with an object per record."),
      option<&O::content_type>("content-type",
                               "Content type of the objects; by default text/plain or "
                               "application/x-ndjson, application/octet-stream per record."),
      option<&O::storage_class>("storage-class", "Storage class, for example STANDARD_IA."),
      option<&O::server_side_encryption>("server-side-encryption",
                                         "Encryption by the service: AES256 or aws:kms."),
      option<&O::kms_key_id>("kms-key-id", "Key of the encryption, with aws:kms."),
      option<&O::path_style>("path-style",
                             "Address `endpoint/bucket/name` in place of `bucket.endpoint/name`; "
                             "always so with --endpoint."),
      option_group<&O::aws>(),
  };

  static void validate(const O& options, OptionProblems& problems) {
    s3::validate_options(options, problems);
  }
};
