// Card side (PICC) of a contactless card, Type B: ISO/IEC 14443-3:2011, 7 and ISO/IEC
// 14443-4:2008, 7. Not modelled: Type A, anticollision between several cards (one card answers slot
// 1 always, N is honoured by answering at once), bit rates above 106 kbit/s as times.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "models/iso7816/card_events.h"

namespace uketsuke::iso7816 {

struct ContactlessFaults {
  bool mute_reqb = false;  // never answers REQB/WUPB
  bool mute_attrib = false;
  bool mute_commands = false;  // activates, then nothing
  unsigned corrupt_crcs = 0;   // so many block frames go out with a wrong CRC_B
};

struct ContactlessConfig {
  std::array<std::uint8_t, 4> pupi{0x01, 0x02, 0x03, 0x04};
  // Application data and protocol info as in ATQB (14443-3, 7.9); default: facts 1.7, first ATR.
  std::array<std::uint8_t, 4> application_data{0x00, 0x00, 0x05, 0xE0};
  std::array<std::uint8_t, 3> protocol_info{0xB3, 0x81, 0xA1};
  std::uint8_t afi = 0x00;  // answers REQB with AFI 00 or this one
  std::uint8_t mbli = 0;    // maximum buffer length index in the answer to ATTRIB
  ContactlessFaults faults;
  std::uint32_t timer_base = 0;  // the machine uses timer_base only
};

class CardContactless {
 public:
  explicit CardContactless(ContactlessConfig config);
  ~CardContactless();
  CardContactless(CardContactless&&) noexcept;
  CardContactless& operator=(CardContactless&&) noexcept;

  // WarmReset has no meaning in the field and is ignored.
  CardActions handle(const CardEvent& event);
  std::string_view state_name() const;  // "power off", "idle", "ready", "active", "working", "halt"

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace uketsuke::iso7816
