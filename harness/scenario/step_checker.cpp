#include "harness/scenario/step_checker.h"

#include <algorithm>

#include "harness/verdict/format.h"

namespace uketsuke::scenario {
namespace {

using verdict::say;
using wire::panel::Control;
using wire::panel::Screen;
using wire::panel::ScreenSet;
using yaml::shortened;

bool ticks(Act act) { return act == Act::kTick || act == Act::kUntick; }
bool presses(Act act) {
  return act == Act::kPress || act == Act::kClick || act == Act::kPressTwice ||
         act == Act::kClickTwice || act == Act::kEhrClick;
}

bool fits(const Control& control, Act act) {
  return control.kind == (ticks(act) ? Control::Kind::kTick : Control::Kind::kButton);
}

yaml::Text kind_name(Control::Kind kind) {
  switch (kind) {
    case Control::Kind::kButton:
      return {"ボタン", "a button"};
    case Control::Kind::kTick:
      return {"チェックボックス", "a tick box"};
    default:
      return {"入力欄", "a field"};
  }
}

// What to write for the control: its Japanese words.
void add_names(const Screen& screen, Act act, std::vector<std::string>& names) {
  for (const Control& control : screen.controls) {
    if (!fits(control, act)) continue;
    names.push_back(control.label.ja);
    names.push_back(control.id);
    names.push_back(control.label.en);
    names.insert(names.end(), control.aliases.begin(), control.aliases.end());
  }
}

// What stands on the controls of the screen, of all screens if it is not known which is shown.
std::vector<std::string> labels(const ScreenSet& set, const std::string& known, Act act) {
  std::vector<std::string> list;
  for (const Screen& screen : set.screens) {
    if (!known.empty() && screen.id != known) continue;
    for (const Control& control : screen.controls) {
      const bool there = std::find(list.begin(), list.end(), control.label.ja) != list.end();
      if (fits(control, act) && !there) list.push_back(control.label.ja);
    }
  }
  return list;
}

bool expects(const Step& step, Outcome outcome) {
  return std::any_of(step.expect.begin(), step.expect.end(),
                     [&](const Expectation& own) { return own.outcome == outcome; });
}

}  // namespace

void check_profile(const Scenario& scenario, const Catalog& catalog, const yaml::Mark& mark,
                   Problems& problems) {
  const std::string& profile = scenario.bench.reader_profile;
  if (profile.empty()) return;
  if (scenario.bench.reader == "face") {
    problems.error({mark,
                    {"reader_profile は汎用カードリーダーの機種です。reader: generic と書いてください",
                     "reader_profile is a model of a generic reader; say reader: generic"}});
    return;
  }
  const std::vector<std::string>& known = catalog.reader_profiles;
  if (known.empty() || std::find(known.begin(), known.end(), profile) != known.end()) return;
  problems.error({mark, say("{}：この機種のカードリーダーはありません", "{}: no such reader profile",
                            shortened(profile)) +
                            yaml::hint(profile, known)});
}

StepChecker::StepChecker(const Catalog& catalog, const Scenario& scenario, Problems& problems)
    : catalog_(catalog), scenario_(scenario), problems_(problems) {
  const ScreenSet* reader = catalog.screens_of("face_reader");
  if (reader != nullptr && reader->find_screen("initial") != nullptr) screens_[0] = "initial";
  screens_[1] = scenario.given.text_at("terminal.display");
  const std::string passcode = scenario.given.text_at("backend.visual_passcode");
  passcode_issued_ = passcode == "issued" || passcode == "expired";
}

void StepChecker::error(const Place& place, yaml::Text message) {
  if (scenario_.row > 0) {
    message = message + say("（examples の {} 行目）", " (examples, row {})", scenario_.row);
  }
  problems_.error({{scenario_.file, place.line, place.column}, std::move(message)});
}

std::string& StepChecker::screen_of(std::string_view device) {
  if (device == "face_reader") return screens_[0];
  return device == "terminal" ? screens_[1] : screens_[2];
}

void StepChecker::check(Step& step) {
  check_bench(step);
  check_card(step);
  check_passcode(step);
  check_control(step);
  follow(step);
}

// A generic reader has neither panel nor modes; a card goes where a reader is.
void StepChecker::check_bench(const Step& step) {
  const bool generic = scenario_.bench.reader == "generic";
  if (generic && device_of(step.action.act) == "face_reader") {
    error(step.action.place,
          say("{} には顔認証付きカードリーダーの画面が必要ですが、この構成は汎用カードリーダーです",
              "{} needs the panel of a face-auth reader; this bench has a generic one",
              step.action.name));
  }
  for (const Expectation& expectation : step.expect) {
    if (generic && device_of(expectation.outcome) == "face_reader") {
      error(
          expectation.place,
          say("{} は顔認証付きカードリーダーのものですが、この構成は汎用カードリーダーです",
              "{} belongs to a face-auth reader; this bench has a generic one", expectation.name));
    }
  }
  if (step.action.act != Act::kPlaceCard) return;
  const std::string on = step.action.argument.text_at("on");
  if (!on.empty() && on != scenario_.bench.reader) {
    error(step.action.place, say("on: {}：この構成のリーダーは {} です",
                                 "on: {}: this bench has a {} reader", on, scenario_.bench.reader));
  }
}

void StepChecker::check_card(const Step& step) {
  if (step.action.act == Act::kPlaceCard) {
    const bool said = step.action.argument.find("card") != nullptr;
    if (!said && scenario_.given.find("card") == nullptr) {
      error(step.action.place,
            {"place_card：誰のカードか、手順にも given.card にも書かれていません",
             "place_card: whose card? Neither the step nor given.card says it"});
    }
    card_placed_ = true;
    second_placed_ = step.action.argument.find("with") != nullptr;
  } else if (step.action.act == Act::kPlaceSecondCard) {
    if (!card_placed_) {
      error(step.action.place, {"place_second_card：前の手順で1枚目が置かれていません",
                                "place_second_card: no step before has placed a first one"});
    }
    second_placed_ = true;
  } else if (step.action.act == Act::kRemoveCard) {
    if (!card_placed_) {
      error(step.action.place, {"remove_card：前の手順でカードが置かれていません",
                                "remove_card: no step before has placed a card"});
    }
    card_placed_ = second_placed_;
    second_placed_ = false;
  }
}

void StepChecker::check_passcode(const Step& step) {
  // Clicks at the terminal may issue one too.
  const Act act = step.action.act;
  if (act == Act::kIssuePasscode || act == Act::kClick || act == Act::kClickTwice)
    passcode_issued_ = true;
  if (act != Act::kEnterPasscode || !step.action.argument.is("issued")) return;
  if (!passcode_issued_) {
    error(step.action.argument.place,
          {"issued：パスコードが発行されていません。given: {backend: {visual_passcode: issued}} "
           "と書くか、"
           "前に issue_passcode を行ってください",
           "issued: no passcode was issued; say given: {backend: {visual_passcode: issued}} or "
           "issue_passcode before"});
  }
}

void StepChecker::check_control(Step& step) {
  const Act act = step.action.act;
  if (!ticks(act) && !presses(act)) return;
  const std::string_view device = device_of(act);
  const Value& words = step.action.argument;
  const ScreenSet* set = catalog_.screens_of(device);
  if (set == nullptr || words.form != Value::Form::kScalar) return;
  const std::string& screen = screen_of(device);
  const Control* control = set->find_control(screen, words.text);
  if (control != nullptr && fits(*control, act)) {
    step.action.control = control->id;
    return;
  }
  // Not there, or it is not known what is there: any screen of the device that has it.
  std::vector<std::string> where;
  const Control* other_kind = control;
  for (const Screen& candidate : set->screens) {
    const Control* found = set->find_control(candidate.id, words.text);
    if (found == nullptr) continue;
    if (!fits(*found, act)) {
      other_kind = found;
      continue;
    }
    const bool same = where.empty() || step.action.control == found->id;
    step.action.control = same ? found->id : std::string();
    where.push_back(candidate.id);
  }
  if (where.empty() && other_kind != nullptr) {
    error(words.place,
          say("{} は{}で、{}ではありません", "{} is {}, not {}", shortened(words.text),
              kind_name(other_kind->kind),
              kind_name(presses(act) ? Control::Kind::kButton : Control::Kind::kTick)));
  } else if (where.empty()) {
    not_on_screen(step, device);
  } else if (!screen.empty() && !expects(step, Outcome::kRefused)) {
    std::string list;
    for (const std::string& id : where) list += (list.empty() ? "" : ", ") + id;
    error(words.place,
          say("{0}：ここで{2}が示す画面 {1} にはありません。{3} にあります（拒否されるべき手順なら "
              "expect: {{refused: true}} と書く）",
              "{0}: not on the {1} screen, which {2} shows here; it is on {3} (a step that is to "
              "be refused says expect: {{refused: true}})",
              shortened(words.text), screen, device_words(device), list));
  }
}

bool StepChecker::found_on_other_device(const Value& words, std::string_view device) {
  for (const ScreenSet& set : catalog_.screens) {
    if (set.device == device) continue;
    for (const Screen& screen : set.screens) {
      const Control* control = set.find_control(screen.id, words.text);
      if (control == nullptr) continue;
      const std::string seed = control->seed.empty() ? "" : " (" + control->seed + ")";
      error(words.place,
            say("{0} は{2}{3} の{1}で、{4}のものではありません", "{0} is {1} of {2}{3}, not of {4}",
                shortened(words.text), kind_name(control->kind), device_words(set.device), seed,
                device_words(device)));
      return true;
    }
  }
  return false;
}

void StepChecker::not_on_screen(const Step& step, std::string_view device) {
  const Value& words = step.action.argument;
  if (found_on_other_device(words, device)) return;
  const ScreenSet& set = *catalog_.screens_of(device);
  const std::string& known = screen_of(device);
  std::vector<std::string> near, far;
  for (const Screen& screen : set.screens) {
    add_names(screen, step.action.act, screen.id == known ? near : far);
  }
  yaml::Text hint = yaml::suggestion(words.text, near);
  if (hint.empty()) hint = yaml::suggestion(words.text, far);
  if (hint.empty()) hint = yaml::hint(words.text, labels(set, known, step.action.act));
  const yaml::Text where =
      known.empty() ? say("{}", "of {}", device_words(device))
                    : say("{}の画面 {} ", "on the {1} screen", device_words(device), known);
  const yaml::Text kind = presses(step.action.act) ? yaml::Text("ボタン", "button")
                                                   : yaml::Text("チェックボックス", "tick box");
  error(words.place, say("{0}：{2}にこの{1}はありません", "{0}: no such {1} {2}",
                         shortened(words.text), kind, where) +
                         hint);
}

void StepChecker::follow(const Step& step) {
  const Act act = step.action.act;
  if (act == Act::kPlaceCard) card_placed_ = true;
  const bool quiet = act == Act::kComparePhoto || act == Act::kJudge || act == Act::kNothing;
  if (!quiet) screens_.fill({});
  for (const Expectation& own : step.expect) {
    if (own.value.form != Value::Form::kScalar) continue;
    if (own.outcome == Outcome::kScreen) screens_[0] = own.value.text;
    if (own.outcome == Outcome::kTerminalScreen) screens_[1] = own.value.text;
    if (own.outcome == Outcome::kEhrScreen) screens_[2] = own.value.text;
  }
}

}  // namespace uketsuke::scenario
