// SPDX-License-Identifier: Apache-2.0
#include "s3_sink.hpp"

#include <utility>

#include "common/aws/aws_errors.hpp"

namespace sluice::s3 {
namespace {

constexpr int not_found = 404;

}  // namespace

S3Sink::S3Sink(S3Options options)
    : options_(std::move(options)),
      http_(options_.aws.http, "sluice/s3-sink"),
      credentials_(options_.aws, http_) {}

void S3Sink::set_topic(const std::string& topic, const std::string& name) {
  topic_ = topic;
  if (options_.prefix.empty()) options_.prefix = topic + '/';
  manifest_name_ = options_.prefix + std::string(manifest_folder) + name + ".json";
}

std::string S3Sink::base_url() const {
  const auto& endpoint = options_.aws.endpoint;
  const bool is_aws = !endpoint;
  std::string host = is_aws ? "s3." + options_.aws.region + ".amazonaws.com" : "";
  if (is_aws && !options_.path_style) return "https://" + options_.bucket + '.' + host;
  std::string base = is_aws ? "https://" + host : endpoint->reveal();
  while (base.ends_with('/')) base.pop_back();
  return base + '/' + options_.bucket;
}

std::string S3Sink::content_type() const {
  if (!options_.content_type.empty()) return options_.content_type;
  if (options_.object_per == ObjectPer::record) return "application/octet-stream";
  return options_.format == common::LineFormat::json ? "application/x-ndjson" : "text/plain";
}

common::HttpResponse S3Sink::request(std::string_view method, const std::string& name,
                                     std::string_view body, std::vector<Header> headers) {
  const auto url = base_url() + '/' + encode_path(name);
  auto answer = http_.perform({.method = std::string(method),
                               .url = url,
                               .shown = url,
                               .headers = std::move(headers),
                               .body = body,
                               .aws = credentials_.signing("s3", give_up_)},
                              give_up_);
  if (!answer.ok()) throw Failure(answer.error());
  return answer.value();
}

Offsets S3Sink::read_manifest() {
  const auto answer = request("GET", manifest_name_);
  const auto what = "reading " + options_.bucket + '/' + manifest_name_;
  const auto code = common::aws_error_code(answer.body);
  if (answer.status == not_found && code == "NoSuchKey") return {};
  if (auto error = common::aws_error(answer, what)) {
    // Of a proxy, or cut off: no reason to begin anew, nor to stop.
    if (answer.status == not_found && code.empty()) error->code = Errc::outside_unavailable;
    throw Failure(*std::move(error));
  }
  return parse_manifest(answer.body, topic_, manifest_name_);
}

void S3Sink::open(SinkContext& context) {
  give_up_ = {};
  set_topic(context.topic(), context.name());
  credentials_.forget();
  stored_ = read_manifest();
  context.connected();
}

void S3Sink::put(const Object& object) {
  std::vector<Header> headers{{"Content-Type", content_type()}};
  if (options_.compression == Compression::gzip) headers.push_back({"Content-Encoding", "gzip"});
  if (!options_.storage_class.empty()) {
    headers.push_back({"x-amz-storage-class", options_.storage_class});
  }
  if (!options_.server_side_encryption.empty()) {
    headers.push_back({"x-amz-server-side-encryption", options_.server_side_encryption});
  }
  if (!options_.kms_key_id.empty()) {
    headers.push_back({"x-amz-server-side-encryption-aws-kms-key-id", options_.kms_key_id});
  }
  const auto answer = request("PUT", object.name, object.content, std::move(headers));
  if (const auto error =
          common::aws_error(answer, "writing " + options_.bucket + '/' + object.name)) {
    throw Failure(*error);
  }
}

void S3Sink::write(std::span<const SinkRecord> records) {
  auto offsets = stored_;
  for (const auto& part : by_partition(records)) {
    const std::span<const SinkRecord> all = part.records;
    const auto step = options_.object_per == ObjectPer::record ? 1 : all.size();
    for (std::size_t i = 0; i < all.size(); i += step) {
      put(make_object(all.subspan(i, step), options_));
    }
    offsets[part.partition] = all.back().offset;
  }
  const auto text = format_manifest(topic_, offsets);
  const auto answer = request("PUT", manifest_name_, text, {{"Content-Type", "application/json"}});
  if (const auto error =
          common::aws_error(answer, "writing " + options_.bucket + '/' + manifest_name_)) {
    throw Failure(*error);
  }
  stored_ = std::move(offsets);
}

void S3Sink::check(CheckContext& check) {
  give_up_ = [&check] { return check.time_left().count() == 0; };
  set_topic(check.topic(), check.name());
  const auto offsets = read_manifest();
  check.found("the bucket " + options_.bucket + " at " + base_url() + " lets us read" +
              (offsets.empty() ? "; it has nothing of this instance yet" : ""));
}

}  // namespace sluice::s3
