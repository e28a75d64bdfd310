// SPDX-License-Identifier: Apache-2.0
#include "smartmodule/chain.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "base/log.hpp"

namespace sluice::smartmodule {
namespace {

tl::unexpected<ModuleError> broken_contract(const Module& module, const Error& error) {
  return tl::unexpected(
      ModuleError{FaultCode::contract, module.name(),
                  "it gave something that is not a SmartModule's output: " + error.message()});
}

// Requires: the module has an init.
ModuleResult<> run_init(Guest& guest, const Step& step) {
  const auto input = init_input(step.params, step.lookback);
  const ByteView pieces[] = {input};
  const auto answer = guest.call(Entry::init, pieces);
  if (!answer) return tl::unexpected(answer.error());
  if (answer->status >= 0) return {};
  return tl::unexpected(ModuleError{FaultCode::init, step.module->name(),
                                    answer->status == status_init_refused
                                        ? init_hint(answer->output)
                                        : status_text(answer->status)});
}

bool same_bytes(ByteView a, ByteView b) {
  return std::ranges::equal(a, b);
}
bool same_key(const std::optional<ByteView>& a, const std::optional<ByteView>& b) {
  return a.has_value() == b.has_value() && (!a || same_bytes(*a, *b));
}

}  // namespace

// One batch through one link, in as many calls as it takes.
struct Chain::Run {
  Chain& chain;
  Link& link;
  std::size_t step;
  ChainInput input;  // its records shrink from the front
  Bytes& out;
  ChainOutput& result;
  std::uint32_t count = 0;
  std::uint32_t one_by_one = 0;  // this many of the next records

  ModuleResult<> run();

 private:
  [[nodiscard]] const Module& module() const { return *link.step.module; }
  // What the next call gets.
  [[nodiscard]] Result<wire::CutList> next_part() const;
  ModuleResult<> transform(const wire::CutList& part);
  [[nodiscard]] tl::unexpected<ModuleError> too_much() const;
  ModuleResult<> broke_down(const ModuleError& error, const wire::CutList& part);
  Result<> take_output(const TransformOutput& output, wire::RecordList part);
  // After an error: what is left is what follows the record in question.
  ModuleResult<> after_error(const GuestError& error, const wire::CutList& part,
                             std::uint32_t first);
  void blame(const wire::RecordView& record, std::string text, std::optional<FaultCode> breakdown);
};

ModuleResult<> Chain::Run::run() {
  link.stats.records_in += input.records.count;
  while (input.records.count > 0 && !result.stopped) {
    const auto part = next_part();
    if (!part) return broken_contract(module(), part.error());
    if (auto done = transform(*part); !done) return done;
    if (out.size() > chain.options_.output_bytes_max) return too_much();
  }
  link.stats.records_out += count;
  return {};
}

tl::unexpected<ModuleError> Chain::Run::too_much() const {
  return tl::unexpected(ModuleError{FaultCode::memory_limit, module().name(),
                                    "it made " + std::to_string(out.size()) + " bytes of " +
                                        std::to_string(link.stats.records_in) + " records",
                                    out.size(), chain.options_.output_bytes_max});
}

Result<wire::CutList> Chain::Run::next_part() const {
  const auto& records = input.records;
  if (one_by_one > 0 || module().kind() == Kind::array_map) return wire::cut_after(records, 1);
  if (records.bytes.size() <= chain.options_.call_bytes_max) {
    return wire::CutList{.head = records, .tail = {}};
  }
  std::uint32_t taken = 0;
  std::size_t bytes = 0;
  while (taken < records.count) {
    const auto next = wire::first_record_bytes(records.bytes.subspan(bytes));
    if (!next) return tl::unexpected(next.error());
    if (taken > 0 && bytes + *next > chain.options_.call_bytes_max) break;
    bytes += *next;
    ++taken;
  }
  return wire::CutList{.head = {taken, records.bytes.first(bytes)},
                       .tail = {records.count - taken, records.bytes.subspan(bytes)}};
}

ModuleResult<> Chain::Run::transform(const wire::CutList& part) {
  const auto& shape = module().shape();
  const bool is_aggregate = shape.kind == Kind::aggregate;
  TransformInput call_input(
      input.base_offset, input.base_timestamp, part.head,
      {.takes_version = shape.takes_version,
       .params = shape.has_init ? nullptr : &link.step.params,
       .accumulator =
           is_aggregate ? std::optional<ByteView>(link.step.accumulator) : std::nullopt});
  const auto since = std::chrono::steady_clock::now();
  const auto answer = link.guest.call(Entry::transform, call_input.pieces());
  link.stats.time += std::chrono::steady_clock::now() - since;
  ++link.stats.calls;
  if (!answer) return broke_down(answer.error(), part);
  if (answer->status < 0) {
    return broke_down({FaultCode::contract, module().name(), status_text(answer->status)}, part);
  }
  const auto output = decode_transform_output(answer->output, is_aggregate);
  if (!output) {
    return broke_down(broken_contract(module(), output.error()).value(), part);
  }
  if (auto taken = take_output(*output, part.head); !taken) {
    return broke_down(broken_contract(module(), taken.error()).value(), part);
  }
  if (is_aggregate) {
    link.step.accumulator.assign(output->accumulator.begin(), output->accumulator.end());
  }
  auto done = ModuleResult<>();
  if (output->error) {
    done = after_error(*output->error, part, output->records.count);
  } else {
    if (one_by_one > 0) --one_by_one;
    input.records = part.tail;
  }
  link.guest.release_output();
  return done;
}

Result<> Chain::Run::take_output(const TransformOutput& output, wire::RecordList part) {
  if (module().kind() != Kind::array_map) {
    out.insert(out.end(), output.records.bytes.begin(), output.records.bytes.end());
    count += output.records.count;
    return {};
  }
  const auto source = wire::RecordCursor(part.bytes, part.count).next();
  if (!source) return fail(Errc::malformed, "a record cannot be read");
  const auto before = out.size();
  wire::RecordCursor cursor(output.records.bytes, output.records.count);
  while (auto record = cursor.next()) {
    record->offset_delta = source->offset_delta;
    record->timestamp_delta = source->timestamp_delta;
    wire::append_record(out, *record);
  }
  if (!cursor.ok()) {
    out.resize(before);
    return tl::unexpected(cursor.error());
  }
  count += output.records.count;
  return {};
}

// The guest names the record by offset, key and value. Of records that are the same in all
// three, the first is the one that it did not get past.
ModuleResult<> Chain::Run::after_error(const GuestError& error, const wire::CutList& part,
                                       std::uint32_t first) {
  // Each record before the one in question gave one output at most.
  const auto is_array_map = module().kind() == Kind::array_map;
  const auto skipped = is_array_map ? 0 : std::min(first, part.head.count);
  const auto from = wire::cut_after(part.head, skipped);
  if (!from) return broken_contract(module(), from.error());
  wire::RecordCursor cursor(from->tail.bytes, from->tail.count);
  for (auto index = skipped; auto record = cursor.next(); ++index) {
    const bool is_it = part.head.count == 1 ||
                       (input.base_offset + record->offset_delta == error.offset &&
                        same_key(record->key, error.key) && same_bytes(record->value, error.value));
    if (!is_it) continue;
    blame(*record, error.hint, std::nullopt);
    const auto rest = wire::cut_after(input.records, index + 1);
    if (!rest) return broken_contract(module(), rest.error());
    input.records = rest->tail;
    if (one_by_one > 0) --one_by_one;
    return {};
  }
  return tl::unexpected(ModuleError{FaultCode::contract, module().name(),
                                    "it failed over a record that it was not given (offset " +
                                        std::to_string(error.offset) + "): " + error.hint});
}

ModuleResult<> Chain::Run::broke_down(const ModuleError& error, const wire::CutList& part) {
  const bool needs_restart = error.code != FaultCode::contract;
  if (needs_restart) {
    if (auto started = chain.restart(link); !started) return started;
  }
  if (part.head.count > 1) {
    one_by_one = part.head.count;
    return {};
  }
  const auto record = wire::RecordCursor(part.head.bytes, part.head.count).next();
  if (!record) return tl::unexpected(error);
  blame(*record, error.text, error.code);
  input.records = part.tail;
  if (one_by_one > 0) --one_by_one;
  return {};
}

void Chain::Run::blame(const wire::RecordView& record, std::string text,
                       std::optional<FaultCode> breakdown) {
  ++link.stats.faults;
  result.stopped = chain.options_.on_fault == OnFault::stop;
  // An earlier link may have stopped at a later record: the earliest record is the one.
  if (result.stopped) result.faults.clear();
  const auto copy = [](ByteView bytes) { return Bytes(bytes.begin(), bytes.end()); };
  result.faults.push_back(
      {.module = module().name(),
       .kind = module().kind(),
       .step = step,
       .breakdown = breakdown,
       .text = std::move(text),
       .offset = input.base_offset + record.offset_delta,
       .timestamp = input.base_timestamp < 0 ? -1 : input.base_timestamp + record.timestamp_delta,
       .key = record.key ? std::optional(copy(*record.key)) : std::nullopt,
       .value = copy(record.value)});
}

ModuleResult<Chain> Chain::create(Engine& engine, std::vector<Step> steps,
                                  const ChainOptions& options) {
  Chain chain(engine, options);
  chain.links_.reserve(steps.size());
  for (auto& step : steps) {
    SLUICE_ASSERT(step.module != nullptr);
    if (auto fits = check_params(step.params); !fits) {
      return tl::unexpected(
          ModuleError{FaultCode::init, step.module->name(), fits.error().context});
    }
    auto guest = chain.start(step);
    if (!guest) return tl::unexpected(guest.error());
    chain.links_.push_back({std::move(step), *std::move(guest), {}});
  }
  return chain;
}

ModuleResult<Guest> Chain::start(const Step& step) const {
  auto guest = Guest::start(*engine_, step.module, options_.limits);
  if (!guest || !step.module->shape().has_init) return guest;
  if (auto done = run_init(*guest, step); !done) return tl::unexpected(done.error());
  return guest;
}

ModuleResult<> Chain::restart(Link& link) const {
  log::debug("smartmodule.chain", "a SmartModule broke down and is started again",
             {{"module", link.step.module->name()}});
  auto guest = start(link.step);
  if (!guest) return tl::unexpected(guest.error());
  link.guest = *std::move(guest);
  return {};
}

std::optional<Lookback> Chain::lookback(std::size_t index) const {
  const auto& step = links_[index].step;
  return step.module->shape().has_look_back ? step.lookback : std::nullopt;
}

ModuleResult<> Chain::look_back(std::size_t index, wire::RecordList records) {
  auto& link = links_[index];
  const auto& module = *link.step.module;
  TransformInput input(0, 0, records, {.takes_version = module.shape().takes_version});
  const auto answer = link.guest.call(Entry::look_back, input.pieces());
  if (!answer) return tl::unexpected(answer.error());
  if (answer->status >= 0) return {};
  auto text = status_text(answer->status);
  if (answer->status == status_look_back_refused) {
    const auto error = decode_look_back_error(answer->output);
    if (!error) return broken_contract(module, error.error());
    text = error->hint + " (at offset " + std::to_string(error->offset) + ")";
  }
  return tl::unexpected(ModuleError{FaultCode::look_back, module.name(), std::move(text)});
}

ModuleResult<ChainOutput> Chain::process(const ChainInput& input) {
  ChainOutput result;
  result.records = input.records;
  for (std::size_t i = 0; i < links_.size(); ++i) {
    auto& out = buffers_[i % 2];
    out.clear();
    // A link that stopped is known; the later ones still get what came before.
    const auto stopped = std::exchange(result.stopped, false);
    Run run{*this, links_[i], i, {input.base_offset, input.base_timestamp, result.records},
            out,   result};
    if (auto done = run.run(); !done) return tl::unexpected(std::move(done).error());
    result.records = {run.count, out};
    result.stopped = result.stopped || stopped;
  }
  return result;
}

}  // namespace sluice::smartmodule
