#include "harness/conformance/model_desk.h"

#include <stdexcept>
#include <utility>

#include "harness/conformance/unknown_name.h"
#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::conformance {
namespace {

constexpr const char* kFaceReader = "face_reader";
constexpr const char* kAnyCard = "any";
constexpr const char* kUsualCard = "hanako";

void forget(const trace::Journal&, std::size_t) {}

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

}  // namespace

DeskConfig desk_config(const bench::Assets& assets, const std::string& reader) {
  DeskConfig config;
  if (reader == kFaceReader) {
    config.face = std::make_shared<const face_reader::Profile>(assets.face_reader);
    config.reader = assets.face_reader.reader;
    return config;
  }
  const auto found = assets.readers.find(reader);
  if (found != assets.readers.end()) {
    config.reader = found->second;
    return config;
  }
  std::vector<std::string> names{kFaceReader};
  for (const auto& [name, profile] : assets.readers) names.push_back(name);
  throw UnknownName(verdict::say("scenarios/readers に {} というリーダーはない",
                                 "no reader {} in scenarios/readers", yaml::shortened(reader)) +
                    yaml::hint(reader, names));
}

Facts model_facts(const DeskConfig& config) {
  Facts facts;
  bool contact = false, contactless = false;
  const auto& slots = config.reader.ccid.slots;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const bool touches = slots[i].medium == wire::field::Medium::kContact;
    (touches ? contact : contactless) = true;
    facts["medium_" + std::to_string(i)] = std::string(touches ? "contact" : "contactless");
  }
  const wire::ccid::ClassDescriptor& descriptor = config.reader.ccid.descriptor;
  facts["class"] = std::string("ccid");
  facts["contact"] = contact;
  facts["contactless"] = contactless;
  facts["removable"] = true;
  facts["pinpad"] = descriptor.bPINSupport != 0;
  facts["display"] = descriptor.wLcdLayout != 0;
  facts["escape_vendor"] = !config.reader.ccid.escape_answers.empty();
  facts["max_slots_busy"] = std::int64_t{descriptor.bMaxCCIDBusySlots};
  facts["face"] = config.face != nullptr;
  for (const char* name : {"card", "test_cards", "wire_probe", "relay_usb", "simulated"})
    facts[name] = true;
  facts["hands"] = std::string("model");
  facts["pcsc"] = false;
  return facts;
}

ModelDesk::ModelDesk(const bench::Assets& assets, DeskConfig config)
    : assets_(assets), config_(std::move(config)), context_{simulation_, journal_, faults_},
      panel_(context_, kFaceReader) {
  journal_.hand_to(forget);
  build();
}

ModelDesk::~ModelDesk() { simulation_.activate(); }

void ModelDesk::build() {
  bench::ReaderOnWires on_wires;
  on_wires.host = "host";
  on_wires.role = config_.face ? kFaceReader : "generic_reader";
  on_wires.ccid = config_.face ? &config_.face->reader : &config_.reader;
  on_wires.face = config_.face.get();
  wires_ = std::make_unique<bench::ReaderWires>(context_, on_wires);
  if (config_.face) {
    face_ = std::make_unique<face_reader::FaceReaderModule>(
        kFaceReader, context_, *config_.face, wires_->usb(), wires_->slot(0), panel_);
    face_->forget_records();
  } else {
    generic_ = std::make_unique<generic_reader::GenericReaderModule>(
        "generic_reader", context_, config_.reader, wires_->usb(), wires_->slots(),
        "generic_reader");
  }
  channel::UsbHostPort* port = &wires_->usb();
  if (!config_.mutations.empty()) port = &deviating(wires_->usb());
  probe_ = std::make_unique<ProbeUsb>("probe", simulation_, *port);
  for (const std::string& name : config_.cards) add_card(name);
  wires_->usb().attach();
}

channel::UsbHostPort& ModelDesk::deviating(channel::UsbHostPort& port) {
  const ccid_function::Parameters& ccid = config_.reader.ccid;
  const bool high = config_.reader.speed == wire::usb::Speed::kHigh;
  const fault::MutatorLimits limits{high ? 512U : 64U, ccid.descriptor.dwMaxCCIDMessageLength};
  mutator_ = std::make_unique<fault::Mutator>(config_.mutations, config_.seed, limits);
  mutated_ = std::make_unique<channel::MutatedUsbPort>(
      "mutated", simulation_, port, *mutator_,
      channel::MutatedEndpoints{ccid.endpoints.bulk_out, ccid.endpoints.bulk_in,
                                ccid.endpoints.interrupt_in});
  for (std::size_t slot = 0; slot < ccid.slots.size(); ++slot)
    wires_->slot(slot).mutate(mutator_.get());
  return *mutated_;
}

Reply ModelDesk::now(Ended ended, verdict::Text text) {
  Reply reply;
  reply.ended = ended;
  reply.text = std::move(text);
  reply.begun_us = reply.ended_us = simulation_.now_us();
  return reply;
}

Reply ModelDesk::perform(const Deed& deed) {
  simulation_.activate();
  return std::visit(
      Overloaded{[this](const ControlDeed& d) { return probe_->perform(d); },
                 [this](const OutDeed& d) { return probe_->perform(d); },
                 [this](const InDeed& d) { return probe_->perform(d); },
                 [this](const ResetDeed& d) { return probe_->perform(d); },
                 [this](const WaitDeed& d) {
                   Reply reply = now();
                   simulation_.run_for(d.duration_us);
                   reply.ended_us = simulation_.now_us();
                   return reply;
                 },
                 [this](const PlaceDeed& d) { return place(d); },
                 [this](const RemoveDeed& d) { return remove(d); },
                 [this](const PlugDeed& d) { return plug(d); },
                 [this](const PadDeed& d) { return pad(d); },
                 [this](const FieldDeed& d) { return field(d); }},
      deed);
}

void ModelDesk::add_test_card(const std::string& name, const bench::TestCardFile& file) {
  Card card;
  card.test = std::make_unique<test_card::TestCardModule>(
      ("card_" + std::to_string(cards_.size())).c_str(), context_, file.parameters);
  test_card::TestCardModule* module = card.test.get();
  card.place = [module](channel::FieldChannel& slot, wire::field::Medium medium) {
    return module->place(slot, medium);
  };
  card.take = [module] { module->take(); };
  cards_.emplace(name, std::move(card));
}

void ModelDesk::add_card(const std::string& name) {
  if (config_.test_cards) {
    const auto test = config_.test_cards->find(name);
    if (test != config_.test_cards->end()) return add_test_card(name, test->second);
  }
  const auto found = assets_.cards.find(name == kAnyCard ? kUsualCard : name);
  if (found == assets_.cards.end()) return;  // placing it says so
  Card card;
  card.module = std::make_unique<card::CardModule>(
      ("card_" + std::to_string(cards_.size())).c_str(), context_, found->second.profile,
      config_.seed + cards_.size() + 1);
  card::CardModule* module = card.module.get();
  card.place = [module](channel::FieldChannel& slot, wire::field::Medium medium) {
    return module->place(slot, medium);
  };
  card.take = [module] { module->take(); };
  cards_.emplace(name, std::move(card));
}

Reply ModelDesk::place(const PlaceDeed& deed) {
  if (deed.slot >= config_.reader.ccid.slots.size())
    return now(Ended::kUnable, {"そのスロットはない", "there is no such slot"});
  const auto placed = cards_.find(deed.card);
  if (placed == cards_.end()) {
    return now(Ended::kUnable, verdict::say("カード {} がない", "there is no card {}", deed.card));
  }
  if (!placed->second.place(wires_->slot(deed.slot), wires_->medium(deed.slot))) {
    return now(Ended::kUnable,
               verdict::say("カード {} はこのスロットに置けない（使用中か、インタフェースがない）",
                            "card {} cannot be placed in this slot (it is taken, or the card has "
                            "no such interface)",
                            deed.card));
  }
  lying_[deed.slot] = deed.card;
  return now();
}

Reply ModelDesk::remove(const RemoveDeed& deed) {
  const auto lies = lying_.find(deed.slot);
  if (lies == lying_.end())
    return now(Ended::kUnable, {"カードがない", "no card lies there"});
  cards_.at(lies->second).take();
  lying_.erase(lies);
  return now();
}

Reply ModelDesk::plug(const PlugDeed& deed) {
  Reply reply = now();
  if (deed.in) {
    if (!wires_->usb().attached()) wires_->usb().attach();
  } else {
    wires_->usb().detach();
  }
  if (!probe_->run_until_attached(deed.in, deed.limit_us)) reply.ended = Ended::kTimedOut;
  reply.ended_us = simulation_.now_us();
  return reply;
}

Reply ModelDesk::field(const FieldDeed& deed) {
  const auto lies = lying_.find(deed.slot);
  test_card::TestCardModule* card =
      lies == lying_.end() ? nullptr : cards_.at(lies->second).test.get();
  if (card == nullptr)
    return now(Ended::kUnable, {"このスロットにプローブの付いたカードがない",
                                "no card with a probe lies in this slot"});
  Reply reply = now();
  reply.field = card->record();
  card->clear_record();
  return reply;
}

// The panel of the face-auth reader is its PIN pad.
Reply ModelDesk::face_pad(const PadDeed& deed) {
  if (face_->panel().state() != face_reader::State::kPinEntry)
    return now(Ended::kUnable, {"画面は暗証番号を待っていない", "the panel waits for no digits"});
  if (deed.cancel) {
    panel_.put(wire::panel::Press{"cancel"});
  } else {
    panel_.put(wire::panel::Enter{"card_pin", deed.digits});
  }
  return now();
}

Reply ModelDesk::pad(const PadDeed& deed) {
  if (face_) return face_pad(deed);
  if (!generic_ || generic_->asking_slot() < 0)
    return now(Ended::kUnable, {"PINパッドは入力を待っていない", "the pad waits for no digits"});
  const auto slot = static_cast<std::uint8_t>(generic_->asking_slot());
  if (deed.cancel) {
    generic_->pad().post(ccid_function::PinCancelled{slot});
  } else {
    generic_->pad().post(ccid_function::PinEntered{slot, deed.digits});
  }
  return now();
}

}  // namespace uketsuke::conformance
