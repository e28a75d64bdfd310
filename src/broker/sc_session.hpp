// SPDX-License-Identifier: Apache-2.0
#pragma once

// The control plane's side of one connection: requests to the catalog, and watches.
// For the control thread.

#include <memory>
#include <string>
#include <vector>

#include "broker/catalog.hpp"
#include "broker/connection.hpp"
#include "broker/watch.hpp"

namespace sluice::broker {

class ScSession final : public Session {
 public:
  // Requires: `catalog` outlives the session; `connection` owns it.
  ScSession(Catalog& catalog, Connection& connection, std::string platform_version);

  Result<> on_request(Request request) override;
  [[nodiscard]] bool answers_at_length(const wire::RequestHeader& header) const override;
  [[nodiscard]] bool makes_frames() const noexcept override { return true; }
  std::optional<OutFrame> next_frame() override;
  void on_close() override { watches_.clear(); }

 private:
  Result<> api_versions(const Request& request);
  Result<> create(const Request& request);
  Result<> remove(const Request& request);
  Result<> list(const Request& request);
  Result<> watch(const Request& request);
  Result<> update(const Request& request);
  void answer(const Request& request, const wire::StatusResponse& status);
  template <typename Spec>
  Result<> answer_list(const Request& request, std::vector<wire::Metadata<Spec>> items);
  template <typename Body, typename Handle>
  Result<> answer_with(const Request& request, const wire::TypeBuffer& buffer, Handle handle);

  Catalog& catalog_;
  Connection& connection_;
  const std::string platform_version_;
  std::vector<std::unique_ptr<Watch>> watches_;
  std::size_t next_watch_ = 0;
};

// Does a client's version read as `major.minor.patch...`?
[[nodiscard]] bool is_semver(std::string_view text);

}  // namespace sluice::broker
