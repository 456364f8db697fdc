#include "harness/conformance/pcsc/execute_pcsc.h"

#include <chrono>
#include <utility>

#include "harness/bench/make_outside.h"
#include "harness/conformance/execute.h"
#include "harness/conformance/pcsc/checks.h"
#include "harness/conformance/pcsc/probe_pcsc.h"
#include "harness/conformance/run.h"
#include "harness/console/operator_hands.h"
#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;

// With pcscd reached and the reader found; empty: the bench is not as it has to be.
struct Found {
  std::string reader;
  Text problem;
};

Found find_reader(const PcscBench& bench) {
  PcscHands nobody(nullptr, {});
  ProbePcsc probe(bench.calls, nobody, bench.simulated, bench.asked_to_end);
  PcscActor actor(probe, "main", 1);
  std::uint32_t context = 0;
  const PcscReply reached = actor.establish(context);
  if (!reached.ok()) {
    return {{}, say("pcscd につながらない：{}", "pcscd cannot be reached: {}",
                    describe(PcscCall::kEstablishContext, reached))};
  }
  const PcscReply list = actor.list_readers(context);
  std::vector<std::string> matching;
  for (const std::string& name : list.names) {
    if (name == bench.reader) return {name, {}};
    if (name.rfind(bench.reader, 0) == 0) matching.push_back(name);
  }
  if (matching.size() == 1) return {matching.front(), {}};
  if (matching.empty()) {
    return {{}, say("pcscd にリーダー {} がない", "pcscd has no reader {}", bench.reader)};
  }
  return {{}, say("{} で始まるリーダーがいくつもある", "several readers begin with {}", bench.reader)};
}

CaseResult blank(const Case& of) {
  CaseResult result;
  result.id = of.id;
  result.title = of.title;
  result.rules = of.rules;
  result.assumptions = of.assumptions;
  return result;
}

void in_error(CaseResult& result, Text reason) {
  result.verdict = Verdict::kError;
  result.reason = std::move(reason);
}

// After whatever the case did, the next program has to be served.
void check_alive(PcscRun& run) {
  PcscActor& main = run.main();
  std::uint32_t context = 0, card = 0;
  PcscReply reply = main.establish(context);
  PcscCall call = PcscCall::kEstablishContext;
  if (reply.ok()) {
    call = PcscCall::kConnect;
    reply = main.connect(context, run.reader(), scard::kShareShared, scard::kAny, card);
    if (reply.ended == Ended::kDone &&
        (reply.code == scard::kNoSmartcard || reply.code == scard::kRemovedCard)) {
      main.release(context);
      return;
    }
  }
  if (reply.ok()) {
    call = PcscCall::kTransmit;
    reply = main.transmit(card, reply.protocol, get_challenge(8));
    // The case's holder of a transaction may have gone just now, and its card is reset.
    if (reply.code == scard::kResetCard || reply.code == scard::kProtoMismatch) {
      const PcscReply again = main.reconnect(card, scard::kShareShared, scard::kLeave);
      reply = main.transmit(card, again.protocol, get_challenge(8));
    }
  }
  main.release(context);
  if (reply.ok()) return;
  Finding finding;
  finding.expected = {"ケースの後も接続でき、命令に応答がある",
                      "after the case a program can connect and gets an answer"};
  finding.got = describe(call, reply);
  finding.trace_line = reply.line;
  finding.rule = "INTEROP/liveness-a";
  run.result().findings.push_back(std::move(finding));
}

// The case on a desk, live or recorded. What the check leaves open goes with the desk.
void run_on(PcscDesk& desk, const Case& of, const PcscSetting& setting, const Facts& facts,
            CaseResult& result) {
  const PcscCheck* check = pcsc_check(of.pcsc);
  if (check == nullptr)
    return in_error(result, say("調べ方 {} はない", "there is no check {}", of.pcsc));
  if (check->needs_hands && !setting.hands) {
    result.verdict = Verdict::kInconc;
    result.reason = {"操作する人がいない（--bind panel=operator など）",
                     "nobody is there to do it (--bind panel=operator)"};
    return;
  }
  PcscRun run(desk, of, setting, facts, result);
  try {
    if (check->card) run.need_card();
    check->run(run);
    run.finish();
    result.verdict = verdict::combine(result.verdict, Verdict::kPass);
  } catch (const CaseOver&) {
  }
  try {
    run.put_back();
  } catch (const CaseOver&) {
  }
}

// In a context of its own, when those of the case are released.
void after(PcscDesk& desk, const Case& of, const PcscSetting& setting, const Facts& facts,
           CaseResult& result) {
  if (is_not_applicable(result) || result.verdict == Verdict::kError) return;
  PcscRun run(desk, of, setting, facts, result);
  check_alive(run);
}

class AfterDesk : public PcscDesk {
 public:
  explicit AfterDesk(PcscDesk& desk) : desk_(desk) {}
  PcscReply perform(const std::string&, const PcscDeed& deed) override {
    return desk_.perform("afterwards", deed);
  }
  bool is_live() const override { return desk_.is_live(); }
  void await_waiting(const std::string&, std::uint32_t) override {}
  void is_over(const std::string&) override {}

 private:
  PcscDesk& desk_;
};

void count_repetitions(CaseResult& result) {
  result.repetitions = {1, result.verdict == Verdict::kPass ? 1U : 0U, 1};
  seal(result);
}

Text why_not_with(const Case& of, const Facts& facts) {
  Subject subject;
  subject.facts = facts;
  return conformance::why_not(of, subject);
}

std::uint64_t duration_us(std::chrono::steady_clock::time_point since) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                        std::chrono::steady_clock::now() - since)
                                        .count());
}

}  // namespace

PcscBench pcsc_bench(const bind::Bindings& bindings, const Facts& facts,
                     std::shared_ptr<const bench::Assets> assets, verdict::Language language) {
  PcscBench bench;
  bench.reader = bindings.reader.address;
  bench.facts = facts;
  bench.simulated = !bindings.may_have_real_card();
  bench.speed = bindings.speed;
  auto attendance = std::make_shared<console::Attendance>();
  bench.hands = [bindings, assets = std::move(assets), language, attendance] {
    return bench::make_card_hands(bindings, assets->catalog, language, attendance);
  };
  if (bindings.cards.empty()) return bench;
  bench.cards.clear();
  for (const bind::BoundCard& card : bindings.cards) bench.cards.push_back(card.holder);
  return bench;
}

Text why_no_pcsc_reader(const PcscBench& bench) { return find_reader(bench).problem; }

CaseResult execute_pcsc(const Case& of, const PcscBench& bench, std::string& trace) {
  CaseResult result = blank(of);
  const auto begin = std::chrono::steady_clock::now();
  try {
    result.not_applicable = why_not_with(of, bench.facts);
    if (is_not_applicable(result)) return result;
    const Found found = find_reader(bench);
    if (!found.problem.empty()) {
      in_error(result, found.problem);
      return result;
    }
    PcscHands hands(bench.hands ? bench.hands() : nullptr, bench.cards, bench.asked_to_end);
    PcscSetting setting{of.id, found.reader, hands.there(), hands.is_person(), bench.simulated,
                        bench.speed};
    PcscTrace recorded(setting);
    {
      ProbePcsc probe(bench.calls, hands, bench.simulated, bench.asked_to_end);
      RecordingPcscDesk desk(probe, recorded);
      run_on(desk, of, setting, bench.facts, result);
    }
    ProbePcsc probe(bench.calls, hands, bench.simulated, bench.asked_to_end);
    RecordingPcscDesk desk(probe, recorded);
    AfterDesk afterwards(desk);
    after(afterwards, of, setting, bench.facts, result);
    trace = recorded.text();
  } catch (const ExpressionError& error) {
    in_error(result, say("{}:{} 適用条件：{}", "{}:{}: applicability: {}", of.file, of.line,
                         error.text()));
  } catch (const std::exception& error) {
    in_error(result, say("試験環境の誤り：{}", "the bench failed: {}", error.what()));
  }
  result.wall_us = duration_us(begin);
  count_repetitions(result);
  return result;
}

CaseResult recompute_pcsc(const Case& of, const Facts& facts, const std::string& trace) {
  ReplayPcscDesk desk(trace);
  if (desk.setting().id != of.id) {
    throw TraceMismatch(say("{} の記録で、{} のではない", "the trace is of {}, not of {}",
                            desk.setting().id, of.id));
  }
  CaseResult result = blank(of);
  try {
    run_on(desk, of, desk.setting(), facts, result);
    AfterDesk afterwards(desk);
    after(afterwards, of, desk.setting(), facts, result);
  } catch (const ExpressionError& error) {
    in_error(result, error.text());
  }
  if (!desk.finished())
    throw TraceMismatch({"記録に、ケースがしないことがある", "the trace holds more than the case does"});
  count_repetitions(result);
  return result;
}

}  // namespace uketsuke::conformance
