// SPDX-License-Identifier: Apache-2.0
#include "common/aws/aws_credentials.hpp"

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "common/http/http_status.hpp"
#include "common/http/json_member.hpp"
#include "common/text/ascii.hpp"

namespace sluice::common {
namespace {

using GiveUp = std::function<bool()>;

constexpr std::chrono::minutes renew_before{5};
// Each try may take seconds, and the records wait for it.
constexpr std::chrono::seconds renew_pause{30};
constexpr std::size_t file_bytes_max = 1'048'576;
constexpr std::string_view container = "http://169.254.170.2";

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it now
  return value == nullptr ? "" : value;
}

std::optional<std::string> file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.size() > file_bytes_max) {
    throw Failure(Errc::invalid_config, path + " has more than 1 MiB: not a file of credentials");
  }
  return text;
}

std::string get(HttpClient& http, const std::string& url, std::vector<Header> headers,
                const GiveUp& give_up, const char* method = "GET") {
  auto answer =
      http.perform({.method = method, .url = url, .headers = std::move(headers)}, give_up);
  if (!answer.ok()) throw Failure(answer.error());
  auto response = answer.value();
  if (const auto error = status_error(response, "asking " + url + " for credentials")) {
    throw Failure(*error);
  }
  return std::move(response.body);
}

// Where a container is told to look; empty: this is none.
std::string container_url() {
  const auto relative = environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  if (!relative.empty()) return std::string(container) + relative;
  return environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
}

AwsKeys keys_of_container(HttpClient& http, const std::string& url, const GiveUp& give_up) {
  auto token = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  const auto path = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (!path.empty()) token = trimmed(file_text(path).value_or(""));
  std::vector<Header> headers;
  if (!token.empty()) headers.push_back({"Authorization", token});
  return keys_in_json(get(http, url, std::move(headers), give_up));
}

// Another client: a machine that is none of AWS answers not at all, and is not waited for long.
AwsKeys keys_of_machine(const std::string& machine, const GiveUp& give_up) {
  HttpSettings settings;
  settings.connect_timeout = std::chrono::seconds(1);
  settings.request_timeout = std::chrono::seconds(5);
  HttpClient http(settings, "sluice");
  const auto base = machine + "/latest";
  const auto token = get(http, base + "/api/token",
                         {{"X-aws-ec2-metadata-token-ttl-seconds", "300"}}, give_up, "PUT");
  const std::vector<Header> headers{{"X-aws-ec2-metadata-token", token}};
  const auto folder = base + "/meta-data/iam/security-credentials/";
  const auto role = get(http, folder, headers, give_up);
  return keys_in_json(get(http, folder + role.substr(0, role.find('\n')), headers, give_up));
}

}  // namespace

std::optional<AwsKeys> keys_in_file(std::string_view text, std::string_view profile,
                                    std::string_view path) {
  AwsKeys keys;
  bool is_ours = false;
  std::size_t number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[' && line.back() == ']') {
      is_ours = trimmed(line.substr(1, line.size() - 2)) == profile;
      continue;
    }
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) {
      throw Failure(Errc::invalid_config, std::string(path) + ":" + std::to_string(number) +
                                              ": neither [section] nor `name = value`");
    }
    if (!is_ours) continue;
    const auto name = trimmed(line.substr(0, equals));
    const Secret<std::string> value{std::string(trimmed(line.substr(equals + 1)))};
    if (name == "aws_access_key_id") keys.access_key_id = value;
    if (name == "aws_secret_access_key") keys.secret_access_key = value;
    if (name == "aws_session_token") keys.session_token = value;
  }
  if (keys.access_key_id.empty() != keys.secret_access_key.empty()) {
    throw Failure(Errc::invalid_config, std::string(path) + ": section [" + std::string(profile) +
                                            "] has one of aws_access_key_id and "
                                            "aws_secret_access_key; both are needed");
  }
  if (keys.access_key_id.empty()) return std::nullopt;
  return keys;
}

AwsKeys keys_in_json(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const auto field = [&](const char* name) { return text_member(json, name); };
  AwsKeys keys{.access_key_id = Secret(field("AccessKeyId")),
               .secret_access_key = Secret(field("SecretAccessKey")),
               .session_token = Secret(field("Token"))};
  if (keys.access_key_id.empty() || keys.secret_access_key.empty()) {
    throw Failure(Errc::outside_unavailable, "the answer to the request for credentials has none");
  }
  std::tm parts{};
  const auto until = field("Expiration");
  if (::strptime(until.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts) != nullptr) {
    keys.end = std::chrono::system_clock::from_time_t(::timegm(&parts));
  }
  return keys;
}

AwsCredentials::AwsCredentials(const AwsSettings& settings, HttpClient& http,
                               AwsSurroundings around)
    : settings_(settings), http_(http), around_(std::move(around)) {}

AwsKeys AwsCredentials::find(const GiveUp& give_up) {
  if (!settings_.access_key_id.empty()) {
    return {.access_key_id = settings_.access_key_id,
            .secret_access_key = settings_.secret_access_key,
            .session_token = settings_.session_token};
  }
  const auto path = settings_.credentials_file.empty() ? environment("HOME") + "/.aws/credentials"
                                                       : settings_.credentials_file;
  const auto text = file_text(path);
  if (!text && !settings_.credentials_file.empty()) {
    throw Failure(Errc::invalid_config, "cannot read the credentials file " + path);
  }
  if (text) {
    if (auto keys = keys_in_file(*text, settings_.profile, path)) return *std::move(keys);
  }
  return fetch(path, give_up);
}

// `path`: the file that was looked into before.
AwsKeys AwsCredentials::fetch(const std::string& path, const GiveUp& give_up) {
  const auto container_at = container_url();
  try {
    auto keys = container_at.empty() ? keys_of_machine(around_.machine, give_up)
                                     : keys_of_container(http_, container_at, give_up);
    has_fetched_ = true;
    return keys;
  } catch (const Failure& failure) {
    if (failure.code() == Errc::cancelled) throw;
    if (has_fetched_) {
      auto error = in_context("fetching the credentials again", failure.error());
      // What gave keys before is away, whatever it says now: neither the options nor a record are
      // at fault.
      if (!error.retryable()) error.code = Errc::outside_unavailable;
      throw Failure(std::move(error));
    }
    if (!container_at.empty()) throw;
    throw Failure(Errc::invalid_config,
                  "there are no credentials: not in the options or the environment "
                  "(AWS_ACCESS_KEY_ID), not in section [" +
                      settings_.profile + "] of " + path +
                      ", not of a container, and not of the machine (" + failure.what() + ")");
  }
}

// Keys that have not ended are good for the request at hand, also when new ones cannot be had now.
void AwsCredentials::renew(const GiveUp& give_up) {
  const auto now = around_.now();
  const bool is_good = keys_ && (!keys_->end || now < *keys_->end);
  const bool ends_soon = is_good && keys_->end && *keys_->end - renew_before <= now;
  if (is_good && (!ends_soon || now < ask_again_)) return;
  try {
    keys_ = find(give_up);
  } catch (const Failure& failure) {
    if (!is_good || failure.code() == Errc::cancelled) throw;
  }
  ask_again_ = around_.now() + renew_pause;
}

AwsSigning AwsCredentials::signing(std::string_view service, const GiveUp& give_up) {
  renew(give_up);
  return {.region = settings_.region,
          .service = std::string(service),
          .access_key_id = keys_->access_key_id,
          .secret_access_key = keys_->secret_access_key,
          .session_token = keys_->session_token};
}

}  // namespace sluice::common
