// SPDX-License-Identifier: Apache-2.0
#include "cli/dead_letter_input.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "cli/failure.hpp"
#include "cli/format.hpp"
#include "cli/terminal.hpp"

namespace sluice::cli {
namespace {

constexpr std::chrono::seconds silence_max{30};

[[nodiscard]] std::string id_of(PartitionId partition, Offset offset) {
  return std::to_string(partition.value) + "/" + std::to_string(offset.value);
}

// Takes one text; false when it was the last that is wanted.
class Intake {
 public:
  explicit Intake(const std::function<bool(StoredLetter)>& take) : take_(take) {}

  bool one(std::string id, std::string_view text) {
    auto letter = connector::parse_dead_letter(text);
    if (!letter) {
      ++strangers_;
      return true;
    }
    return take_({std::move(id), std::string(text), *std::move(letter)});
  }
  [[nodiscard]] std::uint64_t strangers() const { return strangers_; }

 private:
  const std::function<bool(StoredLetter)>& take_;
  std::uint64_t strangers_ = 0;
};

void check_stop(const StopSignal& stop) {
  if (stop.requested()) throw Failure(Errc::cancelled, "told to stop while reading dead letters");
}

void read_file(const std::string& path, const StopSignal& stop, Intake& intake) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw Failure(Errc::io,
                  "cannot read the dead letters in " + path + ": " + std::strerror(errno));
  }
  std::string line;
  for (std::uint64_t number = 1; std::getline(in, line); ++number) {
    check_stop(stop);
    // Without a line feed it is still being written.
    if (in.eof() || !intake.one(std::to_string(number), line)) return;
  }
  if (in.bad()) throw Failure(Errc::io, "cannot read the dead letters in " + path);
}

void read_topic(Client& client, const std::string& topic, const StopSignal& stop, Intake& intake) {
  auto admin = client.admin();
  if (!admin.describe_topic(topic)) fail_missing_topic(admin, topic);
  read_to_end(client, topic, stop, [&](PartitionId partition, const ConsumedRecord& record) {
    return intake.one(id_of(partition, record.offset), record.value);
  });
}

}  // namespace

void read_to_end(Client& client, const std::string& topic, const StopSignal& stop,
                 const std::function<bool(PartitionId, const ConsumedRecord&)>& take) {
  ConsumerOptions options;
  options.start = StartAt::beginning();
  options.until_end = true;
  auto consumer = client.consumer(topic, options);
  auto last = std::chrono::steady_clock::now();
  while (true) {
    check_stop(stop);
    const auto next = consumer.next(std::chrono::milliseconds(100));
    if (next.state == Next::State::ended) return;
    const auto now = std::chrono::steady_clock::now();
    if (next.state == Next::State::records) {
      last = now;
    } else if (now - last > silence_max) {
      throw Failure(Errc::timed_out, "nothing came of topic `" + topic + "` for 30s");
    }
    for (const auto& record : next.records) {
      if (!take(next.records.partition(), record)) return;
    }
  }
}

void LetterPlace::check() const {
  if (topic.empty() == file.empty()) {
    throw HintedFailure(Errc::usage, "which dead letters?",
                        "give `--topic TOPIC` or `--file FILE`");
  }
}

bool LetterFilter::wants(const sluice::connector::ReadLetter& letter) const {
  if (!code.empty() && letter.code != code) return false;
  if (!connector.empty() && letter.connector != connector) return false;
  if (!name.empty() && letter.name != name) return false;
  if (!since) return true;
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  return letter.time >= utc_time(now - *since);  // both are of one form
}

std::uint64_t read_letters(const LetterPlace& place, Client* client, const StopSignal& stop,
                           const std::function<bool(StoredLetter)>& take) {
  Intake intake(take);
  if (place.file.empty()) {
    read_topic(*client, place.topic, stop, intake);
  } else {
    read_file(place.file, stop, intake);
  }
  return intake.strangers();
}

void warn_of_strangers(std::uint64_t count) {
  if (count == 0) return;
  write_stderr("note: not dead letters, and left out: " + std::to_string(count) + "\n");
}

}  // namespace sluice::cli
