// SPDX-License-Identifier: Apache-2.0
#pragma once

// What `sluice console` answers: the page's files to everybody who reaches it, the connectors to
// whoever has the token.
//
//   GET  /api/connectors               {"connectors":[STATUS...],"time":"..."}
//   POST /api/connectors/NAME/pause    the status after it; /resume likewise
//
// The page and the API are for one origin: a request under another host name (DNS rebinding) is
// refused, nothing is shared with other sites, and the page may load nothing from elsewhere.
//
// A look at a connector that does not answer takes its time. Whoever asked meanwhile gets the same
// look, so that the pages in several tabs do not wait for one another.

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/control_client.hpp"
#include "connector/http_server.hpp"
#include "web/web_files.hpp"

namespace sluice::cli {

class ConsoleSite {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Where the connectors are; may block for as long as their deadlines.
  struct Backend {
    std::function<std::vector<LocalConnector>()> list;
    // Throws: as `running_connector` and `ControlClient`.
    std::function<nlohmann::ordered_json(const std::string& name, bool paused)> set_paused;
    std::function<Time()> now = &std::chrono::steady_clock::now;
  };

  // `hosts` are the values of the Host header that are taken, in small letters; none: any.
  ConsoleSite(std::string token, std::vector<std::string> hosts,
              std::span<const web::WebFile> files, Backend backend)
      : token_(std::move(token)),
        hosts_(std::move(hosts)),
        files_(files),
        backend_(std::move(backend)) {}

  // One thread at a time.
  [[nodiscard]] connector::HttpReply reply(const connector::HttpRequest& request);

 private:
  // What the connectors said, and until when that is new enough for others who ask.
  struct Look {
    std::string body;
    Time until;
  };

  [[nodiscard]] connector::HttpReply route(const connector::HttpRequest& request);
  [[nodiscard]] connector::HttpReply file(std::string_view path) const;
  [[nodiscard]] connector::HttpReply api(const connector::HttpRequest& request);
  [[nodiscard]] connector::HttpReply list();
  [[nodiscard]] connector::HttpReply change(std::string_view name_and_verb);
  [[nodiscard]] bool is_allowed(std::string_view authorization) const;
  [[nodiscard]] bool is_host(std::string_view host) const;

  std::string token_;
  std::vector<std::string> hosts_;
  std::span<const web::WebFile> files_;
  Backend backend_;
  std::optional<Look> look_;
};

// 256 random bits. Throws: `io`.
[[nodiscard]] std::string make_token();

}  // namespace sluice::cli
