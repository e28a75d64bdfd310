// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "elastic_sink.hpp"

int main(int argc, char** argv) {
  return sluice::run_sink<sluice::elastic::ElasticSink, sluice::elastic::ElasticOptions>(argc,
                                                                                         argv);
}
