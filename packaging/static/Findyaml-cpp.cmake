# SPDX-License-Identifier: Apache-2.0
include(SluiceStatic)
sluice_static_target(yaml-cpp ARCHIVES libyaml-cpp.a)
set(yaml-cpp_FOUND TRUE)
