#include "harness/conformance/execute.h"

#include <algorithm>
#include <utility>

#include "harness/conformance/enumerate.h"
#include "harness/conformance/liveness.h"
#include "harness/verdict/format.h"
#include "sim/gateway/broken.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;

constexpr int kTries = 5;  // of a case for which the bench was too slow
constexpr wire::Micros kAfterPlacedUs = 300'000;  // until a reader has noticed a card

std::string medium_of(const Facts& facts, std::uint8_t slot) {
  const auto found = facts.find("medium_" + std::to_string(slot));
  return found == facts.end() ? "contact" : to_string(found->second);
}

std::int64_t number_of(const Facts& facts, const std::string& name) {
  const auto found = facts.find(name);
  if (found == facts.end()) return 0;
  if (const auto* truth = std::get_if<bool>(&found->second)) return *truth ? 1 : 0;
  const auto* number = std::get_if<std::int64_t>(&found->second);
  return number != nullptr ? *number : 0;
}

// bPowerSelect that the reader has to take: 00h if it chooses itself, else the highest voltage.
std::int64_t power_select(const Facts& facts) {
  if (number_of(facts, "auto_voltage") != 0 || number_of(facts, "auto_activation") != 0) return 0;
  const std::int64_t voltages = number_of(facts, "bVoltageSupport");
  for (int i = 0; i < 3; ++i)
    if ((voltages >> i & 1) != 0) return i + 1;
  return 1;
}

Facts facts_of_slot(const Subject& subject, std::uint8_t slot) {
  Facts facts = subject.facts;
  facts["slot"] = std::int64_t{slot};
  facts["medium"] = medium_of(facts, slot);
  facts["power_select"] = power_select(facts);
  return facts;
}

std::vector<std::uint8_t> slots_of(const Case& of, const Subject& subject) {
  const auto found = subject.facts.find("slots");
  std::int64_t count = 1;
  if (found != subject.facts.end())
    if (const auto* number = std::get_if<std::int64_t>(&found->second)) count = *number;
  if (!of.each_slot) count = 1;
  std::vector<std::uint8_t> slots;
  for (std::int64_t i = 0; i < std::clamp<std::int64_t>(count, 1, 256); ++i)
    slots.push_back(static_cast<std::uint8_t>(i));
  return slots;
}

bool applies(const Case& of, const Subject& subject, std::uint8_t slot) {
  return !of.applies || of.applies->truth(facts_of_slot(subject, slot));
}

// One slot, one repetition.
class Attempt {
 public:
  Attempt(const Case& of, const Subject& subject, Desk& desk, std::uint8_t slot, CaseResult& result)
      : case_(of), result_(result), run_(desk, of, subject, slot, result) {
    run_.facts() = facts_of_slot(subject, slot);
  }
  void run() {
    bool reached = false;
    try {
      prepare();
      reached = true;
      run_.in_setup(true);
      steps(case_.setup, 0);
      run_.in_setup(false);
      steps(case_.steps, case_.setup.size());
      result_.verdict = verdict::combine(result_.verdict, Verdict::kPass);
    } catch (const CaseOver&) {
      end_with_warnings();
    }
    run_.in_setup(false);
    const std::size_t judged = result_.findings.size();
    if (reached && is_not_applicable(result_) == false) check_liveness(run_);
    lives_ = result_.findings.size() == judged;
    result_.steps_done = std::max(result_.steps_done, done_);
    result_.simulated_us += run_.now_us() - run_.began_us();
  }
  // What deviated may be the bench's doing: it was late. That the device hangs afterwards is not.
  bool says_nothing() const { return run_.was_late() && lives_; }

 private:
  // A case that only warns was judged, though what came kept the rest of it from being done.
  void end_with_warnings() {
    const bool judged = case_.warns_only && !result_.findings.empty();
    if (!judged || result_.verdict > Verdict::kPass || !result_.not_applicable.empty()) return;
    result_.verdict = Verdict::kPass;
    done_ = static_cast<std::uint32_t>(case_.setup.size() + case_.steps.size());
  }
  void prepare() {
    run_.in_setup(true);
    run_.perform(PlugDeed{});
    const Enumerated found = enumerate(run_);
    if (!found.problem.empty())
      run_.inconclusive(say("列挙できない：{}", "it cannot be enumerated: {}", found.problem));
    if (!case_.card.empty()) {
      run_.perform(PlaceDeed{run_.slot(), case_.card});
      run_.perform(WaitDeed{kAfterPlacedUs});
    }
    if (case_.preflight && !is_alive(run_)) {
      run_.inconclusive({"ケースの前に GetSlotStatus に答えない",
                         "it does not answer GetSlotStatus before the case"});
    }
  }
  void steps(const Steps& steps, std::size_t first) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      run_.begin(*steps[i], static_cast<std::uint32_t>(first + i));
      run_.run(*steps[i]);
      ++done_;
    }
  }

  const Case& case_;
  CaseResult& result_;
  Run run_;
  std::uint32_t done_ = 0;
  bool lives_ = true;
};

bool failed(const CaseResult& result) {
  return std::any_of(result.findings.begin(), result.findings.end(),
                     [](const Finding& finding) { return !finding.warning; });
}

// A deviation when the bench was late says nothing, unless it is late again and again: then it is
// the reader that keeps it waiting. Into `result`.
void one_slot(const Case& of, const Subject& subject, const MakeDesk& make_desk, Trace& trace,
              std::uint8_t slot, CaseResult& result) {
  const CaseResult before = result;
  for (int tries_left = kTries - 1;; --tries_left) {
    RecordingDesk desk(make_desk(&of), trace);
    Attempt attempt(of, subject, desk, slot, result);
    attempt.run();
    const bool good = result.findings.size() == before.findings.size();
    if (tries_left == 0 || !attempt.says_nothing() || good) return;
    const wire::Micros spent_us = result.simulated_us;
    std::vector<Text> recovery = std::move(result.recovery);
    result = before;
    result.simulated_us = spent_us;
    result.recovery = std::move(recovery);
    result.recovery.push_back(
        {"試験環境が遅れ、実行中のコマンドが先に終わった可能性がある。ケースをやり直す",
         "the bench was late, the command that ran may have ended by itself: the case again"});
  }
}

// Every slot once; into `result`.
void one_round(const Case& of, const Subject& subject, const MakeDesk& make_desk, Trace& trace,
               CaseResult& result) {
  for (const std::uint8_t slot : slots_of(of, subject)) {
    if (!applies(of, subject, slot)) continue;
    one_slot(of, subject, make_desk, trace, slot, result);
    if (failed(result) || result.verdict > Verdict::kPass || is_not_applicable(result)) return;
  }
}

void rounds(const Case& of, const Subject& subject, const MakeDesk& make_desk, Trace& trace,
            CaseResult& result) {
  result.repetitions = {of.repeat, 0, of.accept};
  if (of.repeat == 1) {
    one_round(of, subject, make_desk, trace, result);
    result.repetitions.passed = result.verdict == Verdict::kPass && !failed(result) ? 1 : 0;
    return;
  }
  for (std::uint32_t i = 0; i < of.repeat; ++i) {
    CaseResult round;
    one_round(of, subject, make_desk, trace, round);
    const bool passed = round.verdict == Verdict::kPass && !failed(round);
    result.repetitions.passed += passed ? 1 : 0;
    result.steps_done = std::max(result.steps_done, round.steps_done);
    result.simulated_us += round.simulated_us;
    for (Finding& finding : round.findings) result.findings.push_back(std::move(finding));
    for (Text& rung : round.recovery) result.recovery.push_back(std::move(rung));
    if (passed || failed(round)) continue;
    result.verdict = verdict::combine(result.verdict, round.verdict);
    result.reason = round.reason;
    result.not_applicable = round.not_applicable;
    return;
  }
  if (result.repetitions.passed >= of.accept)
    for (Finding& finding : result.findings) finding.warning = true;
  result.verdict = verdict::combine(result.verdict, Verdict::kPass);
}

}  // namespace

Text why_not(const Case& of, const Subject& subject) {
  const auto usb = subject.facts.find("usb");
  if (!of.steps.empty() && usb != subject.facts.end() && usb->second == Value(false))
    return {"USB に触れられない（usb = false）", "the USB is out of reach (usb = false)"};
  if (!of.applies) return {};
  for (const std::uint8_t slot : slots_of(of, subject))
    if (applies(of, subject, slot)) return {};
  return Text(of.applies->with_values(facts_of_slot(subject, 0)));
}

CaseResult execute(const Case& of, const Subject& subject, const MakeDesk& make_desk,
                   Trace& trace) {
  CaseResult result;
  result.id = of.id;
  result.title = of.title;
  result.rules = of.rules;
  result.assumptions = of.assumptions;
  result.steps_planned = static_cast<std::uint32_t>(of.setup.size() + of.steps.size());
  try {
    result.not_applicable = why_not(of, subject);
    if (!is_not_applicable(result)) rounds(of, subject, make_desk, trace, result);
  } catch (const ExpressionError& error) {
    result.verdict = Verdict::kError;
    result.reason = say("{}:{} 適用条件：{}", "{}:{}: applicability: {}", of.file, of.line,
                        error.text());
  } catch (const gateway::CardNotReleased& refused) {
    result.not_applicable = {refused.ja(), refused.what()};
  } catch (const gateway::Broken& broken) {
    result.verdict = Verdict::kError;
    result.reason = {broken.ja(), broken.what()};
  } catch (const TraceMismatch&) {
    throw;
  } catch (const std::exception& error) {
    result.verdict = Verdict::kError;
    result.reason = say("試験環境の誤り：{}", "the bench failed: {}", error.what());
  }
  seal(result);
  return result;
}

Subject identify_subject(const MakeDesk& make_desk, const Facts& more, Trace& trace,
                         Text& problem) {
  RecordingDesk desk(make_desk(nullptr), trace);
  const Enumerated found = identify(desk);
  problem = found.problem;
  Subject subject;
  subject.descriptors = read_descriptors(found.bytes);
  subject.facts = facts_of(subject.descriptors);
  for (const auto& [name, value] : more) subject.facts[name] = value;
  return subject;
}

}  // namespace uketsuke::conformance
