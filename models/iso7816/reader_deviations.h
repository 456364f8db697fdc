// How a reader's side of ISO/IEC 7816-3 may deviate from the standard. Defaults: the standard.
// None of these is legal but where it says so; they were seen in readers or are made up.
#pragma once

#include <cstdint>

namespace uketsuke::iso7816 {

// A waiting time as a share of the right one; 0: the reader waits for ever.
using Percent = std::uint32_t;

struct ReaderDeviations {
  // The answer to reset (8.2): not refused though it should be.
  bool ts_unchecked = false;        // neither 3Bh nor 3Fh: read as direct convention
  bool tck_unchecked = false;
  bool length_unchecked = false;    // more than 33 characters, or no structure at all
  bool protocol_unchecked = false;  // no protocol that the reader has: T=0 is used
  Percent atr_wait_percent = 100;   // seen: 0 (osmo-ccid-firmware bb6504c)
  // Protocol and parameters selection (9).
  bool pps_answer_unchecked = false;  // any answer, or none, is taken for an agreement
  bool pps_in_specific_mode = false;  // a request though TA2 forbids it (6.3.1)
  // T=0 (10).
  bool procedure_byte_unchecked = false;  // any byte is an acknowledgement of everything
  Percent t0_wait_percent = 100;          // WT; seen: osmo-ccid-firmware 066489d
  bool extra_guard_ignored = false;       // TC1 (10.2, 11.2)
  // T=1 (11).
  Percent t1_wait_percent = 100;  // BWT; seen: osmo-ccid-firmware dbff421
  bool wtx_ignored = false;       // S(WTX) does not extend BWT
  bool ifsc_ignored = false;      // blocks of 254 bytes to every card
  std::uint8_t t1_tries = 3;      // 11.6.3.2; 0: without end
  // APDU levels (12.2).
  bool passes_more_data = false;     // 61xx is the host's business
  bool passes_wrong_length = false;  // 6Cxx is the host's business
  std::uint32_t longest_answer = 0;  // data bytes of an answer, the rest is cut; 0: no limit
};

}  // namespace uketsuke::iso7816
