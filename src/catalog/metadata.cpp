// SPDX-License-Identifier: Apache-2.0
#include "catalog/metadata.hpp"

#include <array>

#include "base/run_program.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

namespace sluice::catalog {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kit_comment = "sluice-kit ";
constexpr std::size_t error_text_max = 2'000;

Result<std::string> text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) {
    return fail(Errc::malformed, std::string("the key `") + key + "` is missing");
  }
  if (!found->is_string()) {
    return fail(Errc::malformed,
                std::string("`") + key + "` must be text, not " + found->type_name());
  }
  return found->get<std::string>();
}

// The last lines of what a program wrote, for an error.
std::string tail_of(std::string_view errors) {
  auto text = trim(errors);
  if (text.size() > error_text_max) {
    text.remove_prefix(text.size() - error_text_max);
    const auto line_end = text.find('\n');
    if (line_end != std::string_view::npos) text.remove_prefix(line_end + 1);
  }
  if (text.empty()) return "it wrote nothing on standard error";
  return "it wrote: " + std::string(text);
}

ProgramRun run_of(const fs::path& program_or_folder, const MetadataLimits& limits) {
  std::error_code failed;
  const auto path = fs::absolute(program_or_folder, failed);
  ProgramRun run{.environment = {"HOME=/nonexistent", "FLV_PROFILE_PATH=/nonexistent/profile",
                                 "FLUVIO_PROFILE=", "MAKEFLAGS="},
                 .takes_output = true,
                 .deadline = limits.deadline,
                 .bytes_max = limits.bytes_max};
  if (fs::is_directory(path, failed)) {
    run.words = {"make", "--no-print-directory", "-s", "metadata"};
    run.folder = path;
  } else {
    run.words = {path.string(), "metadata"};
  }
  return run;
}

Errc reason_not_started(const fs::path& path) {
  std::error_code failed;
  return fs::exists(path, failed) ? Errc::permission_denied : Errc::io;
}

}  // namespace

Result<Metadata> parse_metadata(std::string_view text) {
  auto tree = parse_json(text);
  if (!tree) return tl::unexpected(tree.error());
  if (!tree->is_object()) {
    return fail(Errc::malformed, std::string("an object is expected, not ") + tree->type_name());
  }
  Metadata out;
  const std::array<std::pair<const char*, std::string*>, 4> members{
      {{"name", &out.name},
       {"direction", &out.direction},
       {"version", &out.version},
       {"description", &out.description}}};
  for (const auto& [key, member] : members) {
    auto value = text_of(*tree, key);
    if (!value) return tl::unexpected(value.error());
    *member = *std::move(value);
  }
  if (out.direction != "Source" && out.direction != "Sink") {
    return fail(Errc::malformed, "`direction` is " + shown(tree->at("direction")) +
                                     "; write \"Source\" or \"Sink\"");
  }
  const auto schema = tree->find("schema");
  if (schema == tree->end() || !schema->is_object()) {
    return fail(Errc::malformed, "the key `schema` with an object is missing");
  }
  out.schema = *schema;
  const auto comment = out.schema.find("$comment");
  out.is_kit = comment != out.schema.end() && comment->is_string() &&
               comment->get_ref<const std::string&>().starts_with(kit_comment);
  out.line = text.ends_with('\n') ? text.substr(0, text.size() - 1) : text;
  return out;
}

Result<std::string> metadata_text(const fs::path& program_or_folder, const MetadataLimits& limits) {
  ProgramEnd end;
  try {
    end = run_program(run_of(program_or_folder, limits));
  } catch (const Failure& failure) {
    return tl::unexpected(failure.error());
  }
  if (end.is_late) {
    return fail(Errc::timed_out, "`metadata` did not end within " +
                                     format_duration(limits.deadline) +
                                     "; it must contact nothing and wait for nothing");
  }
  if (end.is_too_much) {
    return fail(Errc::too_large,
                "`metadata` prints more than " + format_byte_size(limits.bytes_max));
  }
  if (end.exit_code == 127) {
    return fail(reason_not_started(program_or_folder), "cannot run it: " + tail_of(end.errors));
  }
  if (end.exit_code != 0) {
    return fail(Errc::malformed, "`metadata` ended with exit code " +
                                     std::to_string(end.exit_code) + "; " + tail_of(end.errors));
  }
  if (trim(end.output).empty()) {
    return fail(Errc::malformed,
                "`metadata` prints nothing on standard output; " + tail_of(end.errors));
  }
  return end.output;
}

Result<Metadata> read_metadata(const fs::path& program_or_folder, const MetadataLimits& limits) {
  const auto parsed =
      metadata_text(program_or_folder, limits).and_then([](const std::string& text) {
        return parse_metadata(text);
      });
  if (!parsed) {
    return tl::unexpected(in_context(quote_if_needed(program_or_folder.string()), parsed.error()));
  }
  return *parsed;
}

}  // namespace sluice::catalog
