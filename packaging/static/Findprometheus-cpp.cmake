# SPDX-License-Identifier: Apache-2.0
include(SluiceStatic)
sluice_static_target(prometheus-cpp::core ARCHIVES libprometheus-cpp-core.a)
set(prometheus-cpp_FOUND TRUE)
