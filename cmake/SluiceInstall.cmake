# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where, in three components:
#   tool       `sluice`, the connectors, the header for SmartModules, the helpers of bats tests
#   client     the client as a package: `find_package(sluice)` gives `sluice::client`, pkg-config
#              knows it as `sluice-client`
#   connector  the connector kit, on top of the client: `find_package(sluice COMPONENTS
#              connector)` gives `sluice::connector` and the function `sluice_connector()`
# Of the libraries, static ones and public headers only. The build folder has the same package, so
# that a connector elsewhere can also be built against what is not installed.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/sluice)
set(engine_dir ${CMAKE_INSTALL_LIBDIR}/sluice)
set(testing_dir ${CMAKE_INSTALL_DATADIR}/sluice/testing)

function(sluice_install_headers COMPONENT)
  list(TRANSFORM ARGN REPLACE "(.+)" "${CMAKE_SOURCE_DIR}/include/sluice/\\1.hpp")
  install(FILES ${ARGN} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/sluice COMPONENT ${COMPONENT})
endfunction()

function(sluice_export SET FILE COMPONENT)
  install(EXPORT ${SET} FILE ${FILE} NAMESPACE sluice:: DESTINATION ${package_dir}
    COMPONENT ${COMPONENT})
  export(EXPORT ${SET} FILE ${CMAKE_BINARY_DIR}/${package_dir}/${FILE} NAMESPACE sluice::)
endfunction()

# `sluice smartmodule build` looks for the header beside the program.
if(TARGET sluice)
  install(TARGETS sluice RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tool)
  sluice_install_headers(tool smartmodule)
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/sluice/smartmodule
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/sluice COMPONENT tool)
endif()
install(FILES ${CMAKE_SOURCE_DIR}/tests/lib/sluice.bash DESTINATION ${testing_dir} COMPONENT tool)
# The acceptance suite, with what it uses, in the same places as in the tree.
install(DIRECTORY ${CMAKE_SOURCE_DIR}/tests/acceptance/sluice_acceptance
  DESTINATION ${testing_dir}/acceptance COMPONENT tool PATTERN __pycache__ EXCLUDE)
install(FILES ${CMAKE_SOURCE_DIR}/tests/acceptance/README.md
  DESTINATION ${testing_dir}/acceptance COMPONENT tool)
install(PROGRAMS ${CMAKE_SOURCE_DIR}/tests/acceptance/run
  DESTINATION ${testing_dir}/acceptance COMPONENT tool)
# What is Python is no program there: the package does not depend on Python for a test server.
install(DIRECTORY ${CMAKE_SOURCE_DIR}/tests/servers DESTINATION ${testing_dir} COMPONENT tool
  USE_SOURCE_PERMISSIONS
  PATTERN "*.py" PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
install(FILES ${CMAKE_SOURCE_DIR}/tests/lib/http_events.py ${CMAKE_SOURCE_DIR}/tests/lib/free_port.py
  DESTINATION ${testing_dir}/lib COMPONENT tool)
install(FILES ${CMAKE_SOURCE_DIR}/tests/data/smartmodule/basic/filter_key.wasm
  DESTINATION ${testing_dir}/data/smartmodule/basic COMPONENT tool)
install(PROGRAMS ${CMAKE_SOURCE_DIR}/tools/toxiproxy.sh DESTINATION ${testing_dir}/tools COMPONENT tool)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/${testing_dir})
file(CREATE_LINK ${CMAKE_SOURCE_DIR}/tests/lib/sluice.bash
  ${CMAKE_BINARY_DIR}/${testing_dir}/sluice.bash SYMBOLIC)
file(CREATE_LINK ${CMAKE_SOURCE_DIR}/tests/acceptance
  ${CMAKE_BINARY_DIR}/${testing_dir}/acceptance SYMBOLIC)

if(NOT TARGET sluice_client)
  return()
endif()
install(TARGETS sluice_base sluice_wire sluice_net sluice_client EXPORT sluice_targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT client)
sluice_install_headers(client admin client consumer error outcome producer profile record
  smartmodule_invocation types)
sluice_export(sluice_targets SluiceTargets.cmake client)

# An earlier version put it there, where `find_package` would find it first.
file(REMOVE ${CMAKE_BINARY_DIR}/sluice-config.cmake)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/SluiceConfig.cmake.in
  ${CMAKE_BINARY_DIR}/${package_dir}/sluice-config.cmake
  INSTALL_DESTINATION ${package_dir} PATH_VARS engine_dir)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/${package_dir}/sluice-config-version.cmake
  COMPATIBILITY SameMinorVersion)
# Relative to where the file is, so that `cmake --install --prefix` may put it anywhere.
file(RELATIVE_PATH pkgconfig_to_prefix "/p/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/p")
configure_file(${CMAKE_CURRENT_LIST_DIR}/sluice-client.pc.in
  ${CMAKE_BINARY_DIR}/sluice-client.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/${package_dir}/sluice-config.cmake
  ${CMAKE_BINARY_DIR}/${package_dir}/sluice-config-version.cmake
  DESTINATION ${package_dir} COMPONENT client)
install(FILES ${CMAKE_BINARY_DIR}/sluice-client.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT client)

if(NOT TARGET sluice_connector)
  return()
endif()
install(TARGETS sluice_options sluice_smartmodule sluice_connector EXPORT sluice_connector_targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT connector)
sluice_install_headers(connector connector json_text options)
foreach(folder connector options)
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/sluice/${folder}
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/sluice COMPONENT connector)
endforeach()
sluice_export(sluice_connector_targets SluiceConnectorTargets.cmake connector)

# The engine of SmartModules is somebody else's library: the package says what it is made of.
get_target_property(engine sluice_wasmtime IMPORTED_LOCATION)
install(FILES ${engine} DESTINATION ${engine_dir} COMPONENT connector)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/${engine_dir})
file(CREATE_LINK ${engine} ${CMAKE_BINARY_DIR}/${engine_dir}/libwasmtime.a SYMBOLIC)

foreach(file SluiceConnector.cmake connector_info.py)
  install(FILES ${CMAKE_CURRENT_LIST_DIR}/${file} DESTINATION ${package_dir} COMPONENT connector)
  file(CREATE_LINK ${CMAKE_CURRENT_LIST_DIR}/${file} ${CMAKE_BINARY_DIR}/${package_dir}/${file}
    SYMBOLIC)
endforeach()
