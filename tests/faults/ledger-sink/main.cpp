// SPDX-License-Identifier: Apache-2.0
// A sink for the fault tests: its destination is a file with a value on each line. It keeps no
// offsets of its own, so records may come twice after a crash; none may be missing.
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include <sluice/connector.hpp>

namespace sluice {

struct LedgerOptions {
  std::string file;
};

template <>
struct option_table<LedgerOptions> {
  using O = LedgerOptions;
  static constexpr auto rows =
      std::tuple{option<&O::file>("file", "File that the values are added to.").required()};
};

class LedgerSink final : public Sink {
 public:
  explicit LedgerSink(const LedgerOptions& options)
      : fd_(::open(options.file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
    if (fd_ < 0) throw Failure(Errc::io, "cannot open " + options.file);
  }
  ~LedgerSink() override { ::close(fd_); }

  void write(std::span<const SinkRecord> records) override {
    std::string lines;
    for (const auto& record : records) lines.append(record.value).append("\n");
    // One call: a kill leaves whole lines, because the system finishes a write that it began.
    const auto written = ::write(fd_, lines.data(), lines.size());
    if (written != static_cast<ssize_t>(lines.size()) || ::fdatasync(fd_) != 0) {
      throw Failure(Errc::io, "cannot write");
    }
  }

 private:
  int fd_;
};

}  // namespace sluice

int main(int argc, char** argv) {
  return sluice::run_sink<sluice::LedgerSink, sluice::LedgerOptions>(argc, argv);
}
