// What the runner and the command line need from the rest of the harness. harness/bench implements
// it; the tests have a fake. One object lives in the parent (select, hooks) and one in each worker
// process (expand, execute); nothing is shared between them but what is in these structs.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "harness/verdict/result.h"

namespace uketsuke::run {

struct Filters {
  std::vector<std::string> tags;  // a scenario must have all of them
  std::vector<std::string> only;  // and be named by one of them (id, or a shell pattern on it)
  std::string release = {};       // and hold for it; empty: whatever it holds for
};

// A step, or a check at the end, that begins.
struct Step {
  std::uint32_t number = 0;  // from 1
  std::uint32_t of = 0;      // so many there are
  std::uint32_t line = 0;    // of the scenario's file
  std::string ids;           // "P5-6"; may be empty
  verdict::Text what;        // who does what
};

// How to run. Everything travels to the workers; `extra` is for bench and bindings (reader=...).
struct Options {
  std::uint64_t random_seed = 1;  // of this execution: --seed plus the repetition
  std::uint32_t repetition = 0;
  std::string out_dir;              // folder of the run; journals belong into out_dir/journal
  std::uint32_t wall_limit_ms = 0;  // --wall-limit; 0: the scenario's own, or the default
  Filters filters;
  // "journal" = "all": --keep-journals; "release": run under this one; "steps" = "told": --steps
  std::map<std::string, std::string> extra;
  // Where the executor tells how far it is: Progress in slice.h. Does not travel; may be nullptr.
  std::atomic<std::uint64_t>* progress = nullptr;
  // Called at the beginning of each step. Does not travel; may be empty.
  std::function<void(const Step&)> on_step = {};
};

constexpr int kEveryVariant = -1;  // Selected.variant: the worker asks expand()
constexpr std::uint32_t kDefaultWallLimitMs = 60'000;

// A file to run, or one variant of it.
struct Selected {
  std::string path;
  int variant = kEveryVariant;  // row of the examples, from 0 (0 as well without examples)
  std::string id;               // may be empty while variant is kEveryVariant
  std::string variant_name;     // of the row; empty without examples
  verdict::Text title;
  std::uint32_t line = 0;
  std::uint32_t wall_limit_ms = 0;  // 0: kDefaultWallLimitMs
  // Of expand() in the parent; these do not travel.
  bool broken = false;  // the file does not load
  std::vector<std::string> tags;
};

// What check() finds in one file.
struct Finding {
  std::string place;  // "file:line:column", or "file"
  verdict::Text what;
};
struct FileCheck {
  std::vector<Finding> errors;
  std::vector<Finding> warnings;
  std::string id;           // of the scenario; empty if the file does not load
  bool unreadable = false;  // it could not even be read
};

class Executor {
 public:
  virtual ~Executor() = default;

  // Parent. The files of a command line in the order in which they are reported. Must be quick at
  // 10,000 files: answering each with kEveryVariant and leaving variants and filters to expand()
  // is right (find_scenarios() in find.h does that, and is the default). Throws RunError (find.h)
  // for a path that does not exist or cannot be read.
  virtual std::vector<Selected> select(const std::vector<std::string>& paths,
                                       const Filters& filters);

  // Worker, or the parent for `list`. The variants of one file that pass the filters, in order,
  // with variant >= 0; empty if none does. A file that does not load is one entry, variant 0,
  // id = stem of the file, whatever the filters say; execute() then answers kError with the
  // reason. Called again for the same path when another slice of its variants is to run.
  virtual std::vector<Selected> expand(const std::string& path, const Filters& filters) = 0;

  // Worker. Runs one variant. What the scenario or bench does wrong is in the result; an exception
  // becomes kError by the runner, which also fills wall_us, repetition and random_seed, and calls
  // verdict::seal().
  virtual verdict::ScenarioResult execute(const std::string& path, int variant,
                                          const Options& options) = 0;

  // Command line. The releases there are; empty: nothing is known about them.
  virtual std::vector<std::string> releases() { return {}; }
  // Where scenarios, baselines and the other data are; empty: nowhere.
  virtual std::string data_folder() { return {}; }
  // Command line.
  virtual FileCheck check(const std::string& path) = 0;
  // The vocabulary of steps, as text.
  virtual std::string steps(verdict::Language language) = 0;
  // The JSON Schema of scenario files.
  virtual std::string schema() = 0;
  // The text of a new scenario file; `path` ends in NAME.yaml.
  virtual std::string scenario_template(const std::string& path) = 0;
};

}  // namespace uketsuke::run
