// SPDX-License-Identifier: Apache-2.0
// produce TOPIC: sends each line of the input as a record, to the cluster of the current profile.
#include <iostream>
#include <string>

#include <sluice/client.hpp>

int main(int argc, char** argv) try {
  if (argc != 2) throw sluice::Failure(sluice::Errc::usage, "usage: produce TOPIC");
  const auto client = sluice::Client::connect();
  client.admin().create_topic(argv[1]);
  auto producer = client.producer(argv[1]);
  std::string line;
  while (std::getline(std::cin, line)) producer.send({.key = {}, .value = line});
  producer.flush();
  std::cout << producer.stats().records_acked << " records stored\n";
} catch (const sluice::Failure& failure) {
  std::cerr << "produce: " << failure.what() << "\n";
  return sluice::describe(failure.code()).exit_code;
}
