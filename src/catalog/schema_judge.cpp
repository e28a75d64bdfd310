// SPDX-License-Identifier: Apache-2.0
#include "catalog/schema_judge.hpp"

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace sluice::catalog {

struct SchemaJudge::Impl {
  nlohmann::json document;  // the parsed schema refers to it
  valijson::Schema schema;
  valijson::Validator validator{valijson::Validator::kStrongTypes};
};

SchemaJudge::SchemaJudge(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SchemaJudge::SchemaJudge(SchemaJudge&&) noexcept = default;
SchemaJudge& SchemaJudge::operator=(SchemaJudge&&) noexcept = default;
SchemaJudge::~SchemaJudge() = default;

Result<SchemaJudge> SchemaJudge::make(const json& schema) {
  auto impl = std::make_unique<Impl>();
  impl->document = nlohmann::json(schema);
  try {
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(impl->document), impl->schema);
  } catch (const std::exception& wrong) {
    return fail(Errc::malformed, std::string("not a JSON schema: ") + wrong.what());
  }
  return SchemaJudge(std::move(impl));
}

bool SchemaJudge::accepts(const json& value) const {
  const nlohmann::json plain(value);
  return impl_->validator.validate(impl_->schema, valijson::adapters::NlohmannJsonAdapter(plain),
                                   nullptr);
}

}  // namespace sluice::catalog
