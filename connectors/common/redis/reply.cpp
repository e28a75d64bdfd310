// SPDX-License-Identifier: Apache-2.0
#include "common/redis/reply.hpp"

#include <algorithm>
#include <array>

#include <hiredis/hiredis.h>

namespace sluice::redis {

struct ReplyReader::Parser {
  redisReader* reader = redisReaderCreate();
  Parser() {
    if (reader == nullptr) throw Failure(Errc::internal, "no memory for hiredis");
  }
  ~Parser() { redisReaderFree(reader); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
};

namespace {

void append_count(std::string& out, char type, std::size_t count) {
  out += type;
  out += std::to_string(count);
  out += "\r\n";
}

Reply converted(const redisReply& from) {
  Reply out;
  using Type = Reply::Type;
  switch (from.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
      out.type = from.type == REDIS_REPLY_STRING   ? Type::text
                 : from.type == REDIS_REPLY_STATUS ? Type::status
                                                   : Type::error;
      out.text.assign(from.str, from.len);
      break;
    case REDIS_REPLY_INTEGER:
      out.type = Type::integer;
      out.integer = from.integer;
      break;
    case REDIS_REPLY_ARRAY:
      out.type = Type::array;
      out.items.reserve(from.elements);
      for (std::size_t i = 0; i < from.elements; ++i) {
        out.items.push_back(converted(*from.element[i]));
      }
      break;
    default:
      break;
  }
  return out;
}

struct Row {
  std::string_view word;
  Errc code;
  std::string_view text;
};
constexpr auto rows = std::to_array<Row>({
    {"LOADING", Errc::outside_unavailable, "the server is loading its data"},
    {"BUSY", Errc::outside_unavailable, "a script keeps the server busy"},
    {"BUSYKEY", Errc::outside_rejected, "the key exists already"},
    {"READONLY", Errc::outside_unavailable, "the server is a read-only replica"},
    {"OOM", Errc::outside_unavailable, "the server's memory is full (maxmemory)"},
    {"MISCONF", Errc::outside_unavailable, "the server cannot write to its disk"},
    {"MASTERDOWN", Errc::outside_unavailable, "the server has lost its master"},
    {"NOREPLICAS", Errc::outside_unavailable, "the server has too few replicas to write"},
    {"CLUSTERDOWN", Errc::outside_unavailable, "the cluster is down"},
    {"TRYAGAIN", Errc::outside_unavailable, "the cluster moves the keys"},
    {"UNBLOCKED", Errc::outside_unavailable, "the server ended the wait"},
    {"NOAUTH", Errc::permission_denied, "the server wants a password: give --password"},
    {"WRONGPASS", Errc::permission_denied, "wrong user name or password"},
    {"NOPERM", Errc::permission_denied, "the user may not do this (ACL)"},
    {"DENIED", Errc::permission_denied, "the server is in protected mode"},
    {"MOVED", Errc::unsupported, "the server is part of a Redis Cluster, which is not supported"},
    {"ASK", Errc::unsupported, "the server is part of a Redis Cluster, which is not supported"},
    {"CROSSSLOT", Errc::unsupported, "the server is a Redis Cluster, which is not supported"},
    {"WRONGTYPE", Errc::outside_rejected, "the key holds another type"},
});

}  // namespace

void encode_command(std::string& out, std::span<const std::string_view> words) {
  append_count(out, '*', words.size());
  for (const std::string_view word : words) {
    append_count(out, '$', word.size());
    out += word;
    out += "\r\n";
  }
}

ReplyReader::ReplyReader() : parser_(std::make_unique<Parser>()) {}
ReplyReader::~ReplyReader() = default;

void ReplyReader::feed(std::string_view bytes) {
  redisReaderFeed(parser_->reader, bytes.data(), bytes.size());
}

Outcome<std::optional<Reply>> ReplyReader::next() {
  void* raw = nullptr;
  if (redisReaderGetReply(parser_->reader, &raw) != REDIS_OK) {
    return Error{
        Errc::protocol, std::string("this is not a Redis server: ") + parser_->reader->errstr, {}};
  }
  if (raw == nullptr) return std::optional<Reply>{};
  const std::unique_ptr<void, decltype(&freeReplyObject)> owner(raw, &freeReplyObject);
  return std::optional(converted(*static_cast<const redisReply*>(raw)));
}

Error error_of(std::string_view what, std::string_view reply) {
  const auto word = reply.substr(0, reply.find(' '));
  const auto* const row = std::ranges::find(rows, word, &Row::word);
  const bool known = row != rows.end();
  std::string context = std::string(what) + ": ";
  context += known ? row->text : "Redis refuses it";
  return {known ? row->code : Errc::outside_rejected, std::move(context), std::string(reply)};
}

}  // namespace sluice::redis
