// SPDX-License-Identifier: Apache-2.0
#include "connector/base64.hpp"

#include <boost/beast/core/detail/base64.hpp>

namespace sluice::connector {

namespace base64 = boost::beast::detail::base64;

std::string to_base64(std::string_view bytes) {
  std::string out(base64::encoded_size(bytes.size()), '\0');
  out.resize(base64::encode(out.data(), bytes.data(), bytes.size()));
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string out(base64::decoded_size(text.size()), '\0');
  const auto [written, read] = base64::decode(out.data(), text.data(), text.size());
  const auto padding = text.size() - read;
  if (padding > 2 || text.substr(read).find_first_not_of('=') != text.npos) return std::nullopt;
  out.resize(written);
  return out;
}

}  // namespace sluice::connector
