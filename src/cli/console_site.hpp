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

#include <functional>
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
  // Where the connectors are; may block for as long as their deadlines.
  struct Backend {
    std::function<std::vector<LocalConnector>()> list;
    // Throws: as `running_connector` and `ControlClient`.
    std::function<nlohmann::ordered_json(const std::string& name, bool paused)> set_paused;
  };

  // `hosts` are the values of the Host header that are taken, in small letters; none: any.
  ConsoleSite(std::string token, std::vector<std::string> hosts,
              std::span<const web::WebFile> files, Backend backend)
      : token_(std::move(token)),
        hosts_(std::move(hosts)),
        files_(files),
        backend_(std::move(backend)) {}

  [[nodiscard]] connector::HttpReply reply(const connector::HttpRequest& request) const;

 private:
  [[nodiscard]] connector::HttpReply route(const connector::HttpRequest& request) const;
  [[nodiscard]] connector::HttpReply file(std::string_view path) const;
  [[nodiscard]] connector::HttpReply api(const connector::HttpRequest& request) const;
  [[nodiscard]] connector::HttpReply list() const;
  [[nodiscard]] connector::HttpReply change(std::string_view name_and_verb) const;
  [[nodiscard]] bool is_allowed(std::string_view authorization) const;
  [[nodiscard]] bool is_host(std::string_view host) const;

  std::string token_;
  std::vector<std::string> hosts_;
  std::span<const web::WebFile> files_;
  Backend backend_;
};

// 256 random bits. Throws: `io`.
[[nodiscard]] std::string make_token();

}  // namespace sluice::cli
