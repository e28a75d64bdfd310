# SPDX-License-Identifier: Apache-2.0
# sluice_static_program(PROGRAM)
#
# Adds PROGRAM_static: the same objects, linked once more with everything but glibc inside, as an
# image needs it. It is image/PROGRAM of the build folder; nothing builds it but the target
# `image-programs`. Requires: called in the folder that made PROGRAM.
include_guard(GLOBAL)
add_custom_target(image-programs)

function(sluice_static_program PROGRAM)
  get_target_property(libraries ${PROGRAM} LINK_LIBRARIES)
  add_executable(${PROGRAM}_static EXCLUDE_FROM_ALL $<TARGET_OBJECTS:${PROGRAM}>)
  target_link_libraries(${PROGRAM}_static PRIVATE ${libraries})
  # The linker's command line passes through the script, which changes shared libraries to archives.
  set_target_properties(${PROGRAM}_static PROPERTIES
    LINKER_LANGUAGE CXX
    OUTPUT_NAME ${PROGRAM}
    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/image"
    RULE_LAUNCH_LINK "${CMAKE_SOURCE_DIR}/packaging/static_link.sh"
    LINK_DEPENDS "${CMAKE_SOURCE_DIR}/packaging/static_link.sh")
  add_dependencies(image-programs ${PROGRAM}_static)
endfunction()
