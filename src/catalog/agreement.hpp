// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether the program accepts exactly the options that its schema accepts: made-up options
// (samples.hpp) go to both, to the program as `PROGRAM validate --fluvio-topic=t --a=b ...`.

#include "catalog/metadata_check.hpp"

namespace sluice::catalog {

struct AgreementInput {
  std::filesystem::path program;
  const Metadata& metadata;
  std::filesystem::path hints;  // tests/samples.json; may not be there
  std::uint64_t seed = 1;
  std::chrono::milliseconds deadline{10'000};  // of one run
};

// A step named `parser`. Skipped for a program that does not know the word `validate`.
[[nodiscard]] CheckStep check_agreement(const AgreementInput& input);

}  // namespace sluice::catalog
