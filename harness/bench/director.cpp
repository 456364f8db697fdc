#include "harness/bench/director.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <memory>

#include "harness/bench/fault_rules.h"
#include "harness/bench/invariants.h"
#include "harness/bench/stage.h"
#include "harness/bench/wording.h"
#include "harness/bench/world_config.h"
#include "harness/report/atomic_file.h"
#include "harness/verdict/format.h"
#include "models/crypto/effort.h"
#include "sim/gateway/broken.h"

namespace uketsuke::bench {
namespace {

using scenario::Expectation;
using scenario::Scenario;
using scenario::Step;
using verdict::ScenarioResult;
using verdict::StepResult;
using verdict::Text;
using verdict::Verdict;

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
constexpr std::size_t kEventsPerScenario = 5'000'000;

bool is_view(const Expectation& check) {
  return check.name == "ordinary_view" || check.name == "emergency_view";
}

// `refused: impossible`: that hands cannot do it is what the scenario wants to see.
bool expects_impossible(const Step& step) {
  return std::any_of(step.expect.begin(), step.expect.end(), [](const Expectation& e) {
    return e.outcome == scenario::Outcome::kRefused && e.value.is("impossible");
  });
}

// One expectation while a step is being watched.
struct Watched {
  const Expectation* expectation;
  Seen seen;
  bool latched = false;  // an event that was seen
  bool blind = false;    // only a person at the reader can see it: asked when the rest is settled
  Text undecided;        // the person could not tell
};

bool on_panel(const Expectation& expectation) {
  return expectation.outcome == scenario::Outcome::kScreen ||
         expectation.outcome == scenario::Outcome::kMessage ||
         expectation.outcome == scenario::Outcome::kTriesLeft ||
         expectation.name == "reader.screen";
}

class Director {
 public:
  Director(const Assets& assets, const Scenario& scenario, const RunSettings& settings,
           ScenarioResult& result)
      : scenario_(scenario),
        settings_(settings),
        result_(result),
        catalog_(assets.catalog),
        stage_(assets, scenario, settings.seed, settings.faults, settings.amend) {}

  void run();
  Stage& stage() { return stage_; }

 private:
  kernel::Simulation& simulation() { return stage_.world().simulation(); }
  wire::Micros deadline(const Step& step);
  void run_step(const Step& step);
  void watch(std::vector<Watched>& watched, const Baseline& since, wire::Micros deadline_us);
  void watch_machines(std::vector<Watched>& watched, const Baseline& since,
                      wire::Micros deadline_us);
  void ask_person(std::vector<Watched>& watched);
  bool blind(const Expectation& expectation);
  void judge(StepResult& step, const std::vector<Watched>& watched);
  void run_end_check(const Expectation& check);
  Seen end_seen(const Expectation& check);
  StepResult& add_step();
  void begin_step();
  void deviation(StepResult& step);
  void add_messages(StepResult& step);
  void touch(const std::string& assumption);
  void step_over(const StepResult* step) {
    if (settings_.at_step) settings_.at_step(stage_.world(), step);
  }
  bool out_of_time() { return simulation().now_us() >= limit_us_; }
  void limit_reached(const Text& where);

  const Scenario& scenario_;
  const RunSettings& settings_;
  ScenarioResult& result_;
  const scenario::Catalog& catalog_;
  Stage stage_;
  wire::Micros limit_us_ = kScenarioLimitUs;
  bool patience_over_ = true;  // the step may take no longer than to its deadline
  Baseline views_begin_;
  Baseline since_;  // where the last act began
};

void Director::touch(const std::string& assumption) {
  if (assumption.size() < 2 || assumption[0] != 'A') return;
  auto& used = result_.assumptions;
  if (std::find(used.begin(), used.end(), assumption) == used.end()) used.push_back(assumption);
}

StepResult& Director::add_step() {
  StepResult step;
  step.index = static_cast<std::uint32_t>(result_.steps.size());
  step.file = scenario_.file;
  result_.steps.push_back(std::move(step));
  return result_.steps.back();
}

// Steps and the checks of `then` count as one row of numbers from 1.
void Director::begin_step() {
  stage_.world().begin_step(static_cast<std::uint32_t>(result_.steps.size()) + 1);
}

// What the screens say may be the cause: a form that is not complete, a reader that is away.
void Director::add_messages(StepResult& step) {
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

void Director::deviation(StepResult& step) {
  step.verdict = Verdict::kFail;
  add_messages(step);
  step.wire_tail = stage_.world().journal().tail(settings_.wire_tail);
}

wire::Micros Director::deadline(const Step& step) {
  const wire::Micros patience =
      step.within.seconds > 0 ? static_cast<wire::Micros>(step.within.seconds * 1e6) : kStepLimitUs;
  patience_over_ = simulation().now_us() + patience <= limit_us_;
  return std::min(simulation().now_us() + patience, limit_us_);
}

// What only a person can see, told by that person.
void Director::ask_person(std::vector<Watched>& watched) {
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

void Director::watch(std::vector<Watched>& watched, const Baseline& since,
                     wire::Micros deadline_us) {
  watch_machines(watched, since, deadline_us);
  ask_person(watched);
}

void Director::watch_machines(std::vector<Watched>& watched, const Baseline& since,
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

void Director::judge(StepResult& step, const std::vector<Watched>& watched) {
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
bool Director::blind(const Expectation& expectation) {
  return on_panel(expectation) && stage_.world().has_face_reader() &&
         !stage_.world().hands().sees_panel();
}

void Director::run_step(const Step& step) {
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
    deviation(result);
  }
}

Seen Director::end_seen(const Expectation& check) {
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

void Director::run_end_check(const Expectation& check) {
  StepResult& result = add_step();
  result.title = end_check_title(check);
  result.line = static_cast<std::uint32_t>(check.place.line);
  std::vector<Watched> watched{{&check, {}, false, blind(check), {}}};
  if (!watched.front().blind) watched.front().seen = end_seen(check);
  ask_person(watched);
  judge(result, watched);
}

void Director::run() {
  if (scenario_.limits.simulated_seconds > 0)
    limit_us_ = static_cast<wire::Micros>(scenario_.limits.simulated_seconds * 1e6);
  result_.steps_planned =
      static_cast<std::uint32_t>(scenario_.steps.size() + scenario_.then.size());
  if (const Text missing = stage_.prepare(); !missing.empty()) result_.warnings.push_back(missing);
  if (Text lacks = stage_.world().lacks(); !lacks.empty()) {
    result_.not_applicable = std::move(lacks);
    return;
  }
  if (!stage_.undecided().empty()) {
    result_.verdict = Verdict::kInconc;
    result_.reason = stage_.undecided();
    return;
  }
  step_over(nullptr);
  views_begin_ = stage_.observer().mark();
  for (const Step& step : scenario_.steps) {
    if (out_of_time()) break;
    if (simulation().events() > kEventsPerScenario) break;
    begin_step();
    run_step(step);
    if (StepResult& last = result_.steps.back();
        last.verdict == Verdict::kFail && out_of_time() && !patience_over_) {
      // It was not given the time that it may take: that is no deviation.
      last.verdict = Verdict::kInconc;
      limit_reached(verdict::say("：手順 {}（{} 行目、{}）で待っていたもの：{}",
                                 " at step {} (line {}): {}; it waited for: {}", last.index + 1,
                                 last.line, last.title, last.expected));
    }
    step_over(&result_.steps.back());
    // After a deviation the rest of the procedure would only echo it.
    if (result_.steps.back().verdict > Verdict::kPass) return;
  }
  simulation().run_for(
      std::min(kAbsenceUs, limit_us_ - std::min(limit_us_, simulation().now_us())));
  for (const Expectation& check : scenario_.then) {
    if (out_of_time()) break;
    begin_step();
    run_end_check(check);
    step_over(&result_.steps.back());
  }
  if (!out_of_time()) return;
  const std::size_t next = result_.steps.size();
  const std::size_t steps = scenario_.steps.size();
  if (next < steps) {
    const Step& step = scenario_.steps[next];
    limit_reached(verdict::say("：手順 {}（{} 行目、{}）の前", " before step {} (line {}): {}",
                               next + 1, step.place.line, words_of(step.action)));
  } else if (next < steps + scenario_.then.size()) {
    const Expectation& check = scenario_.then[next - steps];
    limit_reached(verdict::say("：最後の確認（{} 行目、{}）の前",
                               " before the check at the end (line {}): {}", check.place.line,
                               check.name));
  } else {
    limit_reached({});
  }
}

void Director::limit_reached(const Text& where) {
  result_.verdict = Verdict::kInconc;
  const double limit_s = static_cast<double>(limit_us_) / 1e6;
  result_.reason = verdict::say("シミュレーション時間の上限 ({:g} 秒) に達した",
                                "the limit of simulated time ({:g} s) was reached", limit_s) +
                   where;
}

void add_violation(ScenarioResult& result, const Violation& violation) {
  StepResult step;
  step.index = static_cast<std::uint32_t>(result.steps.size());
  step.file = result.file;
  step.title = {"不変条件: " + violation.invariant, "invariant: " + violation.invariant};
  step.expected = {"常に成り立つこと", "holds in every run"};
  step.observed = violation.what;
  step.simulated_us = result.simulated_us;
  step.verdict = Verdict::kFail;
  result.steps.push_back(std::move(step));
}

// What is about to be written holds a secret: it is not written, and the run fails.
void add_leak(ScenarioResult& result, const std::string& name) {
  add_violation(result,
                {"secret",
                 {fmt::format("記録に秘匿情報 ({}) が含まれるため、書き出さない", name),
                  fmt::format("the journal holds a secret ({}) and is not written", name)}});
}

// What was laid over the wires: whoever reads a deviation has to know of it.
void tell_faults(const fault::Layer& faults, ScenarioResult& result) {
  for (std::size_t i = 0; i < faults.hits().size(); ++i) {
    const Text rule = describe(faults.rules()[i]);
    if (faults.hits()[i] == 0) {
      result.warnings.push_back(verdict::say("故障がどのメッセージにも当たらなかった：{}",
                                             "a fault touched no message: {}", rule));
    } else if (result.verdict > Verdict::kPass) {
      const std::uint32_t step = faults.first_hit_step(i);
      std::string id = std::to_string(step);
      if (step != 0 && step <= result.steps.size() && !result.steps[step - 1].seed_id.empty())
        id += " " + result.steps[step - 1].seed_id;
      const Text where = step == 0 ? Text{"手順の前", "before the first step"}
                                   : Text{"手順 " + id, "step " + id};
      result.warnings.push_back(verdict::say(
          "故障を与えた：{}、{} 個のメッセージに{}、最初は {:.3f} 秒 ({})",
          "faults: {} touched {} {}, first at {:.3f} s ({})", rule, faults.hits()[i],
          Text{"", faults.hits()[i] == 1 ? "message" : "messages"},
          static_cast<double>(faults.first_hit_us(i)) / 1e6, where));
    }
  }
}

// The step that what broke off was at.
Text where_it_broke(const Scenario& scenario, const ScenarioResult& result) {
  if (result.steps.empty()) return {"（手順の前）", " (before the first step)"};
  const StepResult& step = result.steps.back();
  // Its verdict is none until it is judged.
  const std::size_t next = step.index + (step.verdict == Verdict::kNone ? 0U : 1U);
  if (next >= scenario.steps.size())
    return {"（最後の確認で）", " (during the checks at the end)"};
  return verdict::say("（手順 {} で：{}）", " (at step {}: {})", next + 1,
                      words_of(scenario.steps[next].action));
}

void tell_absences(const World& world, ScenarioResult& result) {
  if (result.verdict <= Verdict::kPass) return;
  if (Text absences = world.absences(); !absences.empty())
    result.warnings.push_back(std::move(absences));
}

// What a report shows of a result.
std::string text_of(const ScenarioResult& result) {
  std::string text;
  const auto add = [&text](const Text& one) { text += one.ja + "\n" + one.en + "\n"; };
  add(result.reason);
  for (const Text& warning : result.warnings) add(warning);
  for (const StepResult& step : result.steps) {
    for (const Text* one : {&step.title, &step.expected, &step.observed}) add(*one);
    for (const std::string& line : step.wire_tail) text += line + "\n";
  }
  return text;
}

// An empty path: it is only looked at.
void write_journal(World& world, const Secrets& secrets, const std::string& path,
                   ScenarioResult& result) {
  const trace::Journal& journal = world.journal();
  std::string text;
  for (std::size_t i = 0; i < journal.size(); ++i) {
    text += journal.json_line(i);
    text += '\n';
  }
  if (const auto name = secrets.found_in(path.empty() ? text + text_of(result) : text)) {
    add_leak(result, *name);
    return verdict::seal(result);
  }
  if (path.empty()) return;
  try {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    report::AtomicFile file(path);
    file.write(text);
    file.commit();
    result.journal_path = path;
  } catch (const report::ReportError& error) {
    result.journal_problem = error.text();
  } catch (const std::filesystem::filesystem_error& error) {
    const std::string why = error.path1().string() + ": " + error.code().message();
    result.journal_problem = {"記録を書き込めません（" + why + "）",
                              "cannot write the journal: " + why};
  }
}

}  // namespace

ScenarioResult blank_result(const Scenario& scenario) {
  ScenarioResult result;
  result.id = scenario.id;
  result.file = scenario.file;
  result.title = {scenario.title.ja, scenario.title.en};
  result.release = release_of(scenario);
  for (const std::string& page : scenario.seed)
    result.seed_page += (result.seed_page.empty() ? "" : " ") + page;
  result.variant = scenario.variant();
  result.produced_by = "model";
  return result;
}

ScenarioResult run_scenario(const Assets& assets, const Scenario& scenario,
                            const RunSettings& settings) {
  ScenarioResult result = blank_result(scenario);
  result.random_seed = settings.seed;
  result.produced_by = settings.produced_by;
  const std::uint64_t rsa_before_ns = crypto::rsa_wall_ns();
  std::unique_ptr<Director> director;
  try {
    director = std::make_unique<Director>(assets, scenario, settings, result);
    director->run();
  } catch (const gateway::CardNotReleased& refused) {
    result.not_applicable = verdict::Text(refused.ja(), refused.what()) + settings.when_refused;
  } catch (const gateway::RouteBroken& broken) {
    result.verdict = Verdict::kError;
    result.reason = Text(broken.ja(), broken.what()) + where_it_broke(scenario, result);
  } catch (const std::exception& error) {
    result.verdict = Verdict::kError;
    result.reason = {error.what(), error.what()};
  }
  if (director == nullptr) return result;
  World& world = director->stage().world();
  // A simulation that broke off is not driven on: nothing more is judged of it.
  if (result.verdict != Verdict::kError && result.not_applicable.empty())
    for (const Violation& violation : violations(world)) add_violation(result, violation);
  result.simulated_us = world.simulation().now_us();
  result.rsa_us = (crypto::rsa_wall_ns() - rsa_before_ns) / 1000;
  result.journal_digest = world.journal().digest();
  if (settings.at_end) settings.at_end(world);
  verdict::seal(result);
  tell_faults(world.faults(), result);
  tell_absences(world, result);
  if (const Text hidden = world.hidden(); !hidden.empty()) {
    result.warnings.push_back(
        verdict::say("見えなかったもの：{}", "what was not seen: {}", hidden));
  }
  const bool wanted = result.verdict > Verdict::kPass || settings.keep_passing_journals;
  const bool keeps = !settings.journal_file.empty() && wanted;
  if (keeps || settings.look_for_secrets)
    write_journal(world, director->stage().secrets(), keeps ? settings.journal_file : "", result);
  return result;
}

}  // namespace uketsuke::bench
