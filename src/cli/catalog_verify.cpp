// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "base/text.hpp"
#include "catalog/build.hpp"
#include "cli/failure.hpp"
#include "cli/file_text.hpp"
#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "cli/program_folders.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct CatalogVerifyOptions {
  std::string catalog;
  std::string key;
  std::vector<std::string> programs;
  std::vector<std::string> smartmodules;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::CatalogVerifyOptions> {
  using O = sluice::cli::CatalogVerifyOptions;
  static constexpr auto rows = std::tuple{
      option<&O::catalog>("catalog", "Folder of a catalog, or its catalog.json.")
          .positional()
          .required(),
      option<&O::key>("key",
                      "Public key that must have signed it: a PEM file, or the key in base64.")
          .value_name("FILE|KEY"),
      option<&O::programs>("programs", "Folder with connectors whose digests are compared.")
          .value_name("DIR"),
      option<&O::smartmodules>("smartmodules", "Folder with SmartModules whose digests are.")
          .value_name("DIR"),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t catalog_bytes_max = 64U * 1024 * 1024;
constexpr std::size_t key_bytes_max = 16'384;

std::string key_text(const std::string& given) {
  std::error_code failed;
  return fs::is_regular_file(given, failed) ? read_text(given, key_bytes_max) : given;
}

int run_catalog_verify(const CatalogVerifyOptions& options) {
  std::error_code failed;
  fs::path file(options.catalog);
  if (fs::is_directory(file, failed)) file /= "catalog.json";
  const auto signature = file.string() + ".sig";
  const auto verified = catalog::verify_catalog(
      {.text = read_text(file, catalog_bytes_max),
       .signature = fs::exists(signature, failed) ? read_text(signature, key_bytes_max) : "",
       .key = options.key.empty() ? "" : key_text(options.key),
       .programs = program_folders(options.programs),
       .smartmodules = smartmodule_folders(options.smartmodules)});
  Facts facts;
  facts.add("catalog", "Catalog", file.string())
      .add("ok", "OK", verified.problems.empty())
      .add("signed_by", "Signed by",
           verified.signed_by.empty() ? Cell(Nothing{}) : Cell(verified.signed_by))
      .add("checked", "Files that match", verified.checked)
      .add("problems", "Problems", verified.problems);
  if (options.output.output == OutputFormat::table) {
    for (const auto& problem : verified.problems) report_line(problem, "");
  }
  if (options.output.output == OutputFormat::json || verified.problems.empty()) {
    print_done(quote_if_needed(file.string()) + " is right, " +
                   (verified.signed_by.empty() ? "unsigned"
                                               : "signed with the key " + verified.signed_by) +
                   "; " + plural(static_cast<std::int64_t>(verified.checked.size()), "file") +
                   " here with the same digest",
               facts, options.output);
  }
  return verified.problems.empty() ? 0 : 1;
}

}  // namespace

const Verb catalog_verify = make_verb<&run_catalog_verify>(
    "catalog verify",
    "Checks a catalog without network: its signature, its form, the digests of "
    "what it lists.",
    "sluice catalog verify site --key catalog.pub");

}  // namespace sluice::cli
