# SPDX-License-Identifier: Apache-2.0
# The macros are those of the shared library, so that ccache finds the same objects; on Linux they
# say nothing but that symbols are visible.
include(SluiceStatic)
sluice_static_target(spdlog::spdlog ARCHIVES libspdlog.a libfmt.a
  DEFINE SPDLOG_SHARED_LIB SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL FMT_SHARED)
set(spdlog_FOUND TRUE)
