// SPDX-License-Identifier: Apache-2.0
#include "smartmodule/module_cache.hpp"

#include <thread>

#include <sys/stat.h>
#include <unistd.h>

#include "smartmodule/test_support.hpp"

namespace sluice::smartmodule {
namespace {

namespace fs = std::filesystem;

class ModuleCacheTest : public ::testing::Test {
 protected:
  ModuleCacheTest() {
    std::string name = (fs::temp_directory_path() / "sluice-cache-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    root = name;
  }
  ~ModuleCacheTest() override { fs::remove_all(root); }

  [[nodiscard]] fs::path folder() const { return root / "modules"; }
  [[nodiscard]] std::vector<fs::path> files() const {
    std::vector<fs::path> out;
    for (const auto& one : fs::directory_iterator(folder())) out.push_back(one.path());
    return out;
  }
  fs::path root;
};

bool runs(Engine& engine, const Bytes& wasm) {
  const auto module = engine.load("m", wasm);
  if (!module) return false;
  auto chain = Chain::create(engine, {{.module = *module}});
  const auto records = TestRecords::of({"a", "b"});
  const auto output = chain->process({.records = records.list()});
  return output && output->records.count == 1;
}

TEST_F(ModuleCacheTest, FindsWhatItStored) {
  const ModuleCache cache(folder());
  const auto code = to_bytes("compiled");
  EXPECT_FALSE(cache.find("k"));
  cache.store("k", code);

  EXPECT_EQ(cache.find("k"), code);
  EXPECT_FALSE(cache.find("other"));
}

TEST_F(ModuleCacheTest, DamageAnywhereIsAMiss) {
  const ModuleCache cache(folder());
  cache.store("k", to_bytes("compiled code"));
  const auto path = files().front();
  const auto whole = read_file(path);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    auto broken = whole;
    broken[i] ^= std::byte{1};
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(broken.data()),
               static_cast<std::streamsize>(broken.size()));
    const auto found = cache.find("k");
    EXPECT_TRUE(!found || *found == to_bytes("compiled code")) << i;
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(whole.data()), static_cast<std::streamsize>(i));
    EXPECT_FALSE(cache.find("k")) << i;
  }
}

TEST_F(ModuleCacheTest, StaysUnderItsLimitByDroppingTheOldest) {
  const ModuleCache cache(folder(), 4'000);
  for (int i = 0; i < 3; ++i) {
    const auto key = "k" + std::to_string(i);
    cache.store(key, Bytes(1'000));
    fs::last_write_time(folder() / (key + ".compiled"),
                        fs::file_time_type::clock::now() - std::chrono::hours(10 - i));
  }
  cache.store("last", Bytes(1'000));

  EXPECT_LE(files().size(), 3);
  EXPECT_TRUE(cache.find("last"));
  EXPECT_FALSE(cache.find("k0"));
}

TEST_F(ModuleCacheTest, AFolderThatOthersMayWriteIsNotUsed) {
  fs::create_directory(folder());
  ASSERT_EQ(::chmod(folder().c_str(), 0777), 0);

  const ModuleCache cache(folder());

  EXPECT_FALSE(cache.on());
  cache.store("k", to_bytes("x"));
  EXPECT_TRUE(files().empty());
}

TEST_F(ModuleCacheTest, AnEngineUsesWhatAnotherCompiled) {
  const auto wasm = read_file(test_modules / "golden" / "rs_filt.wasm");
  {
    Engine first(folder());
    ASSERT_TRUE(runs(first, wasm));
  }
  ASSERT_EQ(files().size(), 1);
  const auto written = fs::last_write_time(files().front());
  fs::last_write_time(files().front(), written - std::chrono::hours(1));

  Engine second(folder());
  EXPECT_TRUE(runs(second, wasm));
  EXPECT_GT(fs::last_write_time(files().front()), written - std::chrono::hours(1));
}

TEST_F(ModuleCacheTest, CodeThatTheEngineRefusesIsCompiledAgain) {
  const auto wasm = read_file(test_modules / "golden" / "rs_filt.wasm");
  {
    Engine first(folder());
    ASSERT_TRUE(runs(first, wasm));
  }
  const auto key = files().front().stem().string();
  ModuleCache(folder()).store(key, to_bytes("whole, but not code"));

  Engine second(folder());
  EXPECT_TRUE(runs(second, wasm));
}

TEST_F(ModuleCacheTest, ManyMayStartAtOnce) {
  const auto wasm = read_file(test_modules / "golden" / "rs_filt.wasm");
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      Engine engine(folder());
      if (runs(engine, wasm)) ++good;
    });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(good, 4);
  EXPECT_EQ(files().size(), 1);
}

TEST(Engine, TheSameBytesAreCompiledOnce) {
  const auto first = load_test_module("golden/rs_filt");
  const auto second = load_test_module("golden/rs_filt");

  ASSERT_TRUE(first && second);
  EXPECT_EQ(&(*first)->compiled(), &(*second)->compiled());
}

}  // namespace
}  // namespace sluice::smartmodule
