// Helpers of the codec tests.
#pragma once

#include <boost/test/unit_test.hpp>
#include <string_view>

#include "sim/wire/bytes.h"

namespace uketsuke::wire {

inline Bytes hex(std::string_view text) { return from_hex(text).value(); }

// Every proper prefix of `golden` is refused as too short.
template <class Decode>
void check_truncations(const Bytes& golden, Decode decode) {
  for (std::size_t n = 0; n < golden.size(); ++n) {
    const auto result = decode(ByteView(golden.data(), n));
    BOOST_TEST_CONTEXT("length " << n) {
      BOOST_REQUIRE(!result);
      BOOST_TEST(to_string(result.error().code) == to_string(DecodeErrc::kTooShort));
    }
  }
}

template <class T>
void check_error(const Result<T>& result, DecodeErrc code, std::size_t offset) {
  BOOST_REQUIRE(!result);
  BOOST_TEST(to_string(result.error().code) == to_string(code));
  BOOST_TEST(result.error().offset == offset);
}

}  // namespace uketsuke::wire
