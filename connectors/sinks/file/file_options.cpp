// SPDX-License-Identifier: Apache-2.0
#include "file_options.hpp"

namespace sluice::file {
namespace {

void require_plain(const std::string& text, std::string_view option, OptionProblems& problems) {
  if (text.find('/') == std::string::npos && text.find('\0') == std::string::npos) return;
  problems.add(option, "`" + text + "` is not a part of a file name", "the folder is --path");
}

}  // namespace

void validate_options(const FileOptions& options, OptionProblems& problems) {
  require_plain(options.prefix, "prefix", problems);
  require_plain(options.suffix, "suffix", problems);
  if (options.prefix.starts_with('.')) {
    problems.add("prefix", "names with a dot in front are the sink's own");
  }
  if (options.format == Format::json && options.newlines == Newlines::escape) {
    problems.add("newlines", "JSON escapes line feeds by itself", "leave the option out");
  }
}

}  // namespace sluice::file
