#include "harness/explore/oracle.h"

namespace uketsuke::explore {

Expected Oracle::step(Do act) {
  Expected expected;
  if (is_at_ehr(act)) {
    expected.outcome.next = state_;
    ask(act, expected);
    return expected;
  }
  expected.outcome = model_.step(state_, act);
  state_ = expected.outcome.next;
  ledger_.add(expected.outcome);
  return expected;
}

// without the permission the EHR offers neither the judgement nor the request.
void Oracle::ask(Do act, Expected& expected) const {
  const bool ordinary = act == Do::kAskOrdinaryHanako || act == Do::kAskOrdinaryTaro;
  if (!ordinary && !setting_.permission) {
    expected.outcome.refused = true;
    if (act != Do::kJudgeNotNecessary) expected.view = "not_requested";
    expected.emergency = true;
    return;
  }
  if (act == Do::kJudgeNotNecessary) return;  // P2-c4: no request leaves the EHR
  const bool taro = act == Do::kAskEmergencyTaro || act == Do::kAskOrdinaryTaro;
  const Card patient = taro ? Card::kTaro : Card::kHanako;
  expected.emergency = !ordinary;
  expected.reasons = ordinary ? ledger_.ordinary_reasons(patient)
                              : ledger_.emergency_reasons(patient, setting_.two_factors);
  expected.view = expected.reasons.empty() ? "returned" : "refused";
}

bool possible(const Model& model, const State& start, const std::vector<Do>& acts) {
  Oracle oracle(model, start, {});
  for (const Do act : acts) {
    if (!oracle.possible(act)) return false;
    oracle.step(act);
  }
  return true;
}

}  // namespace uketsuke::explore
