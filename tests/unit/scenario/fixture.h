// A small catalog of its own for the tests, typed from the seed, so that they do not move with the
// project's data.
#pragma once

#include <string>

#include "harness/scenario/catalog.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/screen_file.h"

namespace scenario_test {

inline const char* kReaderScreens = R"(device: face_reader
screens:
  - id: initial
    title: {ja: 初期画面, en: Initial screen}
    seed: P3-1
    controls:
      - {kind: button, id: staff_button, label: {ja: 職員用ボタン, en: Staff button}, seed: P3-1}
  - id: passcode_entry
    title: {ja: パスコード入力, en: Passcode}
    assumption: A-20
    controls:
      - {kind: secret_field, id: passcode, label: {ja: 目視確認用パスコード, en: Passcode}, aliases: [目視確認パスコード], seed: P3-2}
      - {kind: button, id: back, label: {ja: 戻る, en: Back}, assumption: A-20}
  - id: consent
    title: {ja: 同意選択, en: Consent}
    seed: P3-4
    controls:
      - {kind: button, id: granted, label: {ja: 同意する, en: Agree}, assumption: A-16}
      - {kind: button, id: declined, label: {ja: 同意しない, en: Decline}, seed: P3-4}
messages:
  - {id: completion, text: {ja: 処理が完了しました, en: Completed}, seed: P3-n2, assumption: A-27}
)";

inline const char* kTerminalScreens = R"(device: terminal
screens:
  - id: face_reader_operation
    title: {ja: 顔認証付きカードリーダー操作, en: Face-auth reader operation}
    seed: P4-3
    controls:
      - {kind: button, id: switch_to_visual, label: {ja: 目視確認, en: Visual confirmation}, seed: P4-4}
      - {kind: field, id: confirmation_date, label: {ja: 資格確認日, en: Confirmation date}, seed: P4-5}
      - {kind: tick, id: visually_confirmed, label: {ja: 目視で本人確認完了, en: Confirmed by eye}, seed: P4-6}
)";

inline const char* kSeed = R"(requirements:
  - {id: P3-1, kind: step, ja: 押下, en: press}
  - {id: P3-2, kind: step, ja: 入力, en: enter, assumptions: [A-20]}
  - {id: P3-3, kind: step, ja: 置く, en: place}
  - {id: P3-4, kind: step, ja: 選択, en: choose}
  - {id: P3-n1, kind: note, ja: 新規, en: new, not_tested: tells no behaviour}
  - {id: P4-4, kind: step, ja: クリック, en: click}
absent:
  - {id: P4-9, ja: なし, en: none, assumption: A-15}
  - {id: P5-5, ja: なし, en: none, assumption: A-14}
)";

inline const char* kRegister = R"(assumptions:
  - {id: A-14, question: {ja: q, en: q}, default: absent, doubt: d, affects: [P5-5]}
  - {id: A-15, question: {ja: q, en: q}, default: absent, doubt: d, affects: [P4-9]}
  - {id: A-20, question: {ja: q, en: q}, default: "30", doubt: d, affects: [P3-2]}
)";

inline const uketsuke::scenario::Catalog& catalog() {
  using namespace uketsuke::scenario;
  static const Catalog kCatalog = [] {
    Catalog made;
    made.screens = {load_screens_text(kReaderScreens, "face_reader.yaml"),
                    load_screens_text(kTerminalScreens, "terminal.yaml")};
    made.people = {"hanako", "taro"};
    made.clinicians = {"dr_sato"};
    made.features = {"reader_switch"};
    made.releases = {"2024-12", "planned"};
    made.requirements = load_requirements_text(kSeed, kRegister);
    return made;
  }();
  return kCatalog;
}

inline std::string head(const std::string& more = {}) {
  return "uketsuke: 1\nscenario: x\ntitle: {ja: あ, en: a}\n" + more;
}

inline std::string lines(const std::vector<uketsuke::yaml::Problem>& problems) {
  std::string text;
  for (const auto& problem : problems) text += to_string(problem) + "\n";
  return text;
}
inline std::string errors(const std::string& text) {
  return lines(uketsuke::scenario::load_text(text, "x.yaml", catalog()).errors);
}
// The errors of one step, given as flow mapping, in line 6 of a file for the face reader.
inline std::string step_errors(const std::string& step) {
  return errors(head("given: {card: {holder: hanako}}\nsteps:\n  - " + step + "\n"));
}

}  // namespace scenario_test
