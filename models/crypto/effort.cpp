#include "models/crypto/effort.h"

namespace uketsuke::crypto {
namespace {

thread_local std::uint64_t spent_ns = 0;

}  // namespace

std::uint64_t rsa_wall_ns() { return spent_ns; }

RsaEffort::~RsaEffort() {
  spent_ns += static_cast<std::uint64_t>(
      std::chrono::nanoseconds(std::chrono::steady_clock::now() - begin_).count());
}

}  // namespace uketsuke::crypto
