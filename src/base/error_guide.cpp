// SPDX-License-Identifier: Apache-2.0
#include "base/error_guide.hpp"

#include <array>
#include <cstddef>

namespace sluice {
namespace {

constexpr auto rows = std::to_array<ErrorGuide>({
    {Errc::truncated, "The input ends before the thing that it announces.",
     "a file was cut while it was copied\na connection ended in the middle of a message",
     "copy or produce the input again\nlook for a full disk on the side that wrote it",
     "batch of 812 bytes: the input ends too early"},
    {Errc::malformed, "The input breaks its format.",
     "a file of another kind was given\nthe far side speaks another protocol",
     "the message says which input and where; correct it there\n"
     "`--on-malformed` says what becomes of such records in a connector",
     "catalog.json: not JSON at line 3, column 7"},
    {Errc::too_large, "A length, a count or a record is over its limit.",
     "the input is larger than what is taken from outside\na limit is set too low",
     "make the input smaller\nraise the limit, when the message names an option",
     "page.html: larger than 16 MiB"},
    {Errc::crc_mismatch, "The checksum that is stored with data is not that of the data.",
     "bytes changed on the disk or on the way\nthe file was edited by hand",
     "read it again from another copy\ncheck the disk",
     "batch at offset 4711: the checksum does not match"},
    {Errc::unsupported, "It is valid, but this version does not do it.",
     "a codec, version or feature that is newer than this program\n"
     "a word that the far side does not know",
     "use what the message offers instead\nupdate the older side",
     "compression 7: this is not supported"},
    {Errc::usage, "The command line is wrong. Nothing was done.",
     "an option is misspelt, missing or given twice\na value is outside its range",
     "the message names the option and the nearest right name\n`--help` lists all options",
     "--intervall: there is no such option; did you mean `--interval`?"},
    {Errc::invalid_config,
     "A configuration file, an environment variable or the profile is wrong. Nothing was done.",
     "an unknown key, a wrong type, a secret that is not defined\na file of another generation",
     "go to the file, line and column in the message\n`sluice validate FILE` checks the whole file",
     "http.yaml:4:3: `intervall` is unknown; did you mean `interval`?"},
    {Errc::invalid_argument, "An interface was given a value that it refuses.",
     "a name with characters that are not allowed\na number outside its range",
     "the message has the value and an example of a right one",
     "`10 parsecs` is not a duration: there is no unit `parsecs`"},
    {Errc::io, "Reading or writing a file or a socket failed.",
     "the file or folder is not there\na device has an error",
     "check the path in the message\nlook at the system's log when the path is right",
     "cannot read rules.json: No such file or directory"},
    {Errc::no_space, "The disk is full.", "the topic or the log has grown to the end of the disk",
     "free some space, or choose another folder\nset a retention for the topic",
     "cannot write segment: No space left on device"},
    {Errc::permission_denied, "The operating system or the far side refuses access.",
     "the user may not read or write the file\na wrong password or an expired token",
     "check owner and mode of the path\ncheck the credentials",
     "cannot write /var/lib/sluice/state: Permission denied"},
    {Errc::address_in_use, "The port is taken.",
     "the same program runs already\nanother one has the port",
     "stop the other program, or choose another port; port 0 takes a free one",
     "127.0.0.1:9003: the port is taken"},
    {Errc::connection_refused, "The machine answers, but nobody listens at the port.",
     "the server is not started, or still starting\na wrong port",
     "`sluice cluster start` starts a server on this machine\n`sluice profile show` prints the "
     "address in use",
     "127.0.0.1:9003: nobody listens there"},
    {Errc::connection_lost, "The connection ended in the middle.",
     "the server was stopped or restarted\na firewall closed an idle connection\n"
     "the port belongs to another protocol, or wants TLS",
     "a connector connects again by itself\ncheck the server's log when it happens often",
     "127.0.0.1:9010: the connection ended"},
    {Errc::unresolved_host, "The host name has no address.",
     "the name is misspelt\nthe name server is away", "check the name with `getent hosts NAME`",
     "borker.example: the host name has no address"},
    {Errc::tls, "The certificate or the handshake of TLS is wrong.",
     "the certificate is expired, or for another name\nthe authority is not known on this machine\n"
     "the far side does not speak TLS",
     "give the authority's certificate with the option for it\ncheck the clock of both sides",
     "broker.example: certificate has expired"},
    {Errc::timed_out, "A deadline passed.",
     "the far side is overloaded, or unreachable without a refusal",
     "check the address and the network between\nraise the deadline, when the message names an "
     "option",
     "no answer from 10.0.0.7:9003 within 10s"},
    {Errc::cancelled, "The caller gave up, or the object was closed meanwhile.",
     "a stop was asked for while work was under way", "nothing, when the stop was wanted",
     "cancelled"},
    {Errc::incompatible_server, "Client and server have no common version of the protocol.",
     "one of the two is much older", "update the older one",
     "the server speaks versions 1 to 4, 10 or later is needed"},
    {Errc::protocol, "The server answered what the protocol does not allow.",
     "another service listens at the port\na fault in the server",
     "check the address\nreport it with the server's version", "answer to request 7 has the id 9"},
    {Errc::topic_not_found, "There is no such topic.",
     "the name is misspelt\nthe topic was deleted",
     "`sluice topic list` lists the topics\n`sluice topic create NAME` makes one",
     "topic `quotes`: no such topic"},
    {Errc::topic_exists, "A topic of this name exists already.", "it was created earlier",
     "use it, or choose another name\n`sluice topic describe NAME` shows it",
     "topic `quotes`: the topic exists already"},
    {Errc::partition_not_found, "The topic has no such partition.",
     "the number is too large: they count from 0", "`sluice partition list TOPIC` lists them",
     "topic `quotes`: no partition 3"},
    {Errc::not_leader, "This data node does not lead the partition, or not any more.",
     "the leader changed a moment ago", "it is tried again at the new leader by itself",
     "partition quotes/0: the SPU does not lead the partition"},
    {Errc::offset_out_of_range, "The offset is before the first or after the last record.",
     "the topic was made anew under the same name",
     "begin at an offset that exists: `sluice partition list TOPIC`\n"
     "delete the stored offset with `sluice consumer delete`",
     "quotes/0: no such offset: 900"},
    {Errc::offset_evicted, "Retention removed the records at this offset.",
     "the reader was away longer than the topic keeps records",
     "begin at the first offset that is left\nraise the retention of the topic",
     "quotes/0: retention removed the offset 12"},
    {Errc::record_too_large, "One record does not fit into a request.",
     "the outside system sends large messages",
     "raise the limit of the topic and of the producer\n"
     "`--on-too-large` says what becomes of such records in a connector",
     "a record of 40 MiB: the record is too large"},
    {Errc::compression, "A codec failed, or the topic forbids it.",
     "the topic allows one codec, the producer uses another",
     "`sluice topic describe NAME` shows the codec\nset the same, or `none`",
     "topic `quotes` takes gzip only"},
    {Errc::smartmodule, "A SmartModule is missing, is no valid module, or failed on a record.",
     "the name is misspelt, or it is not loaded\na parameter is missing\nthe code refused the "
     "record",
     "`sluice smartmodule list` lists those of the cluster\n`sluice smartmodule test FILE` tries "
     "one here\n"
     "`--transform-error` says what becomes of such records",
     "SmartModule `rename`: record 17: missing field `name`"},
    {Errc::server, "The server reports an error that has no code of its own here.",
     "the text of the message is the server's", "look at the server's log at that time",
     "the server reports an error: 1009 StorageError"},
    {Errc::outside_unavailable, "The outside system cannot be reached, or says to try later.",
     "it is down, restarting or overloaded",
     "it is tried again with growing pauses by itself\ncheck the system when it lasts\n"
     "`--on-unavailable` and `--retry-limit` say when to give up",
     "GET https://example.org/quotes: 503 Service Unavailable"},
    {Errc::outside_rejected, "The outside system refuses this request or record for good.",
     "a wrong address, credential or value",
     "correct what the message names; trying again would not help\n"
     "`--on-rejected` says what becomes of such records in a connector",
     "GET https://example.org/quotes: 404 Not Found"},
    {Errc::already_running, "Another instance holds the lock.",
     "the same connector or server runs on this machine already",
     "stop the other one, or give this one another name or folder",
     "/var/lib/sluice: another instance is running (process 4711)"},
    {Errc::data_corrupt, "Stored data fails its checks.",
     "a disk fault\na file that was edited or cut",
     "restore the file from a copy\nthe message says what is kept and what is lost",
     "catalog.json: its signature does not match"},
    {Errc::internal, "A fault in this program, reported instead of ending in the middle.", "a bug",
     "report it with the command line and the log", "internal error"},
});

constexpr bool each_row_is_at_its_code() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].code) != i) return false;
    if (rows[i].meaning.empty() || rows[i].causes.empty() || rows[i].remedy.empty()) return false;
    if (rows[i].example.empty()) return false;
  }
  return rows.back().code == Errc::internal;
}
static_assert(each_row_is_at_its_code(), "each Errc needs its row here, in the order of the enum");

}  // namespace

std::span<const ErrorGuide> error_guides() noexcept {
  return rows;
}

const ErrorGuide& guide_to(Errc code) noexcept {
  return rows[static_cast<std::size_t>(code)];
}

}  // namespace sluice
