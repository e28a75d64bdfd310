// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stream -> objects in a bucket.
//
// Each record is there once: after the objects of a batch comes the manifest, which says how far
// they go; a start goes on behind it. What a crash left between the two is written again under the
// same names.

#include <functional>
#include <string>

#include <sluice/connector/sink.hpp>

#include "common/aws/aws_credentials.hpp"
#include "manifest.hpp"
#include "object.hpp"
#include "s3_options.hpp"

namespace sluice::s3 {

class S3Sink final : public Sink {
 public:
  explicit S3Sink(S3Options options);

  void open(SinkContext& context) override;
  std::optional<std::map<PartitionId, Offset>> stored_offsets() override { return stored_; }
  void write(std::span<const SinkRecord> records) override;
  void check(CheckContext& check) override;

 private:
  // Sends a request for the object; an empty name is the bucket. Throws: what the answer is.
  common::HttpResponse request(std::string_view method, const std::string& name,
                               std::string_view body = {}, std::vector<Header> headers = {});
  void put(const Object& object);
  void set_topic(const std::string& topic, const std::string& name);
  [[nodiscard]] Offsets read_manifest();
  [[nodiscard]] std::string base_url() const;
  [[nodiscard]] std::string content_type() const;

  S3Options options_;
  common::HttpClient http_;
  common::AwsCredentials credentials_;
  std::string topic_;
  std::string manifest_name_;
  Offsets stored_;
  std::function<bool()> give_up_;
};

}  // namespace sluice::s3
