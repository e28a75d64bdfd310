# SPDX-License-Identifier: Apache-2.0
# sluice_connector_common([LINK library...] [TEST_LINK library...])
#
# Makes the folder connectors/common/NAME a library that several connectors link as `common_NAME`,
# with its unit tests (common_NAME_test). Its headers are included as "common/NAME/x.hpp".
# LINK is private: headers of third-party libraries stay out of the library's own headers.
include_guard(GLOBAL)

function(sluice_connector_common)
  cmake_parse_arguments(ARG "" "" "LINK;TEST_LINK" ${ARGN})
  cmake_path(GET CMAKE_CURRENT_SOURCE_DIR FILENAME folder)
  set(name common_${folder})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC "${CMAKE_SOURCE_DIR}/connectors")
  target_link_libraries(${name} PUBLIC sluice::connector PRIVATE ${ARG_LINK} Threads::Threads)
  if(SLUICE_TESTS AND tests)
    find_package(GTest REQUIRED)
    include(GoogleTest)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${name} ${ARG_LINK} ${ARG_TEST_LINK}
      GTest::gtest GTest::gmock GTest::gtest_main)
    gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 120)
  endif()
endfunction()
