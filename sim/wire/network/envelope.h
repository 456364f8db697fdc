// The network wire between terminal or EHR and the backend: one request, one response, as bytes.
#pragma once

#include <cstdint>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::network {

struct Request { std::uint64_t id = 0; Bytes body; };
// kNoAnswer: the sender's time-out passed.
enum class Outcome : std::uint8_t { kAnswered, kNoAnswer };
struct Response { std::uint64_t id = 0; Outcome outcome = Outcome::kAnswered; Bytes body; };

}  // namespace uketsuke::wire::network
