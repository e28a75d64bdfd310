// SPDX-License-Identifier: Apache-2.0
// consume TOPIC: prints what is in the topic now, from the cluster of the current profile.
#include <iostream>

#include <sluice/client.hpp>

int main(int argc, char** argv) try {
  if (argc != 2) throw sluice::Failure(sluice::Errc::usage, "usage: consume TOPIC");
  const auto client = sluice::Client::connect();
  auto consumer =
      client.consumer(argv[1], {.start = sluice::StartAt::beginning(), .until_end = true});
  while (const auto records = consumer.next()) {
    for (const auto& record : *records) std::cout << record.value << "\n";
  }
} catch (const sluice::Failure& failure) {
  std::cerr << "consume: " << failure.what() << "\n";
  return sluice::describe(failure.code()).exit_code;
}
