// What may reach a card that is not simulated, at APDU level: one conversation with one card.
//
// Everything is refused but what is known to be harmless: SELECT in its known forms, GET CHALLENGE,
// GET DATA of a few objects of the card manager, reads of EFs that are known to hold nothing of a
// person, the retry query (00 20 00 80 without data) after SELECT JPKI answered 9000 in this
// activation. Class 00 only: no logical channel, secure messaging, chaining. What is selected must
// be known for sure: after a SELECT that failed, was odd or was never answered nothing can be read.
//
// A released test card (release.h) may get everything that is a well-formed command APDU from the
// moment on at which this guard has itself seen the whole identification of this activation pass
// (identification.h), with a key id of the test hierarchy and the right digest; until the next
// activation. Commands that may cost a try: see Release::may_lock. Any bytes are accepted.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/guard/identification.h"
#include "sim/guard/judgement.h"
#include "sim/guard/release.h"
#include "sim/wire/iso7816/apdu.h"
#include "sim/wire/mynumber/application.h"

namespace uketsuke::guard {

// kReset: it is known that nothing is selected (power-on, reset). kUnknown: any reconnect.
enum class Activation : std::uint8_t { kUnknown, kReset };

class CardGuard {
 public:
  // Without a release nothing but the allow-list passes.
  explicit CardGuard(std::vector<Release> releases = {});

  // Power-on, every reset, every connect and reconnect. Ends a release; before the first one, and
  // after deactivated(), every command is refused.
  void activated(Activation kind = Activation::kUnknown);
  // Power-off, card or reader gone, disconnect.
  void deactivated();

  // A command APDU that is about to be sent. If it passes it counts as sent.
  Judgement command(wire::ByteView apdu);
  // The response APDU of the command that passed last.
  void response(wire::ByteView apdu);
  // It was sent, and its response is lost or damaged: what it did to the card is not known.
  void response_lost();

  bool active() const { return active_; }
  // Name of the release this card has matched in this activation; null: it is not released.
  const std::string* released_as() const;
  // kUnknown until the identification of this activation is complete.
  Hierarchy hierarchy() const { return identification_.hierarchy(); }
  // The first part of a command APDU that is to be sent in parts (T=1 chaining, wLevelParameter),
  // at least CLA to Lc. Passes only to a released card; the last part must not pass before
  // command() was asked with all of it.
  Judgement begins(wire::ByteView first_part) const;
  // Data for this command APDU is right so far: no longer than its Lc and Le allow.
  static bool fits_so_far(wire::ByteView parts);

 private:
  struct Reference {
    wire::mynumber::Application application;
    std::uint16_t file;
    bool operator<(const Reference& other) const {
      return application != other.application ? application < other.application : file < other.file;
    }
  };
  // What is selected, as far as it is known for sure. file 0: none.
  struct Selection {
    std::optional<wire::mynumber::Application> application;
    std::optional<std::uint16_t> file;
  };
  // What the last command that passed will have done.
  struct Pending {
    Selection success, failure;          // what is selected then
    int item = -1;                       // of the identification, if its answer is one
    std::optional<Reference> reference;  // of a command that tells or changes the tries left
    bool compares = false;               // costs a try unless it is right
    bool envelope = false;
    wire::Bytes data;  // of an answer that comes in parts (61xx)
  };
  enum class Awaits : std::uint8_t { kNothing, kResponse, kGetResponse };

  using Command = wire::iso7816::CommandApdu;
  Judgement judge(const Command& command, Pending& pending) const;
  Judgement judge_select(const Command& command, Pending& pending) const;
  Judgement judge_read(const Command& command, Pending& pending) const;
  Judgement judge_query(const Command& command, Pending& pending) const;
  Judgement judge_get_response(const Command& command);
  Judgement judge_released(const Command& command, Pending& pending);
  Judgement judge_tries(const Command& command, const Pending& pending) const;
  Judgement judge_envelope(const Command& command, Pending& pending);
  bool envelope_is_allowed(wire::ByteView apdu) const;
  Selection after_other(const Command& command) const;
  std::optional<Reference> reference_of(const Command& command) const;
  const Release& release() const { return releases_[static_cast<std::size_t>(release_)]; }
  void settle(std::uint16_t sw);
  void settle_tries(const Reference& reference, std::uint16_t sw);
  void identify();

  std::vector<Release> releases_;
  bool active_ = false;
  Selection selection_;
  Awaits awaits_ = Awaits::kNothing;
  Pending pending_;
  bool anything_passed_ = false;  // GET RESPONSE belongs to something that passed
  Identification identification_;
  int release_ = -1;
  std::map<Reference, unsigned> tries_;  // at least so many are left
  wire::Bytes envelope_;                 // of a command in segments, so far
};

}  // namespace uketsuke::guard
