// SPDX-License-Identifier: Apache-2.0
#include "sluice/options/manual.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "options/describe_row.hpp"
#include "options/roff.hpp"

namespace sluice {
namespace options {
namespace {

std::string_view first_sentence(std::string_view text) {
  text = text.substr(0, text.find(". "));
  if (text.ends_with('.')) text.remove_suffix(1);
  return text;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

bool is_listed(const BoundRow& bound) {
  return !bound.hidden && (bound.row->on_command_line || bound.row->is_positional);
}

std::string meaning_of(const BoundRow& bound) {
  const auto& row = *bound.row;
  std::string out(row.text);
  if (row.is_required) out += " Required.";
  out += remarks_of(bound);
  const auto value = default_text(bound);
  if (!value.empty() && !(row.is_switch() && value == "false")) out += " Default: `" + value + "`.";
  const bool says_so = row.text.find("more than once") != std::string_view::npos;
  if (row.repeats() && !says_so) out += " May be given more than once.";
  return out;
}

std::string label_of(const BoundRow& bound) {
  const auto letter = bound.row->short_letter;
  return (letter != 0 ? std::string("-") + letter + ", " : "") + usage_of(bound);
}

}  // namespace
}  // namespace options

using options::roff_escaped;
using options::roff_paragraph;
using options::roff_usage;

// Without hyphens of roff's own: names of options and variables are pasted.
ManualPage::ManualPage(std::string_view name, std::string_view version, std::string_view summary)
    : text_(".TH " + roff_escaped(options::upper(name)) + " 1 \"\" \"Sluice " +
            roff_escaped(version) + "\" \"Sluice Manual\"\n.nh\n.ad l\n") {
  section("NAME");
  text_ += roff_escaped(name) + " \\- " + roff_escaped(options::first_sentence(summary)) + '\n';
}

ManualPage& ManualPage::section(std::string_view title) {
  text_ += ".SH " + roff_escaped(title) + '\n';
  return *this;
}

ManualPage& ManualPage::subsection(std::string_view title) {
  text_ += ".SS " + roff_escaped(title) + '\n';
  return *this;
}

ManualPage& ManualPage::paragraph(std::string_view text) {
  text_ += ".PP\n" + roff_paragraph(text) + '\n';
  return *this;
}

ManualPage& ManualPage::usage(std::string_view words) {
  if (!text_.ends_with(".SH SYNOPSIS\n")) text_ += ".br\n";
  text_ += roff_usage(words) + '\n';
  return *this;
}

ManualPage& ManualPage::item(std::string_view usage, std::string_view text) {
  text_ += ".TP\n" + roff_usage(usage) + '\n' + roff_paragraph(text) + '\n';
  return *this;
}

ManualPage& ManualPage::example(std::string_view lines) {
  text_ += ".PP\n.RS 4\n.nf\n";
  for (const auto line : split(lines, '\n')) text_ += roff_escaped(line) + '\n';
  text_ += ".fi\n.RE\n";
  return *this;
}

ManualPage& ManualPage::usage_of(const ProgramInfo& program, const OptionSet& set) {
  return usage(program.name + " [<OPTIONS>]" + options::usage_words(options::flatten(set)));
}

ManualPage& ManualPage::options(const OptionSet& set, std::string_view heading) {
  for (const auto& bound : options::flatten(set)) {
    const bool is_here = set.bindings()[bound.binding].how.heading == heading;
    if (!is_here || !options::is_listed(bound)) continue;
    item(options::label_of(bound), options::meaning_of(bound));
  }
  return *this;
}

ManualPage& ManualPage::options(const OptionSet& set) {
  std::vector<std::string> headings;
  for (const auto& bound : options::flatten(set)) {
    const auto& heading = set.bindings()[bound.binding].how.heading;
    const bool is_new = std::ranges::find(headings, heading) == headings.end();
    if (is_new && options::is_listed(bound)) headings.push_back(heading);
  }
  for (const auto& heading : headings) {
    if (headings.size() > 1) subsection(heading);
    options(set, heading);
  }
  return *this;
}

ManualPage& ManualPage::exit_status() {
  return section("EXIT STATUS")
      .item("0", "Done, or stopped as asked for.")
      .item("1", "It failed while it ran. The message says at what, and what to do.")
      .item("2", "The command line or the configuration is wrong. Nothing was started.")
      .item("3",
            "The environment is in the way: a server that is not there, a full disk, a name "
            "without an address, a topic that does not exist.")
      .item("128+<N>", "Ended at once by a second signal `N`.");
}

ManualPage& ManualPage::environment(const OptionSet& set) {
  return environment({&set, 1});
}

ManualPage& ManualPage::environment(std::span<const OptionSet> sets) {
  section("ENVIRONMENT");
  std::set<std::string_view> said;
  for (const auto& set : sets) {
    for (const auto& bound : options::flatten(set)) {
      if (bound.row->env_name.empty() || bound.hidden) continue;
      if (!said.insert(bound.row->env_name).second) continue;
      item(bound.row->env_name, "The same as `" + bound.dashed() + "`, which goes first.");
    }
  }
  return item("FLV_PROFILE_PATH", "Path of the profile file, instead of `~/.fluvio/config`.");
}

ManualPage& ManualPage::files() {
  return section("FILES").item("~/.fluvio/config",
                               "The profile file: addresses of clusters, and how to log in.");
}

ManualPage& ManualPage::see_also(std::string_view names) {
  section("SEE ALSO");
  const auto all = split(names, ' ');
  for (const auto& name : all) {
    const bool is_last = &name == &all.back();
    text_ += ".BR " + roff_escaped(name) + (is_last ? " (1)\n" : " (1),\n");
  }
  return *this;
}

std::string connector_manual(const ProgramInfo& program, const OptionSet& set) {
  ManualPage page(program.name, program.version, program.description);
  page.section("SYNOPSIS")
      .usage_of(program, set)
      .usage(program.name + " [<OPTIONS>] --config <FILE>")
      .usage(program.name + " metadata")
      .section("DESCRIPTION")
      .paragraph(program.description)
      .paragraph(
          "Options come from the command line, the environment and the YAML file of "
          "`--config`, in this order of precedence. In the file the connector's own options "
          "are in the section `" +
          program.section +
          "`, with underscores in their names. The first word `metadata` prints name, "
          "direction, version and the JSON schema of the options, and contacts nothing.")
      .paragraph(
          "The connector runs until its source ends, or until SIGTERM or SIGINT. It then "
          "finishes what it has begun, and stores its place: a later start goes on there.")
      .section("OPTIONS")
      .options(set)
      .item("-h, --help", "Print a short form of this text.")
      .item("-V, --version", "Print name and version.");
  page.exit_status().environment(set).files().see_also("sluice");
  return page.text();
}

}  // namespace sluice
