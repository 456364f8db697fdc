#include "harness/conformance/liveness.h"

#include <functional>
#include <utility>

#include "harness/conformance/enumerate.h"
#include "harness/conformance/expectation.h"
#include "harness/verdict/format.h"
#include "sim/wire/ccid/message.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;
namespace ccid = wire::ccid;

constexpr wire::Micros kProbeUs = 1'000'000;  // as MSG-16 fails a reader
constexpr int kBusyProbes = 5;
constexpr int kStaleAnswers = 4;              // of the case before, that may still come
constexpr std::uint8_t kClassOut = 0x21, kAbort = 0x01;  // CCID 5.3.1

Answer probe(Run& run) {
  ccid::PC_to_RDR_GetSlotStatus message;
  message.bSlot = run.slot();
  message.bSeq = run.next_seq();
  const auto bytes = ccid::encode(ccid::CommandMessage(message));
  Answer answer;
  OutDeed out;
  out.bEndpointAddress = static_cast<std::uint8_t>(run.fact("endpoint_out"));
  out.data = *bytes;
  out.limit_us = kProbeUs;
  answer.reply = run.perform(out);
  if (answer.reply.ended != Ended::kDone) return answer;
  for (int i = 0; i < kStaleAnswers; ++i) {
    answer = run.receive(kProbeUs);
    if (!answer.header || answer.header->bSeq == message.bSeq) break;
  }
  return answer;
}

bool is_busy(const Answer& answer) {
  return answer.header && ccid::command_status(answer.bStatus) == ccid::bmCommandStatus::kFailed &&
         answer.bError == static_cast<std::uint8_t>(ccid::bError::kCMD_SLOT_BUSY);
}

bool answers(const Answer& answer) {
  return answer.header && answer.header->bMessageType == 0x81 && answer.data().empty() &&
         ccid::command_status(answer.bStatus) == ccid::bmCommandStatus::kProcessed;
}

// A slot that still works on a command of the case says so, and is asked again.
Answer patient_probe(Run& run) {
  Answer answer = probe(run);
  for (int i = 0; i < kBusyProbes && is_busy(answer); ++i) {
    run.perform(WaitDeed{kProbeUs / kBusyProbes});
    answer = probe(run);
  }
  return answer;
}

bool tried(Run& run, const std::function<void()>& rung) {
  try {
    rung();
    return is_alive(run);
  } catch (const CaseOver&) {
    return false;
  }
}

void abort_all(Run& run) {
  const std::uint8_t seq = run.next_seq();
  ControlDeed control;
  control.setup = {kClassOut, kAbort, static_cast<std::uint16_t>(seq << 8 | run.slot()),
                   static_cast<std::uint16_t>(run.fact("interface")), 0};
  control.limit_us = kProbeUs;
  run.perform(control);
  ccid::PC_to_RDR_Abort message;
  message.bSlot = run.slot();
  message.bSeq = seq;
  run.exchange(*ccid::encode(ccid::CommandMessage(message)), kProbeUs);
}

void power_off(Run& run) {
  ccid::PC_to_RDR_IccPowerOff message;
  message.bSlot = run.slot();
  message.bSeq = run.next_seq();
  run.exchange(*ccid::encode(ccid::CommandMessage(message)), kProbeUs);
}

void climb(Run& run) {
  struct Rung {
    Text name;
    std::function<void()> climb;
  };
  const Rung ladder[] = {
      {{"アボート", "abort"}, [&] { abort_all(run); }},
      {{"スロットの電源断", "power off of the slot"}, [&] { power_off(run); }},
      {{"USB リセット", "USB reset"},
       [&] {
         run.perform(ResetDeed{}, true);
         enumerate(run);
       }},
      {{"ケーブルの抜き差し", "unplugging and plugging in"},
       [&] {
         PlugDeed plug;
         plug.in = false;
         run.perform(plug, true);
         plug.in = true;
         run.perform(plug, true);
         enumerate(run);
       }},
  };
  for (const Rung& rung : ladder) {
    const bool alive = tried(run, rung.climb);
    run.result().recovery.push_back(
        rung.name + (alive ? Text("：応答が戻った", ": it answers again")
                           : Text("：応答しない", ": it does not answer")));
    if (alive) return;
  }
}

}  // namespace

bool is_alive(Run& run) { return answers(patient_probe(run)); }

void check_liveness(Run& run) {
  const CaseResult before = run.result();
  Answer answer;
  bool alive = false;
  try {
    answer = patient_probe(run);
    alive = answers(answer);
  } catch (const CaseOver&) {
    if (run.result().reason != before.reason) run.result() = before;
  }
  if (alive) return;
  const std::size_t findings = run.result().findings.size();
  run.must({"ケースの後も GetSlotStatus に 1 秒以内に答える",
            "after the case it answers GetSlotStatus within a second"},
           decoded(answer), answer.bytes);
  if (run.result().findings.size() > findings)
    run.result().findings.back().rule = "INTEROP/liveness-a";
  const CaseResult judged = run.result();
  climb(run);
  const std::vector<Text> recovery = run.result().recovery;
  run.result() = judged;
  run.result().recovery = recovery;
}

}  // namespace uketsuke::conformance
