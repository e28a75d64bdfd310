// SPDX-License-Identifier: Apache-2.0
#include "cli/manual.hpp"

#include "cli/tool.hpp"
#include "cli/verbs.hpp"
#include "sluice/options/manual.hpp"

namespace sluice::cli {
namespace {

// A verb's options with their defaults.
class Bound {
 public:
  explicit Bound(const Verb& verb) : options_(verb.make()) { verb.bind(set_, options_.get()); }
  [[nodiscard]] const OptionSet& set() const { return set_; }

 private:
  std::shared_ptr<void> options_;
  OptionSet set_;
};

std::string page_of(const Verb& verb) {
  return "sluice-" + std::string(verb.group().empty() ? verb.name : verb.group());
}

// With the environment that any of the verbs reads.
void finish(ManualPage& page, const std::vector<const Verb*>& shown, std::string_view also) {
  std::vector<OptionSet> sets(shown.size());
  std::vector<std::shared_ptr<void>> kept;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    kept.push_back(shown[i]->make());
    shown[i]->bind(sets[i], kept.back().get());
  }
  page.exit_status().environment(sets);
  page.item("NO_COLOR", "When it is set and not empty, nothing is coloured.");
  page.files().see_also(also);
}

void options_and_examples(ManualPage& page, const Verb& verb, const OptionSet& set) {
  page.options(set, "Options").item("-h, --help", "Print a short form of this text.");
  if (verb.examples.empty()) return;
  page.paragraph("Examples:").example(verb.examples);
}

std::string names_of(const std::vector<const Verb*>& verbs_of_page) {
  std::string out;
  for (const auto* verb : verbs_of_page) {
    const bool last = verb == verbs_of_page.back();
    if (!out.empty()) out += last ? " and " : ", ";
    out += verb->last_word();
  }
  return out;
}

ToolPage group_page(const std::string& group) {
  const auto members = verbs_of_group(group);
  ManualPage page("sluice-" + group, tool_version(),
                  "The " + group + " commands of sluice: " + names_of(members) + '.');
  page.section("SYNOPSIS");
  for (const auto* verb : members) {
    const Bound bound(*verb);
    page.usage_of({.name = "sluice " + std::string(verb->name)}, bound.set());
  }
  page.section("COMMANDS");
  for (const auto* verb : members) {
    const Bound bound(*verb);
    page.subsection("sluice " + std::string(verb->name)).paragraph(verb->text);
    options_and_examples(page, *verb, bound.set());
  }
  finish(page, members, "sluice");
  return {"sluice-" + group, page.text()};
}

ToolPage verb_page(const Verb& verb) {
  const Bound bound(verb);
  ManualPage page(page_of(verb), tool_version(), verb.text);
  page.section("SYNOPSIS")
      .usage_of({.name = "sluice " + std::string(verb.name)}, bound.set())
      .section("DESCRIPTION")
      .paragraph(verb.text)
      .section("OPTIONS");
  options_and_examples(page, verb, bound.set());
  finish(page, {&verb}, "sluice");
  return {page_of(verb), page.text()};
}

ToolPage main_page(const std::string& all_pages) {
  ManualPage page("sluice", tool_version(), tool_summary);
  page.section("SYNOPSIS")
      .usage("sluice <COMMAND> [<OPTIONS>]")
      .usage("sluice help [<COMMAND>]")
      .section("DESCRIPTION")
      .paragraph(
          "Sluice moves data into and out of Fluvio streams. This tool works with any "
          "Fluvio cluster, and has a server for one machine itself.")
      .section("COMMANDS");
  for (const auto* verb : verbs) page.item(verb->name, verb->text);
  page.section("EXAMPLES").paragraph("A first look:").example(tool_first_look);
  finish(page, {}, all_pages);
  return {"sluice", page.text()};
}

}  // namespace

std::vector<ToolPage> tool_manual() {
  std::vector<ToolPage> out;
  for (const auto& group : group_names()) out.push_back(group_page(group));
  for (const auto* verb : verbs_of_group("")) out.push_back(verb_page(*verb));
  std::string names;
  for (const auto& page : out) names += (names.empty() ? "" : " ") + page.name;
  out.push_back(main_page(names));
  return out;
}

}  // namespace sluice::cli
