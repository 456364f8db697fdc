// Where the cases of a run act: a reader of the model, or one that is bound.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/bench/assets.h"
#include "harness/bind/bindings.h"
#include "harness/conformance/bound_desk.h"
#include "harness/conformance/execute.h"
#include "harness/conformance/model_desk.h"
#include "harness/conformance/pcsc/execute_pcsc.h"
#include "harness/conformance/subject.h"

namespace uketsuke::certify {

struct Desks {
  conformance::BenchRecord bench;
  conformance::MakeDesk make;
  bool bound = false;
  std::string model;        // name of the reader of the model; empty: bound
  bind::Bindings bindings;  // bound
  // Bound to a reader behind pcscd: `make` has no desk then. nullptr: another route.
  std::shared_ptr<const conformance::PcscBench> pcsc;
  std::vector<std::string> binds;  // as they were written
  std::shared_ptr<conformance::BenchState> state;  // bound: what lies at the reader
  // Bound: what it points to, once a run has set it, ends what waits when it is above 0.
  std::shared_ptr<const std::atomic<int>*> stop;
};

// "model:NAME". Throws std::runtime_error with the readers there are.
// `data_folder`: where the test cards lie.
Desks model_desks(std::shared_ptr<const bench::Assets> assets, const std::string& data_folder,
                  const std::string& reader);
// "mutant:ID" of scenarios/mutants: a reader that deviates, to see what a bad device looks like.
// Throws std::runtime_error with the nearest id.
Desks mutant_desks(std::shared_ptr<const bench::Assets> assets, const std::string& data_folder,
                   const std::string& id);
// What is bound, as of the command line and the bench file.
Desks bound_desks(std::shared_ptr<const bench::Assets> assets, const bind::Bindings& bindings,
                  verdict::Language language);

// Throws gateway::RouteBroken when somebody asked to stop: for bench::Outside::watcher.
std::function<void()> watcher_of(const Desks& desks);

}  // namespace uketsuke::certify
