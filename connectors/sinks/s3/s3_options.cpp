// SPDX-License-Identifier: Apache-2.0
#include "s3_options.hpp"

#include <algorithm>

namespace sluice::s3 {
namespace {

// As S3 demands of new buckets.
bool is_bucket_name(const std::string& name) {
  const auto is_inner = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  };
  return name.size() >= 3 && name.size() <= 63 && std::ranges::all_of(name, is_inner);
}

}  // namespace

bool has_dot_part(std::string_view name) {
  while (true) {
    const auto end = std::min(name.find('/'), name.size());
    const auto part = name.substr(0, end);
    if (part == "." || part == "..") return true;
    if (end == name.size()) return false;
    name.remove_prefix(end + 1);
  }
}

void validate_options(const S3Options& options, OptionProblems& problems) {
  if (!is_bucket_name(options.bucket)) {
    problems.add("bucket", "`" + options.bucket + "` is not the name of a bucket",
                 "3 to 63 of a-z, 0-9, dot and dash");
  }
  if (options.prefix.starts_with('/')) {
    problems.add("prefix", "a `/` in front makes a folder without a name", "leave it out");
  }
  if (has_dot_part(options.prefix)) {
    problems.add("prefix", "a part `.` or `..` is taken for a folder by many programs",
                 "leave it out");
  }
  if (options.prefix.size() + options.time_prefix.size() > 700) {
    problems.add("prefix", "names of objects have 1024 bytes at most", "use a shorter one");
  }
  const bool per_record = options.object_per == ObjectPer::record;
  if (per_record && options.format == common::LineFormat::json) {
    problems.add("format", "an object per record is the record as it is",
                 "leave the option out, or --object-per batch");
  }
  if (!per_record && options.object_name == ObjectName::key) {
    problems.add("object-name", "a batch has no key", "give --object-per record, too");
  }
  if (options.newlines == common::Newlines::escape &&
      (per_record || options.format == common::LineFormat::json)) {
    problems.add("newlines", "only lines have their line feeds escaped", "leave the option out");
  }
  if (!options.kms_key_id.empty() && options.server_side_encryption != "aws:kms") {
    problems.add("kms-key-id", "a key is for --server-side-encryption aws:kms");
  }
  common::validate(options.aws, problems);
}

}  // namespace sluice::s3
