// SPDX-License-Identifier: Apache-2.0
#pragma once

// The bytes between host and guest: what init, look_back and the transforms get, and give.
// Format: shared/reference/smartmodule.md §3 and §4, version 22 (and 15). Pure; views look into
// what they were made from.

#include <array>
#include <map>
#include <optional>
#include <string>

#include "smartmodule/fault.hpp"
#include "wire/record_list.hpp"
#include "wire/spu.hpp"

namespace sluice::smartmodule {

using Params = std::map<std::string, std::string>;
using wire::Lookback;

// Whether a guest can be given these: their number and lengths fit the format.
[[nodiscard]] Result<> check_params(const Params& params);
[[nodiscard]] Bytes init_input(const Params& params, const std::optional<Lookback>& lookback);

// The input of a transform or of look_back, in pieces: the records are not copied.
class TransformInput {
 public:
  // `params` is for modules that have no init and get theirs with every call. The accumulator
  // is for aggregates only.
  struct Extras {
    bool takes_version = true;
    const Params* params = nullptr;
    std::optional<ByteView> accumulator;
  };
  TransformInput(std::int64_t base_offset, std::int64_t base_timestamp, wire::RecordList records,
                 const Extras& extras);

  [[nodiscard]] std::span<const ByteView> pieces() noexcept;

 private:
  Bytes head_;
  Bytes tail_;
  wire::RecordList records_;
  std::optional<ByteView> accumulator_;
  std::array<ByteView, 4> pieces_;
};

// What the guest says about the record that it could not transform.
struct GuestError {
  std::string hint;
  std::int64_t offset = 0;
  std::optional<ByteView> key;
  ByteView value;
};
struct TransformOutput {
  wire::RecordList records;
  std::optional<GuestError> error;
  ByteView accumulator;  // aggregates only
};
[[nodiscard]] Result<TransformOutput> decode_transform_output(ByteView bytes, bool is_aggregate);

// The hint of an init that refused. Never fails: what cannot be read is said to be so.
[[nodiscard]] std::string init_hint(ByteView output);
// The error of a look_back that refused.
[[nodiscard]] Result<GuestError> decode_look_back_error(ByteView output);

// What a negative status means.
[[nodiscard]] std::string status_text(std::int32_t status);
inline constexpr std::int32_t status_init_refused = -2;
inline constexpr std::int32_t status_look_back_refused = -99;

}  // namespace sluice::smartmodule
