// SPDX-License-Identifier: Apache-2.0
#pragma once

// The catalog: every connector and SmartModule of a tree, in one JSON document.
//
// A connector is a folder with a connector.toml, a SmartModule one with a smartmodule.toml, below
// connectors/, examples/ and smartmodules/ of the tree, or anywhere in a tree that has none of
// them. The same tree and programs make the same bytes.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice::catalog {

struct BuildInput {
  std::filesystem::path tree;
  std::vector<std::filesystem::path> programs;      // folders with built connectors
  std::vector<std::filesystem::path> smartmodules;  // folders with built SmartModules
  std::string generator;                            // `sluice 0.1.0`
  std::string previous;  // text of an earlier catalog.json, whose versions are kept; may be empty
};

struct BuiltCatalog {
  std::string text;  // of catalog.json
  std::size_t connectors = 0;
  std::size_t smartmodules = 0;
  std::vector<std::string> notes;  // what is not built, and so has no digest
};

// Runs `metadata` of each connector. Throws: `invalid_config` with everything that is wrong, one a
// line; `malformed` for a previous catalog that is none.
[[nodiscard]] BuiltCatalog build_catalog(const BuildInput& input);

struct VerifyInput {
  std::string text;       // of catalog.json
  std::string signature;  // of catalog.json.sig; empty when there is none
  std::string key;        // public key that must have signed it; empty: any
  std::vector<std::filesystem::path> programs;
  std::vector<std::filesystem::path> smartmodules;
};

struct Verified {
  std::vector<std::string> problems;
  std::string signed_by;             // base64 of the key; empty when it is not signed
  std::vector<std::string> checked;  // files whose digest is that of the catalog
};

// Contacts nothing. Files that are not in the folders are not checked.
[[nodiscard]] Verified verify_catalog(const VerifyInput& input);

}  // namespace sluice::catalog
