// SPDX-License-Identifier: Apache-2.0
#pragma once

// A JSON value in memory. Include <sluice/smartmodule/json.hpp>, which says how to use it.
//
// Arrays and objects are referred to, so a copy of a `Value` is the same array; const says that
// the value stays the same array, not that the array stays as it is.

#include <stddef.h>
#include <stdint.h>

#include "sluice/smartmodule/result.hpp"

namespace sluice::guest::json {

inline constexpr uint32_t depth_max = 128;

enum class Kind : uint8_t { null, boolean, number, text, array, object };

class Value;
struct Member;

namespace detail {

struct Array {
  Value* items = nullptr;
  uint32_t count = 0;
  uint32_t capacity = 0;
};

// Above `linear_max` members an open-addressed table of member numbers, plus one, finds them.
struct Object {
  static constexpr uint32_t linear_max = 16;

  Member* members = nullptr;
  uint32_t count = 0;
  uint32_t capacity = 0;
  uint32_t* slots = nullptr;
  uint32_t slot_count = 0;
};

// Makes room for one more item. The old items stay where they were, unused.
template <class T>
void make_room(T*& items, uint32_t count, uint32_t& capacity) {
  if (count < capacity) return;
  const uint32_t wanted = capacity < 4 ? 4 : capacity * 2;
  T* moved = take_array<T>(wanted);
  for (uint32_t i = 0; i < count; ++i) moved[i] = items[i];
  items = moved;
  capacity = wanted;
}

inline uint32_t hash_of(Text text) {
  uint32_t hash = 2166136261u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

}  // namespace detail

template <class T>
struct Range {
  T* first = nullptr;
  uint32_t count = 0;
  T* begin() const { return first; }
  T* end() const { return first + count; }
};

class Value {
 public:
  constexpr Value() = default;  // null

  static Value of(Text text) { return Value(Kind::text, text); }
  template <class Bool>
    requires(__is_same(Bool, bool))  // a literal must not become one
  static Value of(Bool value) {
    Value made(Kind::boolean, {});
    made.size_ = value ? 1 : 0;
    return made;
  }
  static Value of(int64_t number) { return Value(Kind::number, concat(number)); }
  // Requires: `digits` is a JSON number.
  static Value number(Text digits) { return Value(Kind::number, digits); }
  static Value array() {
    Value made(Kind::array, {});
    made.array_ = take_array<detail::Array>(1);
    return made;
  }
  static Value object() {
    Value made(Kind::object, {});
    made.object_ = take_array<detail::Object>(1);
    return made;
  }

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is_null() const { return kind_ == Kind::null; }
  [[nodiscard]] bool is_text() const { return kind_ == Kind::text; }
  [[nodiscard]] bool is_number() const { return kind_ == Kind::number; }
  [[nodiscard]] bool is_array() const { return kind_ == Kind::array; }
  [[nodiscard]] bool is_object() const { return kind_ == Kind::object; }

  // What a scalar says: a string's characters, a number's digits, true, false or null.
  // Empty for arrays and objects.
  [[nodiscard]] Text text() const;
  [[nodiscard]] bool is_true() const { return kind_ == Kind::boolean && size_ != 0; }

  // Nothing to go through when it is not an array, or not an object.
  [[nodiscard]] Range<Value> items() const;
  [[nodiscard]] Range<Member> members() const;

  // Null when there is no such member, or this is no object; likewise for an item.
  [[nodiscard]] Value* find(Text name) const;
  [[nodiscard]] Value* item(size_t index) const;
  // Follows a JSON pointer, as `/a/0/b`. Null when it leads nowhere.
  [[nodiscard]] Value* at_pointer(Text pointer) const;

  // Requires: is_object(). The member's value, made as null when there is none.
  Value& member(Text name) const;
  void set(Text name, Value value) const { member(name) = value; }
  // The last member takes the place of the one that goes.
  void remove(Text name) const;
  // Requires: is_array().
  Value& push(Value value) const;

  // A copy that shares nothing which could change.
  [[nodiscard]] Value clone() const;

 private:
  Value(Kind kind, Text text)
      : kind_(kind), size_(static_cast<uint32_t>(text.size())), bytes_(text.data()) {}
  [[nodiscard]] uint32_t index_of(Text name) const;
  void index_members() const;

  Kind kind_ = Kind::null;
  uint32_t size_ = 0;
  union {
    const char* bytes_ = "";
    detail::Array* array_;
    detail::Object* object_;
  };
};

struct Member {
  Text name;
  Value value;
};

inline Text Value::text() const {
  switch (kind_) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return size_ != 0 ? Text("true") : Text("false");
    case Kind::number:
    case Kind::text:
      return {bytes_, size_};
    default:
      return {};
  }
}

inline Range<Value> Value::items() const {
  return is_array() ? Range<Value>{array_->items, array_->count} : Range<Value>{};
}
inline Range<Member> Value::members() const {
  return is_object() ? Range<Member>{object_->members, object_->count} : Range<Member>{};
}

[[gnu::noinline]] inline uint32_t Value::index_of(Text name) const {
  const detail::Object& object = *object_;
  if (object.slots == nullptr) {
    uint32_t i = 0;
    while (i < object.count && object.members[i].name != name) ++i;
    return i;
  }
  const uint32_t mask = object.slot_count - 1;
  for (uint32_t at = detail::hash_of(name) & mask; object.slots[at] != 0; at = (at + 1) & mask) {
    if (object.members[object.slots[at] - 1].name == name) return object.slots[at] - 1;
  }
  return object.count;
}

[[gnu::noinline]] inline void Value::index_members() const {
  detail::Object& object = *object_;
  object.slot_count = 64;
  while (object.slot_count < object.count * 4) object.slot_count *= 2;
  object.slots = take_array<uint32_t>(object.slot_count);
  const uint32_t mask = object.slot_count - 1;
  for (uint32_t i = 0; i < object.count; ++i) {
    uint32_t at = detail::hash_of(object.members[i].name) & mask;
    while (object.slots[at] != 0) at = (at + 1) & mask;
    object.slots[at] = i + 1;
  }
}

inline Value* Value::find(Text name) const {
  if (!is_object()) return nullptr;
  const uint32_t i = index_of(name);
  return i < object_->count ? &object_->members[i].value : nullptr;
}

inline Value* Value::item(size_t index) const {
  return is_array() && index < array_->count ? &array_->items[index] : nullptr;
}

inline Value& Value::member(Text name) const {
  detail::Object& object = *object_;
  const uint32_t i = index_of(name);
  if (i < object.count) return object.members[i].value;
  detail::make_room(object.members, object.count, object.capacity);
  object.members[object.count++] = Member{name, {}};
  if (object.count > detail::Object::linear_max) {
    if (object.slots == nullptr || object.count * 2 > object.slot_count) {
      index_members();
    } else {
      const uint32_t mask = object.slot_count - 1;
      uint32_t at = detail::hash_of(name) & mask;
      while (object.slots[at] != 0) at = (at + 1) & mask;
      object.slots[at] = object.count;
    }
  }
  return object.members[object.count - 1].value;
}

inline void Value::remove(Text name) const {
  if (!is_object()) return;
  detail::Object& object = *object_;
  const uint32_t i = index_of(name);
  if (i == object.count) return;
  object.members[i] = object.members[--object.count];
  object.slots = nullptr;
}

inline Value& Value::push(Value value) const {
  detail::make_room(array_->items, array_->count, array_->capacity);
  array_->items[array_->count] = value;
  return array_->items[array_->count++];
}

inline Value Value::clone() const {
  if (is_array()) {
    const Value copy = array();
    for (const Value& item : items()) copy.push(item.clone());
    return copy;
  }
  if (is_object()) {
    const Value copy = object();
    for (const Member& m : members()) copy.set(m.name, m.value.clone());
    return copy;
  }
  return *this;
}

}  // namespace sluice::guest::json
