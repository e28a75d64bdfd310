// SPDX-License-Identifier: Apache-2.0
#include "cli/control_client.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>

#include <curl/curl.h>

#include "base/name_stem.hpp"
#include "base/runtime_folder.hpp"
#include "base/text.hpp"
#include "cli/failure.hpp"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using Json = nlohmann::ordered_json;

constexpr std::size_t answer_bytes_max = 16'777'216;
constexpr std::size_t line_bytes_max = 4'194'304;
constexpr std::size_t connectors_max = 1'000;
constexpr milliseconds tap_check_period{250};

Errc errc_of(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_CONNECT:
      return Errc::connection_refused;
    case CURLE_OPERATION_TIMEDOUT:
      return Errc::timed_out;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_HTTP2:
      return Errc::protocol;
    default:
      return Errc::connection_lost;
  }
}

// One request to one socket.
class Exchange {
 public:
  Exchange(const fs::path& socket, const char* method, const std::string& path)
      : socket_(socket), name_(socket.string()), easy_(make_easy()) {
    const auto url = "http://localhost" + path;
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_UNIX_SOCKET_PATH, socket_.text().c_str());
    set(CURLOPT_PROTOCOLS_STR, "http");
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_ERRORBUFFER, problem_.data());
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    if (std::string_view(method) == "POST") {
      set(CURLOPT_POSTFIELDSIZE, 0L);
      set(CURLOPT_COPYPOSTFIELDS, "");
    }
    set(CURLOPT_WRITEFUNCTION, &on_body);
    set(CURLOPT_WRITEDATA, this);
  }
  ~Exchange() { curl_easy_cleanup(easy_); }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Called with what arrives, in place of keeping it; false ends the exchange.
  std::function<bool(std::string_view)> on_data;

  void timeout(milliseconds limit) { set(CURLOPT_TIMEOUT_MS, static_cast<long>(limit.count())); }
  void connect_timeout(milliseconds limit) {
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limit.count()));
  }
  [[nodiscard]] CURL* handle() const { return easy_; }
  // The other side has begun to answer.
  [[nodiscard]] bool is_answered() const { return http_status() != 0; }
  // What `on_data` gets was well until now.
  [[nodiscard]] bool is_followed() const { return on_data && http_status() == 200 && !thrown_; }

  // The body of the answer. Throws as `ControlClient`.
  std::string answer(CURLcode code) {
    if (thrown_) std::rethrow_exception(thrown_);
    if (too_large_) throw Failure(Errc::too_large, name_ + " answers with too much");
    if (code != CURLE_OK && !ended_) {
      const std::string_view text = problem_.data();
      throw Failure(errc_of(code),
                    name_ + ": " + std::string(text.empty() ? curl_easy_strerror(code) : text));
    }
    if (const auto status = http_status(); status != 200) {
      throw Failure(Errc::protocol, name_ + " answers with HTTP status " + std::to_string(status) +
                                        ": " + std::string(trim(body_.substr(0, 200))));
    }
    return std::move(body_);
  }

 private:
  static CURL* make_easy() {
    static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    CURL* easy = ready ? curl_easy_init() : nullptr;
    if (easy == nullptr) throw Failure(Errc::internal, "libcurl cannot be set up");
    return easy;
  }
  template <typename T>
  void set(CURLoption option, T value) {
    const CURLcode code = curl_easy_setopt(easy_, option, value);
    if (code != CURLE_OK) {
      curl_easy_cleanup(std::exchange(easy_, nullptr));
      throw Failure(Errc::internal,
                    std::string("libcurl refuses a setting: ") + curl_easy_strerror(code));
    }
  }
  [[nodiscard]] long http_status() const {
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    return status;
  }
  // Nothing may fly through libcurl.
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    try {
      return exchange.take({data, size}) ? size : 0;
    } catch (...) {
      exchange.thrown_ = std::current_exception();
      return 0;
    }
  }
  bool take(std::string_view bytes) {
    if (on_data && http_status() == 200) {
      ended_ = !on_data(bytes);
      return !ended_;
    }
    too_large_ = body_.size() + bytes.size() > answer_bytes_max;
    if (too_large_) return false;
    body_.append(bytes);
    return true;
  }

  SocketPath socket_;
  std::string name_;
  CURL* easy_;
  std::array<char, CURL_ERROR_SIZE> problem_{};
  std::string body_;
  bool too_large_ = false;
  bool ended_ = false;  // `on_data` wanted no more
  std::exception_ptr thrown_;
};

class Multi {
 public:
  Multi() : multi_(curl_multi_init()) {
    if (multi_ == nullptr) throw Failure(Errc::internal, "libcurl cannot be set up");
  }
  ~Multi() { curl_multi_cleanup(multi_); }
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;

  void add(const Exchange& exchange) { curl_multi_add_handle(multi_, exchange.handle()); }
  void remove(const Exchange& exchange) { curl_multi_remove_handle(multi_, exchange.handle()); }
  // Works on all; what has ended goes to `on_end`. False when all have.
  template <typename OnEnd>
  bool step(milliseconds wait, const OnEnd& on_end) {
    int running = 0;
    curl_multi_perform(multi_, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg == CURLMSG_DONE) on_end(message->easy_handle, message->data.result);
    }
    if (running == 0) return false;
    curl_multi_poll(multi_, nullptr, 0, static_cast<int>(wait.count()), nullptr);
    return true;
  }

 private:
  CURLM* multi_;
};

Json parse_status(const std::string& text, const fs::path& socket) {
  auto status = Json::parse(text, nullptr, false);
  if (!status.is_object() || !status.contains("name") || !status["name"].is_string()) {
    throw Failure(Errc::protocol, socket.string() + " does not answer with a connector's status");
  }
  return status;
}

std::vector<fs::path> listening_sockets() {
  std::vector<fs::path> out;
  for (const auto& folder : runtime_folders()) {
    if (!or_throw(has_runtime_folder(folder))) continue;
    std::error_code failed;
    for (fs::directory_iterator at(folder, failed), end; !failed && at != end;
         at.increment(failed)) {
      if (at->path().extension() != ".sock" || out.size() >= connectors_max) continue;
      if (!remove_if_stale(at->path()) && is_listening(at->path())) out.push_back(at->path());
    }
    if (failed) {
      throw Failure(Errc::io,
                    "cannot read the folder " + folder.string() + ": " + failed.message());
    }
  }
  return out;
}

// Asks all at once.
std::vector<LocalConnector> ask(std::vector<fs::path> sockets, milliseconds timeout) {
  Multi multi;
  std::vector<std::unique_ptr<Exchange>> exchanges;
  std::vector<LocalConnector> out(sockets.size());
  for (std::size_t i = 0; i < sockets.size(); ++i) {
    auto& exchange =
        *exchanges.emplace_back(std::make_unique<Exchange>(sockets[i], "GET", "/status"));
    exchange.timeout(timeout);
    multi.add(exchange);
    out[i].name = sockets[i].stem().string();
    out[i].socket = std::move(sockets[i]);
  }
  const auto on_end = [&](CURL* handle, CURLcode code) {
    const auto found =
        std::ranges::find_if(exchanges, [&](const auto& one) { return one->handle() == handle; });
    auto& connector = out[static_cast<std::size_t>(found - exchanges.begin())];
    try {
      connector.status = parse_status((*found)->answer(code), connector.socket);
      connector.name = connector.status["name"].get<std::string>();
    } catch (const Failure& failure) {
      connector.problem = failure.error();
    }
  };
  while (multi.step(tap_check_period, on_end)) {
  }
  for (const auto& exchange : exchanges) multi.remove(*exchange);
  return out;
}

// Cuts what arrives into lines.
class Lines {
 public:
  explicit Lines(const std::function<bool(std::string_view)>& on_line) : on_line_(on_line) {}

  bool take(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto end = bytes.find('\n');
      rest_.append(bytes.substr(0, end));
      if (rest_.size() > line_bytes_max) {
        throw Failure(Errc::too_large, "the connector sends a line without end");
      }
      if (end == std::string_view::npos) return true;
      bytes.remove_prefix(end + 1);
      if (!rest_.empty() && !on_line_(rest_)) return false;
      rest_.clear();
    }
    return true;
  }

 private:
  const std::function<bool(std::string_view)>& on_line_;
  std::string rest_;
};

}  // namespace

std::vector<LocalConnector> local_connectors(milliseconds timeout) {
  auto out = ask(listening_sockets(), timeout);
  // One that ended since is not there.
  std::erase_if(out, [](const auto& one) {
    return one.problem && one.problem->code == Errc::connection_refused;
  });
  std::ranges::sort(out, {}, &LocalConnector::name);
  return out;
}

std::optional<LocalConnector> find_running_connector(std::string_view name, milliseconds timeout) {
  for (const auto& folder : runtime_folders()) {
    if (!or_throw(has_runtime_folder(folder))) continue;
    auto socket = control_socket(folder, name);
    if (!is_listening(socket)) continue;
    std::error_code ignored;
    if (!fs::exists(socket, ignored)) continue;
    auto found = std::move(ask({std::move(socket)}, timeout).front());
    if (found.problem && found.problem->code == Errc::connection_refused) continue;
    if (found.problem) found.name = name;
    return found;
  }
  return std::nullopt;
}

LocalConnector running_connector(std::string_view name) {
  if (auto found = find_running_connector(name)) {
    if (found->problem) throw Failure(in_context(found->name, *found->problem));
    return *std::move(found);
  }
  std::vector<std::string> names;
  for (auto& connector : local_connectors()) names.push_back(std::move(connector.name));
  const auto near = nearest(name, names);
  throw HintedFailure(Errc::usage, "no connector " + quote_if_needed(name) + " runs here",
                      names.empty()
                          ? "none runs at all; a connector is seen while it runs, by its --name"
                      : near ? "did you mean `" + *near + "`?"
                             : "`sluice top` shows those that run");
}

std::string ControlClient::call(const char* method, const std::string& path) const {
  Exchange exchange(socket_, method, path);
  exchange.timeout(timeout_);
  return exchange.answer(curl_easy_perform(exchange.handle()));
}

Json ControlClient::status() const {
  return parse_status(call("GET", "/status"), socket_);
}
std::string ControlClient::metrics() const {
  return call("GET", "/metrics");
}
void ControlClient::pause() const {
  static_cast<void>(call("POST", "/pause"));
}
void ControlClient::resume() const {
  static_cast<void>(call("POST", "/resume"));
}

void ControlClient::tap(std::optional<std::uint64_t> count,
                        const std::function<bool(std::string_view line)>& on_line) const {
  Exchange exchange(socket_, "GET",
                    "/tap" + (count ? "?count=" + std::to_string(*count) : std::string()));
  exchange.connect_timeout(timeout_);
  Lines lines(on_line);
  exchange.on_data = [&](std::string_view bytes) { return lines.take(bytes); };
  Multi multi;
  multi.add(exchange);
  std::optional<CURLcode> ended;
  bool wanted = true;
  const auto until = std::chrono::steady_clock::now() + timeout_;
  while (wanted && multi.step(tap_check_period, [&](CURL*, CURLcode code) { ended = code; })) {
    wanted = on_line({});
    if (!exchange.is_answered() && std::chrono::steady_clock::now() > until) {
      multi.remove(exchange);
      throw Failure(Errc::timed_out, socket_.string() + " does not answer");
    }
  }
  multi.remove(exchange);
  // A connector that ends takes no leave of its listeners.
  if (ended && (*ended == CURLE_OK || !exchange.is_followed())) exchange.answer(*ended);
}

}  // namespace sluice::cli
