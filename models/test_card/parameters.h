// What makes one test card differ from another. Data only; scenarios/cards/conformance/*.yaml have
// the same fields. Deviations are fields of ContactConfig and ContactlessConfig (models/iso7816).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "models/iso7816/card_contact.h"
#include "models/iso7816/card_contactless.h"
#include "sim/wire/timer.h"

namespace uketsuke::test_card {

struct Parameters {
  std::string id, title_ja, title_en;
  std::optional<iso7816::ContactConfig> contact;
  std::optional<iso7816::ContactlessConfig> contactless;
  // Takes more current than its class allows: when it is reset, at a command with this INS.
  bool overcurrent_at_reset = false;
  std::optional<std::uint8_t> overcurrent_at_ins;
  wire::Micros command_us = 1000;  // work of a command that asks for no more
};

}  // namespace uketsuke::test_card
