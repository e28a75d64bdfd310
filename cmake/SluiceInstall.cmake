# SPDX-License-Identifier: Apache-2.0
# The tool, with the header for SmartModules; and the client as a package: `find_package(sluice)`
# gives `sluice::client`, pkg-config knows it as `sluice-client`. Of the client, static libraries
# and public headers only.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/sluice)
set(public_headers admin client consumer error outcome producer profile record
  smartmodule_invocation types)
list(TRANSFORM public_headers REPLACE "(.+)" "${CMAKE_SOURCE_DIR}/include/sluice/\\1.hpp")

# `sluice smartmodule build` looks for the header beside the program.
if(TARGET sluice)
  install(TARGETS sluice RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tool)
  install(FILES ${CMAKE_SOURCE_DIR}/include/sluice/smartmodule.hpp
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/sluice COMPONENT tool)
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/sluice/smartmodule
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/sluice COMPONENT tool)
endif()

if(NOT TARGET sluice_client)
  return()
endif()
install(TARGETS sluice_base sluice_wire sluice_net sluice_client EXPORT sluice_targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT client)
install(FILES ${public_headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/sluice COMPONENT client)
install(EXPORT sluice_targets FILE SluiceTargets.cmake NAMESPACE sluice::
  DESTINATION ${package_dir} COMPONENT client)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/SluiceConfig.cmake.in
  ${CMAKE_BINARY_DIR}/sluice-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/sluice-config-version.cmake
  COMPATIBILITY SameMinorVersion)
# Relative to where the file is, so that `cmake --install --prefix` may put it anywhere.
file(RELATIVE_PATH pkgconfig_to_prefix "/p/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/p")
configure_file(${CMAKE_CURRENT_LIST_DIR}/sluice-client.pc.in
  ${CMAKE_BINARY_DIR}/sluice-client.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/sluice-config.cmake
  ${CMAKE_BINARY_DIR}/sluice-config-version.cmake
  DESTINATION ${package_dir} COMPONENT client)
install(FILES ${CMAKE_BINARY_DIR}/sluice-client.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT client)
