# SPDX-License-Identifier: Apache-2.0
# sluice::wasmtime, the WebAssembly engine: a static library that tools/wasmtime.sh builds once.
execute_process(
  COMMAND ${CMAKE_SOURCE_DIR}/tools/wasmtime.sh
  OUTPUT_VARIABLE wasmtime_folder OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY)
add_library(sluice_wasmtime STATIC IMPORTED GLOBAL)
set_target_properties(sluice_wasmtime PROPERTIES
  IMPORTED_LOCATION ${wasmtime_folder}/lib/libwasmtime.a
  INTERFACE_INCLUDE_DIRECTORIES ${wasmtime_folder}/include
  INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m")
add_library(sluice::wasmtime ALIAS sluice_wasmtime)
# For the check that each header compiles alone.
file(CREATE_LINK ${wasmtime_folder} ${CMAKE_BINARY_DIR}/wasmtime SYMBOLIC)
