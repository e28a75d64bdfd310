// SPDX-License-Identifier: Apache-2.0
#pragma once

// The server's SmartModules: what is in its store, the engine that runs them, and the threads
// to run them on. The engine is made when the first module is used: a server without any stays
// small. Compiled modules are kept on disk, in the folder given.
//
// The store may be used from any thread; chains are made and used on `workers()` only.

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "broker/partition_log.hpp"
#include "broker/smartmodule_limits.hpp"
#include "broker/worker_pool.hpp"
#include "smartmodule/chain.hpp"
#include "wire/error_code.hpp"
#include "wire/spu.hpp"

namespace sluice::broker {

class SmartModules {
 public:
  SmartModules(fs::path cache_folder, const SmartModuleLimits& limits);
  ~SmartModules();

  // ---- the store, as the catalog has it ----
  void put(const std::string& name, Bytes wasm);
  void erase(const std::string& name);

  // ---- chains ----
  using Invocations = std::vector<wire::SmartModuleInvocation>;
  using Made = tl::expected<smartmodule::Chain, wire::ErrorCode>;
  // Loads the modules, starts them, and lets them look back at the log. Takes as long as it
  // takes to compile them. Requires: a worker's thread.
  [[nodiscard]] Made make_chain(const Invocations& invocations, const PartitionLog& log);

  // The right to run a stream with a chain, for as long as it exists.
  class StreamPlace {
   public:
    explicit StreamPlace(std::atomic<std::size_t>& count) : count_(count) {}
    ~StreamPlace() { --count_; }
    StreamPlace(const StreamPlace&) = delete;
    StreamPlace& operator=(const StreamPlace&) = delete;

   private:
    std::atomic<std::size_t>& count_;
  };
  // Nothing: there are as many as may be.
  [[nodiscard]] std::shared_ptr<StreamPlace> try_take_stream_place();

  [[nodiscard]] WorkerPool& workers() noexcept { return workers_; }
  [[nodiscard]] bool stopping() const noexcept { return stopping_; }
  // Ends what runs, calls into modules included, and drops what waits.
  void stop();

 private:
  struct Stored {
    std::shared_ptr<const Bytes> wasm;
    std::shared_ptr<const smartmodule::Module> module;  // once it has been loaded
  };
  using Loaded = tl::expected<std::shared_ptr<const smartmodule::Module>, wire::ErrorCode>;
  [[nodiscard]] smartmodule::Engine& engine();
  [[nodiscard]] Loaded load(const wire::SmartModuleInvocation& invocation);
  [[nodiscard]] Loaded load_stored(const std::string& reference);
  [[nodiscard]] Loaded load_bytes(const std::string& name, ByteView wasm);
  [[nodiscard]] tl::expected<void, wire::ErrorCode> look_back(smartmodule::Chain& chain,
                                                              const PartitionLog& log) const;

  const fs::path cache_folder_;
  const SmartModuleLimits limits_;
  std::mutex mutex_;
  std::map<std::string, Stored, std::less<>> store_;
  std::unique_ptr<smartmodule::Engine> engine_;
  std::atomic<std::size_t> stream_count_{0};
  std::atomic<bool> stopping_{false};
  WorkerPool workers_;
};

// The store's name of a SmartModule: `name`, or of `group/name@version` the stored form.
[[nodiscard]] std::string smartmodule_key(std::string_view reference);

}  // namespace sluice::broker
