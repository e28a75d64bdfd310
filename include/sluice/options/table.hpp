// SPDX-License-Identifier: Apache-2.0
#pragma once

// The declaration of an option table: `option<&O::member>("name", "Words for the user.")` and
// what may follow it.
//
// A row says the name and the words; type and default are those of the member. Names have
// lower-case words joined by dashes; the command line has `--user-agent`, YAML and the schema
// have `user_agent` (YAML accepts both). What a row cannot mean does not compile.

#include <tuple>
#include <utility>

#include "sluice/options/value_types.hpp"

namespace sluice {

namespace options {

template <typename P>
struct MemberPointer;
template <typename C, typename M>
struct MemberPointer<M C::*> {
  using Member = M;
};

[[nodiscard]] constexpr bool is_option_name(std::string_view name) {
  if (name.empty() || name.front() < 'a' || name.front() > 'z' || name.back() == '-') return false;
  for (const char c : name) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
  }
  return true;
}

// Not constexpr on purpose: calling it in a constant expression is the compile error.
inline void option_names_are_lower_case_words_joined_by_dashes() {}

template <typename O>
[[nodiscard]] std::span<const OptionRow> rows_of();

template <typename T>
constexpr Bound bound_of(const T& value) {
  if constexpr (std::is_same_v<T, ByteSize>) {
    return value.bytes;
  } else if constexpr (std::floating_point<T>) {
    return double{value};
  } else if constexpr (std::is_unsigned_v<T>) {
    return std::uint64_t{value};
  } else if constexpr (std::is_signed_v<T>) {
    return std::int64_t{value};
  } else {
    return std::int64_t{std::chrono::nanoseconds(value).count()};
  }
}

}  // namespace options

// One row, with the member it belongs to. Each modifier returns a copy, so that rows chain.
template <auto member>
class Option {
  using Member = typename options::MemberPointer<decltype(member)>::Member;
  using Value = typename options::Shape<Member>::Value;
  static constexpr auto shape = options::Shape<Member>::shape;
  static constexpr bool nested = shape == OptionShape::table || shape == OptionShape::tables;
  static constexpr bool plural =
      shape == OptionShape::list || shape == OptionShape::map || shape == OptionShape::tables;
  static_assert(nested || options::HasValue<Value>,
                "this member's type is not an option value: specialise sluice::option_value, "
                "sluice::enum_names or sluice::option_table for it");

 public:
  constexpr Option(std::string_view name, std::string_view text) {
    if (!options::is_option_name(name)) {
      options::option_names_are_lower_case_words_joined_by_dashes();
    }
    row_.name = name;
    row_.text = text;
    row_.shape = shape;
    if constexpr (!nested) row_.value = option_value<Value>::info;
  }

  // Must be given by one of the sources; the member's initial value is not used.
  [[nodiscard]] constexpr Option required() const {
    static_assert(shape != OptionShape::optional, "a required option needs no std::optional");
    return with([](OptionRow& row) { row.is_required = true; });
  }
  // The texts that are allowed. Enums have theirs from `enum_names`.
  template <typename... Texts>
  [[nodiscard]] constexpr Option one_of(Texts... texts) const {
    static_assert(!nested, "one_of is for values");
    return with([&](OptionRow& row) { (row.choices.push(texts), ...); });
  }
  template <typename T>
  [[nodiscard]] constexpr Option at_least(T least) const {
    return with([&](OptionRow& row) { row.least = bound(least); });
  }
  template <typename T>
  [[nodiscard]] constexpr Option at_most(T most) const {
    return with([&](OptionRow& row) { row.most = bound(most); });
  }
  // Says for readers what the member's type says already: the option may be given many times.
  [[nodiscard]] constexpr Option repeatable() const {
    static_assert(plural, "a repeatable option is a std::vector or std::map");
    return *this;
  }
  // Never shown: `***` in messages, no default in help, `writeOnly` in the schema.
  [[nodiscard]] constexpr Option secret() const {
    return with([](OptionRow& row) { row.is_secret = true; });
  }
  // Another name that is accepted everywhere and shown nowhere.
  [[nodiscard]] constexpr Option alias(std::string_view name) const {
    return with([&](OptionRow& row) {
      if (!options::is_option_name(name)) {
        options::option_names_are_lower_case_words_joined_by_dashes();
      }
      row.aliases.push(name);
    });
  }
  [[nodiscard]] constexpr Option short_name(char letter) const {
    return with([&](OptionRow& row) { row.short_letter = letter; });
  }
  // The environment variable that supplies the value when the command line does not. An empty
  // variable counts as not set; a repeatable option takes one value per line.
  [[nodiscard]] constexpr Option env(std::string_view name) const {
    return with([&](OptionRow& row) { row.env_name = name; });
  }
  // Not in help, completions, reference page or schema.
  [[nodiscard]] constexpr Option hidden() const {
    return with([](OptionRow& row) { row.is_hidden = true; });
  }
  [[nodiscard]] constexpr Option not_in_schema() const {
    return with([](OptionRow& row) { row.in_schema = false; });
  }
  // Only in YAML.
  [[nodiscard]] constexpr Option not_on_command_line() const {
    return with([](OptionRow& row) { row.on_command_line = false; });
  }
  [[nodiscard]] constexpr Option value_name(std::string_view name) const {
    return with([&](OptionRow& row) { row.value_text = name; });
  }
  // At most one option of the group may be given.
  [[nodiscard]] constexpr Option excludes_group(std::string_view group) const {
    return with([&](OptionRow& row) { row.group_name = group; });
  }
  // Works, with a warning that says what to use instead.
  [[nodiscard]] constexpr Option deprecated(std::string_view instead) const {
    return with([&](OptionRow& row) { row.instead = instead; });
  }
  // The key in the YAML section, when it is not the name: `headers` for `--header`. The name
  // is accepted there too.
  [[nodiscard]] constexpr Option yaml_name(std::string_view key) const {
    return with([&](OptionRow& row) { row.yaml_key = key; });
  }
  // Taken from this place of the neutral configuration (config.hpp) when neither command line
  // nor environment has it: `topic.meta.name`, `producer`, `consumer.partition`, `transforms`.
  [[nodiscard]] constexpr Option from_config(std::string_view path) const {
    return with([&](OptionRow& row) { row.config_key = path; });
  }
  // The schemes that the address may have.
  template <typename... Names>
  [[nodiscard]] constexpr Option schemes(Names... names) const {
    static_assert(std::is_same_v<Value, Url> || std::is_same_v<Value, Secret<Url>>);
    return with([&](OptionRow& row) { (row.schemes.push(names), ...); });
  }
  // What a number without a unit means. Without this such a number is an error that says so.
  [[nodiscard]] constexpr Option bare_number_unit(std::chrono::nanoseconds unit) const {
    return with([&](OptionRow& row) { row.bare_unit_ns = unit.count(); });
  }
  // The word that stands for the empty list: `all`.
  [[nodiscard]] constexpr Option empty_word(std::string_view word) const {
    static_assert(shape == OptionShape::list);
    return with([&](OptionRow& row) { row.empty_word = word; });
  }
  // Lists and mappings below a map's keys are kept, as JSON text with sorted keys.
  [[nodiscard]] constexpr Option structured_values() const {
    static_assert(shape == OptionShape::map);
    return with([](OptionRow& row) { row.takes_structures = true; });
  }
  // A word without dashes, in the order of the table; a list takes all that remain.
  [[nodiscard]] constexpr Option positional() const {
    return with([](OptionRow& row) { row.is_positional = true; });
  }
  // The rows of the member's table become rows of this table, without a prefix.
  [[nodiscard]] constexpr Option merged() const {
    static_assert(shape == OptionShape::table, "only a struct with a table can be merged");
    return with([](OptionRow& row) { row.shape = OptionShape::group; });
  }

  // For `rows_of`: the row without the member's type. `O` is the struct of the table.
  template <typename O>
  [[nodiscard]] constexpr OptionRow erased() const {
    OptionRow row = row_;
    if constexpr (shape == OptionShape::table) {
      row.rows = &options::rows_of<Member>;
      row.descend = [](void* object) -> void* { return &(static_cast<O*>(object)->*member); };
    } else if constexpr (shape == OptionShape::tables) {
      row.rows = &options::rows_of<Value>;
      row.add = [](void* object) -> void* {
        return &(static_cast<O*>(object)->*member).emplace_back();
      };
      row.clear = [](void* object) { (static_cast<O*>(object)->*member).clear(); };
    } else {
      row.load = [](const void* object) {
        return options::load_member(static_cast<const O*>(object)->*member);
      };
      row.store = [](void* object, std::vector<options::Entry> entries) {
        options::store_member(static_cast<O*>(object)->*member, std::move(entries));
      };
    }
    return row;
  }

 private:
  template <typename Change>
  constexpr Option with(Change change) const {
    Option copy = *this;
    change(copy.row_);
    return copy;
  }
  template <typename T>
  static constexpr options::Bound bound(T value) {
    if constexpr (requires { typename Value::period; }) {
      return options::bound_of(std::chrono::nanoseconds(value));
    } else {
      return options::bound_of(static_cast<Value>(value));
    }
  }

  OptionRow row_;
};

template <auto member>
[[nodiscard]] constexpr Option<member> option(std::string_view name, std::string_view text) {
  return {name, text};
}

// Merges the rows of a struct member that has a table: common options into a connector's.
template <auto member>
[[nodiscard]] constexpr Option<member> option_group() {
  return Option<member>("group", "").merged();
}

namespace options {

template <typename O>
struct ErasedRows {
  static constexpr auto rows = std::apply(
      [](const auto&... row) {
        return std::array<OptionRow, sizeof...(row)>{row.template erased<O>()...};
      },
      option_table<O>::rows);

  static constexpr bool names_are_unique() {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t j = i + 1; j < rows.size(); ++j) {
        const bool groups = rows[i].shape == OptionShape::group;
        if (!groups && rows[i].name == rows[j].name) return false;
      }
    }
    return true;
  }
  static_assert(names_are_unique(), "two rows of an option table have the same name");
};

template <typename O>
std::span<const OptionRow> rows_of() {
  return ErasedRows<O>::rows;
}

}  // namespace options
}  // namespace sluice
