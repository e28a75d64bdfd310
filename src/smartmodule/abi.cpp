// SPDX-License-Identifier: Apache-2.0
#include "smartmodule/abi.hpp"

#include <algorithm>

#include "smartmodule/guest.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace sluice::smartmodule {
namespace {

// A length and text; guests are not trusted to write UTF-8.
std::string any_text(wire::WireReader& in) {
  return wire::fit_string(as_text(in.take(in.big_endian<std::uint16_t>())));
}

GuestError read_error(wire::WireReader& in, bool has_kind) {
  GuestError error;
  error.hint = any_text(in);
  error.offset = in.big_endian<std::int64_t>();
  if (has_kind) (void)in.big_endian<std::uint8_t>();  // ours is the one it was loaded as
  if (in.boolean()) error.key = in.var_bytes();
  error.value = in.var_bytes();
  return error;
}

struct StatusRow {
  std::int32_t status;
  std::string_view text;
};
constexpr std::array status_rows{
    StatusRow{-1, "it failed without saying why"},
    StatusRow{-10, "it could not read its parameters"},
    StatusRow{-11, "it could not read its input"},
    StatusRow{-22, "it could not read the records"},
    StatusRow{-33, "it could not write its output"},
    StatusRow{-44, "it could not read its parameters"},
    StatusRow{-55, "it is a join, which wants a second stream"},
    StatusRow{-66, "it could not read the input of its look_back"},
    StatusRow{-77, "it could not read the records of its look_back"},
    StatusRow{-88, "it could not write the output of its look_back"},
};

}  // namespace

Result<> check_params(const Params& params) {
  if (params.size() > wire::map_items_max) {
    return fail(Errc::invalid_argument, std::to_string(params.size()) +
                                            " parameters; a SmartModule takes at most " +
                                            std::to_string(wire::map_items_max));
  }
  for (const auto& [name, value] : params) {
    if (name.size() <= wire::string_bytes_max && value.size() <= wire::string_bytes_max) continue;
    return fail(Errc::invalid_argument, "parameter `" + name.substr(0, 100) + "` has " +
                                            std::to_string(std::max(name.size(), value.size())) +
                                            " bytes; a SmartModule takes at most " +
                                            std::to_string(wire::string_bytes_max));
  }
  return {};
}

Bytes init_input(const Params& params, const std::optional<Lookback>& lookback) {
  Bytes out;
  wire::WireWriter writer(out);
  wire::put(writer, params, abi_version);
  wire::put(writer, lookback, abi_version);
  return out;
}

TransformInput::TransformInput(std::int64_t base_offset, std::int64_t base_timestamp,
                               wire::RecordList records, const Extras& extras)
    : records_(records), accumulator_(extras.accumulator) {
  wire::WireWriter head(head_);
  head.big_endian(base_offset);
  head.big_endian(static_cast<std::uint32_t>(sizeof records.count + records.bytes.size()));
  head.big_endian(records.count);

  wire::WireWriter tail(tail_);
  static const Params none;
  wire::put(tail, extras.params != nullptr ? *extras.params : none, abi_version);
  if (extras.takes_version) {
    wire::put(tail, std::optional<Lookback>(), abi_version);
    tail.big_endian(std::uint32_t{0});  // join_record
    tail.big_endian(base_timestamp);
  }
  if (accumulator_) tail.big_endian(static_cast<std::uint32_t>(accumulator_->size()));
}

std::span<const ByteView> TransformInput::pieces() noexcept {
  pieces_ = {head_, records_.bytes, tail_, accumulator_.value_or(ByteView())};
  return pieces_;
}

Result<TransformOutput> decode_transform_output(ByteView bytes, bool is_aggregate) {
  wire::WireReader in(bytes);
  const auto count = in.count(1);
  if (!in.ok()) return tl::unexpected(in.error("output"));
  const auto cut = wire::cut_after({count, in.rest()}, count);
  if (!cut) return tl::unexpected(cut.error());
  TransformOutput output{.records = cut->head, .error = {}, .accumulator = {}};
  wire::WireReader rest(cut->tail.bytes);
  if (rest.boolean()) output.error = read_error(rest, true);
  if (is_aggregate) output.accumulator = rest.take(rest.big_endian<std::uint32_t>());
  if (!rest.ok()) return tl::unexpected(rest.error("output behind its records"));
  return output;
}

std::string init_hint(ByteView output) {
  wire::WireReader in(output);
  auto hint = any_text(in);
  return in.ok() && !hint.empty() ? hint : "it refuses its parameters, without saying why";
}

Result<GuestError> decode_look_back_error(ByteView output) {
  wire::WireReader in(output);
  auto error = read_error(in, false);
  if (!in.ok()) return tl::unexpected(in.error("output of look_back"));
  return error;
}

std::string status_text(std::int32_t status) {
  const auto* row = std::ranges::find(status_rows, status, &StatusRow::status);
  const auto text = row == status_rows.end() ? status_rows.front().text : row->text;
  return std::string(text) + " (status " + std::to_string(status) + ")";
}

}  // namespace sluice::smartmodule
