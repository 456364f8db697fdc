// The field wire: a reader's slot and whatever card lies in it. Cards come and go at any time; one
// that is removed loses its power and what was on its way.
// Contact: ISO/IEC 7816-3:2006, 5-7. Contactless: ISO/IEC 14443-3 Type B (A-09: two cards).
#pragma once

#include <string>

#include "sim/channel/line.h"
#include "sim/fault/mutator.h"
#include "sim/wire/field/signal.h"

namespace uketsuke::channel {

class FieldReaderPort : public virtual sc_core::sc_interface {
 public:
  virtual void to_card(wire::field::ToCard signal) = 0;
};
class FieldCardPort : public virtual sc_core::sc_interface {
 public:
  virtual void to_reader(wire::field::Burst burst) = 0;
  virtual void to_reader(wire::field::ErrorSignal signal) = 0;
  virtual void overcurrent() = 0;
};
// What a person does at the slot.
class FieldSlot : public virtual sc_core::sc_interface {
 public:
  using CardMailbox = kernel::Mailbox<wire::field::ToCard>;
  // answers: the card's chip reacts at all. False: another card lies there already.
  virtual bool insert(CardMailbox& card, wire::field::Medium medium, bool answers) = 0;
  // A second card beside the one that lies there. False: none does, a second one does already, or
  // it is a slot with contacts, which holds one card.
  virtual bool add(CardMailbox& card) = 0;
  // False: it does not lie there.
  virtual bool remove(CardMailbox& card) = 0;
  virtual bool occupied() const = 0;
};

class FieldChannel : public FieldReaderPort, public FieldCardPort, public FieldSlot {
 public:
  // Taps may be null; they follow one conversation in both directions.
  FieldChannel(Context& context, std::string reader, std::string slot, trace::Describe describe,
               Tap* down_tap, Tap* up_tap);
  void to_card(wire::field::ToCard signal) override;
  void to_reader(wire::field::Burst burst) override;
  void to_reader(wire::field::ErrorSignal signal) override;
  void overcurrent() override;
  bool insert(CardMailbox& card, wire::field::Medium medium, bool answers) override;
  bool add(CardMailbox& card) override;
  bool remove(CardMailbox& card) override;
  bool occupied() const override { return card_ != nullptr; }
  // From now on the reader's side of the wire deviates as these mutations say (fault/mutation.h).
  // Null: not any more. It must outlive the channel.
  void mutate(fault::Mutator* mutator) { mutator_ = mutator; }
  // A contactless reader without a sensor of its own: a card whose chip does not answer is no card.
  void notices_by_answer() { by_answer_ = true; }
  kernel::Mailbox<wire::field::ToReader>& reader_mailbox() { return reader_mailbox_; }

 private:
  void note(std::string_view event, std::string text = {});
  void error_signal(std::uint16_t at, std::string_view by);
  bool remove();  // the first card
  void send_down(wire::field::ToCard signal);
  void break_off();
  void send_up(wire::field::Burst burst);
  bool mutated_down(wire::field::ToCard& signal);
  bool mutated_up(wire::field::Burst& burst);
  void damage_if_another_answers(wire::field::Burst& burst, std::uint64_t time_ns);

  Context& context_;
  fault::Mutator* mutator_ = nullptr;
  std::string reader_;
  struct Placed {
    CardMailbox* card = nullptr;
    wire::field::Medium medium{};
    bool answers = false;
  };

  CardMailbox* card_ = nullptr;
  CardMailbox* second_ = nullptr;  // contactless only
  std::uint64_t answer_ends_ns_ = 0;
  Placed last_;  // what comes back when a cut is over
  bool by_answer_ = false;
  bool noticed_ = false;  // the reader was told of the card
  kernel::Mailbox<wire::field::ToReader> reader_mailbox_;
  kernel::Mailbox<wire::field::ToCard> nowhere_;  // where signals go while the slot is empty
  Line<wire::field::ToCard> down_;
  Line<wire::field::ToReader> up_;
  Tap* down_tap_;
  Tap* up_tap_;
};

}  // namespace uketsuke::channel
