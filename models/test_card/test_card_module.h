// Shell of the test card: in at most one slot, with a probe on what passes there. One module can be
// one card after the other: become() while it lies nowhere.
#pragma once

#include <memory>
#include <optional>

#include "models/test_card/application.h"
#include "models/test_card/field_record.h"
#include "models/test_card/parameters.h"
#include "sim/channel/field_channel.h"
#include "sim/kernel/module.h"

namespace uketsuke::test_card {

class TestCardModule : public kernel::Module {
 public:
  TestCardModule(sc_core::sc_module_name name, channel::Context& context,
                 std::shared_ptr<const Parameters> parameters);

  // Another card from now on, as it comes out of its box. False: this one lies in a slot.
  bool become(std::shared_ptr<const Parameters> parameters);
  // False: the slot is taken, the card lies elsewhere, or it has no such interface.
  bool place(channel::FieldChannel& slot, wire::field::Medium medium);
  bool take();
  bool placed() const { return slot_ != nullptr; }
  bool has(wire::field::Medium medium) const;
  const Parameters& parameters() const { return *parameters_; }

  // Since the module was made, or since the record was cleared; become() does not clear it.
  const FieldRecord& record() const { return record_; }
  void clear_record() { record_.clear(); }

 private:
  void wake() override;
  void make_machines();
  void from_reader(wire::field::ToCard signal);
  void perform(iso7816::CardActions actions);
  void send(wire::field::Burst burst);
  void short_circuit();
  void note_error(FieldEventKind kind, std::uint16_t at);
  void note(FieldEventKind kind);
  void note(FieldEventKind kind, const wire::field::Burst& burst, std::uint64_t begin_ns);
  void keep(FieldEvent event);
  bool over_contacts() const { return medium_ == wire::field::Medium::kContact; }
  iso7816::CardActions interface_event(const iso7816::CardEvent& event);

  channel::Context& context_;
  std::shared_ptr<const Parameters> parameters_;
  channel::FieldSlot::CardMailbox mailbox_;
  Application application_;
  std::optional<iso7816::CardContact> contact_;
  std::optional<iso7816::CardContactless> contactless_;
  channel::FieldChannel* slot_ = nullptr;
  wire::field::Medium medium_ = wire::field::Medium::kContact;
  FieldRecord record_;
};

}  // namespace uketsuke::test_card
