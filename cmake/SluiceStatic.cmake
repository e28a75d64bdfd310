# SPDX-License-Identifier: Apache-2.0
# SLUICE_STATIC: programs for images. They need nothing but glibc beside them: every other library
# is linked in, and what is not used of it is left out. The objects are those of a release build
# (same flags, so ccache has them), only the link differs.
include_guard(GLOBAL)
option(SLUICE_STATIC "Link everything but glibc statically, as the images need it" OFF)
if(NOT SLUICE_STATIC)
  return()
endif()

execute_process(
  COMMAND ${CMAKE_SOURCE_DIR}/packaging/static_libs.sh
  OUTPUT_VARIABLE sluice_static_folder OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY)
# OpenSSL, zlib and what pkg-config names are found as archives; the packages that would bring
# a shared library with them have a Find file in packaging/static that goes first.
set(CMAKE_FIND_LIBRARY_SUFFIXES .a .so)
set(OPENSSL_USE_STATIC_LIBS ON)
list(PREPEND CMAKE_MODULE_PATH "${CMAKE_SOURCE_DIR}/packaging/static")
add_link_options(-static-libstdc++ -static-libgcc -s
  -Wl,-O2 -Wl,--icf=safe -Wl,-z,pack-relative-relocs -Wl,--build-id=none -Wl,--exclude-libs,ALL)

# sluice_static_target(TARGET [DEFINE macro...] [LINK library...] archive...)
# The archives are those of static_libs.sh, or else the machine's.
function(sluice_static_target TARGET)
  cmake_parse_arguments(ARG "" "" "DEFINE;LINK;ARCHIVES" ${ARGN})
  set(files)
  foreach(archive IN LISTS ARG_ARCHIVES)
    find_library(file_of_${archive} NAMES ${archive} PATHS ${sluice_static_folder}/lib
      NO_CMAKE_SYSTEM_PATH NO_CMAKE_ENVIRONMENT_PATH)
    find_library(file_of_${archive} NAMES ${archive} REQUIRED)
    list(APPEND files "${file_of_${archive}}")
  endforeach()
  if(NOT TARGET ${TARGET})
    add_library(${TARGET} INTERFACE IMPORTED)
    target_compile_definitions(${TARGET} INTERFACE ${ARG_DEFINE})
    target_link_libraries(${TARGET} INTERFACE ${files} ${ARG_LINK} Threads::Threads)
  endif()
endfunction()
