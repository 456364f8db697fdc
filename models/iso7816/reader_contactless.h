// Reader side (PCD) of Type B: ISO/IEC 14443-3:2011, 7 and ISO/IEC 14443-4:2008, 7; the ATR that a
// reader makes up for it: PC/SC part 3, 3.1.3.2.3. Not modelled: Type A, several cards in the
// field.
#pragma once

#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "models/iso7816/reader_events.h"
#include "models/iso7816/timing.h"
#include "sim/wire/field/signal.h"
#include "sim/wire/iso7816/iso14443_3b.h"

namespace uketsuke::iso7816 {

struct Activate {};    // field is on: WUPB, ATTRIB
struct Deactivate {};  // S(DESELECT); afterwards the owner may switch the field off
using ContactlessEvent =
    std::variant<Activate, Deactivate, SendApdu, wire::field::Burst, wire::TimerExpired>;

struct Activated {
  Bytes atr;
  wire::iso7816::Atqb atqb;
};
struct ActivationFailed {
  ExchangeFailure reason = ExchangeFailure::kMute;
};
struct Deactivated {};
using ContactlessAction = std::variant<wire::field::Burst, Activated, ActivationFailed, Deactivated,
                                       Done, Failed, wire::StartTimer, wire::StopTimer>;
using ContactlessActions = std::vector<ContactlessAction>;

struct ReaderContactlessConfig {
  std::uint8_t afi = 0x00;
  std::uint8_t cid = 0;             // used if the card supports CID and this is not 0
  std::uint8_t max_frame_code = 8;  // what the reader can receive: 256 bytes (14443-3, Table 25)
  unsigned wupb_tries = 3;
  unsigned block_tries = 3;  // retransmissions of a block before kTransmission (14443-4, 7.5.6)
  unsigned max_wtx = 10000;
  bool pupi_in_atr = false;  // facts 1.7: some readers put the PUPI in place of application data
  std::uint32_t timer_id = 0;
};

// 3B 88 80 01, application data, protocol info, MBLI << 4, TCK (facts 1.7).
Bytes contactless_atr(const wire::iso7816::Atqb& atqb, std::uint8_t mbli, bool pupi_in_atr = false);

class ReaderContactless {
 public:
  explicit ReaderContactless(ReaderContactlessConfig config);
  ~ReaderContactless();
  ReaderContactless(ReaderContactless&&) noexcept;
  ReaderContactless& operator=(ReaderContactless&&) noexcept;

  ContactlessActions handle(const ContactlessEvent& event);
  // Card or field gone: forget everything, no action.
  void reset();
  bool active() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace uketsuke::iso7816
