// Capabilities, timings and permitted deviations of a CCID function. Defaults: the standard.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "models/ccid_function/slot_table.h"
#include "models/iso7816/reader_deviations.h"
#include "sim/wire/bytes.h"
#include "sim/wire/ccid/descriptor.h"
#include "sim/wire/field/signal.h"
#include "sim/wire/timer.h"

namespace uketsuke::ccid_function {

struct SlotParameters {
  wire::field::Medium medium = wire::field::Medium::kContact;
  // Exchange level of this slot is that of the descriptor. ATR of a contactless card: PC/SC part 3.
  bool pupi_in_atr = false;         // some readers (facts 1.7): the ATR differs on every tap
  std::uint8_t max_frame_code = 8;  // contactless: largest frame the reader receives (8: 256 bytes)
};

// Endpoint addresses and the interface that the descriptors of the device give this function.
struct Endpoints {
  std::uint8_t bulk_out = 0x01;
  std::uint8_t bulk_in = 0x82;
  std::uint8_t interrupt_in = 0x83;  // 0: none
};

struct Parameters {
  wire::ccid::ClassDescriptor descriptor;
  std::uint8_t interface_number = 0;
  Endpoints endpoints;
  std::vector<SlotParameters> slots{SlotParameters{}};  // bMaxSlotIndex + 1 of them
  // GET_CLOCK_FREQUENCIES (kHz) and GET_DATA_RATES (bit/s); stalled when empty (5.3.2, 5.3.3).
  std::vector<std::uint32_t> clock_frequencies_khz, data_rates_bps;
  // Automatic voltage: classes in the order they are tried (ISO/IEC 7816-3:2006, 6.2.4 leaves the
  // order to the interface device; conformance PWR-07).
  std::vector<wire::field::VoltageClass> voltage_order{
      wire::field::VoltageClass::kA5V, wire::field::VoltageClass::kB3V,
      wire::field::VoltageClass::kC1V8};
  wire::Micros power_off_us = 10'000;   // contacts stay off between classes (7816-3, 6.2.4)
  unsigned atr_parity_retries = 1;      // cold resets after a parity error in the ATR
  // While the reader itself talks to the card (APDU levels): a time extension is sent when nothing
  // else was for so long. 0: only when the card asks for time.
  wire::Micros time_extension_period_us = 1'000'000;
  std::uint8_t default_pin_timeout_s = 30;   // bTimeOut 00h
  std::uint8_t default_pin_min = 4;          // wPINMaxExtraDigit 0000h
  std::uint8_t default_pin_max = 12;
  bool accepts_four_byte_tpdu = false;       // T=0 TPDU without P3: some readers add 00
  bool accepts_empty_xfr_block = false;      // XFR-05: answered with an empty DataBlock
  bool answers_get_uid = true;               // contactless: FF CA 00 00 (PC/SC part 3)
  bool refuses_rfu = false;                  // RFU fields that are not zero: failed, their offset
  iso7816::ReaderDeviations deviations;      // towards the card
  // Escape: answers by command bytes; anything else is not supported (6.1.8).
  std::map<wire::Bytes, wire::Bytes> escape_answers;
  SlotTable table = standard_slot_table();
  std::uint32_t timer_base = 0;              // uses timer_base .. timer_base + 4 * slots - 1
};

}  // namespace uketsuke::ccid_function
