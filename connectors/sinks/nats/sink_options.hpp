// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the nats sink.

#include <string>
#include <vector>

#include <sluice/options.hpp>

#include "common/nats/nats_options.hpp"

namespace sluice::nats {

enum class SubjectFrom : std::uint8_t { fixed, key, field };

struct SinkOptions {
  common::NatsOptions server;
  std::string subject;
  SubjectFrom subject_from = SubjectFrom::fixed;
  std::string subject_field = "subject";
  std::string stream;
  std::vector<Header> headers;
};

void validate_sink(const SinkOptions& options, OptionProblems& problems);

}  // namespace sluice::nats

template <>
struct sluice::enum_names<sluice::nats::SubjectFrom> {
  using S = nats::SubjectFrom;
  static constexpr std::array rows{EnumName{S::fixed, "option"}, EnumName{S::key, "key"},
                                   EnumName{S::field, "field"}};
};

template <>
struct sluice::option_table<sluice::nats::SinkOptions> {
  using O = nats::SinkOptions;
  static constexpr auto rows = std::tuple{
      option_group<&O::server>(),
      option<&O::subject>("subject",
                          "Subject that is published to. With subject-from `key` or `field` it "
                          "is put in front of theirs, with a dot.")
          .required(),
      option<&O::subject_from>("subject-from",
                               "Where the subject comes from: this `option`, the record's `key`, "
                               "or a `field` of its JSON value."),
      option<&O::subject_field>("subject-field", "Name of that field."),
      option<&O::stream>("stream",
                         "Stream that must take the records; by default any that has the subject."),
      option<&O::headers>("header", "Header sent with each message, as `Name: value`.")
          .repeatable()
          .yaml_name("headers")
          .alias("headers"),
  };

  static void validate(const O& options, OptionProblems& problems) {
    nats::validate_sink(options, problems);
  }
};
