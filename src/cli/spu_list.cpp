// SPDX-License-Identifier: Apache-2.0
#include "cli/cluster_options.hpp"
#include "cli/listing.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct SpuListOptions {
  ClusterOptions cluster;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::SpuListOptions> {
  using O = sluice::cli::SpuListOptions;
  static constexpr auto rows = std::tuple{option_group<&O::cluster>(), option_group<&O::output>()};
};

namespace sluice::cli {
namespace {

int run_spu_list(const SpuListOptions& options) {
  auto admin = connect(options.cluster).admin();
  Listing listing({{"id", "ID"},
                   {"name", "NAME"},
                   {"status", "STATUS"},
                   {"custom", "CUSTOM"},
                   {"rack", "RACK"},
                   {"public_endpoint", "PUBLIC"},
                   {"private_endpoint", "PRIVATE"}},
                  "no SPUs");
  for (const auto& spu : admin.list_spus()) {
    listing.add({std::int64_t{spu.id.value}, spu.name, spu.status, spu.custom,
                 spu.rack.empty() ? Cell{} : Cell{spu.rack}, spu.public_endpoint,
                 spu.private_endpoint});
  }
  print(listing, options.output);
  return 0;
}

}  // namespace

const Verb spu_list =
    make_verb<&run_spu_list>("spu list", "Lists the data nodes of the cluster.", "sluice spu list");

}  // namespace sluice::cli
