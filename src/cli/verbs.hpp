// SPDX-License-Identifier: Apache-2.0
#pragma once

// The table of verbs, in the order of `sluice help`, and how words find their verb.

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/verb.hpp"

namespace sluice::cli {

extern const Verb cluster_start, cluster_stop, cluster_status;
extern const Verb topic_create, topic_list, topic_describe, topic_delete, topic_add_partitions;
extern const Verb produce, consume;
extern const Verb partition_list, spu_list, consumer_list, consumer_delete;
extern const Verb dead_letters_list, dead_letters_show, dead_letters_replay;
extern const Verb smartmodule_new, smartmodule_build, smartmodule_test, smartmodule_load,
    smartmodule_list, smartmodule_describe, smartmodule_download, smartmodule_delete;
extern const Verb new_source, new_sink;
extern const Verb profile_list, profile_current, profile_show, profile_use, profile_add,
    profile_remove;
extern const Verb metadata_check, metadata_schema;
extern const Verb catalog_build, catalog_verify, catalog_keygen;
extern const Verb explain;
extern const Verb validate, check, run_connector, doctor;
extern const Verb deploy_plan, deploy_apply, deploy_list, deploy_logs, deploy_pause, deploy_resume,
    deploy_restart, deploy_drain, deploy_delete, deploy_supervise;
extern const Verb top, tap, console;
extern const Verb completions, version, help;

// A new verb is its file, its name above and its place here.
inline constexpr std::array verbs{
    &cluster_start,
    &cluster_stop,
    &cluster_status,
    &topic_create,
    &topic_list,
    &topic_describe,
    &topic_delete,
    &topic_add_partitions,
    &produce,
    &consume,
    &partition_list,
    &spu_list,
    &consumer_list,
    &consumer_delete,
    &dead_letters_list,
    &dead_letters_show,
    &dead_letters_replay,
    &smartmodule_new,
    &smartmodule_build,
    &smartmodule_test,
    &smartmodule_load,
    &smartmodule_list,
    &smartmodule_describe,
    &smartmodule_download,
    &smartmodule_delete,
    &new_source,
    &new_sink,
    &profile_list,
    &profile_current,
    &profile_show,
    &profile_use,
    &profile_add,
    &profile_remove,
    &metadata_check,
    &metadata_schema,
    &catalog_build,
    &catalog_verify,
    &catalog_keygen,
    &explain,
    &validate,
    &check,
    &run_connector,
    &doctor,
    &deploy_plan,
    &deploy_apply,
    &deploy_list,
    &deploy_logs,
    &deploy_pause,
    &deploy_resume,
    &deploy_restart,
    &deploy_drain,
    &deploy_delete,
    &top,
    &tap,
    &console,
    &completions,
    &version,
    &help,
};

// Not for people: in no help and no completion.
inline constexpr std::array hidden_verbs{&deploy_supervise};

// What the first words of a command line name.
struct VerbMatch {
  const Verb* verb = nullptr;
  std::string group;           // when only the first word of several verbs was given
  std::size_t word_count = 0;  // of the verb's name
};

// Throws: `usage` for words that name nothing, with the nearest name that does.
[[nodiscard]] VerbMatch find_verb(std::span<const std::string> words);
[[nodiscard]] std::vector<const Verb*> verbs_of_group(std::string_view group);
// `cluster`, `topic`, ...: each once.
[[nodiscard]] std::vector<std::string> group_names();

}  // namespace sluice::cli
