// How much wall time this thread has spent in RSA operations: for benchmarks that state their
// share. Behaviour never looks at it.
#pragma once

#include <chrono>
#include <cstdint>

namespace uketsuke::crypto {

std::uint64_t rsa_wall_ns();

// Adds its own lifetime.
class RsaEffort {
 public:
  RsaEffort() : begin_(std::chrono::steady_clock::now()) {}
  ~RsaEffort();
  RsaEffort(const RsaEffort&) = delete;
  RsaEffort& operator=(const RsaEffort&) = delete;

 private:
  std::chrono::steady_clock::time_point begin_;
};

}  // namespace uketsuke::crypto
