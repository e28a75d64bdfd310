// SPDX-License-Identifier: Apache-2.0
// Reshapes JSON records as a specification says: shift, default, remove, one after the other.
#include <sluice/smartmodule.hpp>

#include "shift.hpp"

using namespace sluice::guest;
using json::Value;

namespace {

struct Operation {
  enum class Kind : uint8_t { shift, add_default, remove };
  Kind kind = Kind::shift;
  const jolt::Rules* rules = nullptr;  // of a shift
  Value spec;                          // of the others
};

List<Operation> operations;

Result<Operation> read_operation(const Value& entry) {
  const Value* name = entry.find("operation");
  const Value* spec = entry.find("spec");
  if (name == nullptr || !name->is_text()) return Error("missing field `operation`");
  if (spec == nullptr) return Error("missing field `spec`");
  Operation made{.kind = Operation::Kind::shift, .rules = nullptr, .spec = *spec};
  if (name->text() == "default") {
    made.kind = Operation::Kind::add_default;
  } else if (name->text() == "remove") {
    made.kind = Operation::Kind::remove;
  } else if (name->text() == "shift") {
    const auto rules = jolt::read_rules(*spec);
    if (!rules.ok()) return rules.error();
    made.rules = *rules;
  } else {
    return Error("unknown variant `", name->text(),
                 "`, expected one of `shift`, `default`, `remove`");
  }
  return made;
}

Status read_spec(const Value& spec) {
  if (spec.is_object()) {  // one operation without the list
    const auto operation = read_operation(spec);
    if (!operation.ok()) return operation.error();
    operations.add(*operation);
    return ok;
  }
  if (!spec.is_array()) return Error("it is not a list of operations");
  for (const Value& entry : spec.items()) {
    const auto operation = read_operation(entry);
    if (!operation.ok())
      return Error("operation ", size_t{operations.size()}, ": ", operation.error().text());
    operations.add(*operation);
  }
  return ok;
}

Status init(Params& params) {
  const Text text = params.text("spec");
  if (!params.ok()) return ok;
  const Result<Value> spec = json::parse(text);
  const Status read = spec.ok() ? read_spec(*spec) : Status(spec.error());
  if (!read.ok())
    return Error("could not parse the specification from `spec` param: ", read.error().text());
  return ok;
}

bool has_leaf(const Value& spec) {
  if (!spec.is_object()) return true;
  for (const json::Member& member : spec.members()) {
    if (has_leaf(member.value)) return true;
  }
  return false;
}

// Adds what is not there. What is there stays, null too; objects are entered, lists are not.
void add_default(Value& target, const Value& spec) {
  if (!target.is_object()) return;
  for (const json::Member& member : spec.members()) {
    if (!has_leaf(member.value)) continue;
    Value* there = target.find(member.name);
    if (!member.value.is_object()) {
      if (there == nullptr) target.set(member.name, member.value.clone());
      continue;
    }
    if (there == nullptr) {
      there = &target.member(member.name);
      *there = Value::object();
    }
    add_default(*there, member.value);
  }
}

Value* child(const Value& parent, Text name) {
  if (!parent.is_array()) return parent.find(name);
  const auto index = json::parse_index(name);
  return index ? parent.item(*index) : nullptr;
}

// Removes each member whose name is a leaf of the specification, whatever the leaf says.
void remove(const Value& target, const Value& spec) {
  const auto visit = [&](Text name, const Value& below) {
    if (!below.is_object() && !below.is_array()) return target.remove(name);
    if (const Value* next = child(target, name)) remove(*next, below);
  };
  for (const json::Member& member : spec.members()) visit(member.name, member.value);
  size_t index = 0;
  for (const Value& item : spec.items()) visit(concat(index++), item);
}

Result<Output> map(const Record& record) {
  const Result<Value> parsed = json::parse(record.value);
  if (!parsed.ok()) return parsed.error();
  Value value = *parsed;
  for (const Operation& operation : operations) {
    if (operation.kind == Operation::Kind::add_default) add_default(value, operation.spec);
    if (operation.kind == Operation::Kind::remove) remove(value, operation.spec);
    if (operation.kind != Operation::Kind::shift) continue;
    const Result<Value> shifted = jolt::Shift(value).run(*operation.rules);
    if (!shifted.ok()) return shifted.error();
    value = *shifted;
  }
  return Output{record.key, json::to_text(value)};
}

}  // namespace

SLUICE_INIT(init)
SLUICE_MAP(map)
