#include "harness/bench/play.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "harness/bench/aftermath.h"
#include "harness/bench/wording.h"
#include "harness/bench/world_config.h"
#include "harness/verdict/format.h"
#include "models/crypto/effort.h"
#include "sim/gateway/broken.h"

namespace uketsuke::bench {

using scenario::Expectation;
using scenario::Scenario;
using scenario::Step;
using verdict::ScenarioResult;
using verdict::StepResult;
using verdict::Text;
using verdict::Verdict;

namespace {

// People look before they act: so long after the last thing happened comes the next act.
constexpr wire::Micros kHumanPauseUs = 1'500'000;
// How long a step may take to show what it expects, unless it says so itself.
constexpr wire::Micros kStepLimitUs = 60'000'000;
// A state counts when it has held for so long: what a step begins with is not what it leads to, and
// a screen that flashes by is read by nobody.
constexpr wire::Micros kSettledUs = 1'000'000;
// What must not happen has not happened after so long.
constexpr wire::Micros kAbsenceUs = 3'000'000;
constexpr wire::Micros kScenarioLimitUs = 3'600'000'000;

bool is_view(const Expectation& check) {
  return check.name == "ordinary_view" || check.name == "emergency_view";
}

// `refused: impossible`: that hands cannot do it is what the scenario wants to see.
bool expects_impossible(const Step& step) {
  return std::any_of(step.expect.begin(), step.expect.end(), [](const Expectation& e) {
    return e.outcome == scenario::Outcome::kRefused && e.value.is("impossible");
  });
}

bool on_panel(const Expectation& expectation) {
  return expectation.outcome == scenario::Outcome::kScreen ||
         expectation.outcome == scenario::Outcome::kMessage ||
         expectation.outcome == scenario::Outcome::kTriesLeft ||
         expectation.name == "reader.screen";
}

}  // namespace

// One expectation while a step is being watched.
struct Play::Watched {
  const Expectation* expectation;
  Seen seen;
  bool latched = false;  // an event that was seen
  bool blind = false;    // only a person at the reader can see it: asked when the rest is settled
  Text undecided;        // the person could not tell
};

Play::Play(const Assets& assets, const Scenario& scenario, const RunSettings& settings)
    : scenario_(scenario),
      settings_(settings),
      catalog_(assets.catalog),
      result_(blank_result(scenario)),
      rsa_before_ns_(crypto::rsa_wall_ns()),
      stage_(assets, scenario, settings.seed, settings.faults, settings.amend),
      limit_us_(kScenarioLimitUs) {
  result_.random_seed = settings.seed;
  result_.produced_by = settings.produced_by;
  stage_.world().simulation().watch(settings.watcher);
  if (scenario.limits.simulated_seconds > 0)
    limit_us_ = static_cast<wire::Micros>(scenario.limits.simulated_seconds * 1e6);
}

void Play::touch(const std::string& assumption) {
  if (assumption.size() < 2 || assumption[0] != 'A') return;
  auto& used = result_.assumptions;
  if (std::find(used.begin(), used.end(), assumption) == used.end()) used.push_back(assumption);
}

StepResult& Play::add_step() {
  StepResult step;
  step.index = static_cast<std::uint32_t>(result_.steps.size());
  step.file = file_.empty() ? scenario_.file : file_;
  result_.steps.push_back(std::move(step));
  return result_.steps.back();
}

// Steps and the checks of `then` count as one row of numbers from 1.
void Play::begin_step(const std::string& file) {
  file_ = file;
  stage_.world().begin_step(static_cast<std::uint32_t>(result_.steps.size()) + 1);
}

// What the screens say may be the cause: a form that is not complete, a reader that is away.
void Play::add_messages(StepResult& step) {
  World& world = stage_.world();
  const auto add = [&](const char* device, const Text& label, const std::string& id) {
    if (id.empty() || step.expected.en.find(id) != std::string::npos ||
        step.observed.en.find(id) != std::string::npos) {
      return;
    }
    const auto* screens = catalog_.screens_of(device);
    const auto* message = screens == nullptr ? nullptr : screens->find_message(id);
    const Text words = message == nullptr ? Text(id) : Text(message->text.ja, message->text.en);
    append(step.observed, verdict::say("{}：{}（{}）", "{}: {} ({})", label, id, words));
  };
  if (world.has_face_reader()) {
    add("face_reader", {"リーダーのメッセージ", "the reader says"},
        world.reader_panel().display().message);
  }
  add("terminal", {"端末のメッセージ", "the terminal says"},
      world.terminal_panel().display().message);
  add("ehr", {"電子カルテのメッセージ", "the EHR says"}, world.ehr_panel().display().message);
}

void Play::deviation(StepResult& step) {
  step.verdict = Verdict::kFail;
  add_messages(step);
  step.wire_tail = stage_.world().journal().tail(settings_.wire_tail);
}

wire::Micros Play::deadline(const Step& step) {
  const wire::Micros patience =
      step.within.seconds > 0 ? static_cast<wire::Micros>(step.within.seconds * 1e6) : kStepLimitUs;
  patience_over_ = simulation().now_us() + patience <= limit_us_;
  return std::min(simulation().now_us() + patience, limit_us_);
}

// What only a person can see, told by that person.
void Play::ask_person(std::vector<Watched>& watched) {
  for (Watched& item : watched) {
    if (!item.blind) continue;
    const Expectation& wanted = *item.expectation;
    const auto* screens = catalog_.screens_of("face_reader");
    Text words(wanted.value.text);
    if (const auto* screen = screens->find_screen(wanted.value.text); screen != nullptr)
      words = {screen->title.ja, screen->title.en};
    if (const auto* message = screens->find_message(wanted.value.text); message != nullptr)
      words = {message->text.ja, message->text.en};
    const Done done = stage_.world().hands().confirm(
        verdict::say("リーダーの表示：{} は「{}」ですか", "at the reader: is {} \"{}\"?",
                     words_of(wanted), words));
    item.undecided = done.undecided;
    item.seen.holds = done.impossible.empty() && done.undecided.empty();
    item.seen.value = item.seen.holds ? wanted.value.text : done.impossible.en;
  }
}

void Play::watch(std::vector<Watched>& watched, const Baseline& since,
                     wire::Micros deadline_us) {
  watch_machines(watched, since, deadline_us);
  ask_person(watched);
}

void Play::watch_machines(std::vector<Watched>& watched, const Baseline& since,
                              wire::Micros deadline_us) {
  const Observer& observer = stage_.observer();
  bool absence = false;
  const auto all_hold = [&] {
    bool all = true;
    absence = false;
    for (Watched& item : watched) {
      if (item.latched || item.blind) continue;
      item.seen = observer.look(*item.expectation, since);
      absence = absence || (item.seen.holds && item.seen.absence);
      item.latched = item.seen.holds && item.seen.event && !item.seen.absence;
      all = all && item.seen.holds;
    }
    return all;
  };
  bool settled = false;
  while (!settled) {
    const auto stop = simulation().run_until(all_hold, deadline_us);
    if (stop == kernel::Simulation::Stop::kDeadline) return;
    const wire::Micros rest_us = limit_us_ - std::min(limit_us_, simulation().now_us());
    simulation().run_for(std::min(kSettledUs, rest_us));
    settled = all_hold();
  }
  if (!absence) return;
  simulation().run_for(std::min(kAbsenceUs, limit_us_ - simulation().now_us()));
  all_hold();
}

void Play::judge(StepResult& step, const std::vector<Watched>& watched) {
  step.simulated_us = simulation().now_us();
  bool all = true;
  Text undecided;
  for (const Watched& item : watched) {
    append(step.expected, words_of(*item.expectation));
    Expectation seen = *item.expectation;
    seen.value = {};
    seen.value.form = scenario::Value::Form::kScalar;
    seen.value.text = item.seen.value;
    append(step.observed, words_of(seen));
    all = all && (item.seen.holds || !item.undecided.empty());
    if (!item.undecided.empty()) append(undecided, item.undecided);
  }
  step.verdict = undecided.empty() ? Verdict::kPass : Verdict::kInconc;
  if (!undecided.empty()) append(step.observed, undecided);
  if (!all) deviation(step);
}

// The panel of a reader that is not simulated need not tell what it shows.
bool Play::blind(const Expectation& expectation) {
  return on_panel(expectation) && stage_.world().has_face_reader() &&
         !stage_.world().hands().sees_panel();
}

void Play::run_step(const Step& step) {
  StepResult& result = add_step();
  for (const std::string& id : step.ids) result.seed_id += (result.seed_id.empty() ? "" : " ") + id;
  result.who = step.who;
  result.line = static_cast<std::uint32_t>(step.place.line);
  result.title = words_of(step.action);
  touch(step.by);
  touch(step.within.assumption);
  const bool acts = step.action.act != scenario::Act::kNothing;
  if (acts && !Stage::comes_at_once(step.action)) simulation().run_for(kHumanPauseUs);
  // A step that only observes goes on with what the step before began.
  if (step.action.act != scenario::Act::kNothing) since_ = stage_.observer().mark();
  const Baseline since = since_;
  wire::Micros deadline_us = deadline(step);
  const bool patient =
      std::none_of(step.expect.begin(), step.expect.end(),
                   [](const Expectation& e) { return e.outcome == scenario::Outcome::kRefused; });
  const Text impossible = step.action.act == scenario::Act::kNothing
                              ? Text{}
                              : stage_.act(step.action, step.who, patient);
  result.attested_by = acts ? stage_.attested_by() : std::string();
  if (acts && !stage_.undecided().empty()) {
    result.expected = {"操作されること", "the act is done"};
    result.observed = stage_.undecided();
    result.simulated_us = simulation().now_us();
    result.verdict = Verdict::kInconc;
    return;
  }
  if (!impossible.empty()) {
    result.expected = {"操作できること", "the action is possible"};
    result.observed = impossible;
    result.simulated_us = simulation().now_us();
    if (!expects_impossible(step)) return deviation(result);
    result.expected = {"操作できないこと", "the action is not possible"};
    result.verdict = Verdict::kPass;
    return;
  }
  // What is expected after a wait is not expected during it.
  if (step.action.act == scenario::Act::kWait) deadline_us = deadline(step);
  std::vector<Watched> watched;
  for (const Expectation& expectation : step.expect)
    watched.push_back({&expectation, {}, false, blind(expectation), {}});
  if (!watched.empty()) watch(watched, since, deadline_us);
  judge(result, watched);
  // An act that the screen did not offer is a deviation, unless the scenario wants that.
  if (const auto inputs = stage_.observer().refused_inputs(since); patient && !inputs.empty()) {
    append(result.expected, {"操作が受け付けられること", "the act is accepted"});
    append(result.observed,
           {fmt::format("画面にない操作: {}", fmt::join(inputs, ", ")),
            fmt::format("not offered by the screen: {}", fmt::join(inputs, ", "))});
    append(result.observed, offered(step.action.act));
    deviation(result);
  }
}

// What the screen shows that an act was meant for, so that its author need not look for it.
Text Play::offered(scenario::Act act) {
  const std::string_view device = scenario::device_of(act);
  const wire::panel::ScreenSet* screens = catalog_.screens_of(device);
  if (screens == nullptr) return {};
  World& world = stage_.world();
  const auto& panel = device == "face_reader" ? world.reader_panel()
                      : device == "terminal"  ? world.terminal_panel()
                                              : world.ehr_panel();
  const std::string& shown = panel.display().screen;
  const wire::panel::Screen* screen = screens->find_screen(shown);
  std::vector<std::string> ids;
  if (screen != nullptr)
    for (const wire::panel::Control& control : screen->controls) ids.push_back(control.id);
  return verdict::say("画面 {} にあるもの：{}", "the screen {} offers: {}", shown,
                      ids.empty() ? std::string("-") : fmt::format("{}", fmt::join(ids, ", ")));
}

Seen Play::end_seen(const Expectation& check) {
  if (is_view(check)) {
    views_begin_ = stage_.observer().mark();
    const bool emergency = check.name == "emergency_view";
    stage_.ask_view(emergency);
    Expectation view = check;
    view.outcome = emergency ? scenario::Outcome::kEmergencyView : scenario::Outcome::kOrdinaryView;
    return stage_.observer().look(view, views_begin_);
  }
  if (check.name == "reasons") {
    Expectation reasons = check;
    reasons.outcome = scenario::Outcome::kReason;
    return stage_.observer().look(reasons, views_begin_);
  }
  return stage_.observer().look_at_end(check);
}

void Play::run_end_check(const Expectation& check) {
  StepResult& result = add_step();
  result.title = end_check_title(check);
  result.line = static_cast<std::uint32_t>(check.place.line);
  std::vector<Watched> watched{{&check, {}, false, blind(check), {}}};
  if (!watched.front().blind) watched.front().seen = end_seen(check);
  ask_person(watched);
  judge(result, watched);
}

bool Play::prepare() {
  if (const Text missing = stage_.prepare(); !missing.empty()) result_.warnings.push_back(missing);
  if (Text lacks = stage_.world().lacks(); !lacks.empty()) {
    result_.not_applicable = std::move(lacks);
    return false;
  }
  if (!stage_.undecided().empty()) {
    result_.verdict = Verdict::kInconc;
    result_.reason = stage_.undecided();
    return false;
  }
  if (settings_.at_step) settings_.at_step(stage_.world(), nullptr);
  views_begin_ = stage_.observer().mark();
  return true;
}

const StepResult& Play::end_step() {
  if (settings_.at_step) settings_.at_step(stage_.world(), &result_.steps.back());
  return result_.steps.back();
}

const StepResult& Play::step(const Step& step, const std::string& file) {
  goes_on();
  begin_step(file);
  doing_ = words_of(step.action);
  run_step(step);
  if (StepResult& last = result_.steps.back();
      last.verdict == Verdict::kFail && out_of_time() && !patience_over_) {
    // It was not given the time that it may take: that is no deviation.
    last.verdict = Verdict::kInconc;
    limit_reached(verdict::say("：手順 {}（{} 行目、{}）で待っていたもの：{}",
                               " at step {} (line {}): {}; it waited for: {}", last.index + 1,
                               last.line, last.title, last.expected));
  }
  return end_step();
}

void Play::steps_over() {
  if (steps_over_) return;
  steps_over_ = true;
  doing_ = {};
  simulation().run_for(
      std::min(kAbsenceUs, limit_us_ - std::min(limit_us_, simulation().now_us())));
}

const StepResult& Play::check(const Expectation& check, const std::string& file) {
  steps_over();
  begin_step(file);
  run_end_check(check);
  return end_step();
}

const StepResult& Play::attest(StepResult step, const std::string& file) {
  begin_step(file);
  StepResult& added = add_step();
  step.index = added.index;
  step.file = added.file;
  step.simulated_us = simulation().now_us();
  added = std::move(step);
  if (added.verdict > Verdict::kPass)
    added.wire_tail = stage_.world().journal().tail(settings_.wire_tail);
  return end_step();
}

std::string Play::seen(const std::string& expectation) {
  const auto& rows = scenario::expectations();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].name != expectation) continue;
    Expectation asked;
    asked.outcome = static_cast<scenario::Outcome>(i);
    asked.name = expectation;
    return stage_.observer().look(asked, since_).value;
  }
  return {};
}

void Play::limit_reached(const Text& where) {
  result_.verdict = Verdict::kInconc;
  const double limit_s = static_cast<double>(limit_us_) / 1e6;
  result_.reason = verdict::say("シミュレーション時間の上限 ({:g} 秒) に達した",
                                "the limit of simulated time ({:g} s) was reached", limit_s) +
                   where;
}

void note_failure(const RunSettings& settings, const Text& where, ScenarioResult& result) {
  try {
    throw;
  } catch (const gateway::CardNotReleased& refused) {
    result.not_applicable = Text(refused.ja(), refused.what()) + settings.when_refused;
  } catch (const gateway::RouteBroken& broken) {
    result.verdict = Verdict::kError;
    result.reason = Text(broken.ja(), broken.what()) + where;
  } catch (const std::exception& error) {
    result.verdict = Verdict::kError;
    result.reason = {error.what(), error.what()};
  }
}

void Play::broke_off() {
  Text where = {"（手順の前）", " (before the first step)"};
  if (!result_.steps.empty()) where = {"（最後の確認で）", " (during the checks at the end)"};
  if (!doing_.empty())
    where = verdict::say("（手順 {} で：{}）", " (at step {}: {})", result_.steps.size(), doing_);
  note_failure(settings_, where, result_);
}

ScenarioResult Play::finish() {
  result_.reader = stage_.world().reader_name();
  result_.rsa_us = (crypto::rsa_wall_ns() - rsa_before_ns_) / 1000;
  if (result_.steps_planned == 0)
    result_.steps_planned = static_cast<std::uint32_t>(result_.steps.size());
  judge_aftermath(stage_, settings_, result_);
  return std::move(result_);
}

}  // namespace uketsuke::bench
