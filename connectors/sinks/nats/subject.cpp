// SPDX-License-Identifier: Apache-2.0
#include "subject.hpp"

#include <nlohmann/json.hpp>

#include "common/nats/nats_connection.hpp"

namespace sluice::nats {
namespace {

Error malformed(std::string text) {
  return {Errc::malformed, std::move(text), {}};
}

Outcome<std::string> field_of(const SinkOptions& options, std::string_view value) {
  const auto json = nlohmann::json::parse(value, nullptr, false);
  if (!json.is_object()) return malformed("the value is not a JSON object");
  const auto found = json.find(options.subject_field);
  if (found == json.end() || !found->is_string()) {
    return malformed("the value has no text in the field `" + options.subject_field + "`");
  }
  return found->get<std::string>();
}

}  // namespace

Outcome<std::string> subject_of(const SinkOptions& options, const SinkRecord& record) {
  if (options.subject_from == SubjectFrom::fixed) return options.subject;
  std::string end;
  if (options.subject_from == SubjectFrom::key) {
    if (!record.key) return malformed("the record has no key to make a subject of");
    end = *record.key;
  } else {
    auto field = field_of(options, record.value);
    if (!field.ok()) return field.error();
    end = std::move(field).value();
  }
  auto subject = options.subject + '.' + end;
  if (!common::is_subject(subject))
    return malformed("it makes no subject that can be published to");
  return subject;
}

std::string message_id(const std::string& topic, const SinkRecord& record) {
  auto id = topic + '-' + std::to_string(record.partition.value) + '-' +
            std::to_string(record.offset.value);
  if (record.index > 0) id += '-' + std::to_string(record.index);
  return id;
}

}  // namespace sluice::nats
