// SPDX-License-Identifier: Apache-2.0
#pragma once

// Topic -> documents in Elasticsearch or OpenSearch, a _bulk request for each batch.
//
// A record counts when the answer says that its document is written. With ids by offset, the
// default, a record that is written again is the same document.

#include <string>

#include <sluice/connector/sink.hpp>

#include "bulk.hpp"
#include "common/http/http_sender.hpp"
#include "elastic_options.hpp"

namespace sluice::elastic {

class ElasticSink final : public Sink {
 public:
  explicit ElasticSink(ElasticOptions options);

  void open(SinkContext& context) override;
  void write(std::span<const SinkRecord> records) override;
  void check(CheckContext& check) override;

 private:
  [[nodiscard]] common::HttpRequest request(const Url& node, std::string_view path) const;
  // From the first node that answers, beginning with the one that did last.
  common::HttpResponse send(std::string_view body);

  ElasticOptions options_;
  IndexName index_;
  common::HttpSender sender_;
  std::string topic_;
  std::size_t node_ = 0;
};

}  // namespace sluice::elastic
