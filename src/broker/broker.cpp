// SPDX-License-Identifier: Apache-2.0
#include "broker/broker.hpp"

#include <condition_variable>
#include <set>
#include <thread>
#include <utility>

#include <boost/asio.hpp>

#include "base/log.hpp"
#include "broker/acceptor.hpp"
#include "broker/catalog.hpp"
#include "broker/connection.hpp"
#include "broker/sc_session.hpp"
#include "broker/server_files.hpp"
#include "broker/spu_session.hpp"
#include "broker/thread.hpp"

namespace sluice::broker {
namespace {

constexpr std::uint64_t offsets_log_bytes_min = 16U * 1024 * 1024;

// A thread and what runs on it.
struct Loop {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::thread thread;
};

// Who is connected, so that a stop can wait for them.
class Connections {
 public:
  [[nodiscard]] bool admit(std::size_t count_max) {
    const std::lock_guard lock(mutex_);
    if (closing_ || count_ >= count_max) return false;
    ++count_;
    return true;
  }
  void add(std::shared_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    if (closing_) asio::post(connection->executor(), [connection] { connection->drain(); });
    open_.insert(std::move(connection));
  }
  void remove(const std::shared_ptr<Connection>& connection) {
    const std::lock_guard lock(mutex_);
    open_.erase(connection);
    --count_;
    empty_.notify_all();
  }
  void drain() {
    for_each([](Connection& connection) { connection.drain(); });
  }
  void close() {
    for_each([](Connection& connection) { connection.close(); });
  }
  template <typename... Until>
  void wait_empty(Until... until) {
    std::unique_lock lock(mutex_);
    const auto is_empty = [&] { return count_ == 0; };
    if constexpr (sizeof...(until) == 0) {
      empty_.wait(lock, is_empty);
    } else {
      empty_.wait_until(lock, until..., is_empty);
    }
  }

 private:
  template <typename Do>
  void for_each(Do action) {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    for (const auto& one : open_) {
      asio::post(one->executor(), [one, action] { action(*one); });
    }
  }
  std::mutex mutex_;
  std::condition_variable empty_;
  std::set<std::shared_ptr<Connection>> open_;
  std::size_t count_ = 0;
  bool closing_ = false;
};

std::string reachable_host(const BrokerOptions& options) {
  if (!options.advertised_host.empty()) return options.advertised_host;
  const bool everywhere = options.spu_host == "0.0.0.0" || options.spu_host == "::";
  return everywhere ? "localhost" : options.spu_host;
}

}  // namespace

class Broker::Impl {
 public:
  explicit Impl(BrokerOptions options)
      : options_(std::move(options)),
        budget_(std::max<std::uint64_t>(options_.limits.request_bytes_max,
                                        options_.limits.frame_bytes_max)),
        answers_(options_.limits.answer_bytes_max) {}
  ~Impl() { stop(std::chrono::seconds(5)); }

  BrokerPorts start();
  void stop(std::chrono::milliseconds deadline);
  void apply_retention();
  [[nodiscard]] std::string endpoint() const {
    const bool everywhere = options_.sc_host == "0.0.0.0" || options_.sc_host == "::";
    return (everywhere ? "localhost" : options_.sc_host) + ':' + std::to_string(sc_->port());
  }

  Faults faults_;

 private:
  void open_ports();
  void load();
  [[nodiscard]] StorageEnv storage_env() {
    return {.sync = options_.durability == Durability::fsync, .faults = &faults_.storage()};
  }
  [[nodiscard]] wire::SpuSpec own_spu() const;
  void serve(Listener listener, asio::io_context& context, tcp::socket socket, std::string peer);
  [[nodiscard]] std::unique_ptr<Session> make_session(Listener listener, Connection& connection);
  [[nodiscard]] Connection::Shared shared(Listener listener);
  asio::awaitable<void> retention_loop();
  void run_retention();
  asio::io_context& next_data_loop() { return data_[next_data_++ % data_.size()]->context; }
  void end_threads();

  const BrokerOptions options_;
  ByteBudget budget_;
  ByteBudget answers_;
  std::unique_ptr<asio::ssl::context> tls_;
  File lock_;
  Loop control_;
  std::vector<std::unique_ptr<Loop>> data_;
  std::size_t next_data_ = 0;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<LogWriter> writer_;           // goes first: its tasks use the catalog
  std::unique_ptr<SmartModules> smartmodules_;  // goes before: its tasks use both
  std::unique_ptr<Acceptor> sc_;
  std::unique_ptr<Acceptor> spu_;
  Connections connections_;
  asio::steady_timer retention_timer_{control_.context};
  bool started_ = false;
};

BrokerPorts Broker::Impl::start() {
  SLUICE_ASSERT(!started_);
  if (options_.durability == Durability::none) {
    log::warn("broker", "durability is none: a power cut can lose acknowledged records");
  }
  raise_file_limit();
  if (options_.tls) tls_ = make_tls_context(*options_.tls);
  lock_ = lock_directory(options_.data_directory, storage_env());
  for (unsigned i = 0; i < std::max(options_.data_threads, 1U); ++i) {
    data_.push_back(std::make_unique<Loop>());
  }
  open_ports();
  load();
  started_ = true;
  control_.thread = start_thread([this] { control_.context.run(); });
  for (auto& loop : data_) loop->thread = start_thread([&loop] { loop->context.run(); });
  sc_->start();
  spu_->start();
  asio::co_spawn(control_.context, retention_loop(), asio::detached);
  log::info("broker", "started",
            {{"sc", endpoint()},
             {"spu", reachable_host(options_) + ':' + std::to_string(spu_->port())},
             {"data", options_.data_directory.string()},
             {"partitions", std::to_string(catalog_->partitions().size())}});
  return {sc_->port(), spu_->port()};
}

void Broker::Impl::open_ports() {
  const auto hooks = [this](Listener listener, std::function<asio::io_context&()> pick) {
    return Acceptor::Hooks{
        .admit = [this] { return connections_.admit(options_.limits.connections_max); },
        .pick = std::move(pick),
        .serve =
            [this, listener](tcp::socket socket, std::string peer) {
              auto& context = static_cast<asio::io_context&>(socket.get_executor().context());
              serve(listener, context, std::move(socket), std::move(peer));
            }};
  };
  auto& control = control_.context;
  sc_ = std::make_unique<Acceptor>(
      control, options_.sc_host, options_.sc_port,
      hooks(Listener::sc, [&control]() -> asio::io_context& { return control; }));
  spu_ = std::make_unique<Acceptor>(
      control, options_.spu_host, options_.spu_port,
      hooks(Listener::spu, [this]() -> asio::io_context& { return next_data_loop(); }));
}

void Broker::Impl::load() {
  CatalogOptions options;
  options.data_directory = options_.data_directory;
  options.env = storage_env();
  options.log_defaults = options_.log_defaults;
  options.partitions_max = options_.limits.partitions_max;
  writer_ = std::make_unique<LogWriter>();
  smartmodules_ = std::make_unique<SmartModules>(options_.data_directory / "compiled",
                                                 options_.limits.smartmodules);
  catalog_ = std::make_unique<Catalog>(
      std::move(options), *writer_, *smartmodules_,
      [this](std::function<void()> run) { asio::post(control_.context, std::move(run)); });
  or_throw(catalog_->load(own_spu()));
}

wire::SpuSpec Broker::Impl::own_spu() const {
  const auto host = reachable_host(options_);
  const auto port = options_.advertised_port != 0 ? options_.advertised_port : spu_->port();
  const auto encryption =
      options_.tls ? wire::EndpointEncryption::ssl : wire::EndpointEncryption::plaintext;
  return {.id = own_spu_id,
          .type = wire::SpuType::custom,
          .public_endpoint = {port, {{host, std::nullopt}}, encryption},
          .private_endpoint = {port, host, encryption}};
}

Connection::Shared Broker::Impl::shared(Listener listener) {
  ConnectionLimits limits;
  limits.frame_bytes_max = options_.limits.frame_bytes_max;
  limits.handshake_timeout = options_.limits.handshake_timeout;
  limits.frame_timeout = options_.limits.frame_timeout;
  limits.answer_timeout = options_.limits.answer_timeout;
  limits.bytes_per_ms_min = std::max<std::size_t>(options_.limits.bytes_per_ms_min, 1);
  // What has no deadline must never use up the budget. The control plane has no streams whose
  // consumers may pause.
  const auto share =
      answers_.capacity() / 2 / std::max<std::size_t>(options_.limits.connections_max, 1);
  limits.unread_bytes_free =
      listener == Listener::sc ? 0 : std::min<std::size_t>(limits.unread_bytes_free, share);
  return {listener, limits, budget_, answers_, faults_};
}

std::unique_ptr<Session> Broker::Impl::make_session(Listener listener, Connection& connection) {
  if (listener == Listener::sc) {
    return std::make_unique<ScSession>(*catalog_, connection, options_.platform_version);
  }
  SpuLimits limits;
  limits.streams_max = options_.limits.streams_max;
  limits.processed_streams_max = options_.limits.processed_streams_max;
  limits.processed_bytes_max = options_.limits.processed_bytes_max;
  return std::make_unique<SpuSession>(
      SpuSession::Services{catalog_->partitions(), catalog_->consumer_offsets(), *writer_,
                           *smartmodules_},
      connection, limits);
}

void Broker::Impl::serve(Listener listener, asio::io_context& context, tcp::socket socket,
                         std::string peer) {
  auto transport =
      tls_ ? make_transport(std::move(socket), *tls_) : make_transport(std::move(socket));
  const auto connection = std::make_shared<Connection>(context.get_executor(), std::move(transport),
                                                       shared(listener), std::move(peer));
  auto session = make_session(listener, *connection);
  connections_.add(connection);
  connection->start(std::move(session),
                    [this, weak = std::weak_ptr(connection)] { connections_.remove(weak.lock()); });
}

asio::awaitable<void> Broker::Impl::retention_loop() {
  while (true) {
    retention_timer_.expires_after(options_.retention_interval);
    const auto [error] = co_await retention_timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    run_retention();
    catalog_->consumer_offsets().compact_if_worth(offsets_log_bytes_min);
  }
}

// One task a partition, so that producers wait for one at most.
void Broker::Impl::run_retention() {
  for (auto& partition : catalog_->partitions().all()) {
    writer_->run([partition] {
      if (partition->deleted()) return;
      if (const auto done = partition->log().apply_retention(); !done) {
        log::warn("broker.storage", "retention failed",
                  {{"topic", partition->topic()}, {"error", done.error().message()}});
      }
    });
  }
}

void Broker::Impl::apply_retention() {
  run_retention();
  writer_->run_and_wait([] {});
}

void Broker::Impl::stop(std::chrono::milliseconds deadline) {
  if (!std::exchange(started_, false)) return;
  const auto until = std::chrono::steady_clock::now() + deadline;
  asio::post(control_.context, [this] {
    sc_->close();
    spu_->close();
    retention_timer_.cancel();
  });
  connections_.drain();
  connections_.wait_empty(until);
  connections_.close();
  connections_.wait_empty();
  smartmodules_->stop();
  writer_->run_and_wait([this] {
    for (const auto& partition : catalog_->partitions().all()) {
      if (const auto done = partition->log().close(); !done) {
        log::error("broker.storage", "log not closed cleanly",
                   {{"topic", partition->topic()}, {"error", done.error().message()}});
      }
    }
  });
  end_threads();
  log::info("broker", "stopped");
}

// What callbacks posted meanwhile still runs: the loops end when nothing is left to do.
void Broker::Impl::end_threads() {
  for (auto& loop : data_) {
    loop->work.reset();
    loop->thread.join();
  }
  control_.work.reset();
  control_.thread.join();
}

Broker::Broker(BrokerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Broker::~Broker() = default;
BrokerPorts Broker::start() {
  return impl_->start();
}
void Broker::stop(std::chrono::milliseconds deadline) {
  impl_->stop(deadline);
}
std::string Broker::endpoint() const {
  return impl_->endpoint();
}
Faults& Broker::faults() noexcept {
  return impl_->faults_;
}
void Broker::apply_retention() {
  impl_->apply_retention();
}

void Broker::write_profile(const std::filesystem::path& path,
                           const std::optional<ProfileTls>& tls) const {
  if (path.has_parent_path()) or_throw(make_directories(path.parent_path()));
  or_throw(replace_file(path, as_bytes(profile_text(endpoint(), tls)), StorageEnv{}));
}

}  // namespace sluice::broker
