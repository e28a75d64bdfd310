# SPDX-License-Identifier: Apache-2.0
# Language, warnings and instrumentation, the same for every target.

option(SLUICE_WERROR "Warnings are errors" OFF)
option(SLUICE_TESTS "Build the unit tests" ON)
option(SLUICE_FUZZ "Build the libFuzzer targets" OFF)
option(SLUICE_BENCH "Build the benchmarks" OFF)
option(SLUICE_COVERAGE "Instrument for coverage" OFF)
set(SLUICE_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  # g++ 12.2 miscompiles ordinary coroutine code: docs/decisions/0001-clang-19.md.
  message(FATAL_ERROR "Sluice is built with clang 19 or newer; found ${CMAKE_CXX_COMPILER_ID} "
    "${CMAKE_CXX_COMPILER_VERSION}. Use `make build`, or `cmake --preset dev`.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Boost.Asio as of 1.81 needs nothing linked; keep its deprecated names out of reach.
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED)
add_compile_options(-Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers
  -fno-omit-frame-pointer -fcolor-diagnostics -ffunction-sections -fdata-sections)
add_link_options(-fuse-ld=lld-19 -Wl,--gc-sections)
# The precompiled header keeps no time stamp, so that ccache can share it.
add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
# Files that are compiled together are included by their whole path; no program should name it.
if(CMAKE_UNITY_BUILD)
  add_compile_options("-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=")
endif()
if(SLUICE_WERROR)
  add_compile_options(-Werror)
endif()
if(SLUICE_SANITIZE)
  add_compile_options(-fsanitize=${SLUICE_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SLUICE_SANITIZE})
endif()
if(SLUICE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(SLUICE_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
enable_testing()
