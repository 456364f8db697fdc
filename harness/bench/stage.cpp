#include "harness/bench/stage.h"

#include <algorithm>

#include "harness/bench/world_config.h"
#include "harness/bench/wording.h"

namespace uketsuke::bench {
namespace {

using scenario::Act;
using scenario::Value;
using verdict::Text;
namespace panel = wire::panel;

constexpr wire::Micros kReadyLimitUs = 20'000'000;
constexpr wire::Micros kReaderPatienceUs = 8'000'000;  // routes give up after 5 s
constexpr wire::Micros kScreenPatienceUs = 15'000'000;  // a person waits for a screen
constexpr wire::Micros kReactionUs = 500'000;           // and then takes a moment

std::string iso_date(wire::oqs::Seconds seconds) {
  const std::string time = wire::oqs::time_of(seconds);
  return time.substr(0, 8);
}

std::unique_ptr<World> make_world(const Assets& assets, const scenario::Scenario& scenario,
                                  std::uint64_t seed, const std::vector<fault::Rule>& faults,
                                  const std::function<void(WorldConfig&)>& amend) {
  WorldConfig config = make_config(assets, scenario, seed, faults);
  if (amend) amend(config);
  return std::make_unique<World>(std::move(config));
}

}  // namespace

Stage::Stage(const Assets& assets, const scenario::Scenario& scenario, std::uint64_t seed,
             const std::vector<fault::Rule>& faults,
             const std::function<void(WorldConfig&)>& amend)
    : assets_(assets),
      scenario_(scenario),
      holder_(main_holder(scenario)),
      clinician_(scenario.given.text_at("ehr.clinician", "physician_1")),
      factors_(static_cast<int>(scenario.given.number_at("ehr.factors", 2))),
      world_(make_world(assets, scenario, seed, faults, amend)),
      observer_(*world_),
      ehr_(*world_) {}

Secrets Stage::secrets() const {
  Secrets secrets(world_->config());
  secrets.add("passcode", passcode_);
  secrets.add("passcode before", previous_passcode_);
  return secrets;
}

// What is not simulated takes real time, however fast the simulated goes.
wire::Micros Stage::for_devices(wire::Micros limit_us) const {
  const Outside* outside = world_->config().outside.get();
  const double speed = outside == nullptr ? 1 : std::max(1.0, outside->pace.speed);
  return static_cast<wire::Micros>(static_cast<double>(limit_us) * speed);
}

// Whoever has to ask people looks first whether there is a reader at all. Others bring it to its
// beginning first: then nothing of the time before is taken for the patient's.
void Stage::look_for_reader() {
  if (!world_->bound() || !world_->hands().are_people()) return;
  world_->start_reader();
  world_->simulation().run_until(
      [&] { return world_->terminal().terminal().reader_arrived(reader()); },
      world_->simulation().now_us() + for_devices(kReaderPatienceUs));
}

std::uint8_t Stage::reader() const {
  return world_->has_face_reader() ? terminal::kFaceReader : terminal::kGenericReader;
}

bool Stage::told_of_old_card() const {
  return world_->bound() && world_->terminal().terminal().card_present(reader());
}

Text Stage::prepare() {
  look_for_reader();
  if (Text impossible = taken(world_->hands().begin()); !impossible.empty()) {
    undecided_ = std::move(impossible);
    return {};
  }
  if (!undecided_.empty()) return {};
  world_->start_reader();
  preset_backend(*world_, assets_, scenario_);
  const std::string passcode = scenario_.given.text_at("backend.visual_passcode");
  backend::Backend& backend = world_->backend().backend();
  if (passcode == "issued")
    passcode_ = backend.issue_visual_passcode(assets_.hospital.institution, world_->now());
  if (passcode == "expired") {
    passcode_ = backend.issue_visual_passcode(assets_.hospital.institution,
                                              world_->now() - 2 * wire::oqs::kDay);
  }
  if (const double age = scenario_.given.number_at("backend.visual_passcode_age", 0); age > 0) {
    passcode_ = backend.issue_visual_passcode(
        assets_.hospital.institution, world_->now() - static_cast<wire::oqs::Seconds>(age));
  }
  const bool signs_in = scenario_.given.text_at("terminal.signed_in", "general") != "nobody";
  const auto ready = [&] {
    if (!world_->lacks().empty()) return true;  // the scenario is not for this reader
    const terminal::Terminal& terminal = world_->terminal().terminal();
    if (signs_in && !terminal.account().signed_in()) return false;
    // The reader, or pcscd, may tell of the card before after the hands have taken it away.
    if (told_of_old_card()) return false;
    const bool arrived = terminal.reader_arrived(reader()) && world_->slot_told();
    if (!world_->has_face_reader() || !world_->hands().sees_panel()) return arrived;
    return (arrived || !world_->bound()) && world_->reader_panel().display().screen == "initial";
  };
  const auto stop = world_->simulation().run_until(
      ready, world_->simulation().now_us() + for_devices(kReadyLimitUs));
  if (stop == kernel::Simulation::Stop::kDeadline) {
    if (told_of_old_card()) {
      undecided_ = {"カードを取り除いたのに、リーダーはまだカードがあると伝えている。リーダーを見て、"
                    "カードがあれば取り除くこと",
                    "the card was taken away, but the reader still tells of one. Look at the "
                    "reader; take away what lies there"};
      return {};
    }
    return {"機器が使用可能な状態にならなかった", "the desk did not become ready"};
  }
  if (!world_->lacks().empty()) return {};
  if (scenario_.given.truth_at("ehr.signed_in", false)) ehr_sign_in({});
  if (const std::string screen = scenario_.given.text_at("terminal.display");
      !screen.empty() && screen != world_->terminal_panel().display().screen) {
    send_terminal(panel::Press{screen});  // a screen of the menu has its item's id
    wait_for_terminal(screen);
  }
  return {};
}

Text Stage::taken(Done done) {
  attested_by_ = std::move(done.by);
  undecided_ = std::move(done.undecided);
  return std::move(done.impossible);
}

Text Stage::send_reader(panel::Input input) { return taken(world_->hands().put(input)); }

void Stage::send_terminal(panel::Input input) {
  world_->terminal_panel().put(input);
  world_->simulation().run_for(0);
}

void Stage::wait_for_terminal(const std::string& screen) {
  world_->simulation().run_until(
      [&] { return world_->terminal_panel().display().screen == screen; },
      world_->simulation().now_us() + kScreenPatienceUs);
}

std::string Stage::control_on(const char* device, const std::string& screen,
                              const scenario::Action& action) const {
  if (!action.control.empty()) return action.control;
  const panel::ScreenSet* screens = assets_.catalog.screens_of(device);
  const panel::Control* control =
      screens == nullptr ? nullptr : screens->find_control(screen, action.argument.text);
  return control == nullptr ? action.argument.text : control->id;
}

// A person looks for what the act needs and waits for it a while, unless the scenario wants to see
// the act refused.
void Stage::look_for_control(const scenario::Action& action) {
  const std::string_view device = scenario::device_of(action.act);
  const bool reader = device == "face_reader" && world_->has_face_reader();
  if (!reader && device != "terminal") return;
  const panel::ScreenSet* screens = assets_.catalog.screens_of(device);
  if (screens == nullptr) return;
  std::string words = action.control.empty() ? action.argument.text : action.control;
  if (action.act == Act::kEnterPasscode) words = "visual_passcode";
  if (action.act == Act::kEnterPin && reader) words = "card_pin";
  if (action.act == Act::kEnterDate) words = "confirmation_date";
  if (action.act == Act::kSignOut) words = "sign_out";
  const auto offered = [&] {
    const std::string& screen = reader ? world_->reader_panel().display().screen
                                       : world_->terminal_panel().display().screen;
    return screens->find_control(screen, words) != nullptr;
  };
  const bool named = action.act == Act::kPress || action.act == Act::kClick ||
                     action.act == Act::kTick || action.act == Act::kUntick ||
                     action.act == Act::kPressTwice || action.act == Act::kClickTwice ||
                     action.act == Act::kEnterPasscode || action.act == Act::kEnterDate ||
                     action.act == Act::kSignOut || (action.act == Act::kEnterPin && reader);
  if (!named || offered()) return;
  world_->simulation().run_until(offered, world_->simulation().now_us() + kScreenPatienceUs);
  if (offered()) world_->simulation().run_for(kReactionUs);
}

// Who does what is kept as the scenario says it; nothing depends on it.
void Stage::attend(const scenario::Action& action, const std::string& who) {
  people::Act act;
  act.who = who.empty() ? "somebody" : who;
  act.on = action.control.empty() ? action.argument.text : action.control;
  switch (action.act) {
    case Act::kPlaceCard: act.what = people::Deed::kPlaceCard; break;
    case Act::kPlaceSecondCard: act.what = people::Deed::kPlaceCard; break;
    case Act::kRemoveCard: act.what = people::Deed::kRemoveCard; break;
    case Act::kComparePhoto:
      act.what = people::Deed::kComparePhoto;
      act.example = people::example_of(who);
      act.photo = action.argument.is("match") ? people::PhotoComparison::kMatch
                                              : people::PhotoComparison::kMismatch;
      break;
    case Act::kShowFace: act.what = people::Deed::kShowFace; break;
    case Act::kJudge: act.what = people::Deed::kJudge; break;
    case Act::kTick:
    case Act::kUntick: act.what = people::Deed::kTick; break;
    case Act::kEnterPasscode:
    case Act::kEnterPin:
    case Act::kEnterDate:
    case Act::kSignIn: act.what = people::Deed::kEnter; act.on.clear(); break;
    default: break;
  }
  world_->people().act(std::move(act), words_of(action).en);
}

Text Stage::act(const scenario::Action& action, const std::string& who, bool patient) {
  const Value& argument = action.argument;
  undecided_ = {};
  attested_by_.clear();
  if (patient) look_for_control(action);
  attend(action, who);
  switch (action.act) {
    case Act::kPress:
    case Act::kPressTwice:
    case Act::kEnterPasscode:
    case Act::kShowFace:
      if (!world_->has_face_reader())
        return {"この机には顔認証付きカードリーダーがない", "there is no face-auth reader on this desk"};
      if (action.act == Act::kPress) return press_reader(action);
      if (action.act == Act::kPressTwice) return press_twice(action);
      if (action.act == Act::kEnterPasscode) return enter_passcode(argument.text);
      return show_face(argument);
    case Act::kEnterPin: return enter_pin(argument.text);
    case Act::kComparePhoto: return taken(world_->hands().compare(argument.is("match")));
    case Act::kPlaceCard: return place_card(argument);
    case Act::kRemoveCard: return remove_card(argument);
    case Act::kPlaceSecondCard: return place_second_card(argument);
    case Act::kClickTwice: click_twice(action); return {};
    case Act::kClick: click_terminal(action, false, false); return {};
    case Act::kTick: click_terminal(action, true, true); return {};
    case Act::kUntick: click_terminal(action, true, false); return {};
    case Act::kSignIn: sign_in(argument); return {};
    case Act::kSignOut: send_terminal(panel::Press{"sign_out"}); return {};
    case Act::kEnterDate: enter_date(argument.text); return {};
    case Act::kIssuePasscode: issue_passcode(); return {};
    case Act::kEhrSignIn: ehr_sign_in(argument); return {};
    case Act::kJudge:
      ehr_sign_in({});
      ehr_.judge(patient_name(argument), argument.is("necessary"));
      return {};
    case Act::kRequestEmergencyView:
      ehr_sign_in({});
      ehr_.request_emergency_view(patient_name(argument),
                                  argument.text_at("consent", "consent_unobtainable"));
      return {};
    case Act::kRequestOrdinaryView:
      ehr_sign_in({});
      ehr_.request_ordinary_view(patient_name(argument));
      return {};
    case Act::kEhrClick:
    case Act::kOpenChart: return act_at_ehr(action);
    case Act::kWait: wait(argument); return {};
    case Act::kUnplugReader: return unplug_reader(argument);
    case Act::kPlugReader: return taken(world_->hands().plug());
    case Act::kRestartTerminal: return restart_terminal(argument);
    case Act::kNothing: return {};
  }
  return {};
}

void Stage::ask_view(bool emergency) {
  ehr_sign_in({});
  if (emergency) {
    ehr_.request_emergency_view(patient_name({}), "consent_unobtainable");
  } else {
    ehr_.request_ordinary_view(patient_name({}));
  }
}

Text Stage::press_reader(const scenario::Action& action) {
  return send_reader(
      panel::Press{control_on("face_reader", world_->reader_panel().display().screen, action)});
}

void Stage::click_terminal(const scenario::Action& action, bool tick, bool on) {
  const std::string control =
      control_on("terminal", world_->terminal_panel().display().screen, action);
  if (tick) return tick_terminal(control, on);
  send_terminal(panel::Press{control});
}

// People see when a tick does not appear, and tick again.
void Stage::tick_terminal(const std::string& control, bool on) {
  channel::PanelChannel& panel = world_->terminal_panel();
  send_terminal(panel::Tick{control, on});
  const auto shown = panel.display().values.find(control);
  const bool there =
      shown == panel.display().values.end() || (shown->second == "true") == on;
  if (panel.reacted() || there) return;
  world_->simulation().run_until([&panel] { return panel.reacted(); },
                                 world_->simulation().now_us() + 2 * kReactionUs);
  if (!panel.reacted()) send_terminal(panel::Tick{control, on});
}

std::string Stage::current_passcode() const {
  // What the administrator reads from the terminal's screen, if it shows one.
  const auto& secrets = world_->terminal_panel().display().secrets;
  const auto shown = secrets.find("visual_passcode");
  return shown == secrets.end() ? passcode_ : shown->second;
}

Text Stage::enter_passcode(const std::string& what) {
  if (const std::string shown = current_passcode(); shown != passcode_) {
    previous_passcode_ = passcode_;
    passcode_ = shown;
  }
  std::string code = what;
  if (what == "issued") code = passcode_.empty() ? "000000" : passcode_;
  if (what == "previous") code = previous_passcode_.empty() ? "000000" : previous_passcode_;
  if (what == "wrong") code = another_code(passcode_);
  return send_reader(panel::Enter{"visual_passcode", code});
}

void Stage::issue_passcode() {
  previous_passcode_ = passcode_;
  if (world_->terminal_panel().display().screen != "account_management") {
    send_terminal(panel::Press{"account_management"});
    wait_for_terminal("account_management");
  }
  send_terminal(panel::Press{"issue_visual_passcode"});
  const std::string before = passcode_;
  world_->simulation().run_until([&] { return current_passcode() != before; },
                                 world_->simulation().now_us() + kScreenPatienceUs);
  passcode_ = current_passcode();
}

Text Stage::enter_pin(const std::string& what) {
  const std::string lying = world_->hands().lying();
  const auto found = assets_.cards.find(lying.empty() ? holder_ : lying);
  const std::string right = found == assets_.cards.end() ? "" : found->second.auth_pin;
  std::string pin = what;
  if (what == "correct") pin = right.empty() ? "0000" : right;
  if (what == "wrong") pin = another_code(right.empty() ? "0000" : right);
  if (world_->has_face_reader()) return send_reader(panel::Enter{"card_pin", pin});
  // While the terminal reads the card, only a PIN pad can ask: a person waits for it.
  const auto pad_asks_or_over = [&] {
    return world_->hands().pad_asks() ||
           world_->terminal_panel().display().screen != "reading";
  };
  world_->simulation().run_until(pad_asks_or_over,
                                 world_->simulation().now_us() + kScreenPatienceUs);
  if (world_->hands().pad_asks()) return taken(world_->hands().type_on_pad(pin));
  send_terminal(panel::Enter{"card_pin", pin});
  return {};
}

Text Stage::show_face(const Value& what) {
  std::uint16_t score = static_cast<std::uint16_t>(what.number);
  if (what.is("match")) score = 950;
  if (what.is("no_match")) score = 120;
  return send_reader(panel::ShowFace{score});
}

Text Stage::place_card(const Value& argument) {
  std::string holder =
      argument.form == Value::Form::kMap ? argument.text_at("card") : argument.text;
  if (holder.empty()) holder = holder_;
  const std::string on = argument.text_at("on");
  if ((on == "face" && !world_->has_face_reader()) ||
      (on == "generic" && world_->has_face_reader()))
    return {"そのリーダーはこの机にない", "that reader is not on this desk"};
  placed_at_ = world_->journal().size();
  return taken(world_->hands().place(holder, argument.text_at("with"),
                                     argument.text_at("card_face", "seen")));
}

Text Stage::remove_card(const Value& argument) {
  if (Text missed = wait_for_moment(argument); !missed.empty()) return missed;
  return taken(world_->hands().remove(argument.text_at("card", argument.text)));
}

void Stage::sign_in(const Value& argument) {
  std::string user = argument.text_at("user"), password = argument.text_at("password");
  if (argument.form == Value::Form::kScalar) {
    const auto* row = assets_.hospital.account(argument.is("administrator")
                                                   ? wire::backend_api::Account::kAdministrator
                                                   : wire::backend_api::Account::kGeneral);
    if (row != nullptr) {
      user = row->user;
      password = row->password;
    }
  }
  wait_for_terminal("signed_out");
  // Signing out takes a moment at the backend; the screen is there before.
  world_->simulation().run_for(500'000);
  send_terminal(panel::Enter{"user_id", user});
  send_terminal(panel::Enter{"password", password});
  send_terminal(panel::Press{"sign_in"});
}

void Stage::enter_date(const std::string& what) {
  const wire::oqs::Seconds now = world_->now();
  std::string date = what;
  if (what == "today") date = iso_date(now);
  if (what == "yesterday") date = iso_date(now - wire::oqs::kDay);
  if (what == "tomorrow") date = iso_date(now + wire::oqs::kDay);
  send_terminal(panel::Enter{"confirmation_date", date});
}

std::string Stage::patient_name(const Value& argument) const {
  const auto found = assets_.cards.find(argument.text_at("patient", holder_));
  return found == assets_.cards.end() ? "" : found->second.patient_name;
}

}  // namespace uketsuke::bench
