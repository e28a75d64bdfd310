// SPDX-License-Identifier: Apache-2.0
// The embedded server, with its fault API on standard input, for the acceptance suite.
//
//   faulty-cluster DATA PROFILE SC_PORT SPU_PORT
//
// A port of 0 is any free one. It prints `ready SC_PORT SPU_PORT`, and `ok` after each command:
//
//   sc|spu API_KEY ACTION [SKIP [COUNT]]   ACTION: delay=MS drop-request drop-answer close-before
//                                          close-after half-write=BYTES error=CODE
//   disk BYTES                             the disk is full after so many bytes
//   clear                                  forgets all of that
//
// It ends at the end of its input.
#include <charconv>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include "broker/broker.hpp"
#include "sluice/error.hpp"

namespace {

using namespace sluice;
using namespace sluice::broker;

template <typename Number>
Number number(std::string_view text) {
  Number out = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (problem != std::errc() || end != text.data() + text.size()) {
    throw Failure(Errc::usage, "not a number: " + std::string(text));
  }
  return out;
}

FaultAction action(const std::string& word) {
  const auto equals = word.find('=');
  const auto name = word.substr(0, equals);
  const auto value = equals == std::string::npos ? std::string() : word.substr(equals + 1);
  if (name == "delay") return Delay{std::chrono::milliseconds(number<int>(value))};
  if (name == "drop-request") return DropRequest{};
  if (name == "drop-answer") return DropAnswer{};
  if (name == "close-before") return CloseBefore{};
  if (name == "close-after") return CloseAfter{};
  if (name == "half-write") return HalfWrite{number<std::size_t>(value)};
  if (name == "error") return AnswerError{static_cast<wire::Code>(number<std::int16_t>(value))};
  throw Failure(Errc::usage, "no such action: " + word);
}

void obey(Faults& faults, const std::string& line) {
  std::istringstream words(line);
  std::string first;
  words >> first;
  if (first == "clear") return faults.clear();
  std::string second;
  words >> second;
  if (first == "disk") return faults.storage().fill_disk_after(number<std::uint64_t>(second));
  FaultRule rule{.listener = first == "sc" ? Listener::sc : Listener::spu,
                 .api_key = number<std::uint16_t>(second)};
  std::string what;
  words >> what;
  rule.action = action(what);
  words >> rule.skip >> rule.count;
  if (words.fail() && rule.count == 0) rule.count = 1;
  faults.add(rule);
}

int run(char** words) {
  Broker broker({.data_directory = words[1],
                 .sc_port = number<std::uint16_t>(words[3]),
                 .spu_port = number<std::uint16_t>(words[4])});
  const auto ports = broker.start();
  broker.write_profile(words[2]);
  std::cout << "ready " << ports.sc << ' ' << ports.spu << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    obey(broker.faults(), line);
    std::cout << "ok" << std::endl;
  }
  broker.stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: faulty-cluster DATA PROFILE SC_PORT SPU_PORT\n";
    return 2;
  }
  try {
    return run(argv);
  } catch (const std::exception& problem) {
    std::cerr << "faulty-cluster: " << problem.what() << '\n';
    return 1;
  }
}
