// SPDX-License-Identifier: Apache-2.0
// A source for the fault tests. Its outside is the numbers from 1 to --last, and a file that
// says up to where they are pruned: what is acknowledged can never be read again. When it is
// asked to go on before that point, records are lost for ever, and it says so.
#include <charconv>
#include <cstdint>
#include <fstream>
#include <string>

#include <sluice/connector.hpp>

namespace sluice {

struct LedgerOptions {
  std::int64_t last = 0;
  std::string pruned;
};

template <>
struct option_table<LedgerOptions> {
  using O = LedgerOptions;
  static constexpr auto rows = std::tuple{
      option<&O::last>("last", "The last number.").required(),
      option<&O::pruned>("pruned", "File with the number up to which the outside is pruned.")
          .required(),
  };
};

namespace {

std::int64_t to_number(const std::string& text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

class LedgerSource final : public Source {
 public:
  explicit LedgerSource(LedgerOptions options) : options_(std::move(options)) {}

  void run(SourceContext& stream) override {
    const auto& resume = stream.resume_from();
    auto number = resume ? to_number(resume->bytes) : 0;
    if (number < pruned()) {
      throw Failure(Errc::data_corrupt, "asked for " + std::to_string(number + 1) +
                                            ", but pruned up to " + std::to_string(pruned()));
    }
    if (resume) acknowledged(*resume);  // what was said last may have been lost with the program
    while (number < options_.last && !stream.stopping()) {
      const auto text = std::to_string(++number);
      stream.send({.value = text}, Position{text});
      if (number % 100 == 0) stream.wait(std::chrono::milliseconds(1));
    }
  }
  void acknowledged(const Position& position) override {
    std::ofstream(options_.pruned + ".new") << position.bytes;
    std::rename((options_.pruned + ".new").c_str(), options_.pruned.c_str());
  }

 private:
  [[nodiscard]] std::int64_t pruned() const {
    std::int64_t number = 0;
    std::ifstream(options_.pruned) >> number;
    return number;
  }

  LedgerOptions options_;
};

}  // namespace sluice

int main(int argc, char** argv) {
  return sluice::run_source<sluice::LedgerSource, sluice::LedgerOptions>(argc, argv);
}
