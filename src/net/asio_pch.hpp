// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is slow to parse, once for the part. Not a header to include by hand.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
