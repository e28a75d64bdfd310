// SPDX-License-Identifier: Apache-2.0
#pragma once

// What takes long to compile and nearly every source here needs. Private to this folder.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
