#include "harness/bench/fault_pipes.h"

#include <algorithm>

#include "harness/bench/fault_rules.h"
#include "harness/bench/world.h"
#include "harness/bench/world_config.h"

namespace uketsuke::bench {
namespace {

bool same(const fault::Pipe& a, const fault::Pipe& b) {
  return a.wire == b.wire && a.name == b.name && a.from == b.from && a.to == b.to;
}

void add_pipes(const Assets& assets, const scenario::Scenario& bench,
               std::vector<fault::Pipe>& pipes) {
  const World world(make_config(assets, bench, 1));
  for (const fault::Pipe& pipe : world.faults().pipes()) {
    const bool known = std::any_of(pipes.begin(), pipes.end(),
                                   [&](const fault::Pipe& other) { return same(pipe, other); });
    if (!known) pipes.push_back(pipe);
  }
}

}  // namespace

std::vector<fault::Pipe> every_pipe(const Assets& assets) {
  std::vector<fault::Pipe> pipes;
  scenario::Scenario bench;
  add_pipes(assets, bench, pipes);
  bench.bench.reader = "generic";
  for (const auto& [name, profile] : assets.readers) {
    bench.bench.reader_profile = name;
    add_pipes(assets, bench, pipes);
  }
  return pipes;
}

std::vector<yaml::Problem> pipe_problems(const scenario::Scenario& scenario,
                                         const std::vector<fault::Rule>& rules,
                                         const std::vector<fault::Pipe>& pipes) {
  std::vector<yaml::Problem> problems;
  for (std::size_t i = 0; i < std::min(rules.size(), scenario.faults.size()); ++i) {
    const verdict::Text why = no_such_pipe(rules[i], pipes);
    const scenario::Place& place = scenario.faults[i].place;
    if (!why.empty()) problems.push_back({{scenario.file, place.line, place.column}, why});
  }
  return problems;
}

}  // namespace uketsuke::bench
