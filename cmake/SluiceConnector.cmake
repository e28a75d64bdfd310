# SPDX-License-Identifier: Apache-2.0
# sluice_connector([NO_INSTALL] [PACKAGE name] [LINK library...] [TEST_LINK library...])
#
# Makes the connector of the current folder, named as its connector.toml says:
#   <name>          the program, from all .cpp files, in bin/ of the build folder
#   <name>_test     its unit tests, from the *_test.cpp files, when there are any
# connector.toml is the only place for name, version, description and direction: it becomes the
# `sluice::connector_info` that the program is linked with.
#
# PACKAGE: the Debian package of Sluice that has it, instead of `sluice`; for a connector that needs
# libraries that the others do not. The component of `cmake --install` has the same name.
#
# The same in the Sluice tree and, after `find_package(sluice COMPONENTS connector)`, elsewhere.
include_guard(GLOBAL)

# Reads connector.toml into OUT (the name) and writes the code to FILE.
function(sluice_connector_info OUT FILE)
  find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
  set(toml "${CMAKE_CURRENT_SOURCE_DIR}/connector.toml")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${toml}")
  execute_process(
    COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/connector_info.py" "${toml}" "${FILE}"
    OUTPUT_VARIABLE name ERROR_VARIABLE problem RESULT_VARIABLE failed
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_STRIP_TRAILING_WHITESPACE)
  if(failed)
    message(FATAL_ERROR "${toml}: ${problem} (${failed})")
  endif()
  set(${OUT} "${name}" PARENT_SCOPE)
endfunction()

# What SluiceOptions.cmake says for the whole tree.
function(sluice_connector_alone NAME)
  set_target_properties(${NAME}_objects PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_features(${NAME}_objects PUBLIC cxx_std_23)
  target_compile_options(${NAME}_objects PUBLIC -Wall -Wextra -Wno-missing-field-initializers
    -ffunction-sections -fdata-sections)
  target_link_options(${NAME} PRIVATE -Wl,--gc-sections)
  find_program(SLUICE_LLD NAMES ld.lld-19)
  if(SLUICE_LLD AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_link_options(${NAME} PRIVATE -fuse-ld=lld-19)
  endif()
endfunction()

function(sluice_connector)
  cmake_parse_arguments(ARG "NO_INSTALL" "PACKAGE" "LINK;TEST_LINK" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "sluice_connector takes NO_INSTALL, PACKAGE, LINK and TEST_LINK, not ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  find_package(Threads REQUIRED)
  set(info "${CMAKE_CURRENT_BINARY_DIR}/connector_info.cpp")
  sluice_connector_info(name "${info}")

  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$|/main\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  # The objects are compiled once, for the program and for its tests.
  add_library(${name}_objects OBJECT ${sources} "${info}")
  target_include_directories(${name}_objects PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}")
  target_link_libraries(${name}_objects PUBLIC sluice::connector ${ARG_LINK} Threads::Threads)
  add_executable(${name} "${CMAKE_CURRENT_SOURCE_DIR}/main.cpp")
  target_link_libraries(${name} PRIVATE ${name}_objects)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
  if(NOT TARGET sluice_connector)
    sluice_connector_alone(${name})
  endif()
  if(NOT ARG_NO_INSTALL)
    include(GNUInstallDirs)
    set(component tool)
    if(ARG_PACKAGE)
      set(component ${ARG_PACKAGE})
    endif()
    set_property(GLOBAL APPEND PROPERTY SLUICE_PROGRAMS ${name})
    set_property(TARGET ${name} PROPERTY SLUICE_PACKAGE "${ARG_PACKAGE}")
    if(COMMAND sluice_static_program)
      sluice_static_program(${name})
    endif()
    install(TARGETS ${name} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT ${component})
  endif()

  if(tests AND (SLUICE_TESTS OR NOT DEFINED SLUICE_TESTS))
    enable_testing()
    find_package(GTest REQUIRED)
    include(GoogleTest)
    add_executable(${name}_test ${tests})
    target_compile_definitions(${name}_test PRIVATE
      SLUICE_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
    target_link_libraries(${name}_test PRIVATE ${name}_objects ${ARG_TEST_LINK}
      GTest::gtest GTest::gmock GTest::gtest_main)
    gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 120)
  endif()
endfunction()
