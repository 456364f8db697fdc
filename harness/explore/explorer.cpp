#include "harness/explore/explorer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "harness/bench/director.h"
#include "harness/explore/scenario_text.h"
#include "harness/explore/shrink.h"
#include "harness/explore/workers.h"

namespace uketsuke::explore {
namespace {

using Clock = std::chrono::steady_clock;

class ModelRun {
 public:
  ModelRun(const bench::Assets& assets, const Options& options, const Model& model)
      : options_(options), graph_(model), coverage_(graph_), generator_(graph_, coverage_),
        player_(assets, graph_, options.amend) {}

  ModelReport run();

 private:
  struct Found { std::uint64_t k; bool died; };
  void play(std::uint64_t first, std::uint64_t step, std::uint64_t runs, Tally& tally,
            std::uint8_t* states, std::uint8_t* transitions);
  std::vector<Tally> play_all();
  Failure explain(const Found& found);
  bool replays(const std::string& text);

  const Options& options_;
  Graph graph_;
  Coverage coverage_;
  Generator generator_;
  Player player_;
};

void ModelRun::play(std::uint64_t first, std::uint64_t step, std::uint64_t runs, Tally& tally,
                    std::uint8_t* states, std::uint8_t* transitions) {
  for (std::uint64_t k = first; k < runs; k += step) {
    if (states == nullptr && options_.stopped()) return;
    tally.current = k;
    const Sequence sequence = generator_.make(options_.seed, k);
    const Played played = player_.play(sequence, &coverage_);
    tally.acts += sequence.acts.size();
    tally.identified += played.identified ? 1 : 0;
    if (played.disagreement) tally.note(k, false);
    ++tally.done;
    if (states == nullptr) {
      if (options_.progress && tally.done % 64 == 0) options_.progress(tally.done, runs);
      continue;
    }
    std::memcpy(states, coverage_.seen_states().data(), coverage_.states());
    std::memcpy(transitions, coverage_.seen_transitions().data(), coverage_.transitions());
  }
}

std::vector<Tally> ModelRun::play_all() {
  if (options_.jobs <= 1) {
    Tally tally;
    play(0, 1, options_.runs, tally, nullptr, nullptr);
    return {tally};
  }
  const PlayRange range = [this](std::uint64_t first, std::uint64_t step, std::uint64_t runs,
                                 Tally& tally, std::uint8_t* states, std::uint8_t* transitions) {
    play(first, step, runs, tally, states, transitions);
  };
  return play_in_workers(options_.jobs, options_.runs, coverage_, range,
                         [this](std::uint64_t done, std::uint64_t runs) {
                           if (options_.progress) options_.progress(done, runs);
                           return !options_.stopped();
                         });
}

bool ModelRun::replays(const std::string& text) {
  const scenario::LoadResult loaded =
      scenario::load_text(text, "explore.yaml", player_.assets().catalog);
  if (!loaded.ok()) throw yaml::Error(loaded.errors);
  bench::RunSettings settings;
  settings.seed = Player::kWorldSeed;
  settings.amend = options_.amend;
  const auto result = bench::run_scenario(player_.assets(), loaded.scenarios.at(0), settings);
  return result.verdict > verdict::Verdict::kPass;
}

Failure ModelRun::explain(const Found& found) {
  Failure failure;
  failure.k = found.k;
  Sequence sequence = generator_.make(options_.seed, found.k);
  failure.acts_before = sequence.acts.size();
  failure.name = fmt::format("explore-{}-{}-{}", graph_.model().name(), options_.seed, found.k);
  failure.disagreement = {0, "worker", "goes on", "died, or stood still"};
  if (!found.died) {  // else this process would die too
    const Played played = player_.play(sequence, nullptr);
    if (played.disagreement) {
      Shrunk shrunk = shrink(player_, std::move(sequence), *played.disagreement);
      sequence = std::move(shrunk.sequence);
      failure.disagreement = shrunk.disagreement;
    } else {
      failure.disagreement.observed = "not seen again";
    }
  }
  failure.acts_after = sequence.acts.size();
  if (failure.disagreement.act < sequence.acts.size()) {
    const ActText& act = act_of(sequence.acts[failure.disagreement.act]);
    failure.act = fmt::format("{}{}{}", act.act, act.word.empty() ? "" : " ", act.word);
  }
  failure.scenario =
      scenario_of(graph_.model(), failure.name, graph_.state(sequence.start), sequence);
  if (!found.died) failure.replays = replays(failure.scenario);
  return failure;
}

ModelReport ModelRun::run() {
  ModelReport report;
  report.model = graph_.model().name();
  const auto begin = Clock::now();
  const std::vector<Tally> tallies = play_all();
  report.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  std::vector<Found> found;
  for (const Tally& tally : tallies) {
    report.runs += tally.done;
    report.acts += tally.acts;
    report.identified += tally.identified;
    report.disagreements += tally.disagreements;
    for (std::uint64_t i = 0; i < tally.noted; ++i)
      found.push_back({tally.failed[i], tally.died_at[i]});
  }
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.k < b.k; });
  for (std::size_t i = 0; i < found.size() && i < options_.most_failures; ++i) {
    if (options_.stopped()) break;
    report.failures.push_back(explain(found[i]));
  }
  report.states = coverage_.states();
  report.states_seen = coverage_.states_seen();
  report.transitions = coverage_.transitions();
  report.transitions_seen = coverage_.transitions_seen();
  report.missing_states = coverage_.missing_states();
  report.missing_transitions = coverage_.missing_transitions();
  return report;
}

}  // namespace

std::vector<ModelReport> explore(const bench::Assets& assets, const Options& options) {
  std::vector<ModelReport> reports;
  for (const Model* model : options.models) {
    if (options.stopped()) break;
    reports.push_back(ModelRun(assets, options, *model).run());
  }
  return reports;
}

const Model* model_named(std::string_view name) {
  for (const Model* model : {&reference_p3(), &reference_p4(), &reference_p5()})
    if (model->name() == name) return model;
  return nullptr;
}

}  // namespace uketsuke::explore
