// SPDX-License-Identifier: Apache-2.0
#include "cli/module_templates.hpp"

namespace sluice::cli {
namespace {

using smartmodule::Kind;

struct Template {
  std::string_view text;         // what it does, for the comment, the README and the description
  std::string_view body;         // of the source, behind the using-directive
  std::string_view cases;        // the list in cases.json
  std::string_view params = {};  // of smartmodule.toml
};

constexpr Template filter{.text = "Keeps the records whose value contains the parameter `word`.",
                          .body = R"(static Text word;

static Status init(Params& params) {
  word = params.text("word");
  return ok;
}

static Result<bool> filter(const Record& record) { return record.value.contains(word); }

SLUICE_INIT(init)
SLUICE_FILTER(filter)
)",
                          .cases = R"(  {
    "name": "keeps a value with the word, and drops others",
    "params": {"word": "apple"},
    "records": ["apple pie", "banana", "pineapple", ""],
    "expect": ["apple pie", "pineapple"]
  },
  {
    "name": "needs the word",
    "records": ["apple pie"],
    "init_error": "word"
  }
)",
                          .params = R"(
[[params]]
name = "word"
description = "What a value must contain."
optional = false
)"};

constexpr Template map{
    .text = "Puts the parameter `prefix` before each value; an empty value is an error.",
    .body = R"(static Text prefix;

static Status init(Params& params) {
  prefix = params.text_or("prefix", "> ");
  return ok;
}

static Result<Output> map(const Record& record) {
  if (record.value.empty()) return Error("empty value");
  return Output{record.key, concat(prefix, record.value)};
}

SLUICE_INIT(init)
SLUICE_MAP(map)
)",
    .cases = R"(  {
    "name": "puts the prefix before the value, and keeps the key",
    "params": {"prefix": "fruit: "},
    "records": [{"key": "k", "value": "apple"}, "banana"],
    "expect": [{"key": "k", "value": "fruit: apple"}, "fruit: banana"]
  },
  {
    "name": "an empty value is an error",
    "records": ["apple", ""],
    "expect": ["> apple"],
    "error": {"contains": "empty value", "offset": 1}
  }
)",
    .params = R"(
[[params]]
name = "prefix"
description = "What is put before a value: `> ` when it is left out."
optional = true
)"};

constexpr Template filter_map{
    .text = "Halves even whole numbers and drops odd ones; anything else is an error.",
    .body = R"(static Result<Optional<Output>> halve(const Record& record) {
  const auto number = parse_integer(record.value);
  if (!number) return Error("`", record.value, "` is not a whole number");
  if (*number % 2 != 0) return Optional<Output>(none);
  return Output{record.key, concat(*number / 2)};
}

SLUICE_FILTER_MAP(halve)
)",
    .cases = R"(  {
    "name": "halves even numbers, drops odd ones",
    "records": ["8", "7", "-2"],
    "expect": ["4", "-1"]
  },
  {
    "name": "a word is an error",
    "records": ["8", "apple"],
    "expect": ["4"],
    "error": {"contains": "`apple` is not a whole number"}
  }
)"};

constexpr Template array_map{
    .text = "Makes a record of each comma-separated part of the value, under the same key.",
    .body = R"(static Status split(const Record& record, Outputs& out) {
  Text rest = record.value;
  while (true) {
    const size_t comma = rest.find(",");
    out.add(Output{record.key, rest.first(comma)});
    if (comma == Text::npos) return ok;
    rest = rest.after(comma + 1);
  }
}

SLUICE_ARRAY_MAP(split)
)",
    .cases = R"(  {
    "name": "splits at commas, and keeps the key",
    "records": [{"key": "k", "value": "a,b"}, "c"],
    "expect": [{"key": "k", "value": "a"}, {"key": "k", "value": "b"}, "c"]
  }
)"};

constexpr Template aggregate{.text = "Adds up whole numbers; anything else is an error.",
                             .body = R"(static Result<Text> add(Text sum, const Record& record) {
  const auto before = sum.empty() ? Optional<int64_t>(int64_t{0}) : parse_integer(sum);
  const auto number = parse_integer(record.value);
  if (!before || !number) return Error("`", record.value, "` cannot be added to `", sum, "`");
  return concat(*before + *number);
}

SLUICE_AGGREGATE(add)
)",
                             .cases = R"(  {
    "name": "each record becomes the sum so far",
    "records": ["1", "2", "3"],
    "expect": ["1", "3", "6"]
  },
  {
    "name": "begins with what it is given",
    "accumulator": "10",
    "records": ["5"],
    "expect": ["15"]
  }
)"};

const Template& template_of(Kind kind) {
  switch (kind) {
    case Kind::filter:
      return filter;
    case Kind::map:
      return map;
    case Kind::filter_map:
      return filter_map;
    case Kind::array_map:
      return array_map;
    case Kind::aggregate:
      return aggregate;
  }
  return filter;
}

std::string source_of(const Template& what) {
  return "// " + std::string(what.text) + "\n#include <sluice/smartmodule.hpp>\n\n" +
         "using namespace sluice::guest;\n\n" + std::string(what.body);
}

std::string toml_of(const std::string& name, Kind kind, const Template& what) {
  return "name = \"" + name + "\"\nversion = \"0.1.0\"\ndescription = \"" + std::string(what.text) +
         "\"\nkind = \"" + std::string(smartmodule::name_of(kind)) + "\"\n" +
         std::string(what.params);
}

std::string readme_of(const std::string& name, const Template& what) {
  return "# " + name + "\n\n" + std::string(what.text) +
         "\n\n"
         "```\n"
         "sluice smartmodule build .         # makes " +
         name +
         ".wasm; needs clang-19 and lld-19\n"
         "sluice smartmodule test .          # runs tests/cases.json, without a server\n"
         "sluice smartmodule test . --record 'a value'\n"
         "sluice smartmodule load " +
         name + " .\n```\n";
}

}  // namespace

std::vector<TemplateFile> module_templates(const std::string& name, Kind kind) {
  const auto& what = template_of(kind);
  return {{"smartmodule.toml", toml_of(name, kind, what)},
          {name + ".cpp", source_of(what)},
          {"tests/cases.json", "[\n" + std::string(what.cases) + "]\n"},
          {"README.md", readme_of(name, what)}};
}

}  // namespace sluice::cli
