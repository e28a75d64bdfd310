# SPDX-License-Identifier: Apache-2.0
# sluice_templates(TARGET FOLDER [SELECTOR/PATH=FILE...])
#
# Puts the files of FOLDER/SELECTOR/PATH.in into the target, as the table `all_templates` of
# src/cli/connector_templates.hpp; and further files under the paths given with them.
function(sluice_templates TARGET FOLDER)
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/${FOLDER})
  file(GLOB_RECURSE files CONFIGURE_DEPENDS LIST_DIRECTORIES false RELATIVE ${folder} ${folder}/*.in)
  foreach(file IN LISTS files)
    string(REGEX REPLACE "\\.in$" "" path "${file}")
    list(APPEND pairs "${path}=${folder}/${file}")
  endforeach()
  list(APPEND pairs ${ARGN})
  foreach(pair IN LISTS pairs)
    string(REGEX MATCH "^([^=]+)=(.+)$" matched "${pair}")
    set(path "${CMAKE_MATCH_1}")
    set(file "${CMAKE_MATCH_2}")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    file(READ "${file}" text)
    string(APPEND rows "    {\"${path}\", R\"template(${text})template\"},\n")
  endforeach()
  set(out "${CMAKE_CURRENT_BINARY_DIR}/templates.cpp")
  file(CONFIGURE OUTPUT "${out}" @ONLY CONTENT [[
// Made by cmake/SluiceTemplates.cmake.
#include <array>

#include "cli/connector_templates.hpp"

namespace sluice::cli {
namespace {
constexpr auto rows = std::to_array<Template>({
@rows@});
}  // namespace
const std::span<const Template> all_templates = rows;
}  // namespace sluice::cli
]])
  target_sources(${TARGET} PRIVATE "${out}")
endfunction()
