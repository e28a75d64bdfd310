// SPDX-License-Identifier: Apache-2.0
#include "common/postgres/text.hpp"

#include <map>
#include <memory>

#include <libpq-fe.h>

namespace sluice::common::postgres {
namespace {

std::string doubled(std::string_view text, std::string_view special) {
  std::string out;
  out.reserve(text.size() + 2);
  for (const char c : text) {
    out += c;
    if (special.find(c) != std::string_view::npos) out += c;
  }
  return out;
}

using Parts = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

Parts parse(const std::string& url) {
  char* problem = nullptr;
  Parts parts(PQconninfoParse(url.c_str(), &problem), &PQconninfoFree);
  PQfreemem(problem);
  return parts;
}

}  // namespace

std::string quote_identifier(std::string_view name) {
  return '"' + doubled(name, "\"") + '"';
}

std::string quote_name(std::string_view schema, std::string_view name) {
  if (schema.empty()) return quote_identifier(name);
  return quote_identifier(schema) + '.' + quote_identifier(name);
}

std::string quote_literal(std::string_view text) {
  const bool escapes = text.find('\\') != std::string_view::npos;
  return (escapes ? "E'" : "'") + doubled(text, "'\\") + '\'';
}

std::string url_problem(const std::string& url) {
  constexpr auto form = "write postgres://user:password@host:5432/database?sslmode=verify-full";
  if (url.empty()) return std::string("it is empty: ") + form;
  if (!parse(url)) return std::string("it is not the address of a PostgreSQL database: ") + form;
  return {};
}

std::string place_of_url(const std::string& url) {
  const Parts parts = parse(url);
  if (!parts) return {};
  std::map<std::string, std::string> values;
  for (const PQconninfoOption* part = parts.get(); part->keyword != nullptr; ++part) {
    if (part->val != nullptr) values[part->keyword] = part->val;
  }
  std::string place = values["host"].empty() ? values["hostaddr"] : values["host"];
  if (place.empty()) place = "localhost";
  place += ':' + (values["port"].empty() ? "5432" : values["port"]);
  const std::string& database = values["dbname"].empty() ? values["user"] : values["dbname"];
  return place + '/' + database;
}

}  // namespace sluice::common::postgres
