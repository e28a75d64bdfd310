// SPDX-License-Identifier: Apache-2.0
#pragma once

// A connection to NATS through cnats, which reads and reconnects on threads of its own.

#include <memory>
#include <string>

#include <nats/nats.h>

#include <sluice/outcome.hpp>

#include "common/nats/nats_options.hpp"

namespace sluice::common {

template <auto destroy>
struct NatsDelete {
  template <typename T>
  void operator()(T* object) const {
    destroy(object);
  }
};
using NatsConnectionPtr = std::unique_ptr<natsConnection, NatsDelete<&natsConnection_Destroy>>;
using NatsSubscriptionPtr =
    std::unique_ptr<natsSubscription, NatsDelete<&natsSubscription_Destroy>>;
using NatsMsgPtr = std::unique_ptr<natsMsg, NatsDelete<&natsMsg_Destroy>>;
using JsContextPtr = std::unique_ptr<jsCtx, NatsDelete<&jsCtx_Destroy>>;

// The first object of `main`, and the last to go: ends the library's threads.
class NatsLibrary {
 public:
  NatsLibrary();
  ~NatsLibrary();
  NatsLibrary(const NatsLibrary&) = delete;
  NatsLibrary& operator=(const NatsLibrary&) = delete;
};

// With `reconnect` the library comes back by itself for as long as it takes; what is published
// meanwhile waits in its buffer. Throws: see `nats_error`.
[[nodiscard]] NatsConnectionPtr connect_nats(const NatsOptions& options, const std::string& name,
                                             bool reconnect);
[[nodiscard]] JsContextPtr jetstream_of(natsConnection& connection, const NatsOptions& options,
                                        jsOptions& settings);

// What a status means, and the error number of JetStream, 0 when there is none: `timed_out`,
// `connection_lost`, `outside_unavailable`, `permission_denied`, `tls`, `record_too_large`,
// `invalid_config`, `outside_rejected`.
[[nodiscard]] Error nats_error(const std::string& what, natsStatus status, int code = 0,
                               const char* text = nullptr);
// Throws the same unless the status is NATS_OK.
void require_nats(const std::string& what, natsStatus status, int code = 0);

// A subject that can be published to: no blanks, no wildcards, no empty words.
[[nodiscard]] bool is_subject(std::string_view text);

}  // namespace sluice::common
