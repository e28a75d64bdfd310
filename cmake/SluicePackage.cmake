# SPDX-License-Identifier: Apache-2.0
# Debian packages, made by CPack: `sluice` (the tool, SmartModules, and the connectors that need no
# more libraries than the tool), one for each family of the other connectors (`sluice-kafka`: who
# reads files does not install a client of Kafka), each with manual pages and completions, and
# `libsluice-dev` (headers, static libraries, CMake packages). `make deb` builds them from a release
# build, after the target `documents`.
get_property(programs GLOBAL PROPERTY SLUICE_PROGRAMS)

add_custom_target(programs DEPENDS ${programs})

# What the programs say about themselves, and what Debian wants in share/doc.
set(documents "${CMAKE_BINARY_DIR}/documents")
set(families "")
set(program_files "")  # PACKAGE:FILE
foreach(program IN LISTS programs)
  get_target_property(package ${program} SLUICE_PACKAGE)
  if(package)
    list(APPEND families ${package})
  else()
    set(package sluice)
  endif()
  list(APPEND program_files "${package}:$<TARGET_FILE:${program}>")
endforeach()
list(REMOVE_DUPLICATES families)
add_custom_command(OUTPUT "${documents}/made"
  COMMAND "${CMAKE_SOURCE_DIR}/packaging/documents.sh" "${documents}" ${program_files}
  DEPENDS ${programs} "${CMAKE_SOURCE_DIR}/packaging/documents.sh"
    "${CMAKE_SOURCE_DIR}/packaging/copyright" "${CMAKE_SOURCE_DIR}/CHANGELOG.md"
  COMMENT "Manual pages and completions" VERBATIM)
add_custom_target(documents DEPENDS "${documents}/made")
install(DIRECTORY "${documents}/sluice/" DESTINATION "${CMAKE_INSTALL_DATADIR}"
  COMPONENT documents OPTIONAL)
install(DIRECTORY "${documents}/libsluice-dev/" DESTINATION "${CMAKE_INSTALL_DATADIR}"
  COMPONENT client_documents OPTIONAL)
foreach(family IN LISTS families)
  install(DIRECTORY "${documents}/${family}/" DESTINATION "${CMAKE_INSTALL_DATADIR}"
    COMPONENT ${family}-documents OPTIONAL)
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_COMPONENTS_ALL tool smartmodules documents client connector client_documents)
foreach(component tool smartmodules documents)
  string(TOUPPER ${component} upper)
  set(CPACK_COMPONENT_${upper}_GROUP program)
endforeach()
foreach(component client connector client_documents)
  string(TOUPPER ${component} upper)
  set(CPACK_COMPONENT_${upper}_GROUP library)
endforeach()
foreach(family IN LISTS families)
  list(APPEND CPACK_COMPONENTS_ALL ${family} ${family}-documents)
  string(TOUPPER ${family} upper)
  set(CPACK_COMPONENT_${upper}_GROUP ${family})
  set(CPACK_COMPONENT_${upper}-DOCUMENTS_GROUP ${family})
endforeach()

set(CPACK_PACKAGE_NAME sluice)
set(CPACK_PACKAGE_VENDOR Sluice)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_OUTPUT_FILE_PREFIX "${CMAKE_BINARY_DIR}/packages")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE gzip)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "Sluice maintainers <maintainers@sluice.invalid>")
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME sluice)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS ca-certificates)
list(JOIN families ", " all_families)
# Python runs the acceptance suite.
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS
  "${all_families}, clang-19, lld-19, libsluice-dev, python3:any")
set(CPACK_COMPONENT_GROUP_PROGRAM_DESCRIPTION
"connectors, a server and a tool for Fluvio streams
Sluice moves data into and out of Fluvio streams. The package has the tool
sluice, which works with any Fluvio cluster and has a server for one machine
itself; connectors for HTTP, MQTT, syslog, files, S3, DynamoDB, Elasticsearch,
InfluxDB, Graphite and Slack, each a program of its own; and SmartModules that
filter and change records on their way.")
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "${CPACK_COMPONENT_GROUP_PROGRAM_DESCRIPTION}")

set(system_of_sluice-kafka Kafka)
set(system_of_sluice-nats NATS)
set(system_of_sluice-postgres PostgreSQL)
set(system_of_sluice-redis Redis)
set(system_of_sluice-sql "SQL databases")
set(system_of_sluice-duckdb DuckDB)
set(text_of_sluice-kafka "The source reads topics of Kafka, the sink writes them.")
set(text_of_sluice-nats "The source reads streams or subjects of NATS, the sink publishes to them.")
set(text_of_sluice-postgres
"The source sends every change of a database; the sink applies such changes to\nanother one.")
set(text_of_sluice-redis "The source reads streams of Redis, the sink writes its types.")
set(text_of_sluice-sql "The sink writes rows of PostgreSQL, SQLite, MySQL or MariaDB.")
set(text_of_sluice-duckdb "The sink writes rows of a DuckDB file; it has DuckDB inside.")
foreach(family IN LISTS families)
  string(TOUPPER ${family} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${family})
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION net)
  set(CPACK_DEBIAN_${upper}_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS ca-certificates)
  set(CPACK_DEBIAN_${upper}_PACKAGE_RECOMMENDS sluice)
  set(CPACK_DEBIAN_${upper}_DESCRIPTION
"connectors between Fluvio streams and ${system_of_${family}}
${text_of_${family}}
A connector is a program of its own, which works with any Fluvio cluster; the
package sluice has the tool that starts and watches connectors.")
  set(CPACK_COMPONENT_GROUP_${upper}_DESCRIPTION "${CPACK_DEBIAN_${upper}_DESCRIPTION}")
endforeach()

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libsluice-dev)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS
"libssl-dev, libspdlog-dev, zlib1g-dev, liblz4-dev, libzstd-dev, libsnappy-dev, pkg-config, libyaml-cpp-dev, prometheus-cpp-dev, python3 (>= 3.11)")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_RECOMMENDS "sluice, cmake, ninja-build, clang-19, lld-19")
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION
"native Fluvio client for C++, development files
Headers and static libraries of a Fluvio client in C++: producers, consumers
and administration of topics, blocking or asynchronous, with TLS. There is a
CMake package (find_package(sluice)) and a file for pkg-config.")
include(CPack)
