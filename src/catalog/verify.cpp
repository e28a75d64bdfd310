// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "catalog/build.hpp"
#include "catalog/carried_schemas.hpp"
#include "catalog/schema_check.hpp"
#include "catalog/signature.hpp"
#include "catalog/tree.hpp"

namespace sluice::catalog {
namespace {

class Verifier {
 public:
  explicit Verifier(const VerifyInput& input) : input_(input) {}

  Verified verify() {
    check_signature();
    const auto tree = parse_json(input_.text);
    if (!tree) {
      add("catalog.json: " + tree.error().message());
      return std::move(out_);
    }
    auto format = SchemaChecker::make(or_throw(parse_json(catalog_schema())));
    const auto wrong = or_throw(std::move(format)).check(*tree);
    for (const auto& problem : wrong) add("catalog.json: " + problem.text());
    if (!wrong.empty()) return std::move(out_);
    check_order(tree->at("connectors"), "connectors");
    check_order(tree->at("smartmodules"), "smartmodules");
    for (const auto& connector : tree->at("connectors")) check_connector(connector);
    for (const auto& module : tree->at("smartmodules")) {
      const auto name = module.at("name").get<std::string>();
      check_file(input_.smartmodules, name + ".wasm", module.at("wasm"));
    }
    return std::move(out_);
  }

 private:
  void add(std::string problem) { out_.problems.push_back(std::move(problem)); }

  void check_signature() {
    if (input_.signature.empty()) {
      if (!input_.key.empty()) add("catalog.json.sig is missing; a signature is asked for");
      return;
    }
    const auto key = verify_signature(input_.text, input_.signature);
    if (!key) return add("catalog.json: " + key.error().message());
    out_.signed_by = key->base64();
    if (input_.key.empty()) return;
    const auto wanted = PublicKey::parse(input_.key);
    if (!wanted) return add("the given key: " + wanted.error().message());
    if (*wanted == *key) return;
    add("catalog.json is signed with the key " + key->base64() + ", not with " + wanted->base64());
  }

  void check_order(const json& entries, const std::string& what) {
    for (std::size_t i = 1; i < entries.size(); ++i) {
      const auto before = entries[i - 1].at("name").get<std::string>();
      const auto name = entries[i].at("name").get<std::string>();
      if (before < name) continue;
      add("catalog.json: " + what + ": `" + name + "` stands " +
          (before == name ? "twice" : "after `" + before + "`, out of order"));
    }
  }

  void check_connector(const json& connector) {
    const auto name = connector.at("name").get<std::string>();
    for (const auto& problem : check_schema(connector.at("schema"))) {
      add(name + ": its schema: " + problem.text());
    }
    check_file(input_.programs, name, connector.at("binary"));
  }

  void check_file(std::span<const std::filesystem::path> folders, const std::string& name,
                  const json& expected) {
    if (expected.is_null()) return;
    const auto file = first_with(folders, name);
    if (!file) return;
    const auto found = digest_of(*file);
    if (found == expected) {
      out_.checked.push_back(file->string());
    } else if (found.is_null()) {
      add(file->string() + ": cannot be read");
    } else {
      add(file->string() + ": its sha256 is " + found.at("sha256").get<std::string>() +
          ", and in the catalog " + expected.at("sha256").get<std::string>());
    }
  }

  const VerifyInput& input_;
  Verified out_;
};

}  // namespace

Verified verify_catalog(const VerifyInput& input) {
  return Verifier(input).verify();
}

}  // namespace sluice::catalog
