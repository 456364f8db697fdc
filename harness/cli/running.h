// What commands that run scenarios have in common.
#pragma once

#include <signal.h>

#include <atomic>
#include <ctime>
#include <string>
#include <vector>

#include "harness/report/report.h"
#include "harness/run/runner.h"

namespace uketsuke::cli {

// While it lives, SIGINT, SIGTERM and SIGHUP ask a run to end instead of ending the program. One at
// a time. More than `patience` of them end the program at once: the first ends a run when what is
// running has ended, the second ends what is running, where there are workers to end.
class StopSignals {
 public:
  explicit StopSignals(int patience = 2);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  const std::atomic<int>* counter() const;  // how often somebody asked

 private:
  static constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
  struct sigaction before_[3] {};
};

// The wall clock; SOURCE_DATE_EPOCH, where set, stands for it, as for other programs. Throws
// run::RunError (usage) if that is no number of seconds.
std::time_t wall_clock();
std::time_t time_of_day(const std::string& day);  // "2026-01-31", noon in UTC; usage if none

std::string local_stamp(std::time_t now);  // "20260131-120000", names a folder of results
std::string utc_stamp(std::time_t now);    // "2026-01-31T12:00:00Z"
std::string utc_day(std::time_t now);      // "2026-01-31"

// As the person typed it, for commands to be repeated; "uketsuke" if the system does not say.
std::string program_name();

report::RunInfo info_of(const run::RunConfig& config, const std::vector<std::string>& paths,
                        std::time_t now);

// Throws run::RunError (usage) if the executor knows its releases and this is none of them.
void check_release(const std::string& release, run::Executor& executor);

}  // namespace uketsuke::cli
