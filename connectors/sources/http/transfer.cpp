// SPDX-License-Identifier: Apache-2.0
#include "transfer.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <optional>

#include <curl/curl.h>

#include "common/curl/curl_errors.hpp"

namespace sluice::http {
namespace {

using Clock = std::chrono::steady_clock;

class HeaderList {
 public:
  HeaderList() = default;
  ~HeaderList() { curl_slist_free_all(list_); }
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;

  void add(const std::string& line) {
    curl_slist* longer = curl_slist_append(list_, line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    list_ = longer;
  }
  [[nodiscard]] curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

}  // namespace

class Transfer::Impl {
 public:
  explicit Impl(const HttpOptions& options);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Outcome<Done> perform(SourceContext& stream, Receiver& receiver,
                        const std::vector<Header>& more_headers);

 private:
  template <typename T>
  void set(CURLoption option, T value) {
    const CURLcode code = curl_easy_setopt(easy_, option, value);
    if (code != CURLE_OK) {
      throw Failure(Errc::invalid_config,
                    std::string("libcurl refuses a setting: ") + curl_easy_strerror(code));
    }
  }
  void set_text(CURLoption option, const std::string& value) {
    if (!value.empty()) set(option, value.c_str());
  }
  void set_request();
  void set_tls();
  void set_headers(HeaderList& list, const std::vector<Header>& more) const;

  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<Impl*>(self)->guarded(
        size, [&](Impl& impl) { return impl.take_header({data, size}); });
  }
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<Impl*>(self)->guarded(size, [&](Impl& impl) {
      impl.last_data_ = Clock::now();
      auto done = impl.receiver_->on_data({data, size});
      impl.last_data_ = Clock::now();  // the time that the stream took is not the server's
      return done;
    });
  }
  // Nothing may fly through libcurl.
  template <typename Work>
  std::size_t guarded(std::size_t size, Work work);
  Outcome<Done> take_header(std::string_view line);

  Outcome<Done> run(SourceContext& stream);
  [[nodiscard]] std::optional<CURLcode> result();
  [[nodiscard]] std::optional<Clock::time_point> deadline() const;
  [[nodiscard]] Error error_of(CURLcode code) const;
  [[nodiscard]] Error timeout_error() const;

  const HttpOptions& options_;
  CURL* easy_ = nullptr;
  CURLM* multi_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> problem_{};

  Receiver* receiver_ = nullptr;
  HeadReader head_;
  bool has_head_ = false;
  Clock::time_point started_;
  Clock::time_point last_data_;
  std::optional<Error> error_;  // the receiver's
  std::exception_ptr thrown_;
};

Transfer::Impl::Impl(const HttpOptions& options) : options_(options) {
  common::set_up_curl();
  easy_ = curl_easy_init();
  multi_ = curl_multi_init();
  if (easy_ == nullptr || multi_ == nullptr) {
    throw Failure(Errc::internal, "libcurl cannot be set up");
  }
  set_request();
  set_tls();
}

Transfer::Impl::~Impl() {
  curl_easy_cleanup(easy_);
  curl_multi_cleanup(multi_);
}

void Transfer::Impl::set_request() {
  set(CURLOPT_URL, options_.endpoint.reveal().c_str());
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, problem_.data());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 1L);
  set(CURLOPT_MAXREDIRS, 10L);
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_ACCEPT_ENCODING, "");  // all that libcurl can undo
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_TCP_KEEPIDLE, 30L);
  set(CURLOPT_TCP_KEEPINTVL, 10L);
  set_text(CURLOPT_USERAGENT, options_.user_agent);
  if (options_.proxy) set(CURLOPT_PROXY, options_.proxy->reveal().c_str());
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, this);

  const bool is_post = options_.method == "POST";
  if (options_.body || is_post) {
    const std::string none;
    const std::string& body = options_.body ? *options_.body : none;
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    set(CURLOPT_COPYPOSTFIELDS, body.c_str());
  }
  if (options_.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (!is_post && (options_.method != "GET" || options_.body)) {
    set(CURLOPT_CUSTOMREQUEST, options_.method.c_str());
  }
}

void Transfer::Impl::set_tls() {
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set_text(CURLOPT_CAINFO, options_.ca_file);
  set_text(CURLOPT_SSLCERT, options_.cert_file);
  set_text(CURLOPT_SSLKEY, options_.key_file);
  set_text(CURLOPT_KEYPASSWD, options_.key_password.reveal());
  set(CURLOPT_SSL_VERIFYPEER, options_.insecure ? 0L : 1L);
  set(CURLOPT_SSL_VERIFYHOST, options_.insecure ? 0L : 2L);
}

void Transfer::Impl::set_headers(HeaderList& list, const std::vector<Header>& more) const {
  list.add("Expect:");
  const auto is_type = [](const Header& header) {
    return curl_strequal(header.name.c_str(), "content-type") != 0;
  };
  // libcurl would say that a body is a form.
  if (std::ranges::none_of(options_.headers, is_type)) list.add("Content-Type:");
  const auto add = [&](const Header& header) {
    list.add(header.value.empty() ? header.name + ';' : header.name + ": " + header.value);
  };
  std::ranges::for_each(more, add);
  std::ranges::for_each(options_.headers, add);
}

template <typename Work>
std::size_t Transfer::Impl::guarded(std::size_t size, Work work) {
  constexpr std::size_t stop = static_cast<std::size_t>(-1);
  try {
    const Outcome<Done> done = work(*this);
    if (done.ok()) return size;
    error_ = done.error();
  } catch (...) {
    thrown_ = std::current_exception();
  }
  return size == 0 ? stop : 0;  // anything but the size ends the transfer
}

Outcome<Done> Transfer::Impl::take_header(std::string_view line) {
  if (head_.take(line) != HeadReader::Line::end || has_head_) return Done{};
  ResponseHead& head = head_.head();
  const bool interim = head.code < 200;
  const bool redirect =
      head.code >= 300 && head.code < 400 && head.code != 304 && !head.header("location").empty();
  if (interim || redirect) return Done{};
  has_head_ = true;
  if (!head.header("content-encoding").empty()) {
    // The body that follows is not encoded any more, nor has it this length.
    head.remove("content-encoding");
    head.remove("content-length");
  }
  last_data_ = Clock::now();
  return receiver_->on_head(head);
}

Outcome<Done> Transfer::Impl::perform(SourceContext& stream, Receiver& receiver,
                                      const std::vector<Header>& more_headers) {
  HeaderList headers;
  set_headers(headers, more_headers);
  set(CURLOPT_HTTPHEADER, headers.get());
  receiver_ = &receiver;
  head_ = {};
  has_head_ = false;
  error_.reset();
  thrown_ = nullptr;
  problem_.front() = '\0';
  started_ = last_data_ = Clock::now();
  curl_multi_add_handle(multi_, easy_);
  Outcome<Done> outcome = Done{};
  try {
    outcome = run(stream);
  } catch (...) {
    thrown_ = std::current_exception();
  }
  curl_multi_remove_handle(multi_, easy_);
  if (thrown_) std::rethrow_exception(thrown_);
  return outcome;
}

Outcome<Done> Transfer::Impl::run(SourceContext& stream) {
  for (;;) {
    int running = 0;
    const CURLMcode code = curl_multi_perform(multi_, &running);
    if (code != CURLM_OK) {
      return Error{Errc::internal, std::string("libcurl: ") + curl_multi_strerror(code), {}};
    }
    if (error_) return *error_;
    if (thrown_) return Done{};
    if (const auto finished = result()) {
      if (*finished == CURLE_OK) return Done{};
      return error_of(*finished);
    }
    const auto now = Clock::now();
    const auto until = deadline();
    if (until && now >= *until) {
      return timeout_error();
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        until.value_or(now + std::chrono::hours(1)) - now);
    curl_waitfd kit{.fd = stream.wake_fd(), .events = CURL_WAIT_POLLIN, .revents = 0};
    curl_multi_poll(multi_, &kit, 1,
                    static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000)),
                    nullptr);
    if (!stream.dispatch()) return Error{Errc::cancelled, "the connector stops", {}};
  }
}

std::optional<Clock::time_point> Transfer::Impl::deadline() const {
  if (!has_head_ || !options_.stream) return started_ + options_.timeout;
  if (options_.idle_timeout) return last_data_ + *options_.idle_timeout;
  return std::nullopt;
}

std::optional<CURLcode> Transfer::Impl::result() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) return message->data.result;
  }
  return std::nullopt;
}

Error Transfer::Impl::error_of(CURLcode code) const {
  const std::string_view ours = problem_.data();
  std::string text = options_.endpoint.redacted() + ": ";
  text += ours.empty() ? std::string_view(curl_easy_strerror(code)) : ours;
  return {common::errc_of_curl(code, ours), std::move(text), {}};
}

Error Transfer::Impl::timeout_error() const {
  const char* what = "no answer in time (--timeout)";
  if (has_head_ && options_.stream) what = "silence for too long (--idle-timeout)";
  if (has_head_ && !options_.stream) {
    what = "the response did not end in time (--timeout); if it is not meant to: --stream";
  }
  return {Errc::timed_out, options_.endpoint.redacted() + ": " + what, {}};
}

Transfer::Transfer(const HttpOptions& options) : impl_(std::make_unique<Impl>(options)) {}
Transfer::~Transfer() = default;

Outcome<Done> Transfer::perform(SourceContext& stream, Receiver& receiver,
                                const std::vector<Header>& more_headers) {
  return impl_->perform(stream, receiver, more_headers);
}

}  // namespace sluice::http
