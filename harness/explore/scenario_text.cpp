#include "harness/explore/scenario_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "harness/explore/oracle.h"

namespace uketsuke::explore {
namespace {

constexpr std::string_view kReaders[kGenericReaders] = {"clean_extended_apdu", "clean_short_apdu",
                                                        "clean_tpdu"};

// What has to be seen after an act, as the keys of `expect`.
std::string expectation_text(const Model& model, const Expected& expected) {
  const State& s = expected.outcome.next;
  std::string text;
  const auto add = [&text](std::string_view key, std::string_view value) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", key, value);
  };
  if (model.face_reader()) {
    add("mode", word_of(s.mode));
    add("screen", word_of(s.screen));
  }
  add("terminal_screen", word_of(s.terminal));
  add("account", word_of(s.account));
  add("card", s.card == Card::kNone ? "absent" : "present");
  if (expected.outcome.identity) {
    add("identity", "confirmed");
    add(model.face_reader() ? "message" : "terminal_message", "completion_message");
  }
  if (expected.outcome.consent) add("consent", word_of(*expected.outcome.consent));
  if (expected.outcome.eligible) add("eligibility", "checked");
  if (expected.outcome.refused) add("refused", "true");
  if (!expected.view.empty())
    add(expected.emergency ? "emergency_view" : "ordinary_view", expected.view);
  if (!expected.reasons.empty())
    add("reason", fmt::format("[{}]", fmt::join(expected.reasons, ", ")));
  return text;
}

std::string end_text(const Ledger& ledger) {
  std::string rows;
  for (const Ledger::Identity& row : ledger.identities()) {
    rows += fmt::format("{}{{holder: {}, by: my_number_card, confirmed: {}}}",
                        rows.empty() ? "" : ", ", word_of(row.holder), word_of(row.confirmed));
  }
  std::string text = fmt::format("then:\n  backend:\n    identity_history: [{}]\n", rows);
  std::string consents, checks;
  for (const Card holder : {Card::kHanako, Card::kTaro}) {
    const auto last = std::find_if(ledger.consents().rbegin(), ledger.consents().rend(),
                                   [&](const auto& row) { return row.holder == holder; });
    if (last != ledger.consents().rend()) {
      consents += fmt::format("{}{{holder: {}, consent: {}}}", consents.empty() ? "" : ", ",
                              word_of(holder), word_of(last->consent));
    }
    const auto& checked = ledger.checked();
    const bool was = std::find(checked.begin(), checked.end(), holder) != checked.end();
    checks += fmt::format("{}{{holder: {}, eligibility: {}}}", checks.empty() ? "" : ", ",
                          word_of(holder), was ? "checked" : "not_checked");
  }
  if (!consents.empty()) text += fmt::format("    consent: [{}]\n", consents);
  return text + fmt::format("    eligibility: [{}]\n", checks);
}

}  // namespace

std::string action_text(Do act) {
  const ActText& row = act_of(act);
  if (row.word.empty()) return std::string(row.act);
  return fmt::format("{{{}: {}}}", row.act, row.word);
}

std::string head_of(const Model& model, const std::string& id, const State& start,
                    const Setting& setting) {
  std::string page(model.name());
  page.front() = 'P';
  std::string text = fmt::format(
      "uketsuke: 1\nscenario: {}\n"
      "title: {{ja: 探索で作られた手順 ({}), en: A sequence made by exploration ({})}}\n"
      "seed: [{}]\ntags: [explore]\n",
      id, page, page, page);
  text += model.face_reader() ? std::string("bench: {reader: face}\n")
                              : fmt::format("bench: {{reader: generic, reader_profile: {}}}\n",
                                            kReaders[setting.reader]);
  text += fmt::format("given:\n  terminal: {{signed_in: {}}}\n", word_of(start.account));
  if (start.passcode != kNoPasscode) text += "  backend: {visual_passcode: issued}\n";
  text += "  cards: [hanako, taro, revoked]\n";
  return text + fmt::format("  ehr: {{clinician: physician_1, factors: {}, permission: {}}}\n",
                            setting.two_factors ? 2 : 1, setting.permission);
}

std::string scenario_of(const Model& model, const std::string& id, const State& start,
                        const Sequence& sequence) {
  std::string text = head_of(model, id, start, sequence.setting) + "steps:\n";
  Oracle oracle(model, start, sequence.setting);
  bool issued = start.passcode != kNoPasscode;
  for (const Do act : sequence.acts) {
    issued = issued || act == Do::kIssuePasscode;
    // What people type who know of none.
    const bool guessed = act == Do::kEnterPasscode && !issued;
    text += fmt::format("  - who: {}\n    do: {}\n    expect: {{{}}}\n", act_of(act).who,
                        guessed ? "{enter_passcode: \"000000\"}" : action_text(act),
                        expectation_text(model, oracle.step(act)));
  }
  return text + end_text(oracle.ledger());
}

}  // namespace uketsuke::explore
