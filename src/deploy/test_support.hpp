// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the tests of deployments share: a folder of their own, an example, golden files.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "deploy/container.hpp"
#include "deploy/deployment.hpp"

namespace sluice::deploy {

// Gone with the object.
class TempFolder {
 public:
  TempFolder() {
    auto pattern = (std::filesystem::temp_directory_path() / "sluice-deploy-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

inline std::filesystem::path golden(const std::string& name) {
  return std::filesystem::path(SLUICE_TEST_DATA) / "deploy" / name;
}

// The text is that of the file. SLUICE_WRITE_GOLDEN=1 makes it so, to be looked at and committed.
inline void expect_golden(const std::string& name, const std::string& text) {
  if (std::getenv("SLUICE_WRITE_GOLDEN") != nullptr) {
    std::ofstream(golden(name), std::ios::binary) << text;
  }
  EXPECT_EQ(read_file(golden(name)), text);
}

// tests/data/deploy/http.yaml, deployed to a target.
inline Applied example(Target target) {
  Applied out;
  out.deployment = {.name = "weather",
                    .type = "http-source",
                    .version = "0.1.0",
                    .topic = "weather",
                    .direction = "source",
                    .target = target};
  out.config = read_file(golden("http.yaml"));
  out.secrets = "FEED_KEY=a\"b: #c\n";
  if (target == Target::local) {
    out.deployment.local = {.program = "/usr/lib/sluice/connectors/http-source"};
  } else {
    out.deployment.container.image = default_image("http-source", "0.1.0");
  }
  if (target == Target::kubernetes) {
    out.deployment.container.profile_map = "fluvio-config-map";
    out.deployment.container.state_size = "1Gi";
  }
  if (target != Target::local) out.deployment.container.args = kit_container_args(out, true);
  seal(out);
  return out;
}

}  // namespace sluice::deploy
