// SPDX-License-Identifier: Apache-2.0
#pragma once

// Options, said once: a struct, and a table that names its members, yield the command line,
// environment, YAML section, validation, `--help`, JSON schema, metadata, reference page and
// completions.
//
//   struct HttpOptions {
//     Url endpoint;
//     std::chrono::milliseconds interval{10'000};   // type and default are the member's
//   };
//   template <> struct sluice::option_table<HttpOptions> {
//     using O = HttpOptions;
//     static constexpr auto rows = std::tuple{
//         option<&O::endpoint>("endpoint", "Address that is requested.").required(),
//         option<&O::interval>("interval", "Pause between two requests.").at_least(1ms),
//     };
//   };
//
// table.hpp has the rows, value_types.hpp the types, set.hpp reading, describe.hpp the outputs,
// config.hpp the YAML file. Nothing in these headers needs more than the standard library.

#include "sluice/options/describe.hpp"
