// SPDX-License-Identifier: Apache-2.0
#include "write_script.hpp"

namespace sluice::redis {
namespace {

// The first HSET finds out whether the offsets can be written at all, before anything else is.
constexpr std::string_view script = R"lua(
local at = 0
local function take() at = at + 1; return ARGV[at] end
for i = 1, tonumber(take()) do
  local field, expected = take(), take()
  if (redis.call('HGET', KEYS[1], field) or '') ~= expected then return {-1, field} end
end
local can = redis.pcall('HSET', KEYS[1], 'sluice', '1')
if type(can) == 'table' and can.err then return {0, can.err} end
local marks, done, problem = {}, 0, false
for i = 1, tonumber(take()) do
  local field, mark = take(), take()
  for c = 1, tonumber(take()) do
    local words = {}
    for w = 1, tonumber(take()) do words[w] = take() end
    local reply = redis.pcall(unpack(words))
    if type(reply) == 'table' and reply.err then problem = reply.err; break end
  end
  if problem then break end
  marks[field] = mark
  done = i
end
for field, mark in pairs(marks) do redis.call('HSET', KEYS[1], field, mark) end
return {done, problem}
)lua";

}  // namespace

void WriteScript::expect(const std::string& field, const std::optional<Mark>& mark) {
  expected_.push_back(field);
  expected_.push_back(mark ? format_mark(*mark) : "");
}

void WriteScript::add(std::string field, const Mark& mark, std::vector<Command> commands) {
  words_.push_back(std::move(field));
  words_.push_back(format_mark(mark));
  words_.push_back(std::to_string(commands.size()));
  for (Command& command : commands) {
    keys_.push_back(command[1]);
    words_.push_back(std::to_string(command.size()));
    for (std::string& word : command) {
      bytes_ += word.size();
      words_.push_back(std::move(word));
    }
  }
  ++records_;
}

std::vector<std::string> WriteScript::command() const {
  std::vector<std::string> out{"EVAL", std::string(script), std::to_string(keys_.size() + 1),
                               offsets_key_};
  out.reserve(out.size() + keys_.size() + expected_.size() + words_.size() + 2);
  out.insert(out.end(), keys_.begin(), keys_.end());
  out.push_back(std::to_string(expected_.size() / 2));
  out.insert(out.end(), expected_.begin(), expected_.end());
  out.push_back(std::to_string(records_));
  out.insert(out.end(), words_.begin(), words_.end());
  return out;
}

Outcome<WriteScript::Answer> WriteScript::read(const Reply& reply) {
  if (reply.type != Reply::Type::array || reply.items.empty() ||
      reply.items[0].type != Reply::Type::integer) {
    return Error{Errc::protocol, "the script's answer has not the form that was asked for", {}};
  }
  Answer out;
  if (reply.items[0].integer < 0) {
    out.foreign_mark = true;
    return out;
  }
  out.done = static_cast<std::size_t>(reply.items[0].integer);
  if (reply.items.size() > 1 && !reply.items[1].is_nil()) out.error = reply.items[1].text;
  return out;
}

}  // namespace sluice::redis
