// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "slack_sink.hpp"

int main(int argc, char** argv) {
  return sluice::run_sink<sluice::slack::SlackSink, sluice::slack::SlackOptions>(argc, argv);
}
