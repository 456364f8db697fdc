#include "harness/bench/aftermath.h"

#include <fmt/format.h>

#include <filesystem>

#include "harness/bench/fault_rules.h"
#include "harness/bench/invariants.h"
#include "harness/report/atomic_file.h"
#include "harness/verdict/format.h"

namespace uketsuke::bench {
namespace {

using verdict::ScenarioResult;
using verdict::StepResult;
using verdict::Text;
using verdict::Verdict;

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

void judge_aftermath(Stage& stage, const RunSettings& settings, ScenarioResult& result) {
  World& world = stage.world();
  // A simulation that broke off is not driven on: nothing more is judged of it.
  if (result.verdict != Verdict::kError && result.not_applicable.empty())
    for (const Violation& violation : violations(world)) add_violation(result, violation);
  result.simulated_us = world.simulation().now_us();
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
    write_journal(world, stage.secrets(), keeps ? settings.journal_file : "", result);
}

}  // namespace uketsuke::bench
