// SPDX-License-Identifier: Apache-2.0
#pragma once

// The option that names a server of this machine.

#include <string>

#include "sluice/options/table.hpp"

namespace sluice::cli {

struct DataOptions {
  std::string data;
};

}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::DataOptions> {
  using O = sluice::cli::DataOptions;
  static constexpr auto rows = std::tuple{
      option<&O::data>("data", "Directory of the server's data. Else ~/.sluice/data.")
          .value_name("DIR")
          .env("SLUICE_DATA"),
  };
};
