#include "harness/certify/kinds.h"

#include "harness/conformance/reception.h"

namespace uketsuke::certify {

using conformance::CaseResult;

CaseResult execute_reception(const conformance::Case& of, const conformance::Subject& subject,
                             const Desks& desks, std::string& trace) {
  conformance::ReceptionDesk desk;
  desk.facts = subject.facts;
  if (desks.bound) {
    bind::put_bindings(desks.bindings.bench_file, desks.binds, desk.options.extra);
    desk.amend = [watcher = watcher_of(desks)](bench::WorldConfig& config) {
      if (config.outside) config.outside->watcher = watcher;
    };
  } else if (desks.model != "face_reader") {
    desk.profile = desks.model;
  }
  if (desks.state) desks.state->unknown = true;
  static thread_local conformance::ReceptionRunner runner;
  return runner.execute(of, desk, trace);
}

CaseResult execute_pcsc(const conformance::Case& of, const conformance::Subject& subject,
                        const Desks& desks, std::string& trace) {
  if (desks.pcsc) {
    conformance::PcscBench bench = *desks.pcsc;
    bench.facts = subject.facts;
    return conformance::execute_pcsc(of, bench, trace);
  }
  CaseResult result;
  result.id = of.id;
  result.title = of.title;
  result.rules = of.rules;
  result.not_applicable = {"pcsc（--reader pcsc:… で検査する項目）",
                           "pcsc (a case of --reader pcsc:...)"};
  conformance::seal(result);
  return result;
}

}  // namespace uketsuke::certify
