// SPDX-License-Identifier: Apache-2.0
// A sink with faults that the acceptance suite must find. Its destination is a file with a JSON
// object on each line. Without a fault it is right, and it refuses records in each of the ways that
// a sink can: `POISON-rejected` by its place in the batch, `POISON-malformed` with the whole batch,
// values over 200000 bytes by an answer for each.
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <sluice/connector.hpp>

namespace sluice {

enum class Fault { none, early, drop, twice, reorder, swallow, leak, refuse };

struct ChaosOptions {
  std::string file;
  Fault fault = Fault::none;
  Secret<std::string> password;
};

template <>
struct enum_names<Fault> {
  static constexpr std::array rows{
      EnumName{Fault::none, "none"},       EnumName{Fault::early, "early"},
      EnumName{Fault::drop, "drop"},       EnumName{Fault::twice, "twice"},
      EnumName{Fault::reorder, "reorder"}, EnumName{Fault::swallow, "swallow"},
      EnumName{Fault::leak, "leak"},       EnumName{Fault::refuse, "refuse"}};
};

template <>
struct option_table<ChaosOptions> {
  using O = ChaosOptions;
  static constexpr auto rows = std::tuple{
      option<&O::file>("file", "File that the values are added to.").required(),
      option<&O::fault>(
          "fault",
          "`early`: a batch counts before it is written. `drop`: each 100th record is "
          "left out. `twice`: each 100th comes twice. `reorder`: batches are written "
          "backwards. `swallow`: an error counts as success. `leak`: the password is "
          "in the log. `refuse`: it fails for good at the 100th."),
      option<&O::password>("password", "For nothing but to be kept secret."),
  };
};

class ChaosSink final : public Sink {
 public:
  explicit ChaosSink(ChaosOptions options) : options_(std::move(options)) {}
  ~ChaosSink() override {
    if (fd_ >= 0) ::close(fd_);
  }

  void open(SinkContext& context) override {
    if (options_.fault == Fault::leak) {
      context.disconnected({Errc::outside_unavailable, options_.password.reveal(), {}});
    }
    if (fd_ >= 0) ::close(fd_);
    fd_ = ::open(options_.file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd_ < 0) throw Failure(Errc::outside_unavailable, "cannot open " + options_.file);
    context.connected();
  }

  void write(std::span<const SinkRecord> records) override {
    std::vector<RecordsRefused::Refused> refused;
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto value = records[i].value;
      if (value.find("POISON-malformed") != std::string_view::npos) {
        throw Failure(Errc::malformed, "one of them is no JSON");
      }
      if (value.find("POISON-rejected") != std::string_view::npos) {
        keep(records.first(i));
        throw PartialWrite(i, {Errc::outside_rejected, "nobody wants it", {}});
      }
      if (value.size() > value_bytes_max) {
        refused.push_back({i, {Errc::record_too_large, "200000 bytes are the most", {}}});
      }
    }
    if (refused.empty()) return keep(records);
    std::vector<SinkRecord> good;
    for (const auto& record : records) {
      if (record.value.size() <= value_bytes_max) good.push_back(record);
    }
    keep(good);
    throw RecordsRefused(std::move(refused));
  }
  void idle() override { put(); }
  void close() override { put(); }

 private:
  static constexpr std::size_t late_bytes_max = 32'768;
  static constexpr std::size_t value_bytes_max = 200'000;

  void keep(std::span<const SinkRecord> records) {
    std::string lines;
    for (const auto& record : records) {
      const auto line = std::string(record.value) + "\n";
      const bool is_hit = ++count_ % 100 == 0;
      if (is_hit && options_.fault == Fault::drop) continue;
      if (is_hit && options_.fault == Fault::refuse) throw Failure(Errc::io, "no more than that");
      if (is_hit && options_.fault == Fault::swallow) return;
      if (is_hit && options_.fault == Fault::twice) lines += line;
      lines = options_.fault == Fault::reorder ? line + lines : lines + line;
    }
    late_ += lines;
    // One that is early says that it has the records, and writes them when more come.
    if (options_.fault == Fault::early && late_.size() < late_bytes_max) return;
    put();
  }
  void put() {
    // One call: a kill leaves whole lines.
    const auto written = ::write(fd_, late_.data(), late_.size());
    if (written != static_cast<ssize_t>(late_.size()) || ::fdatasync(fd_) != 0) {
      throw Failure(Errc::io, "cannot write " + options_.file);
    }
    late_.clear();
  }

  ChaosOptions options_;
  int fd_ = -1;
  std::uint64_t count_ = 0;
  std::string late_;
};

}  // namespace sluice

int main(int argc, char** argv) {
  return sluice::run_sink<sluice::ChaosSink, sluice::ChaosOptions>(argc, argv);
}
