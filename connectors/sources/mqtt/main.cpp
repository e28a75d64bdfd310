// SPDX-License-Identifier: Apache-2.0
#include <sluice/connector.hpp>

#include "mqtt_source.hpp"

int main(int argc, char** argv) {
  return sluice::run_source<sluice::mqtt::MqttSource, sluice::mqtt::MqttOptions>(argc, argv);
}
