// SPDX-License-Identifier: Apache-2.0
// A source with faults that the acceptance suite must find. Its outside is a file that grows by
// whole lines; a position is the number of bytes that were read. Without a fault it is right.
#include <charconv>
#include <chrono>
#include <fstream>
#include <string>

#include <sluice/connector.hpp>

namespace sluice {

enum class Fault { none, ahead, drop, twice, restart, hold };

struct ChaosOptions {
  std::string file;
  Fault fault = Fault::none;
};

template <>
struct enum_names<Fault> {
  static constexpr std::array rows{
      EnumName{Fault::none, "none"},       EnumName{Fault::ahead, "ahead"},
      EnumName{Fault::drop, "drop"},       EnumName{Fault::twice, "twice"},
      EnumName{Fault::restart, "restart"}, EnumName{Fault::hold, "hold"}};
};

template <>
struct option_table<ChaosOptions> {
  using O = ChaosOptions;
  static constexpr auto rows = std::tuple{
      option<&O::file>("file", "File whose lines are sent.").required(),
      option<&O::fault>("fault",
                        "`ahead`: the position is that of the end of the file. `drop`: each 100th "
                        "line is left out. `twice`: each 100th is sent twice. `restart`: each run "
                        "begins at the beginning. `hold`: it does not stop when it is told to."),
  };
};

class ChaosSource final : public Source {
 public:
  explicit ChaosSource(ChaosOptions options) : options_(std::move(options)) {}

  void run(SourceContext& stream) override {
    std::ifstream file(options_.file);
    if (!file) throw Failure(Errc::outside_unavailable, "cannot open " + options_.file);
    stream.connected();
    std::uint64_t place = 0;
    if (const auto& resume = stream.resume_from(); resume && options_.fault != Fault::restart) {
      const auto& text = resume->bytes;
      std::from_chars(text.data(), text.data() + text.size(), place);
    }
    file.seekg(static_cast<std::streamoff>(place));
    while (goes_on(stream)) {
      std::string line;
      while (!stream.stopping() && std::getline(file, line)) {
        if (file.eof()) break;  // half a line
        place += line.size() + 1;
        send(stream, line, place);
      }
      file.clear();
      file.seekg(static_cast<std::streamoff>(place));
      stream.wait(std::chrono::milliseconds(10));
    }
  }

 private:
  [[nodiscard]] bool goes_on(const SourceContext& stream) const {
    return options_.fault == Fault::hold || !stream.stopping();
  }
  void send(SourceContext& stream, const std::string& line, std::uint64_t place) {
    const bool is_hit = ++count_ % 100 == 0;
    if (is_hit && options_.fault == Fault::drop) return;
    if (options_.fault == Fault::ahead) {
      std::ifstream file(options_.file, std::ios::ate);
      place = static_cast<std::uint64_t>(file.tellg());
      stream.wait(std::chrono::milliseconds(1));  // so that a kill finds it between the two
    }
    const Position position{std::to_string(place)};
    if (line == "POISON") {
      return stream.refuse({.value = line}, {Errc::malformed, "it is poison", {}}, position);
    }
    if (line.size() > 200'000) {
      return stream.refuse({.value = line},
                           {Errc::record_too_large, "200000 bytes are the most", {}}, position);
    }
    stream.send({.value = line}, position);
    if (is_hit && options_.fault == Fault::twice) stream.send({.value = line});
  }

  ChaosOptions options_;
  std::uint64_t count_ = 0;
};

}  // namespace sluice

int main(int argc, char** argv) {
  return sluice::run_source<sluice::ChaosSource, sluice::ChaosOptions>(argc, argv);
}
