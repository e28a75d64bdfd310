// SPDX-License-Identifier: Apache-2.0
#include "wire/cluster_objects.hpp"

namespace sluice::wire {
namespace {

constexpr std::string_view by_name = "Name";
constexpr std::string_view by_id = "Id";

}  // namespace

void put(WireWriter& out, const CustomSpuKey& value, Version) {
  if (const auto* const name = std::get_if<std::string>(&value)) {
    out.string(by_name);
    out.string(*name);
  } else {
    out.string(by_id);
    out.big_endian(std::get<std::int32_t>(value));
  }
}

void get(WireReader& in, CustomSpuKey& value, Version) {
  const auto kind = in.string();
  if (kind == by_name) {
    value = std::string(in.string());
  } else if (kind == by_id) {
    value = in.big_endian<std::int32_t>();
  } else {
    in.set_fault(Errc::malformed);
  }
}

}  // namespace sluice::wire
