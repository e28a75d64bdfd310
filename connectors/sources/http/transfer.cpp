// SPDX-License-Identifier: Apache-2.0
#include "transfer.hpp"

#include <algorithm>
#include <exception>
#include <optional>

#include "common/curl/curl_handle.hpp"

namespace sluice::http {
namespace {

using Clock = std::chrono::steady_clock;

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
  void set_request();
  void set_headers(common::CurlHeaders& list, const std::vector<Header>& more) const;

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
  [[nodiscard]] Error timeout_error() const;

  const HttpOptions& options_;
  common::CurlHandle curl_;
  CURLM* multi_ = nullptr;

  Receiver* receiver_ = nullptr;
  HeadReader head_;
  bool has_head_ = false;
  Clock::time_point started_;
  Clock::time_point last_data_;
  std::optional<Error> error_;  // the receiver's
  std::exception_ptr thrown_;
};

Transfer::Impl::Impl(const HttpOptions& options) : options_(options), multi_(curl_multi_init()) {
  if (multi_ == nullptr) throw Failure(Errc::internal, "libcurl cannot be set up");
  set_request();
}

Transfer::Impl::~Impl() {
  curl_multi_cleanup(multi_);
}

void Transfer::Impl::set_request() {
  curl_.set_http();
  curl_.set_tls(options_.tls);
  curl_.set(CURLOPT_URL, options_.endpoint.reveal().c_str());
  curl_.set(CURLOPT_FOLLOWLOCATION, 1L);
  curl_.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
  curl_.set(CURLOPT_TCP_KEEPIDLE, 30L);
  curl_.set(CURLOPT_TCP_KEEPINTVL, 10L);
  curl_.set_text(CURLOPT_USERAGENT, options_.user_agent);
  if (options_.proxy) curl_.set(CURLOPT_PROXY, options_.proxy->reveal().c_str());
  curl_.set(CURLOPT_HEADERFUNCTION, &on_header);
  curl_.set(CURLOPT_HEADERDATA, this);
  curl_.set(CURLOPT_WRITEFUNCTION, &on_body);
  curl_.set(CURLOPT_WRITEDATA, this);

  const bool is_post = options_.method == "POST";
  if (options_.body || is_post) {
    const std::string none;
    const std::string& body = options_.body ? *options_.body : none;
    curl_.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_.set(CURLOPT_COPYPOSTFIELDS, body.c_str());
  }
  if (options_.method == "HEAD") {
    curl_.set(CURLOPT_NOBODY, 1L);
  } else if (!is_post && (options_.method != "GET" || options_.body)) {
    curl_.set(CURLOPT_CUSTOMREQUEST, options_.method.c_str());
  }
}

void Transfer::Impl::set_headers(common::CurlHeaders& list, const std::vector<Header>& more) const {
  list.leave_out("Expect");
  const auto is_type = [](const Header& header) {
    return curl_strequal(header.name.c_str(), "content-type") != 0;
  };
  // libcurl would say that a body is a form.
  if (std::ranges::none_of(options_.headers, is_type)) list.leave_out("Content-Type");
  const auto add = [&](const Header& header) { list.add(header.name, header.value); };
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
  common::CurlHeaders headers;
  set_headers(headers, more_headers);
  curl_.set(CURLOPT_HTTPHEADER, headers.get());
  receiver_ = &receiver;
  head_ = {};
  has_head_ = false;
  error_.reset();
  thrown_ = nullptr;
  curl_.begin();
  started_ = last_data_ = Clock::now();
  curl_multi_add_handle(multi_, curl_.get());
  Outcome<Done> outcome = Done{};
  try {
    outcome = run(stream);
  } catch (...) {
    thrown_ = std::current_exception();
  }
  curl_multi_remove_handle(multi_, curl_.get());
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
      return curl_.error(*finished, options_.endpoint.redacted());
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
