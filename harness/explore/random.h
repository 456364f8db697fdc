// Counter-based random numbers: the n-th number of a stream is a function of (seed, stream, n), so
// that sequence k is the same whoever makes it and whatever was made before.
#pragma once

#include <cstdint>
#include <string_view>

namespace uketsuke::explore {

class Random {
 public:
  Random(std::uint64_t seed, std::string_view name, std::uint64_t stream)
      : key_(mix(seed ^ mix(hash(name) ^ mix(stream)))) {}

  std::uint64_t next() { return mix(key_ + ++count_ * kStep); }
  // 0 to values - 1; values > 0. The bias of the remainder is below 2^-40 for what is drawn here.
  std::uint32_t below(std::uint32_t values) {
    return static_cast<std::uint32_t>((next() >> 16) % values);
  }
  bool percent(std::uint32_t chance) { return below(100) < chance; }

  static std::uint64_t mix(std::uint64_t value) {  // the finaliser of SplitMix64
    value += kStep;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31);
  }

 private:
  static constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15ULL;
  static std::uint64_t hash(std::string_view text) {
    std::uint64_t value = 0;
    for (const char c : text) value = mix(value ^ static_cast<unsigned char>(c));
    return value;
  }
  std::uint64_t key_;
  std::uint64_t count_ = 0;
};

}  // namespace uketsuke::explore
