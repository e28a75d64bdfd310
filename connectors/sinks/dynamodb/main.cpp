// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "dynamodb_sink.hpp"

int main(int argc, char** argv) {
  return sluice::run_sink<sluice::dynamodb::DynamoDbSink, sluice::dynamodb::DynamoDbOptions>(argc,
                                                                                             argv);
}
