// What one scenario (one row of its examples) and each of its steps came to. Plain data: the
// executor fills it, the runner carries it between processes, the reports print it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/verdict/verdict.h"

namespace uketsuke::verdict {

struct StepResult {
  std::uint32_t index = 0;   // in the scenario, from 0; the checks of `then` count on
  std::string seed_id;       // "P3-4": page and step of the seed; empty if it has none
  Text title;                // what was done, in words
  std::string who;           // "reception_staff"
  std::string attested_by;   // on whose word it was done ("operator"); empty: the model's own doing
  Verdict verdict = Verdict::kNone;  // kNone: not executed
  std::string file;          // where the step is written; empty: the scenario's file
  std::uint32_t line = 0;    // from 1; 0: unknown
  Text expected;             // filled for every step that expects something
  Text observed;             // filled at least when verdict is above pass
  std::uint64_t simulated_us = 0;      // simulated time at which the step ended
  std::vector<std::string> wire_tail;  // last messages before a deviation, decoded, oldest first
};

struct ScenarioResult {
  std::string id;            // `scenario:` of the file; if it did not load, the file's stem
  std::string file;
  std::uint32_t line = 0;
  Text title;
  std::string release;       // "2024-12"
  std::string seed_page;     // `seed:` of the file, "P3"
  std::string variant;       // name or values of the row of `examples:`; empty: no examples
  std::uint32_t repetition = 0;   // of --repeat, from 0
  std::uint64_t random_seed = 0;  // seed of the random numbers of this simulation
  Verdict verdict = Verdict::kNone;
  Text reason;               // why it is inconc, error or none; empty if the steps say it
  Text not_applicable;       // expression and values; non-empty: not applicable, verdict kNone
  std::vector<StepResult> steps;      // as run; a step that was not reached stays kNone
  std::uint32_t steps_planned = 0;    // how many there should be, checks of `then` included
  std::vector<Text> warnings;         // findings beside the verdict
  std::vector<std::string> assumptions;  // "A-29", those that a judgement here rested on
  // A case that a program played and judged: which ("tests/test_p3.py::test_consent"). Its verdict
  // is the program's word; empty: a scenario that we played.
  std::string script;
  std::vector<std::string> requirements;  // ids that it stands for
  std::string produced_by;   // what was bound, e.g. "model" or "reader=usb:054c:0dc8"
  // Which reader that was: "model:PROFILE", "VID:PID:BCD" or "VID:PID:BCD:SERIAL" in hex and as the
  // device tells them; empty: its route does not tell, or it never came.
  std::string reader;
  std::uint64_t simulated_us = 0;
  std::uint64_t wall_us = 0;
  std::uint64_t rsa_us = 0;      // part of wall_us spent in RSA operations, of all roles
  std::string journal_digest;    // hex
  std::string journal_path;      // relative to the output folder; empty: not kept
  Text journal_problem;          // why the journal could not be written; beside the verdict
};

// Brings `verdict` up to what the steps say (never down) and closes the ways to an undeserved pass:
// a step that was planned but not executed, or a check that was not evaluated, makes a pass
// inconclusive with a reason; no steps at all leaves none; not applicable is always none.
void seal(ScenarioResult& result);

// The first step with the highest verdict above pass, or nullptr.
const StepResult* decisive_step(const ScenarioResult& result);

bool is_not_applicable(const ScenarioResult& result);

// How a case that a program played is marked, wherever it is shown.
Text script_mark();  // "attested by script"

// "p3_emergency_reception[2]#3": id, variant, repetition (if not the first).
std::string full_name(const ScenarioResult& result);

}  // namespace uketsuke::verdict
