// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "mqtt_sink.hpp"

int main(int argc, char** argv) {
  return sluice::run_sink<sluice::mqtt::MqttSink, sluice::mqtt::SinkOptions>(argc, argv);
}
