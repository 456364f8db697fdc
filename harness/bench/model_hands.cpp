#include "harness/bench/model_hands.h"

#include "harness/bench/wording.h"
#include "harness/bench/world.h"

namespace uketsuke::bench {
namespace {

namespace panel = wire::panel;

Done impossible(verdict::Text why) {
  Done done;
  done.impossible = std::move(why);
  return done;
}

Done not_at_hand(const std::string& holder) {
  return impossible({"そのカードは手元にない: " + holder, "that card is not at hand: " + holder});
}

}  // namespace

Done ModelHands::put(const panel::Input& input) {
  if (world_.has_face_reader()) world_.reader_panel().put(input);
  world_.simulation().run_for(0);
  return {};
}

Done ModelHands::put_twice(const panel::Input& input) {
  if (world_.has_face_reader()) world_.reader_panel().put(input);
  return put(input);
}

Done ModelHands::place(const std::string& holder, const std::string& with,
                       const std::string& face) {
  card::CardModule* card = world_.card(holder);
  if (card == nullptr) return not_at_hand(holder);
  if (!card->place(world_.slot(), world_.medium())) {
    return impossible({"カードを置けない (別のカードがあるか、対応する接点がない)",
                       "the card cannot be placed (another one lies there, or it has no such "
                       "interface)"});
  }
  card::CardModule* second = with.empty() ? nullptr : world_.card(with);
  if (second != nullptr && !second->place_beside(world_.slot(), world_.medium()))
    return impossible({"2枚は入らない", "two cards do not go in"});
  if (world_.has_face_reader() && face != "hidden") {
    // The card lies with its face where the optics can see it.
    const std::string& printed = world_.printed_number_b(holder);
    return put(panel::CardFaceSeen{face == "misread" ? another_code(printed) : printed});
  }
  world_.simulation().run_for(0);
  return {};
}

Done ModelHands::place_second(const std::string& holder) {
  card::CardModule* card = world_.card(holder);
  if (card == nullptr) return not_at_hand(holder);
  if (!card->place_beside(world_.slot(), world_.medium())) {
    return impossible({"もう1枚は入らない (接触型の差込口、またはカードがない)",
                       "a second card does not go in (a slot with contacts, or no card lies "
                       "there)"});
  }
  world_.simulation().run_for(0);
  return {};
}

Done ModelHands::remove(const std::string& holder) {
  card::CardModule* card = holder.empty() ? world_.placed_card() : world_.card(holder);
  if (card != nullptr && !card->placed()) card = nullptr;
  if (card == nullptr) return impossible({"リーダーにカードがない", "no card lies on the reader"});
  card->take();
  world_.simulation().run_for(0);
  return {};
}

Done ModelHands::unplug() {
  world_.usb().detach();
  return {};
}

Done ModelHands::plug() {
  world_.usb().attach();
  return {};
}

bool ModelHands::plugged() const { return world_.usb().attached(); }

bool ModelHands::pad_asks() const {
  return world_.generic() != nullptr && world_.generic()->asking_slot() >= 0;
}

Done ModelHands::type_on_pad(const std::string& digits) {
  const auto slot = static_cast<std::uint8_t>(world_.generic()->asking_slot());
  world_.generic()->pad().post(ccid_function::PinEntered{slot, digits});
  world_.simulation().run_for(0);
  return {};
}

std::string ModelHands::lying() const {
  const card::CardModule* card = world_.placed_card();
  return card == nullptr ? std::string() : card->card().profile().data.id;
}

}  // namespace uketsuke::bench
