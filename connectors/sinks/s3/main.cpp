// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "s3_sink.hpp"

int main(int argc, char** argv) {
  return sluice::run_sink<sluice::s3::S3Sink, sluice::s3::S3Options>(argc, argv);
}
