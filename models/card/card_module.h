// Shell of the card: one chip with a contact and a contactless interface, in at most one slot.
#pragma once

#include <memory>
#include <optional>

#include "models/card/outside.h"
#include "models/iso7816/card_contact.h"
#include "models/iso7816/card_contactless.h"
#include "sim/channel/field_channel.h"
#include "sim/kernel/module.h"

namespace uketsuke::card {

class CardModule : public kernel::Module, private Modelled {
 public:
  // outside: answers in place of the application layer; nullptr: nobody does.
  CardModule(sc_core::sc_module_name name, channel::Context& context,
             std::shared_ptr<const Profile> profile, std::uint64_t seed,
             std::shared_ptr<Outside> outside = nullptr);

  // False: the slot is taken, the card lies elsewhere, or it has no such interface.
  bool place(channel::FieldChannel& slot, wire::field::Medium medium);
  // The same where another card lies already; only in a field without contacts.
  bool place_beside(channel::FieldChannel& slot, wire::field::Medium medium);
  bool take();
  bool placed() const { return slot_ != nullptr; }
  const Card& card() const { return card_; }

 private:
  void wake() override;
  void perform(iso7816::CardActions actions);
  void refresh_identifier();
  iso7816::CardActions interface_event(const iso7816::CardEvent& event);
  Answer transmit(wire::ByteView command) override;
  void answer(const wire::Bytes& command);
  void respond(Answer answer);
  void activated(void (Outside::*told)());

  channel::Context& context_;
  PersistentState memory_;
  Card card_;
  channel::FieldSlot::CardMailbox mailbox_;
  iso7816::CardContact contact_;
  iso7816::CardContactless contactless_;
  channel::FieldChannel* slot_ = nullptr;
  wire::field::Medium medium_ = wire::field::Medium::kContact;
  std::optional<iso7816::ContactlessConfig> next_contactless_;  // of the next time it is placed
  wire::Micros last_command_us_ = 0;
  struct FromOutside {
    std::uint64_t activation;
    Answer answer;
  };
  std::shared_ptr<Outside> outside_;
  kernel::Mailbox<FromOutside> answers_;
  std::uint64_t activation_ = 0;  // an answer to a command of another one is dropped
};

}  // namespace uketsuke::card
