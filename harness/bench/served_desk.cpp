#include "harness/bench/served_desk.h"

#include <fmt/format.h>

#include <limits>
#include <stdexcept>
#include <utility>

namespace uketsuke::bench {
namespace {

constexpr const char* kFaceReader = "face_reader";

std::string misread(std::string number) {
  if (number.empty()) return "000000";
  number.back() = number.back() == '9' ? '0' : static_cast<char>(number.back() + 1);
  return number;
}

gateway::UsbIdentity identity_of(const generic_reader::Profile& profile, const std::string& role) {
  return {"served:" + role, profile.idVendor, profile.idProduct,
          profile.bcdDevice, profile.serial,  role};
}

void forget(const trace::Journal&, std::size_t) {}

}  // namespace

ServedDesk::ServedDesk(const Assets& assets, ServedDeskConfig config)
    : config_(std::move(config)), context_{simulation_, journal_, faults_},
      panel_(context_, kFaceReader), panel_eyes_("panel_eyes", context_, panel_),
      face_profile_(assets.face_reader) {
  journal_.hand_to(config_.journal ? config_.journal : forget);
  readers_.reserve(config_.readers.size());
  for (const std::string& name : config_.readers) add_reader(assets, name);
  for (const std::string& holder : config_.cards) add_card(assets, holder);
  for (Reader& reader : readers_) reader.wires->usb().attach();
}

ServedDesk::~ServedDesk() {
  inbox_->close();
  simulation_.activate();
}

void ServedDesk::add_reader(const Assets& assets, const std::string& name) {
  const std::size_t index = readers_.size();
  Reader reader;
  ReaderOnWires on_wires;
  on_wires.host = "host";
  if (name == kFaceReader) {
    for (const Reader& other : readers_)
      if (other.face) throw std::runtime_error("there can be only one face-auth reader");
    on_wires.face = &face_profile_;
    on_wires.role = kFaceReader;
    reader.profile = &face_profile_.reader;
  } else {
    const auto found = assets.readers.find(name);
    if (found == assets.readers.end())
      throw std::runtime_error(fmt::format("no reader profile {}", name));
    reader.profile = &found->second;
    on_wires.role = index == 0 ? "generic_reader" : fmt::format("generic_reader_{}", index + 1);
  }
  on_wires.ccid = reader.profile;
  reader.wires = std::make_unique<ReaderWires>(context_, on_wires);
  channel::UsbChannel& usb = reader.wires->usb();
  if (on_wires.face != nullptr) {
    reader.face = std::make_unique<face_reader::FaceReaderModule>(
        kFaceReader, context_, face_profile_, usb, reader.wires->slot(0), panel_);
    reader.face->forget_records();
  } else {
    reader.generic = std::make_unique<generic_reader::GenericReaderModule>(
        on_wires.role.c_str(), context_, *reader.profile, usb, reader.wires->slots(),
        on_wires.role);
    reader.generic->on_pad([this, index](int slot, bool asks) {
      if (on_pad_) on_pad_(index, static_cast<std::uint8_t>(slot), asks);
    });
  }
  reader.usb =
      std::make_unique<ServedUsb>((on_wires.role + "_host").c_str(), context_, usb, inbox_,
                                  identity_of(*reader.profile, on_wires.role));
  readers_.push_back(std::move(reader));
}

void ServedDesk::add_card(const Assets& assets, const std::string& holder) {
  if (card(holder) != nullptr) return;
  const auto test = config_.test_cards.find(holder);
  if (test != config_.test_cards.end()) {
    const std::string name = fmt::format("card_{}", cards_.size());
    cards_.push_back({holder, {}, nullptr,
                      std::make_unique<test_card::TestCardModule>(name.c_str(), context_,
                                                                  test->second),
                      0});
    return;
  }
  const auto found = assets.cards.find(holder);
  if (found == assets.cards.end()) throw std::runtime_error(fmt::format("no card of {}", holder));
  const std::string name = fmt::format("card_{}", cards_.size());
  cards_.push_back({holder, found->second.printed_number_b,
                    std::make_unique<card::CardModule>(name.c_str(), context_,
                                                       found->second.profile,
                                                       config_.seed + cards_.size() + 1),
                    nullptr, 0});
}

ServedDesk::Card* ServedDesk::card(const std::string& holder) {
  for (Card& card : cards_)
    if (card.holder == holder) return &card;
  return nullptr;
}

const generic_reader::Profile& ServedDesk::profile(std::size_t reader) const {
  return *readers_.at(reader).profile;
}

bool ServedDesk::is_face(std::size_t reader) const { return readers_.at(reader).face != nullptr; }

std::unique_ptr<gateway::UsbRoute> ServedDesk::usb(std::size_t reader) {
  return readers_.at(reader).usb->route();
}

void ServedDesk::stop() {
  post([this] { stopped_ = true; });
}

void ServedDesk::run() {
  simulation_.pace(config_.pace, inbox_);
  constexpr wire::Micros kWithoutEnd = std::numeric_limits<std::int64_t>::max() / 1'000'000;
  simulation_.run_until([this] { return stopped_; }, kWithoutEnd);
}

const ServedDesk::Reader* ServedDesk::find(std::size_t reader, std::size_t slot) const {
  if (reader >= readers_.size()) return nullptr;
  return slot < readers_[reader].profile->ccid.slots.size() ? &readers_[reader] : nullptr;
}

HandsOutcome ServedDesk::put(const wire::panel::Input& input) {
  for (const Reader& reader : readers_) {
    if (!reader.face) continue;
    panel_.put(input);
    return HandsOutcome::kDone;
  }
  return HandsOutcome::kNoSuchReader;
}

HandsOutcome ServedDesk::place(const std::string& holder, const std::string& face,
                               std::size_t reader, std::size_t slot) {
  const Reader* at = find(reader, slot);
  if (at == nullptr) return HandsOutcome::kNoSuchReader;
  Card* placed = card(holder);
  if (placed == nullptr) return HandsOutcome::kNoSuchCard;
  if (!placed->place(at->wires->slot(slot), at->wires->medium(slot)))
    return HandsOutcome::kRefused;
  placed->reader = reader;
  // The card lies with its face where the optics can see it.
  if (at->face && placed->module && face != "hidden")
    panel_.put(wire::panel::CardFaceSeen{face == "misread" ? misread(placed->printed_number_b)
                                                           : placed->printed_number_b});
  return HandsOutcome::kDone;
}

void ServedDesk::on_panel(ServedPanel::Listener listener) {
  panel_eyes_.on_output(std::move(listener));
}

HandsOutcome ServedDesk::place_beside(const std::string& holder, std::size_t reader,
                                      std::size_t slot) {
  const Reader* at = find(reader, slot);
  if (at == nullptr) return HandsOutcome::kNoSuchReader;
  Card* second = card(holder);
  if (second == nullptr) return HandsOutcome::kNoSuchCard;
  if (!second->module ||
      !second->module->place_beside(at->wires->slot(slot), at->wires->medium(slot)))
    return HandsOutcome::kRefused;
  second->reader = reader;
  return HandsOutcome::kDone;
}

HandsOutcome ServedDesk::remove(const std::string& holder, std::optional<std::size_t> reader) {
  for (const Card& card : cards_) {
    if (!card.placed() || (!holder.empty() && holder != card.holder)) continue;
    if (reader && *reader != card.reader) continue;
    card.take();
    return HandsOutcome::kDone;
  }
  return HandsOutcome::kNoSuchCard;
}

HandsOutcome ServedDesk::unplug(std::size_t reader) {
  if (reader >= readers_.size()) return HandsOutcome::kNoSuchReader;
  channel::UsbChannel& usb = readers_[reader].wires->usb();
  if (!usb.attached()) return HandsOutcome::kRefused;
  usb.detach();
  return HandsOutcome::kDone;
}

HandsOutcome ServedDesk::plug(std::size_t reader) {
  if (reader >= readers_.size()) return HandsOutcome::kNoSuchReader;
  channel::UsbChannel& usb = readers_[reader].wires->usb();
  if (usb.attached()) return HandsOutcome::kRefused;
  usb.attach();
  return HandsOutcome::kDone;
}

void ServedDesk::power_on(std::size_t reader) {
  if (reader < readers_.size() && readers_[reader].face) readers_[reader].face->power_on();
}

HandsOutcome ServedDesk::enter_on_pad(const std::string& digits, std::size_t reader) {
  if (reader >= readers_.size() || !readers_[reader].generic) return HandsOutcome::kNoSuchReader;
  generic_reader::GenericReaderModule& generic = *readers_[reader].generic;
  if (generic.asking_slot() < 0) return HandsOutcome::kRefused;
  generic.pad().post(
      ccid_function::PinEntered{static_cast<std::uint8_t>(generic.asking_slot()), digits});
  return HandsOutcome::kDone;
}

HandsOutcome ServedDesk::cancel_on_pad(std::size_t reader) {
  if (reader >= readers_.size() || !readers_[reader].generic) return HandsOutcome::kNoSuchReader;
  generic_reader::GenericReaderModule& generic = *readers_[reader].generic;
  if (generic.asking_slot() < 0) return HandsOutcome::kRefused;
  generic.pad().post(
      ccid_function::PinCancelled{static_cast<std::uint8_t>(generic.asking_slot())});
  return HandsOutcome::kDone;
}

}  // namespace uketsuke::bench
