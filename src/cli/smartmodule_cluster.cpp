// SPDX-License-Identifier: Apache-2.0
#include "cli/smartmodule_cluster.hpp"

#include "base/text.hpp"
#include "cli/failure.hpp"

namespace sluice::cli {

void fail_missing_smartmodule(Admin& admin, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& info : admin.list_smartmodules()) names.push_back(info.name);
  const auto near = nearest(name, names);
  throw HintedFailure(Errc::smartmodule,
                      "there is no SmartModule " + quote_if_needed(name) + " in the cluster",
                      near ? "did you mean `" + *near + "`?" : hint_for(Errc::smartmodule));
}

ModuleFile download(Admin& admin, const std::string& name) {
  auto wasm = admin.download_smartmodule(name);
  if (!wasm) fail_missing_smartmodule(admin, name);
  return {name, {}, *std::move(wasm)};
}

}  // namespace sluice::cli
