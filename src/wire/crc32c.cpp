// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "wire/record_batch.hpp"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace sluice::wire {
namespace {

constexpr std::uint32_t polynomial = 0x82f63b78;  // Castagnoli, bits reversed

using Table = std::array<std::uint32_t, 256>;

// tables[n][b]: what byte b does to the sum, n bytes later.
constexpr std::array<Table, 8> make_tables() {
  std::array<Table, 8> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    auto sum = byte;
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) != 0 ? polynomial : 0);
    tables[0][byte] = sum;
  }
  for (std::size_t n = 1; n < tables.size(); ++n) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const auto before = tables[n - 1][byte];
      tables[n][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}
constexpr auto tables = make_tables();

std::uint64_t load_little_endian(const std::byte* at) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t word;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

std::uint32_t crc32c_portable(const std::byte* at, std::size_t size, std::uint32_t sum) {
  for (; size >= 8; at += 8, size -= 8) {
    const auto word = load_little_endian(at) ^ sum;
    sum = 0;
    for (std::size_t n = 0; n < 8; ++n) sum ^= tables[7 - n][(word >> (8 * n)) & 0xff];
  }
  for (; size > 0; ++at, --size) {
    sum = (sum >> 8) ^ tables[0][(sum ^ static_cast<std::uint32_t>(*at)) & 0xff];
  }
  return sum;
}

#if defined(__x86_64__)

// The sum after `Bytes` zero bytes, as a function of the sum before: linear, so a table for
// each of its four bytes. It puts sums of neighbouring blocks together.
template <std::size_t Bytes>
constexpr std::array<Table, 4> make_shift() {
  std::array<std::uint32_t, 32> columns{};  // what each single bit becomes
  for (std::size_t bit = 0; bit < 32; ++bit) {
    auto sum = std::uint32_t{1} << bit;
    for (std::size_t n = 0; n < Bytes; ++n) sum = (sum >> 8) ^ tables[0][sum & 0xff];
    columns[bit] = sum;
  }
  std::array<Table, 4> shift{};
  for (std::size_t place = 0; place < 4; ++place) {
    for (std::size_t byte = 1; byte < 256; ++byte) {
      const auto low = static_cast<std::size_t>(std::countr_zero(byte));
      shift[place][byte] = shift[place][byte & (byte - 1)] ^ columns[8 * place + low];
    }
  }
  return shift;
}

template <std::size_t Bytes>
std::uint32_t shifted(std::uint32_t sum) {
  static constexpr auto shift = make_shift<Bytes>();
  return shift[0][sum & 0xff] ^ shift[1][(sum >> 8) & 0xff] ^ shift[2][(sum >> 16) & 0xff] ^
         shift[3][sum >> 24];
}

// The instruction takes three cycles but one can start in each: so three blocks side by side.
template <std::size_t Block>
__attribute__((target("sse4.2"))) std::uint64_t three_blocks(const std::byte*& at,
                                                             std::size_t& size, std::uint64_t sum) {
  for (; size >= 3 * Block; at += 3 * Block, size -= 3 * Block) {
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    for (std::size_t i = 0; i < Block; i += 8) {
      sum = _mm_crc32_u64(sum, load_little_endian(at + i));
      second = _mm_crc32_u64(second, load_little_endian(at + Block + i));
      third = _mm_crc32_u64(third, load_little_endian(at + 2 * Block + i));
    }
    sum = shifted<Block>(static_cast<std::uint32_t>(sum)) ^ second;
    sum = shifted<Block>(static_cast<std::uint32_t>(sum)) ^ third;
  }
  return sum;
}

__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse42(const std::byte* at, std::size_t size,
                                                             std::uint32_t start) {
  std::uint64_t sum = three_blocks<1024>(at, size, start);
  sum = three_blocks<128>(at, size, sum);
  for (; size >= 8; at += 8, size -= 8) sum = _mm_crc32_u64(sum, load_little_endian(at));
  auto narrow = static_cast<std::uint32_t>(sum);
  for (; size > 0; ++at, --size) narrow = _mm_crc32_u8(narrow, static_cast<std::uint8_t>(*at));
  return narrow;
}

#endif

}  // namespace

std::uint32_t crc32c(ByteView bytes, std::uint32_t seed) noexcept {
#if defined(__x86_64__)
  static const bool in_hardware = __builtin_cpu_supports("sse4.2") != 0;
  if (in_hardware) return ~crc32c_sse42(bytes.data(), bytes.size(), ~seed);
#endif
  return detail::crc32c_portable(bytes, seed);
}

std::uint32_t detail::crc32c_portable(ByteView bytes, std::uint32_t seed) noexcept {
  return ~wire::crc32c_portable(bytes.data(), bytes.size(), ~seed);
}

}  // namespace sluice::wire
