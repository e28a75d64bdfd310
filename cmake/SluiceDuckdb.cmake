# SPDX-License-Identifier: Apache-2.0
# sluice_find_duckdb(OUT): the target duckdb::duckdb, from tools/duckdb.sh; OUT is false, with a
# message, where DuckDB is not to be had.
include_guard(GLOBAL)

function(sluice_find_duckdb OUT)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tools/duckdb.sh")
  execute_process(COMMAND "${CMAKE_SOURCE_DIR}/tools/duckdb.sh"
    OUTPUT_VARIABLE folder ERROR_VARIABLE problem RESULT_VARIABLE failed
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_STRIP_TRAILING_WHITESPACE)
  set(${OUT} FALSE PARENT_SCOPE)
  if(failed)
    message(WARNING "duckdb-sink is left out: ${problem}")
    return()
  endif()
  file(GLOB libraries "${folder}/*.a")
  add_library(duckdb::duckdb INTERFACE IMPORTED)
  target_include_directories(duckdb::duckdb SYSTEM INTERFACE "${folder}")
  target_compile_definitions(duckdb::duckdb INTERFACE DUCKDB_STATIC_BUILD)
  # The archives need each other.
  target_link_libraries(duckdb::duckdb INTERFACE
    -Wl,--start-group ${libraries} -Wl,--end-group ${CMAKE_DL_LIBS})
  set(${OUT} TRUE PARENT_SCOPE)
endfunction()
