// SPDX-License-Identifier: Apache-2.0
#pragma once

// `run_source` and `run_sink`: the whole `main` of a connector.
//
// They read the options (command line, environment, YAML), run the connector until it ends or
// is told to stop, and return the exit code: 0 ended or stopped cleanly, 1 runtime, 2 usage or
// configuration, 3 environment, 128+n on a second signal n. The first word may be one of:
//
//   metadata  prints the metadata, and contacts nothing
//   validate  reads the same options as a run, and contacts nothing: says what is wrong with them,
//             as a start would, or nothing
//   check     opens both ends and sends nothing: a line of JSON for each end on standard output,
//             {"end":"cluster"|"outside","ok":true,"detail":"...","code":""}
//
// One `--` before everything else is ignored: that is how official launchers start containers.

#include <concepts>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "sluice/connector/sink.hpp"
#include "sluice/connector/source.hpp"
#include "sluice/options.hpp"

namespace sluice {

// What `connector.toml` says. CMake (`sluice_connector`) makes it into code.
struct ConnectorInfo {
  std::string_view name;
  std::string_view version;
  std::string_view description;
  std::string_view direction;  // "source" or "sink"
  std::string_view section;    // of the YAML file, with the connector's own options
};

// This program's; defined in a file that `sluice_connector` generates.
extern const ConnectorInfo connector_info;

namespace detail {

// A connector with its types erased, so that the runner is compiled once.
template <typename Contract>
struct Program {
  std::function<void(OptionSet& set)> bind;
  std::function<std::unique_ptr<Contract>()> make;
};

int run(const ConnectorInfo& info, const Program<Source>& program, int argc, char** argv);
int run(const ConnectorInfo& info, const Program<Sink>& program, int argc, char** argv);

template <typename Contract, typename Connector, typename Options>
int run_connector(int argc, char** argv) {
  Options options;
  const Program<Contract> program{
      .bind = [&](OptionSet& set) { set.bind(options); },
      .make = [&] { return std::make_unique<Connector>(std::move(options)); },
  };
  return run(connector_info, program, argc, argv);
}

}  // namespace detail

template <std::derived_from<Source> S, options::HasTable Options>
  requires std::constructible_from<S, Options>
int run_source(int argc, char** argv) {
  return detail::run_connector<Source, S, Options>(argc, argv);
}

template <std::derived_from<Sink> S, options::HasTable Options>
  requires std::constructible_from<S, Options>
int run_sink(int argc, char** argv) {
  return detail::run_connector<Sink, S, Options>(argc, argv);
}

}  // namespace sluice
