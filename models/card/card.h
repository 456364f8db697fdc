// The application layer of a My Number Card: command APDU in, response APDU out.
//
// For: readers, terminals and harness software that must be tested against a card. Not for:
// anything that needs a genuine card; keys and certificates are of a test hierarchy. Follows what
// open-source projects read from cards (facts/domain.md, chapter 1: JICSAP specification of IC
// cards with contacts 1.1 on top of ISO/IEC 7816-4); what nobody published is a field of Behaviour
// with its A-nn. Not modelled: secure messaging, key and file administration, logical channels.
#pragma once

#include <cstdint>
#include <memory>

#include "models/card/profile.h"
#include "models/card/security_status.h"
#include "sim/wire/bytes.h"
#include "sim/wire/timer.h"

namespace uketsuke::card {

struct Answer {
  wire::Bytes response;       // data, SW1, SW2
  wire::Micros work_time_us;  // from the last byte of the command to the first of the response
};

struct Command;
struct CommandRow;

class Card {
 public:
  // `memory` outlives the card. `seed` feeds challenges, PSS salts and random PUPIs.
  Card(std::shared_ptr<const Profile> profile, PersistentState& memory, std::uint64_t seed);

  const Profile& profile() const { return *profile_; }
  // A damaged chip: the shell sends nothing, ever; transmit() answers an empty response.
  bool mute() const { return profile_->data.mute; }

  void power_on();    // cold reset, or the field comes: nothing selected, nothing verified
  void warm_reset();  // nothing selected; what was verified stays verified
  void power_off();   // all volatile memory is lost
  // Power goes between transmit() and the end of its work time, and only then: what the last
  // command would have written last is not written (a right PIN has cost a try, a changed PIN is
  // the old one).
  void power_lost_while_working();
  // Chooses between the two by the time since the last transmit() returned.
  void power_off_after(wire::Micros since_last_command_us);
  bool powered() const { return powered_; }

  // Not powered or mute: an empty response. Everything else ends with a status word.
  Answer transmit(wire::ByteView command);

  // ATQB (ISO/IEC 14443-3:2018, 7.9.1) of the present activation: 50, PUPI, application data,
  // protocol info; 12 bytes. Empty without contactless interface. A random PUPI
  // changes with every power_on(), so ask again then.
  wire::Bytes atqb() const;

  Application selected() const {
    return selected_ ? selected_->application : Application::kCardManager;
  }
  bool terminal_authenticated() const { return status_.terminal_authenticated; }
  // Requests the model answered with a refusal because it does not know them (style 41).
  std::uint32_t unmodelled() const { return unmodelled_; }

 private:
  friend struct Handlers;
  struct Undo {
    bool armed = false;
    ReferenceId id;
    ReferenceState state;
  };
  struct Chain {
    std::uint32_t header = 0;  // CLA without the chaining bit, INS, P1, P2; 0: no chain
    wire::Bytes data;
  };

  // Each gives a status word, or 0 to go on.
  std::uint16_t check_class(Command& command);
  std::uint16_t take_chain(Command& command);
  std::uint16_t find_file_of(Command& command);
  Answer dispatch(Command& command);
  void draw_pupi();
  std::uint64_t random();
  wire::Bytes random_bytes(std::size_t count);

  std::shared_ptr<const Profile> profile_;
  PersistentState* memory_;
  SecurityStatus status_;
  std::uint64_t generator_;
  bool powered_ = false;
  bool was_powered_down_ = false;
  bool fresh_ = false;                   // no command since power came back
  const Directory* selected_ = nullptr;  // null: card manager
  const File* current_ = nullptr;
  Chain chain_;
  wire::Bytes terminal_certificate_;  // first block of a certificate handed over in two
  wire::Micros last_work_us_ = 0;
  Undo undo_;
  wire::Bytes pupi_;
  std::uint32_t unmodelled_ = 0;
};

}  // namespace uketsuke::card
