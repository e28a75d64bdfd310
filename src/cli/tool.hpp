// SPDX-License-Identifier: Apache-2.0
#pragma once

// The `sluice` program: finds the verb, reads its options, runs it.

#include <string>
#include <string_view>

#include "cli/verb.hpp"
#include "sluice/options.hpp"

namespace sluice::cli {

// The exit code: 0 done, 1 failed, 2 wrong command line or configuration, 3 the environment
// is in the way, 128+n on a second signal n. Throws nothing.
int run_tool(int argc, const char* const* argv);

[[nodiscard]] std::string_view tool_version();

// What it is in one line, and the commands that a new user tries.
inline constexpr std::string_view tool_summary = "servers, topics and records of Fluvio streams";
inline constexpr std::string_view tool_first_look =
    "sluice cluster start\n"
    "sluice topic create greetings\n"
    "echo hello | sluice produce greetings\n"
    "sluice consume greetings --from beginning --until end";

// What `sluice help`, `sluice help topic` and `sluice help topic create` print. The last two
// need the name of a group or verb.
[[nodiscard]] std::string tool_help();
[[nodiscard]] std::string group_help(std::string_view group);
[[nodiscard]] std::string verb_help(const Verb& verb);

}  // namespace sluice::cli
