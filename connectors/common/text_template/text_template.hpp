// SPDX-License-Identifier: Apache-2.0
#pragma once

// A text with places that each record fills: `plant/{site}/{@key}`. What sinks name their outside
// things by: MQTT topics, metric paths, Redis keys.
//
//   {name}, {name.inner}, {list.0}   a field of the record's value, which is JSON
//   {@key} {@topic} {@partition} {@offset}   of the record itself
//   {{ and }}                        a brace
//
// Pure; no thread of its own.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/connector/sink.hpp>
#include <sluice/outcome.hpp>

namespace sluice::common {

// The value of a record as JSON, parsed when somebody asks for the first time. Looks into the
// record's bytes.
class RecordFields {
 public:
  explicit RecordFields(std::string_view value) : value_(value) {}

  // Text of a field: a string as it is, anything else but null as JSON. Errors: `malformed` when
  // the value is not JSON or has no such field.
  [[nodiscard]] Outcome<std::string> text(std::string_view path) const;
  // The same; none when there is no such field, or it is null.
  [[nodiscard]] Outcome<std::optional<std::string>> find(std::string_view path) const;

 private:
  struct Json;
  std::string_view value_;
  mutable std::shared_ptr<const Json> json_;
};

class TextTemplate {
 public:
  TextTemplate() = default;
  // None, and `problem` says why, when the text has a brace out of place.
  [[nodiscard]] static std::optional<TextTemplate> parse(std::string_view text,
                                                         std::string& problem);

  // Changes or refuses the text of one place before it is put in.
  using Filter = std::function<Outcome<std::string>(std::string text)>;
  struct Source {
    const SinkRecord& record;
    std::string_view topic;
    const RecordFields& fields;
  };
  // Errors: `malformed` when a field or the key is missing, and what `filter` says.
  [[nodiscard]] Outcome<std::string> fill(const Source& source, const Filter& filter = {}) const;

  // It has no places: every record has the same text.
  [[nodiscard]] bool fixed() const;
  // The text around the places.
  [[nodiscard]] std::string literal() const;

 private:
  enum class Kind : unsigned char { text, field, key, topic, partition, offset };
  struct Part {
    Kind kind = Kind::text;
    std::string text;  // the text itself, or the path of the field
  };
  [[nodiscard]] static bool add_place(TextTemplate& out, std::string_view name,
                                      std::string& problem);
  [[nodiscard]] static Outcome<std::string> value_of(const Part& part, const Source& source);

  std::vector<Part> parts_;
};

}  // namespace sluice::common
