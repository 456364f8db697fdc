// A PC/SC case, executed against a reader behind pcscd, and judged again from its trace.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/bench/assets.h"
#include "harness/bind/bindings.h"
#include "harness/conformance/case.h"
#include "harness/conformance/case_result.h"
#include "harness/conformance/value.h"
#include "sim/gateway/hands_route.h"
#include "sim/gateway/pcsc_calls.h"

namespace uketsuke::conformance {

struct PcscBench {
  std::string reader;  // as pcscd names it, or a beginning of it that no other reader has
  Facts facts;         // of descriptors, claims and bench: `contactless`, `pin_verify`, ...
  // Whatever lies in the reader is a card of ours. Else nothing reaches it but what is known to be
  // harmless (sim/guard), and cases that need more are not applicable.
  bool simulated = false;
  double speed = 1;    // simulated seconds in a second, of a served reader
  // A route to whoever has the card and the plug in hand; empty: nobody. One route a case.
  std::function<std::unique_ptr<gateway::HandsRoute>()> hands;
  // As hands know them: what mostly lies there, another one, a test card (models/test_card).
  std::vector<std::string> cards{"hanako", "taro", "plain_t1"};
  gateway::PcscCalls calls = gateway::libpcsclite();
  // How often somebody asked the run to end; above 0 a case that runs ends in error within seconds.
  // Empty: nobody can.
  std::function<int()> asked_to_end;
};

// `pcsc:NAME` of --bind, its hands and what is said of its cards.
PcscBench pcsc_bench(const bind::Bindings& bindings, const Facts& facts,
                     std::shared_ptr<const bench::Assets> assets, verdict::Language language);

// Why there is no such reader behind a pcscd; empty: it is there. Throws gateway::RouteBroken when
// somebody asks to end.
Text why_no_pcsc_reader(const PcscBench& bench);

// Never throws for what reader and pcscd do. `trace`: JSON Lines, "kind": "pcsc" (pcsc_trace.h).
CaseResult execute_pcsc(const Case& of, const PcscBench& bench, std::string& trace);

// The same check on the recorded calls. Throws TraceMismatch: no trace of this case.
CaseResult recompute_pcsc(const Case& of, const Facts& facts, const std::string& trace);

}  // namespace uketsuke::conformance
