// SPDX-License-Identifier: Apache-2.0
// Captures parts of JSON values into new keys, and replaces parts of them.
#include <sluice/smartmodule.hpp>
#include <sluice/smartmodule/json.hpp>
#include <sluice/smartmodule/list.hpp>
#include <sluice/smartmodule/regex.hpp>

using namespace sluice::guest;
using json::Value;

namespace {

struct Operation {
  bool replaces = false;  // or captures
  Regex regex;
  Text target;  // JSON pointer to what is read
  Text output;  // and to what is written
  Text with;    // of a replacement
};

List<Operation> operations;

Result<Text> field(const Value& spec, Text name) {
  const Value* found = spec.find(name);
  if (found == nullptr || !found->is_text()) return Error("missing field `", name, "`");
  return found->text();
}

Result<Operation> read_operation(const Value& entry) {
  Operation made;
  const Value* spec = entry.find("capture");
  if (spec == nullptr) {
    spec = entry.find("replace");
    made.replaces = true;
  }
  if (spec == nullptr) return Error("neither `capture` nor `replace`");
  const Result<Text> pattern = field(*spec, "regex");
  if (!pattern.ok()) return pattern.error();
  const Result<Text> target = field(*spec, "target");
  if (!target.ok()) return target.error();
  const Result<Text> last = field(*spec, made.replaces ? Text("with") : Text("output"));
  if (!last.ok()) return last.error();
  const Result<Regex> regex = Regex::compile(*pattern);
  if (!regex.ok()) return regex.error();
  made.regex = *regex;
  made.target = *target;
  made.output = made.replaces ? *target : *last;
  made.with = made.replaces ? *last : Text();
  return made;
}

Status read_spec(const Value& spec) {
  if (!spec.is_array()) return Error("it is not a list");
  for (const Value& entry : spec.items()) {
    const Result<Operation> operation = read_operation(entry);
    if (!operation.ok())
      return Error("operation ", size_t{operations.size()}, ": ", operation.error().text());
    operations.add(*operation);
  }
  return ok;
}

Status init(Params& params) {
  const Result<Value> spec = json::param(params, "spec");
  if (!params.ok()) return ok;
  const Status read = spec.ok() ? read_spec(*spec) : Status(spec.error());
  if (!read.ok()) return Error("cannot parse `spec` param: ", read.error().text());
  return ok;
}

// Objects on the way are made; what is there and is no object gives way.
void write_at(Value& root, Text pointer, Text text) {
  Value* at = &root;
  while (!pointer.empty()) {
    const Text name = json::pointer_step(pointer);
    const auto index = at->is_array() ? json::parse_index(name) : Optional<size_t>(none);
    Value* item = index ? at->item(*index) : nullptr;
    if (item == nullptr && !at->is_object()) *at = Value::object();
    at = item != nullptr ? item : &at->member(name);
  }
  *at = Value::of(text);
}

Text result_of(Operation& operation, Text text) {
  if (operation.replaces) return operation.regex.replace_all(text, operation.with);
  const Optional<Match> match = operation.regex.find(text);
  return match ? match->group(1).value_or({}) : Text();
}

Result<Output> map(const Record& record) {
  const Result<Value> original = json::parse(record.value);
  if (!original.ok()) return original.error();
  Value out = original->clone();
  for (Operation& operation : operations) {
    const Value* target = original->at_pointer(operation.target);
    if (target == nullptr) continue;
    const Text text = target->is_text() ? target->text() : json::to_text(*target);
    const Text result = text.empty() ? Text() : result_of(operation, text);
    if (!result.empty() && operation.output.starts_with("/"))
      write_at(out, operation.output, result);
  }
  json::sort_members(out);
  return Output{record.key, json::to_text(out)};
}

}  // namespace

SLUICE_INIT(init)
SLUICE_MAP(map)
