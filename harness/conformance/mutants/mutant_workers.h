// Jobs shared among forked workers, results by pipe. A worker that dies or stands still is replaced
// and its job is an error.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace uketsuke::conformance {

// What a job gives: one line of text, without line ends.
using WorkerJob = std::function<std::string(std::size_t job)>;
// Called in the parent after each job; `done` of all.
using WorkerProgress = std::function<void(std::size_t done, std::size_t all)>;

struct WorkerResult {
  std::string line;
  bool died = false;  // nothing came of it: the worker ended or was ended
};

// All of 0 to `jobs` - 1, each once, in an order of the workers' own. With one worker there is a
// child as well: what a job breaks is not the caller. Throws std::runtime_error if none starts.
std::vector<WorkerResult> run_in_workers(unsigned workers, std::size_t jobs, const WorkerJob& job,
                                         const WorkerProgress& progress);

}  // namespace uketsuke::conformance
