# SPDX-License-Identifier: Apache-2.0
# sluice_smartmodule(NAME [SOURCE file])
#
# Compiles smartmodules/NAME/NAME.cpp, or SOURCE, to smartmodules/NAME.wasm in the build folder, with
# tools/smartmodule_build.sh. Target `smartmodules` makes all of them; with the tests on, one test
# looks at each file's imports, exports and size. The wasm compiler is always clang 19: the host's
# flags and sanitizers have nothing to do with it.
include_guard(GLOBAL)
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
add_custom_target(smartmodules ALL)

function(sluice_smartmodule NAME)
  cmake_parse_arguments(ARG "" "SOURCE" "" ${ARGN})
  set(source "${CMAKE_CURRENT_SOURCE_DIR}/${NAME}/${NAME}.cpp")
  if(ARG_SOURCE)
    set(source "${ARG_SOURCE}")
  endif()
  cmake_path(GET source PARENT_PATH folder)
  set(script "${CMAKE_SOURCE_DIR}/tools/smartmodule_build.sh")
  set(wasm "${CMAKE_BINARY_DIR}/smartmodules/${NAME}.wasm")
  file(GLOB headers CONFIGURE_DEPENDS
    "${CMAKE_SOURCE_DIR}/include/sluice/smartmodule.hpp"
    "${CMAKE_SOURCE_DIR}/include/sluice/smartmodule/*.hpp"
    "${folder}/*.hpp" "${CMAKE_SOURCE_DIR}/smartmodules/shared/*.hpp")
  add_custom_command(OUTPUT "${wasm}"
    COMMAND "${script}" "${source}" -o "${wasm}"
    DEPENDS "${source}" "${script}" ${headers}
    COMMENT "SmartModule ${NAME}.wasm" VERBATIM)
  add_custom_target(smartmodule_${NAME} DEPENDS "${wasm}")
  add_dependencies(smartmodules smartmodule_${NAME})
  set_property(GLOBAL APPEND PROPERTY SLUICE_SMARTMODULES "${wasm}")
endfunction()

# Call once, after the last sluice_smartmodule.
function(sluice_smartmodule_tests)
  get_property(modules GLOBAL PROPERTY SLUICE_SMARTMODULES)
  add_test(NAME SmartModules.ImportNothingButCopyRecords
    COMMAND "${Python3_EXECUTABLE}" "${CMAKE_SOURCE_DIR}/tools/smartmodule_check.py" ${modules})
endfunction()
