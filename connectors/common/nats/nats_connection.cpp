// SPDX-License-Identifier: Apache-2.0
#include "common/nats/nats_connection.hpp"

#include <openssl/crypto.h>

#include "common/nats/nats_tls.hpp"

namespace sluice::common {
namespace {

using OptionsPtr = std::unique_ptr<::natsOptions, NatsDelete<&natsOptions_Destroy>>;

Errc errc_of(natsStatus status) {
  switch (status) {
    case NATS_TIMEOUT:
      return Errc::timed_out;
    case NATS_NO_SERVER:
    case NATS_NO_RESPONDERS:
    case NATS_INSUFFICIENT_BUFFER:
      return Errc::outside_unavailable;
    case NATS_IO_ERROR:
    case NATS_CONNECTION_CLOSED:
    case NATS_CONNECTION_DISCONNECTED:
    case NATS_STALE_CONNECTION:
    case NATS_INVALID_SUBSCRIPTION:
    case NATS_MISSED_HEARTBEAT:
      return Errc::connection_lost;
    case NATS_CONNECTION_AUTH_FAILED:
    case NATS_NOT_PERMITTED:
      return Errc::permission_denied;
    case NATS_SSL_ERROR:
    case NATS_SECURE_CONNECTION_REQUIRED:
    case NATS_SECURE_CONNECTION_WANTED:
      return Errc::tls;
    case NATS_MAX_PAYLOAD:
      return Errc::record_too_large;
    case NATS_INVALID_SUBJECT:
    case NATS_INVALID_ARG:
    case NATS_NOT_FOUND:
    case NATS_ADDRESS_MISSING:
    case NATS_NO_SERVER_SUPPORT:
      return Errc::invalid_config;
    default:
      return Errc::outside_unavailable;
  }
}

Errc errc_of_jetstream(int code, Errc otherwise) {
  switch (code) {
    case 0:
      return otherwise;
    case JSStreamMessageExceedsMaximumErr:
      return Errc::record_too_large;
    case JSStreamStoreFailedErr:  // also: the stream is full, and takes new ones later
    case JSInsufficientResourcesErr:
      return Errc::outside_unavailable;
    case JSNotEnabledErr:
    case JSNotEnabledForAccountErr:
    case JSStreamNotFoundErr:
    case JSConsumerNotFoundErr:
      return Errc::invalid_config;
    default:
      return Errc::outside_rejected;
  }
}

void set_login(::natsOptions* to, const NatsOptions& options) {
  const auto& user = options.user.empty() ? options.url.user() : options.user;
  const auto& password = options.password.empty() ? options.url.password() : options.password;
  if (!user.empty()) {
    require_nats("--user", natsOptions_SetUserInfo(to, user.c_str(), password.reveal().c_str()));
  }
  if (!options.token.empty()) {
    require_nats("--token", natsOptions_SetToken(to, options.token.reveal().c_str()));
  }
  if (!options.creds_file.empty()) {
    require_nats("--creds-file",
                 natsOptions_SetUserCredentialsFromFiles(to, options.creds_file.c_str(), nullptr));
  }
  if (!options.nkey.empty()) {
    require_nats("--nkey", natsOptions_SetNKeyFromSeed(to, options.nkey.c_str(),
                                                       options.nkey_seed_file.c_str()));
  }
}

void on_error(natsConnection*, natsSubscription*, natsStatus, void*) {}

}  // namespace

void validate_nats(const NatsOptions& options, OptionProblems& problems) {
  if (options.url.host().empty()) {
    problems.add("url", "the address has no host", "write for example nats://broker:4222");
  }
  validate(options.tls, problems);
  if (options.nkey.empty() != options.nkey_seed_file.empty()) {
    problems.add(options.nkey.empty() ? "nkey" : "nkey-seed-file", "the two belong together",
                 "give both --nkey and --nkey-seed-file");
  }
  if (has_tls_options(options.tls) && options.url.scheme() != "tls") {
    problems.add("url", "the options for TLS do nothing with nats://", "write tls://");
  }
}

Error nats_error(const std::string& what, natsStatus status, int code, const char* text) {
  std::string message = what + ": " + natsStatus_GetText(status);
  if (code != 0) message += " (JetStream error " + std::to_string(code) + ')';
  if (status == NATS_NO_RESPONDERS) message += ": no stream takes this subject";
  return {errc_of_jetstream(code, errc_of(status)), std::move(message),
          text != nullptr ? text : ""};
}

void require_nats(const std::string& what, natsStatus status, int code) {
  if (status != NATS_OK) throw Failure(nats_error(what, status, code));
}

NatsConnectionPtr connect_nats(const NatsOptions& options, const std::string& name,
                               bool reconnect) {
  ::natsOptions* made = nullptr;
  require_nats("cnats", natsOptions_Create(&made));
  const OptionsPtr to(made);
  const bool is_v6 = options.url.host().find(':') != std::string::npos;
  const auto host = is_v6 ? '[' + options.url.host() + ']' : options.url.host();
  const auto address =
      options.url.scheme() + "://" + host + ':' + std::to_string(options.url.port_or(4222));
  require_nats("the address " + address, natsOptions_SetURL(made, address.c_str()));
  natsOptions_SetName(made, name.c_str());
  natsOptions_SetTimeout(made, options.timeout.count());
  natsOptions_SetAllowReconnect(made, reconnect);
  natsOptions_SetMaxReconnect(made, -1);
  natsOptions_SetReconnectWait(made, 500);
  natsOptions_SetPingInterval(made, 20'000);
  natsOptions_SetErrorHandler(made, &on_error, nullptr);  // its own would print
  set_login(made, options);
  if (options.url.scheme() == "tls") set_nats_tls(made, options.tls, options.url.host());
  natsConnection* connection = nullptr;
  require_nats("connecting to " + address, natsConnection_Connect(&connection, made));
  return NatsConnectionPtr(connection);
}

JsContextPtr jetstream_of(natsConnection& connection, const NatsOptions& options,
                          jsOptions& settings) {
  settings.Wait = options.timeout.count();
  jsCtx* context = nullptr;
  require_nats("JetStream", natsConnection_JetStream(&context, &connection, &settings));
  return JsContextPtr(context);
}

bool is_subject(std::string_view text) {
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '*' || c == '>' || c == 0x7f) return false;
  }
  return true;
}

// cnats, when it was used with TLS, ends with what OpenSSL 1.0 wanted of a program, and frees what
// OpenSSL frees again at exit. OpenSSL takes this wish only before it is used.
NatsLibrary::NatsLibrary() {
  ::OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
}

NatsLibrary::~NatsLibrary() {
  constexpr std::int64_t patience_ms = 5'000;
  nats_CloseAndWait(patience_ms);
}

}  // namespace sluice::common
