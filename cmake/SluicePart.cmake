# SPDX-License-Identifier: Apache-2.0
# sluice_part(NAME [DEPS part...] [LINK library...])
#
# One folder of src/ is one target: `sluice_NAME` from its .cpp files and, with the tests on,
# `NAME_test` from its *_test.cpp files. A part links only the parts in DEPS (the include arrows).
# LINK is private: third-party headers stay in the folder that names them.
#
# The release preset compiles some files of a target as one (CMAKE_UNITY_BUILD): half the time of a
# whole build. sluice_alone(FILE...): not these, which have a name of their own in common with another.
include(GoogleTest)
if(SLUICE_TESTS)
  find_package(GTest REQUIRED)
endif()

function(sluice_part NAME)
  cmake_parse_arguments(ARG "" "PCH" "DEPS;LINK;TEST_LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$|/main\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  add_library(sluice_${NAME} STATIC ${sources})
  add_library(sluice::${NAME} ALIAS sluice_${NAME})
  set_target_properties(sluice_${NAME} PROPERTIES EXPORT_NAME ${NAME} LINKER_LANGUAGE CXX)
  target_include_directories(sluice_${NAME}
    PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>
    PRIVATE ${CMAKE_SOURCE_DIR}/src)
  foreach(dep IN LISTS ARG_DEPS)
    target_link_libraries(sluice_${NAME} PUBLIC sluice_${dep})
  endforeach()
  # Libraries that are headers only are not linked, so that who links the installed part does not
  # need them.
  foreach(library IN LISTS ARG_LINK)
    if(library MATCHES "^(Boost::headers|nlohmann_json::nlohmann_json)$")
      target_include_directories(sluice_${NAME} SYSTEM PRIVATE
        $<TARGET_PROPERTY:${library},INTERFACE_INCLUDE_DIRECTORIES>)
    else()
      target_link_libraries(sluice_${NAME} PRIVATE ${library})
    endif()
  endforeach()
  target_link_libraries(sluice_${NAME} PRIVATE Threads::Threads)
  if(ARG_PCH)
    target_precompile_headers(sluice_${NAME} PRIVATE ${ARG_PCH})
  endif()

  if(SLUICE_TESTS AND tests)
    add_executable(${NAME}_test ${tests})
    target_include_directories(${NAME}_test PRIVATE ${CMAKE_SOURCE_DIR}/src)
    target_compile_definitions(${NAME}_test PRIVATE
      SLUICE_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
    target_link_libraries(${NAME}_test PRIVATE sluice_${NAME} ${ARG_LINK} ${ARG_TEST_LINK}
      GTest::gtest GTest::gmock GTest::gtest_main)
    if(ARG_PCH)
      # The header was compiled with -fPIC, and must be used so: an executable has -fPIE.
      set_target_properties(${NAME}_test PROPERTIES POSITION_INDEPENDENT_CODE OFF)
      target_compile_options(${NAME}_test PRIVATE -fPIC)
      target_precompile_headers(${NAME}_test REUSE_FROM sluice_${NAME})
    endif()
    gtest_discover_tests(${NAME}_test DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 120)
  endif()
endfunction()

function(sluice_alone)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
