// SPDX-License-Identifier: Apache-2.0
#pragma once

// Manual pages, in the macros of man(7), from the tables that `--help` is made from.
//
// A page is written from top to bottom and is the same for the same input: it has no date. Texts
// are plain; what is in backticks is shown bold. A usage is written as help writes it: words are
// bold, `<VALUE>` is slanted.

#include <span>
#include <string>
#include <string_view>

#include "sluice/options/describe.hpp"

namespace sluice {

class ManualPage {
 public:
  // Of section 1. The first sentence of `summary` is what `whatis` shows.
  ManualPage(std::string_view name, std::string_view version, std::string_view summary);

  ManualPage& section(std::string_view title);
  ManualPage& subsection(std::string_view title);
  ManualPage& paragraph(std::string_view text);
  // A usage of the synopsis, on a line of its own.
  ManualPage& usage(std::string_view words);
  ManualPage& item(std::string_view usage, std::string_view text);
  // Lines that are shown as they are.
  ManualPage& example(std::string_view lines);

  // The command line of the program.
  ManualPage& usage_of(const ProgramInfo& program, const OptionSet& set);
  // An item for each option that is not hidden, without a heading.
  ManualPage& options(const OptionSet& set, std::string_view heading);
  // A subsection for each heading of the set.
  ManualPage& options(const OptionSet& set);

  // The sections that end a page; what these words mean is the same for all programs.
  ManualPage& exit_status();
  // The variables of the options, and that of the profile. Other items may follow.
  ManualPage& environment(const OptionSet& set);
  // Of several commands; what they have in common is there once.
  ManualPage& environment(std::span<const OptionSet> sets);
  ManualPage& files();
  // Names of pages of section 1, with blanks between.
  ManualPage& see_also(std::string_view names);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

// The page of a connector: its metadata and options, and what all connectors have.
[[nodiscard]] std::string connector_manual(const ProgramInfo& program, const OptionSet& set);

}  // namespace sluice
