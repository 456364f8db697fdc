// What is harmless on any My Number Card, as tables: which EFs, which data objects, which commands
// may cost a try and what their data looks like. Source: facts/domain.md 1.2, 1.3, 1.5.
#pragma once

#include <cstdint>
#include <string_view>

#include "sim/wire/bytes.h"
#include "sim/wire/mynumber/application.h"

namespace uketsuke::guard {

// Anybody may read it, and it says nothing of a person but which card this is. record 0: READ
// BINARY.
bool is_harmless_file(wire::mynumber::Application application, std::uint16_t file,
                      std::uint8_t record);
// GET DATA with the card manager selected.
bool is_harmless_object(std::uint16_t tag);

// INS of commands that compare or replace reference data: VERIFY 20, 21, CHANGE REFERENCE DATA 24,
// 25, RESET RETRY COUNTER 2C, 2D, CHANGE KEY 32, 33, UNLOCK KEY 54. In every class.
bool may_cost_a_try(std::uint8_t ins);
// Lengths of the data that such a reference takes; false for one that is not known.
bool reference_length_fits(wire::mynumber::Application application, std::uint16_t file,
                           std::size_t length);

// "VERIFY"; "unknown command" for what has no name here. Says nothing of other bytes: where a
// broken command is looked at, they may be anything.
std::string_view command_name_ja(std::uint8_t cla, std::uint8_t ins);
std::string_view command_name_en(std::uint8_t cla, std::uint8_t ins);

}  // namespace uketsuke::guard
