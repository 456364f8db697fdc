#include "harness/bench/desk_hands.h"

#include <fmt/format.h>

#include <utility>

namespace uketsuke::bench {
namespace {

using gateway::Attested;
using gateway::Missed;

constexpr wire::Micros kSwitchedOffUs = 300'000;  // a host notices that the reader was away
constexpr const char* kBy = "served reader";

Missed missed(Missed::Why why, std::string ja, std::string en) {
  return {0, why, std::move(ja), std::move(en)};
}

gateway::ServedHands::Outcome outcome_of(HandsOutcome outcome) {
  switch (outcome) {
    case HandsOutcome::kDone:
      return Attested{0, kBy};
    case HandsOutcome::kNoSuchReader:
      return missed(Missed::Why::kUnknown, "このリーダーにはそれがない",
                    "this reader has no such thing");
    case HandsOutcome::kNoSuchCard:
      return missed(Missed::Why::kNotPossible, "そのカードは手元にない、またはリーダーにない",
                    "that card is not at hand, or does not lie on the reader");
    case HandsOutcome::kRefused:
      return missed(Missed::Why::kNotPossible,
                    "いまはできない（別のカードがある、接点がない、すでに抜き差しされている、"
                    "暗証番号を待っていない）",
                    "not possible now (another card lies there, it has no such interface, it is "
                    "plugged or unplugged already, the pad does not wait)");
  }
  return missed(Missed::Why::kUnknown, "?", "?");
}

Missed not_at_hand(const std::string& holder) {
  return missed(
      Missed::Why::kUnknown,
      fmt::format("{0} のカードが手元にない（serve --cards {0} で用意する）", holder),
      fmt::format("the card of {0} is not at hand here (serve --cards {0} has it)", holder));
}

}  // namespace

DeskHands::DeskHands(ServedDesk& desk) : Module("desk_hands", desk.simulation()), desk_(desk) {
  listen({});
}

std::vector<gateway::ServedReader> DeskHands::readers() const {
  std::vector<gateway::ServedReader> readers;
  for (std::size_t i = 0; i < desk_.readers(); ++i) {
    gateway::ServedReader reader;
    reader.can = {"begin", "place", "place_second", "remove", "unplug", "plug", "compare"};
    if (desk_.is_face(i)) {
      reader.name = "face_reader";
      reader.can.insert(reader.can.end(), {"press", "enter", "tick", "show_face", "show"});
    } else {
      reader.name = i == 0 ? "generic_reader" : fmt::format("generic_reader_{}", i + 1);
      reader.can.insert(reader.can.end(), {"pad_pin", "pad_asks"});
    }
    readers.push_back(std::move(reader));
  }
  return readers;
}

void DeskHands::perform(std::size_t reader, gateway::Deed deed, Done done) {
  desk_.post([this, reader, deed = std::move(deed), done = std::move(done)]() mutable {
    if (std::holds_alternative<gateway::Begin>(deed)) return begin(reader, std::move(done));
    // The answer comes after what the device shows at once.
    desk_.post([done = std::move(done), outcome = act(reader, deed)] { done(outcome); });
  });
}

gateway::ServedHands::Outcome DeskHands::act(std::size_t reader, const gateway::Deed& deed) {
  if (const auto* input = std::get_if<wire::panel::Input>(&deed)) {
    return outcome_of(desk_.is_face(reader) ? desk_.put(*input) : HandsOutcome::kNoSuchReader);
  }
  if (const auto* place = std::get_if<gateway::PlaceCard>(&deed)) {
    const HandsOutcome outcome = desk_.place(place->card, place->face, reader);
    // Nobody's fault but the bench's: no reader is judged by it.
    if (outcome == HandsOutcome::kNoSuchCard) return not_at_hand(place->card);
    return outcome_of(outcome);
  }
  if (const auto* second = std::get_if<gateway::PlaceSecondCard>(&deed))
    return outcome_of(desk_.place_beside(second->card, reader));
  if (const auto* remove = std::get_if<gateway::RemoveCard>(&deed))
    return outcome_of(desk_.remove(remove->card, reader));
  if (std::holds_alternative<gateway::Unplug>(deed)) return outcome_of(desk_.unplug(reader));
  if (std::holds_alternative<gateway::Plug>(deed)) return outcome_of(desk_.plug(reader));
  if (const auto* pin = std::get_if<gateway::PadPin>(&deed))
    return outcome_of(desk_.enter_on_pad(pin->digits, reader));
  // The people of a served desk see what the scenario says that they see; no device is touched.
  if (std::holds_alternative<gateway::ComparePhoto>(deed)) return Attested{0, kBy};
  return missed(Missed::Why::kUnknown, "提供中のリーダーには答える人がいない",
                "nobody is at a served reader to answer questions");
}

// No card, nobody at the pad, plugged in. A face-auth reader is switched off and on again, which
// brings its screens back. Another one stays on: whoever has it (pcscd) would notice that it was
// away only after the patient has come.
void DeskHands::begin(std::size_t reader, Done done) {
  while (desk_.remove("", reader) == HandsOutcome::kDone) {
  }
  if (!desk_.is_face(reader)) {
    desk_.cancel_on_pad(reader);
    desk_.plug(reader);
    return done(Attested{0, kBy});
  }
  desk_.unplug(reader);
  const auto number = static_cast<std::uint32_t>(reader);
  beginning_[number].push_back(std::move(done));
  timers_.start(wire::StartTimer{number, kSwitchedOffUs});
}

void DeskHands::wake() {
  timers_.drain([this](const wire::TimerExpired& expired) {
    desk_.power_on(expired.id);
    desk_.plug(expired.id);
    for (Done& done : std::exchange(beginning_[expired.id], {})) done(Attested{0, kBy});
  });
}

void DeskHands::watch(Seen seen) {
  if (!seen) {
    desk_.on_panel({});
    desk_.on_pad({});
    return;
  }
  std::size_t face = 0;
  while (face < desk_.readers() && !desk_.is_face(face)) ++face;
  if (face < desk_.readers())
    desk_.on_panel([seen, face](const wire::panel::Output& output) { seen(face, output); });
  desk_.on_pad([seen](std::size_t reader, std::uint8_t slot, bool asks) {
    seen(reader, gateway::PadAsks{asks, slot});
  });
}

}  // namespace uketsuke::bench
