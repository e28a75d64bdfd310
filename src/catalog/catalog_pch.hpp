// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is slow to parse, once for the part. Not a header to include by hand.

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
