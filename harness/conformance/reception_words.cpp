#include "harness/conformance/reception_words.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;
using wire::panel::Control;

constexpr int kFirstPage = 3, kLastPage = 5;  // of the procedures

void quoted(std::string_view text, std::string_view open, std::string_view close,
            std::vector<std::string>& words) {
  for (std::size_t at = text.find(open); at != std::string_view::npos; at = text.find(open, at)) {
    at += open.size();
    const std::size_t end = text.find(close, at);
    if (end == std::string_view::npos) return;
    words.emplace_back(text.substr(at, end - at));
  }
}

std::vector<const Control*> controls_of(const scenario::Catalog& shown) {
  std::vector<const Control*> all;
  for (const wire::panel::ScreenSet& set : shown.screens) {
    if (set.device == "ehr") continue;
    for (const wire::panel::Screen& screen : set.screens)
      for (const Control& control : screen.controls) all.push_back(&control);
  }
  return all;
}

verdict::StepResult step_of(const scenario::Requirement& row, const std::string& word,
                            const std::vector<std::string>& words,
                            const std::vector<const Control*>& controls) {
  verdict::StepResult step;
  step.seed_id = row.id;
  step.title = say("{} の言葉「{}」", "the words 「{1}」 of {0}", row.id, word);
  step.expected = say("ボタンやメニューに「{}」", "「{}」 on a button or menu", word);
  bool there = false;
  std::string others;
  for (const Control* control : controls) {
    there = there || control->label.ja == word;
    const bool stands_for_it = control->seed == row.id && control->assumption.empty();
    if (stands_for_it && std::find(words.begin(), words.end(), control->label.ja) == words.end())
      others += "「" + control->label.ja + "」";
  }
  const bool right = there && others.empty();
  step.verdict = right ? verdict::Verdict::kPass : verdict::Verdict::kFail;
  if (!there) step.observed = {"ない", "it is not there"};
  if (!others.empty()) step.observed = say("{} がある", "there is {}", others);
  return step;
}

}  // namespace

verdict::ScenarioResult compare_words(const scenario::Requirements& seed,
                                      const scenario::Catalog& shown) {
  verdict::ScenarioResult result;
  result.id = "screens";
  result.title = {"シードが引用する言葉と画面の言葉", "the words that the seed quotes, and the screens"};
  result.produced_by = "model";
  const std::vector<const Control*> controls = controls_of(shown);
  for (const scenario::Requirement& row : seed.rows) {
    if (row.page < kFirstPage || row.page > kLastPage) continue;
    std::vector<std::string> words;
    quoted(row.text.ja, "「", "」", words);
    quoted(row.text.ja, "《", "》", words);
    for (const std::string& word : words) {
      verdict::StepResult step = step_of(row, word, words, controls);
      step.index = static_cast<std::uint32_t>(result.steps.size());
      result.steps.push_back(std::move(step));
    }
  }
  result.steps_planned = static_cast<std::uint32_t>(result.steps.size());
  verdict::seal(result);
  return result;
}

}  // namespace uketsuke::conformance
