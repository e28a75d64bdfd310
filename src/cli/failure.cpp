// SPDX-License-Identifier: Apache-2.0
#include "cli/failure.hpp"

#include "cli/terminal.hpp"

namespace sluice::cli {

std::string hint_for(Errc code) {
  switch (code) {
    case Errc::connection_refused:
      return "`sluice cluster start` starts a server on this machine; `--cluster HOST:PORT` or "
             "`--profile-name NAME` names another";
    case Errc::timed_out:
      return "is the address right (`sluice profile show`), and are the data nodes there "
             "(`sluice spu list`)?";
    case Errc::connection_lost:
      return "the server went away, or does not speak this protocol: is the port right, and does "
             "it want TLS?";
    case Errc::unresolved_host:
      return "is the host name right? `sluice profile show` prints the address in use";
    case Errc::tls:
      return "`sluice profile show` prints the certificates in use";
    case Errc::topic_not_found:
      return "`sluice topic list` lists the topics, `sluice topic create NAME` makes one";
    case Errc::topic_exists:
      return "`sluice topic describe NAME` shows it";
    case Errc::smartmodule:
      return "`sluice smartmodule list` lists those of the cluster, `sluice smartmodule test FILE` "
             "tries one here";
    case Errc::partition_not_found:
      return "`sluice partition list TOPIC` lists the partitions";
    case Errc::offset_out_of_range:
    case Errc::offset_evicted:
      return "`sluice partition list TOPIC` shows the first and the last offset";
    case Errc::address_in_use:
      return "another server uses the port; `--sc` and `--spu` choose others, port 0 takes a free "
             "one";
    case Errc::already_running:
      return "the other one has to end first";
    case Errc::no_space:
      return "free some space on the disk of that file";
    default:
      return {};
  }
}

void report_line(const std::string& error, const std::string& hint) {
  const auto paint = Paint::of_stderr();
  std::string text = paint.red("error:") + " " + error + "\n";
  if (!hint.empty()) text += paint.bold("hint:") + " " + hint + "\n";
  write_stderr(text);
}

int report(const Failure& failure) {
  const auto* hinted = dynamic_cast<const HintedFailure*>(&failure);
  report_line(failure.what(), hinted != nullptr ? hinted->hint() : hint_for(failure.code()));
  return describe(failure.code()).exit_code;
}

}  // namespace sluice::cli
