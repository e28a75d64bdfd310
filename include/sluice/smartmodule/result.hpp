// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a SmartModule's functions return: a value, or an error with text.
//
//   if (record.value.empty()) return Error("empty value");
//   return Error("value ", record.value, " is longer than ", limit);
//
// The text goes to whoever runs the stream, with the record that caused it. Say what was wrong
// and with which value.

#include "sluice/smartmodule/text.hpp"

namespace sluice::guest {

struct None {};
inline constexpr None none;

template <class T>
class Optional {
 public:
  constexpr Optional() = default;
  constexpr Optional(None) {}
  constexpr Optional(const T& value) : value_(value), present_(true) {}
  template <class U>
    requires(__is_constructible(T, const U&) && !__is_same(U, Optional) && !__is_same(U, None))
  constexpr Optional(const U& value) : value_(value), present_(true) {}

  constexpr explicit operator bool() const { return present_; }
  // Requires: there is a value.
  constexpr const T& operator*() const { return value_; }
  constexpr const T* operator->() const { return &value_; }
  [[nodiscard]] constexpr T value_or(const T& other) const { return present_ ? value_ : other; }

 private:
  T value_{};
  bool present_ = false;
};

class Error {
 public:
  constexpr explicit Error(Text text) : text_(text) {}
  template <class First, class... More>
    requires(sizeof...(More) > 0)
  explicit Error(const First& first, const More&... more) : text_(concat(first, more...)) {}

  [[nodiscard]] constexpr Text text() const { return text_; }

 private:
  Text text_;
};

template <class T>
class [[nodiscard]] Result {
 public:
  constexpr Result(const Error& error) : error_(error.text()), ok_(false) {}
  template <class U>
    requires(__is_constructible(T, const U&) && !__is_same(U, Result) && !__is_same(U, Error))
  constexpr Result(const U& value) : value_(value), ok_(true) {}

  [[nodiscard]] constexpr bool ok() const { return ok_; }
  // Requires: ok().
  constexpr const T& operator*() const { return value_; }
  constexpr const T* operator->() const { return &value_; }
  // Requires: !ok(). Passes the error on: `if (!r.ok()) return r.error();`
  [[nodiscard]] constexpr Error error() const { return Error(error_); }

 private:
  T value_{};
  Text error_;
  bool ok_;
};

struct Ok {};
inline constexpr Ok ok;
using Status = Result<Ok>;

}  // namespace sluice::guest
