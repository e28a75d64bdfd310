// SPDX-License-Identifier: Apache-2.0
#include "catalog/carried_schemas.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

enum class CarriedSchema : std::uint8_t { metadata, catalog, draft07 };

struct MetadataSchemaOptions {
  CarriedSchema which = CarriedSchema::metadata;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::enum_names<sluice::cli::CarriedSchema> {
  using S = sluice::cli::CarriedSchema;
  static constexpr std::array rows{EnumName{S::metadata, "metadata"},
                                   EnumName{S::catalog, "catalog"},
                                   EnumName{S::draft07, "draft-07"}};
};

template <>
struct sluice::option_table<sluice::cli::MetadataSchemaOptions> {
  using O = sluice::cli::MetadataSchemaOptions;
  static constexpr auto rows = std::tuple{
      option<&O::which>("which",
                        "`metadata`: of a connector's metadata; `catalog`: of catalog.json; "
                        "`draft-07`: of a schema.")
          .positional(),
  };
};

namespace sluice::cli {
namespace {

int run_metadata_schema(const MetadataSchemaOptions& options) {
  switch (options.which) {
    case CarriedSchema::metadata:
      print(catalog::metadata_schema());
      break;
    case CarriedSchema::catalog:
      print(catalog::catalog_schema());
      break;
    case CarriedSchema::draft07:
      print(catalog::draft07_schema());
      break;
  }
  return 0;
}

}  // namespace

const Verb metadata_schema = make_verb<&run_metadata_schema>(
    "metadata schema", "Prints the JSON schema that metadata must fit.",
    "sluice metadata schema > metadata.schema.json");

}  // namespace sluice::cli
