// SPDX-License-Identifier: Apache-2.0
#pragma once

// The embedded server: a whole single-machine Fluvio-compatible cluster in this process. It
// listens on two ports, the control plane's (SC) and the data's (SPU), keeps everything in one
// directory, and has threads of its own: one for the control plane, some for data, one that
// writes the logs. What it acknowledged is on disk, unless `durability` says otherwise.
//
//   Broker broker({.data_directory = dir, .sc_port = 0, .spu_port = 0});
//   const auto ports = broker.start();
//
// `start` and `stop` are for one thread; `faults()` may be used from any.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "broker/faults.hpp"
#include "broker/partition_log.hpp"
#include "broker/smartmodule_limits.hpp"

namespace sluice::broker {

enum class Durability : std::uint8_t {
  fsync,  // acknowledged means synced to disk
  none,   // acknowledged means given to the kernel: a power cut loses the last seconds
};

// PEM files. With a client CA, a client must show a certificate that it signed.
struct TlsFiles {
  std::filesystem::path certificate;  // with its chain
  std::filesystem::path key;
  std::optional<std::filesystem::path> client_ca;
};

struct BrokerLimits {
  std::size_t connections_max = 1000;  // both ports together
  std::size_t frame_bytes_max = wire::frame_bytes_max;
  std::uint64_t request_bytes_max = 256U << 20;  // of all requests in flight
  std::uint64_t answer_bytes_max = 256U << 20;   // of all answers that wait to be read
  std::size_t streams_max = 1024;                // per connection
  std::uint32_t partitions_max = 4096;
  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds frame_timeout{30'000};
  std::chrono::milliseconds answer_timeout{30'000};  // for a peer to read what it asked for
  std::size_t bytes_per_ms_min = 256;                // so much longer for a long frame or answer
  SmartModuleLimits smartmodules;
  std::size_t processed_streams_max = 32;        // per connection: streams with SmartModules
  std::uint32_t processed_bytes_max = 4U << 20;  // processed and not sent, each stream
};

struct BrokerOptions {
  std::filesystem::path data_directory;
  std::string sc_host = "127.0.0.1";
  std::uint16_t sc_port = 9003;  // 0: any free one, here and below
  std::string spu_host = "127.0.0.1";
  std::uint16_t spu_port = 9010;
  // Where clients reach the data port; when empty, the host it listens on (localhost for all).
  std::string advertised_host;
  std::uint16_t advertised_port = 0;  // 0: the port it listens on
  std::optional<TlsFiles> tls;        // for both ports
  Durability durability = Durability::fsync;
  BrokerLimits limits;
  LogOptions log_defaults;  // of topics that do not say otherwise; its clock is the server's
  std::chrono::milliseconds retention_interval{60'000};
  unsigned data_threads = 2;
  std::string platform_version = "0.18.2";  // what official clients are told
};

struct BrokerPorts {
  std::uint16_t sc = 0;
  std::uint16_t spu = 0;
};

// What a client needs for TLS, for `write_profile`.
struct ProfileTls {
  std::string domain;
  std::filesystem::path ca;
  std::filesystem::path certificate;
  std::filesystem::path key;
};

class Broker {
 public:
  explicit Broker(BrokerOptions options);
  ~Broker();  // stops, with a deadline of five seconds
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  // Opens the directory and both ports; ready when it returns. Throws Failure:
  // `already_running` (another server has the directory), `address_in_use`, `data_corrupt`,
  // `permission_denied`, `no_space`, `tls`, `io`.
  BrokerPorts start();
  // Takes no more connections, answers what is in flight, closes; at the deadline it closes
  // regardless. Everything acknowledged is on disk either way.
  void stop(std::chrono::milliseconds deadline = std::chrono::seconds(5));

  // `host:port` of the control plane, as a client is given it. Requires: started.
  [[nodiscard]] std::string endpoint() const;
  // A profile file for official clients and ours, with this server as its only cluster.
  void write_profile(const std::filesystem::path& path,
                     const std::optional<ProfileTls>& tls = std::nullopt) const;

  [[nodiscard]] Faults& faults() noexcept;
  // For tests: applies retention now, and returns when it is done.
  void apply_retention();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::broker
