// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the elasticsearch sink.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <sluice/options.hpp>

#include "common/http/http_settings.hpp"

namespace sluice::elastic {

enum class Action : std::uint8_t { index, create, update, upsert };
enum class DocumentId : std::uint8_t { offset, key, field, server };

struct ElasticOptions {
  std::vector<Url> urls;
  std::string index;  // empty: the topic
  Action action = Action::index;
  DocumentId id = DocumentId::offset;
  std::string id_field;
  std::string timestamp_field;
  std::string pipeline;
  std::string username;
  Secret<std::string> password;
  Secret<std::string> api_key;
  Secret<std::string> bearer_token;
  common::HttpSettings http;
};

void validate_options(const ElasticOptions& options, OptionProblems& problems);

}  // namespace sluice::elastic

template <>
struct sluice::enum_names<sluice::elastic::Action> {
  using A = elastic::Action;
  static constexpr std::array rows{EnumName{A::index, "index"}, EnumName{A::create, "create"},
                                   EnumName{A::update, "update"}, EnumName{A::upsert, "upsert"}};
};
template <>
struct sluice::enum_names<sluice::elastic::DocumentId> {
  using I = elastic::DocumentId;
  static constexpr std::array rows{EnumName{I::offset, "offset"}, EnumName{I::key, "key"},
                                   EnumName{I::field, "field"}, EnumName{I::server, "server"}};
};

template <>
struct sluice::option_table<sluice::elastic::ElasticOptions> {
  using O = elastic::ElasticOptions;
  static constexpr auto rows = std::tuple{
      option<&O::urls>("url",
                       "Address of a node; of several, the next is asked when one does not answer.")
          .required()
          .repeatable()
          .yaml_name("urls")
          .alias("urls")
          .schemes("http", "https"),
      option<&O::index>("index",
                        "Index, alias or data stream. It may have `%Y`, `%m`, `%d` and the like, "
                        "of the record's time in UTC, and `{field}` of its value. By default the "
                        "topic's name."),
      option<&O::action>(
          "action",
          "`index` writes a document, over an older one; `create` only a new one, as "
          "data streams want it; `update` changes the fields of one that is there; "
          "`upsert` does that or makes it."),
      option<&O::id>("id",
                     "What a document's id is: `offset` (topic, partition and offset: the same "
                     "record is always the same document), the record's `key`, a `field` of its "
                     "value, or one that the `server` makes up."),
      option<&O::id_field>("id-field", "The field that --id field takes, like `order.id`."),
      option<&O::timestamp_field>("timestamp-field",
                                  "Field that gets the record's time when the value has none, like "
                                  "`@timestamp`. By default none."),
      option<&O::pipeline>("pipeline", "Ingest pipeline that the documents go through."),
      option<&O::username>("username", "User to log in as."),
      option<&O::password>("password", "Password of the user."),
      option<&O::api_key>("api-key", "API key, in its encoded form, in place of user and password.")
          .excludes_group("elastic-token"),
      option<&O::bearer_token>("bearer-token", "Token in place of user and password.")
          .excludes_group("elastic-token"),
      option_group<&O::http>(),
  };

  static void validate(const O& options, OptionProblems& problems) {
    elastic::validate_options(options, problems);
  }
};
