// SPDX-License-Identifier: Apache-2.0
// Adds a key to JSON records that is a digest of some of their values.
#include <sluice/smartmodule.hpp>
#include <sluice/smartmodule/json.hpp>

#include "../shared/sha256.hpp"

using namespace sluice::guest;
using json::Value;

namespace {

json::Range<Value> lookup;  // JSON pointers
Text key_name;

Status read_spec(const Value& spec) {
  const Value* pointers = spec.find("lookup");
  const Value* name = spec.find("key_name");
  if (pointers == nullptr || !pointers->is_array()) return Error("`lookup` is not a list");
  if (name == nullptr || !name->is_text()) return Error("`key_name` is missing");
  for (const Value& pointer : pointers->items()) {
    if (!pointer.is_text())
      return Error("`lookup`: `", json::to_text(pointer), "` is not a JSON pointer");
  }
  lookup = pointers->items();
  key_name = name->text();
  return ok;
}

Status init(Params& params) {
  const Result<Value> spec = json::param(params, "spec");
  if (!params.ok()) return ok;
  const Status read = spec.ok() ? read_spec(*spec) : Status(spec.error());
  if (!read.ok()) return Error("cannot parse `spec` param: ", read.error().text());
  return ok;
}

Text hexadecimal(const sha256::Digest& digest) {
  Buffer out;
  for (const uint32_t word : digest.words) {
    for (int shift = 28; shift >= 0; shift -= 4) out.append("0123456789abcdef"[word >> shift & 15]);
  }
  return out.view();
}

Result<Output> map(const Record& record) {
  const Result<Value> value = json::parse(record.value);
  if (!value.ok()) return value.error();
  json::sort_members(*value);  // as in Fluvio's own, whose digests of objects depend on it
  sha256::Hash hash;
  for (const Value& pointer : lookup) {
    const Value* found = value->at_pointer(pointer.text());
    if (found != nullptr) hash.add(found->is_text() ? found->text() : json::to_text(*found));
  }
  if (value->is_object()) {
    value->set(key_name, Value::of(hexadecimal(hash.digest())));
    json::sort_members(*value);
  }
  return Output{record.key, json::to_text(*value)};
}

}  // namespace

SLUICE_INIT(init)
SLUICE_MAP(map)
