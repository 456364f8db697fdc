// Host side of the identification of a card (identification.h): between a program and a reader's
// session it holds back Connected, has the steps transmitted, and then lets Connected pass. The
// guard watches the answers; nothing is judged here. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "sim/guard/identification.h"
#include "sim/wire/session/message.h"

namespace uketsuke::guard {

class Identifier {
 public:
  // wanted: some card may be released in this run; else everything passes unchanged.
  explicit Identifier(bool wanted) : wanted_(wanted) {}

  struct Step {
    std::vector<wire::session::Request> requests;  // for the reader
    std::vector<wire::session::Event> events;      // for the program
  };
  Step asked(wire::session::Request request);  // by the program
  Step heard(wire::session::Event event);      // from the reader
  // Of the card that was connected last, as far as it answered; nullptr: none was asked.
  const Identification* identification() const { return asked_one_ ? &last_ : nullptr; }

 private:
  struct Under {  // a slot that is being identified
    wire::session::Connected connected;
    std::size_t next = 0;  // of Identification::steps()
  };
  void answered(std::uint8_t slot, const wire::Bytes& response, Step& out);
  void go_on(std::uint8_t slot, Step& out);

  bool wanted_;
  bool asked_one_ = false;
  Identification last_;
  std::map<std::uint8_t, Under> under_;
};

}  // namespace uketsuke::guard
