# SPDX-License-Identifier: Apache-2.0
# sluice::valijson, the checker of JSON schemas: headers that tools/valijson.sh fetches once.
execute_process(
  COMMAND ${CMAKE_SOURCE_DIR}/tools/valijson.sh
  OUTPUT_VARIABLE valijson_headers OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY)
add_library(sluice_valijson INTERFACE)
target_include_directories(sluice_valijson SYSTEM INTERFACE ${valijson_headers})
target_compile_definitions(sluice_valijson INTERFACE VALIJSON_USE_EXCEPTIONS=1)
add_library(sluice::valijson ALIAS sluice_valijson)
