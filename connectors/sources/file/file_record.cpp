// SPDX-License-Identifier: Apache-2.0
#include "file_record.hpp"

#include <nlohmann/json.hpp>

#include <sluice/json_text.hpp>

namespace sluice::file_source {
namespace {

void append_object(std::string& out, const RecordRules& rules, const common::Piece& piece) {
  out = R"({"path":)";
  append_json_string(out, *piece.path);
  out += R"(,"offset":)" + std::to_string(piece.offset) + R"(,"line":)";
  out += piece.line < 0 ? "null" : std::to_string(piece.line);
  out += R"(,"data":)";
  if (rules.format == Format::json) {
    out += piece.bytes;
  } else {
    append_json_string(out, piece.bytes);
  }
  out += '}';
}

}  // namespace

Outcome<RecordRef> make_record(const RecordRules& rules, const common::Piece& piece,
                               std::string& room) {
  if (rules.format == Format::json && !nlohmann::json::accept(piece.bytes)) {
    return Error{Errc::malformed,
                 *piece.path + " at byte " + std::to_string(piece.offset) + ": this is not JSON",
                 {}};
  }
  RecordRef record{.key = {}, .value = piece.bytes};
  if (rules.key == Key::path) record.key = *piece.path;
  if (rules.layout == Layout::json) {
    append_object(room, rules, piece);
    record.value = room;
  }
  return record;
}

}  // namespace sluice::file_source
