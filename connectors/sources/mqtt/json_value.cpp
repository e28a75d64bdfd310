// SPDX-License-Identifier: Apache-2.0
#include "json_value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include <nlohmann/json.hpp>

#include <sluice/json_text.hpp>

namespace sluice::mqtt {
namespace {

// Where one member of an object is in the text that is written.
struct Member {
  std::size_t key_begin;  // with its quotes
  std::size_t key_end;    // the value begins here, with a colon
  std::size_t value_end;
};

// An array, or an object, that is not closed yet.
struct Level {
  std::size_t begin;
  bool is_object;
  std::vector<Member> members;
};

// Writes the object at the end of `out` again, each key once.
class KeyCollapser {
 public:
  KeyCollapser(std::string& out, const Level& level) : out_(out), level_(level) {}

  void run() {
    const auto order = by_key();
    const auto same = [&](std::size_t a, std::size_t b) { return key(a) == key(b); };
    if (std::ranges::adjacent_find(order, same) == order.end()) return;
    // For the first member of each key: the last one, whose value it gets.
    std::vector<std::size_t> value_from(order.size(), dropped);
    for (std::size_t i = 0; i < order.size();) {
      std::size_t last = i;
      while (last + 1 < order.size() && same(order[last + 1], order[i])) ++last;
      value_from[order[i]] = order[last];
      i = last + 1;
    }
    write(value_from);
  }

 private:
  static constexpr auto dropped = static_cast<std::size_t>(-1);

  [[nodiscard]] std::string_view key(std::size_t i) const {
    const Member& member = level_.members[i];
    return std::string_view(out_).substr(member.key_begin, member.key_end - member.key_begin);
  }

  [[nodiscard]] std::vector<std::size_t> by_key() const {
    std::vector<std::size_t> order(level_.members.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
      const int difference = key(a).compare(key(b));
      return difference != 0 ? difference < 0 : a < b;
    });
    return order;
  }

  void write(const std::vector<std::size_t>& value_from) {
    std::string again = "{";
    for (std::size_t i = 0; i < value_from.size(); ++i) {
      if (value_from[i] == dropped) continue;
      if (again.size() > 1) again += ',';
      const Member& source = level_.members[value_from[i]];
      again += key(i);
      again.append(out_, source.key_end, source.value_end - source.key_end);
    }
    out_.replace(level_.begin, std::string::npos, again);
  }

  std::string& out_;
  const Level& level_;
};

// Writes what the parser reports. Returning false ends the parsing.
class Writer final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  bool null() override { return scalar("null"); }
  bool boolean(bool value) override { return scalar(value ? "true" : "false"); }
  bool number_unsigned(number_unsigned_t value) override { return scalar(std::to_string(value)); }
  bool number_integer(number_integer_t value) override {
    // The parser reports `0` as unsigned, so this zero was written `-0`.
    return scalar(value == 0 ? "-0.0" : std::to_string(value));
  }
  bool number_float(number_float_t value, const string_t&) override {
    before_value();
    append_json_double(out_, value);
    return after_value();
  }
  bool string(string_t& value) override {
    before_value();
    append_json_string(out_, value);
    return after_value();
  }
  bool binary(binary_t&) override { return false; }  // not in JSON text

  bool start_object(std::size_t) override { return open('{'); }
  bool start_array(std::size_t) override { return open('['); }
  bool key(string_t& name) override {
    Level& level = levels_.back();
    if (!level.members.empty()) out_ += ',';
    const std::size_t begin = out_.size();
    append_json_string(out_, name);
    level.members.push_back({.key_begin = begin, .key_end = out_.size(), .value_end = 0});
    out_ += ':';
    return true;
  }
  bool end_object() override {
    if (levels_.back().members.size() > 1) KeyCollapser(out_, levels_.back()).run();
    return close('}');
  }
  bool end_array() override { return close(']'); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool scalar(std::string_view text) {
    before_value();
    out_ += text;
    return after_value();
  }
  bool open(char bracket) {
    if (levels_.size() == json_depth_max) return false;
    before_value();
    levels_.push_back({.begin = out_.size(), .is_object = bracket == '{', .members = {}});
    out_ += bracket;
    return true;
  }
  bool close(char bracket) {
    out_ += bracket;
    levels_.pop_back();
    return after_value();
  }
  void before_value() {
    if (levels_.empty() || levels_.back().is_object) return;
    if (out_.size() > levels_.back().begin + 1) out_ += ',';
  }
  bool after_value() {
    if (!levels_.empty() && levels_.back().is_object) {
      levels_.back().members.back().value_end = out_.size();
    }
    return true;
  }

  std::string& out_;
  std::vector<Level> levels_;
};

}  // namespace

bool append_json_value(std::string& out, std::string_view text) {
  const std::size_t before = out.size();
  // The parser takes a zero byte for the end.
  if (text.find('\0') != std::string_view::npos) return false;
  Writer writer(out);
  if (nlohmann::json::sax_parse(text, &writer)) return true;
  out.resize(before);
  return false;
}

void append_json_double(std::string& out, double value) {
  std::array<char, 40> room{};
  const auto end = std::to_chars(room.data(), room.data() + room.size(), std::abs(value),
                                 std::chars_format::scientific);
  const std::string_view text(room.data(), static_cast<std::size_t>(end.ptr - room.data()));
  const auto e = text.find('e');
  std::string digits(1, text[0]);
  if (e > 2) digits += text.substr(2, e - 2);
  int exponent = 0;
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), text.data() + text.size(),
                  exponent);

  const auto count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // digits before the point
  if (std::signbit(value)) out += '-';
  if (value == 0) {
    out += "0.0";
  } else if (point >= count && point <= 16) {
    out += digits + std::string(static_cast<std::size_t>(point - count), '0') + ".0";
  } else if (point > 0 && point <= 16) {
    out += digits.insert(static_cast<std::size_t>(point), 1, '.');
  } else if (point > -5 && point <= 0) {
    out += "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  } else {
    if (count > 1) digits.insert(1, 1, '.');
    out += digits + 'e' + std::to_string(exponent);
  }
}

}  // namespace sluice::mqtt
