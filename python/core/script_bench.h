// A bench that a program drives: one scenario, whose steps come one by one. Nothing in it knows of
// Python; whoever calls has the simulation to himself.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/bench/play.h"
#include "harness/bench/secrets.h"
#include "harness/bind/device_lock.h"
#include "harness/scenario/step_reader.h"

namespace uketsuke::python {

// One line of the journal: a message (wire, from, to, bytes) or a note of a role (role, event).
struct Record {
  std::uint64_t time_ns = 0;
  std::string wire, pipe, from, to;
  std::vector<std::uint8_t> bytes;  // masked ones are zero
  std::string role, event;
  std::string text;    // decoded fields
  std::string remark;  // what a fault did
};

// Simulated time is counted in ps in 64 bits, 213 days: a bench runs no longer.
inline constexpr double kLongestSeconds = 200 * 86'400.0;

// The data of the harness, read once in a process. Empty: find_data_folder(). Throws what
// load_assets throws.
std::shared_ptr<const bench::Assets> shared_assets(const std::string& data_folder);

struct BenchSettings {
  std::uint64_t seed = 1;
  std::map<std::string, std::string> extra;  // bindings, as bind::put_bindings fills it
  std::string data_folder;                   // empty: find_data_folder()
  // Change what the world is built of.
  std::vector<std::function<void(bench::WorldConfig&)>> amend;
  std::string programs;  // of the script, for the result: " panel=script:NAME"
  // Of the simulation (Simulation::watch).
  std::function<void()> watcher;
};

class ScriptBench {
 public:
  // header: all keys of a scenario file but steps, then and examples. Throws yaml::Error,
  // run::RunError and what building a world throws.
  ScriptBench(std::string_view header, const scenario::Source& source, BenchSettings settings);
  ~ScriptBench();
  ScriptBench(const ScriptBench&) = delete;
  ScriptBench& operator=(const ScriptBench&) = delete;

  // False: nothing can be done here; result() tells why.
  bool prepare();
  // As in a file: keys of one of `steps:`, of `then`. Throws what the simulation throws.
  verdict::StepResult step(std::string_view yaml, const scenario::Source& source);
  std::vector<verdict::StepResult> checks(std::string_view yaml, const scenario::Source& source);
  // A step that the program judged by itself.
  verdict::StepResult attest(verdict::StepResult step, const scenario::Source& source);
  void run_for(wire::Micros duration_us);
  // False: `within_us`, or the case's time, was over before `done()` held. It is asked after each
  // instant.
  bool run_until(const std::function<bool()>& done, wire::Micros within_us);
  // What runs the simulation beside steps: `work` has the world to itself.
  void drive(const std::function<void(bench::World&)>& work);
  // Throws ScriptError for a word that scenarios do not have.
  std::string seen(const std::string& expectation);
  // The simulated time of `limits`, or of any scenario, is used up.
  bool out_of_time();
  // What is left of it.
  wire::Micros left_us();
  std::uint64_t now_us();
  std::string lying();  // whose card lies at the reader; empty: none
  std::size_t records() const { return journal().size(); }
  std::vector<Record> records(std::size_t begin, std::size_t count) const;
  std::vector<std::string> last_messages(std::size_t count) const { return journal().tail(count); }
  // Where finish() leaves the journal, if the result is above pass or `passing` says so.
  void keep_journal(std::string file, bool passing);
  // The lines of that file, when the bench has ended. Empty: there is to be none, or it would hold
  // a secret.
  std::string journal_text() const;
  // In a handler: what is being thrown becomes the verdict.
  void broke_off();
  // Ends the case; the second time the same again. The world is gone then, with what it was bound
  // to (connections, programs, threads); what can be asked is answered as at its end.
  const verdict::ScenarioResult& finish();
  bool finished() const { return finished_; }
  // So far.
  const verdict::ScenarioResult& result() const;

 private:
  class Running;
  void drive_only_once() const;
  bool of_another_process() const;
  void leave_world();
  const trace::Journal& journal() const;
  void something_happened();
  wire::Micros end_of(wire::Micros duration_us);

  std::shared_ptr<const bench::Assets> assets_;
  scenario::Scenario scenario_;
  bench::RunSettings settings_;
  std::vector<verdict::Text> warnings_;  // of what is bound
  std::unique_ptr<bind::DeviceLock> device_;
  std::unique_ptr<scenario::StepReader> reader_;
  std::unique_ptr<bench::Play> play_;  // nullptr: finished
  // As the world was left.
  struct Left {
    trace::Journal journal;
    std::map<std::string, std::string> seen;  // by the word of `expect:`
    std::string lying;
    std::uint64_t now_us = 0;
    bool out_of_time = false;
    std::optional<bench::Secrets> secrets;  // if the journal may be kept
  } left_;
  verdict::ScenarioResult result_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  bool running_ = false, finished_ = false;
  int owner_;  // process
};

}  // namespace uketsuke::python
