// `uketsuke sweep`: one fault at a time over every wire of scenarios, and what it came to.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/campaign/sweep_executor.h"
#include "harness/run/runner.h"

namespace uketsuke::campaign {

struct SweepSettings {
  std::vector<std::string> paths;
  run::Filters filters;
  std::string plan_file;    // empty: the one that is shipped
  std::string data_folder;  // empty: see bench::find_data_folder()
  std::string out;          // empty: a new folder
  std::uint64_t seed = 1;
  unsigned jobs = 1;
  bool in_process = false;
};

// Of one wire and kind.
struct Counts {
  std::array<std::uint64_t, kOutcomes> of{};  // by Outcome, without the listed ones
  std::uint64_t listed = 0;                   // outcomes that the plan lists as undetectable
  std::uint64_t points() const;
  std::uint64_t disallowed() const;
};

struct Disallowed {
  std::string scenario;
  PointResult point;
  std::string replay;  // file of the out folder that `run` takes; empty: too many already
  bool run_shows = false;  // `run` of that file finds a deviation
};

struct SweepReport {
  std::string version, plan;
  std::uint64_t seed = 1, wall_us = 0;
  std::uint32_t jobs = 1;
  std::uint64_t rows = 0;    // scenarios and rows of examples
  bool interrupted = false;
  std::map<std::pair<std::string, std::string>, Counts> counts;  // by wire and kind
  std::map<std::string, std::uint64_t> listed;                   // reason -> points
  std::vector<Disallowed> disallowed;                            // the first ones
  std::uint64_t disallowed_count = 0;
  Counts all() const;
};

struct SweepEvents {
  std::function<void(const Disallowed&)> on_disallowed;
  std::function<void(const run::Progress&)> on_progress;
  std::function<void(const std::string&)> on_worker_text;
  const std::atomic<int>* stop = nullptr;
};

// Writes sweep.json and, for each disallowed outcome, replay/NAME.yaml into `folder`. Throws
// run::RunError (nothing selected, no worker), yaml::Error (plan), report::ReportError.
SweepReport sweep(const SweepSettings& settings, const std::string& folder,
                  const SweepEvents& events);
// With an executor of one's own, in this process; writes nothing. rows: "FILE#ROW".
SweepReport sweep(SweepExecutor& executor, const std::vector<std::string>& rows);

// The table of counts, wires and kinds down, outcomes across.
std::string table(const SweepReport& report, verdict::Language language);
// The scenario of a row with one more fault, for `run`. `source`: text of its file. title, then: in
// place of its own; empty: its own.
std::string replay_text(const std::string& source, const scenario::Scenario& row,
                        const std::string& id, const std::string& rule,
                        const verdict::Text& title = {}, const std::string& then = {});

// The hidden subcommand: worker of a sweep. arguments: plan file, seed.
int sweep_worker(const std::string& plan_file, const std::string& seed);

}  // namespace uketsuke::campaign
