// Acts of a scenario that concern plugs, power, time, a second card, and the EHR's screens.
#include "harness/bench/stage.h"
#include "sim/wire/panel/codec.h"

namespace uketsuke::bench {
namespace {

using scenario::Act;
using scenario::Value;
using verdict::Text;
namespace panel = wire::panel;

constexpr wire::Micros kReadingPatienceUs = 60'000'000;  // for a moment of the reading
constexpr wire::Micros kOnItsWayUs = 1'000;              // a command that has just been sent
constexpr wire::Micros kBootUs = 30'000'000;             // of the terminal

// Follows a journal: what the terminal's session with the card has come to.
class Reading {
 public:
  Reading(const trace::Journal& journal, std::size_t from) : journal_(journal), next_(from) {}
  void look() {
    for (; next_ < journal_.size(); ++next_) {
      const trace::Entry entry = journal_.entry(next_);
      if (entry.pipe == nullptr) {
        connected_ = connected_ || entry.event == "session_connected";
      } else if (entry.pipe->wire == "session") {
        ++(entry.pipe->name == "command" ? commands_ : answers_);
      }
    }
  }
  bool connected() const { return connected_; }
  std::uint32_t commands() const { return commands_; }
  std::uint32_t answers() const { return answers_; }

 private:
  const trace::Journal& journal_;
  std::size_t next_;
  bool connected_ = false;
  std::uint32_t commands_ = 0, answers_ = 0;
};

// When that device's screen last changed.
wire::Micros shown_at(const trace::Journal& journal, std::string_view device) {
  for (std::size_t i = journal.size(); i > 0; --i) {
    const trace::Entry entry = journal.entry(i - 1);
    if (entry.pipe == nullptr || entry.pipe->wire != "panel" || entry.pipe->name != "screen" ||
        entry.pipe->from != device)
      continue;
    const auto output = panel::decode_output(entry.bytes);
    if (!output || std::holds_alternative<panel::Display>(*output)) return entry.time_ns / 1000;
  }
  return 0;
}

}  // namespace

bool Stage::comes_at_once(const scenario::Action& action) {
  const Value& argument = action.argument;
  return argument.find("at_apdu") != nullptr || argument.find("in_apdu") != nullptr ||
         (action.act == Act::kWait && argument.find("screen_for") != nullptr);
}

// Empty: it is now. The reading is that of the card which was placed last.
Text Stage::wait_for_moment(const Value& argument) {
  const bool inside = argument.find("in_apdu") != nullptr;
  if (!inside && argument.find("at_apdu") == nullptr) return {};
  const auto wanted = static_cast<std::uint32_t>(
      argument.number_at(inside ? "in_apdu" : "at_apdu", 0));
  Reading reading(world_->journal(), placed_at_);
  const auto reached = [&] {
    reading.look();
    if (inside) return reading.commands() >= wanted;
    return wanted == 0 ? reading.connected() : reading.answers() >= wanted;
  };
  kernel::Simulation& simulation = world_->simulation();
  simulation.run_until(reached, simulation.now_us() + kReadingPatienceUs);
  if (!reached())
    return {"読み取りはそのAPDUまで進まなかった", "the reading did not come to that APDU"};
  if (inside) simulation.run_for(kOnItsWayUs);
  return {};
}

// `wait: 5`, `wait: {hours: 24}` or `wait: {screen_for: 59, of: terminal}`.
void Stage::wait(const Value& argument) {
  kernel::Simulation& simulation = world_->simulation();
  if (const Value* target = argument.find("screen_for"); target != nullptr) {
    const std::string of = argument.text_at("of", "reader");
    const wire::Micros since =
        shown_at(world_->journal(), of == "reader" ? "face_reader" : std::string_view(of));
    const wire::Micros until = since + static_cast<wire::Micros>(1e6 * target->number);
    if (until > simulation.now_us()) simulation.run_for(until - simulation.now_us());
    return;
  }
  const double seconds =
      argument.form == Value::Form::kMap
          ? argument.number_at("seconds", 0) + 3600 * argument.number_at("hours", 0)
          : argument.number;
  simulation.run_for(static_cast<wire::Micros>(1e6 * seconds));
}

Text Stage::unplug_reader(const Value& argument) {
  if (Text missed = wait_for_moment(argument); !missed.empty()) return missed;
  return taken(world_->hands().unplug());
}

// Its USB ports lose their power with it.
Text Stage::restart_terminal(const Value& argument) {
  if (Text missed = wait_for_moment(argument); !missed.empty()) return missed;
  world_->terminal().power_off();
  Hands& hands = world_->hands();
  const bool plugged = hands.plugged();
  if (plugged) {
    if (Text impossible = taken(hands.unplug()); !impossible.empty()) return impossible;
  }
  world_->simulation().run_for(kBootUs);
  world_->terminal().power_on();
  if (plugged) {
    if (Text impossible = taken(hands.plug()); !impossible.empty()) return impossible;
  }
  world_->simulation().run_for(0);
  return {};
}

Text Stage::place_second_card(const Value& argument) {
  if (Text missed = wait_for_moment(argument); !missed.empty()) return missed;
  return taken(world_->hands().place_second(argument.text_at("card", argument.text)));
}

Text Stage::press_twice(const scenario::Action& action) {
  const std::string control =
      control_on("face_reader", world_->reader_panel().display().screen, action);
  return taken(world_->hands().put_twice(panel::Press{control}));
}

void Stage::click_twice(const scenario::Action& action) {
  const std::string control =
      control_on("terminal", world_->terminal_panel().display().screen, action);
  world_->terminal_panel().put(panel::Press{control});
  send_terminal(panel::Press{control});
}

Text Stage::act_at_ehr(const scenario::Action& action) {
  if (action.act == Act::kEhrClick) {
    ehr_.press(control_on("ehr", world_->ehr_panel().display().screen, action));
    return {};
  }
  ehr_sign_in({});
  const std::string words = action.argument.text_at("patient", action.argument.text);
  const auto found = assets_.cards.find(words);
  ehr_.open_chart(found == assets_.cards.end() ? words : found->second.patient_name);
  return {};
}

void Stage::ehr_sign_in(const Value& argument) {
  // Without an argument: whoever is signed in goes on.
  if (!argument && world_->ehr().ehr().signed_in() != nullptr) return;
  const std::string id = argument.text_at("clinician", clinician_);
  const int factors = static_cast<int>(argument.number_at("factors", factors_));
  const ehr::Clinician* clinician = assets_.hospital.clinician(id);
  if (clinician == nullptr) return;
  ehr::Clinician typed = *clinician;
  if (argument.text_at("password") == "wrong") typed.password += "-wrong";
  if (argument.text_at("second_factor") == "wrong") typed.second_factor += "-wrong";
  ehr_.sign_in(typed, factors);
  if (world_->ehr().ehr().signed_in() != nullptr) return;
  // Who has to try again does it in the same way.
  clinician_ = id;
  factors_ = factors;
}

}  // namespace uketsuke::bench
