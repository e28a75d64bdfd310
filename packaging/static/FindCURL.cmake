# SPDX-License-Identifier: Apache-2.0
# The archive needs what it was built with: packaging/static_libs.sh.
include(SluiceStatic)
find_package(OpenSSL REQUIRED)
sluice_static_target(CURL::libcurl DEFINE CURL_STATICLIB
  ARCHIVES libcurl.a libnghttp2.a libbrotlidec.a libbrotlicommon.a libzstd.a libz.a
  LINK OpenSSL::SSL OpenSSL::Crypto)
set(CURL_FOUND TRUE)
