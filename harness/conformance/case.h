// A test purpose as data.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/conformance/expression.h"
#include "harness/conformance/step.h"

namespace uketsuke::conformance {

struct Case {
  std::string id;                  // "MSG-03"
  verdict::Text title;
  std::vector<std::string> rules;  // ids of scenarios/requirements
  // Where the purpose comes from, as the facts mark it ("S", "C", "M", "A", "S/C", ...).
  std::string confidence = "S";
  // What would be a fail is a warning until the clause is known: confidence not plainly S.
  bool warns_only = false;
  std::optional<Expression> applies;  // none: always
  bool each_slot = true;              // once for every slot to which it applies
  // What lies in the slot from the beginning: a test card, "any", or nothing (empty).
  std::string card;
  std::set<std::string> cards;        // all that lie there at some time
  std::string needs;                  // nobody, card, operator
  bool preflight = true;              // GetSlotStatus has to be answered before the steps
  bool destructive = false;           // the device's state may not come back by itself
  bool may_lock_card = false;
  std::uint32_t repeat = 1, accept = 1;
  double seconds = 30;                // of simulated time; longer is a deviation of the bench
  std::vector<std::string> assumptions;
  std::string pcsc;                   // name of a check at PC/SC level; no steps then
  std::vector<std::string> scenarios; // files replayed for the reception flow; no steps then
  bool words_as_written = false;      // scenarios: their words have to be those of the screens
  bool no_personal_data = false;      // scenarios: nothing that is kept may hold any
  Steps setup;                        // what fails here makes the case inconclusive
  Steps steps;
  std::string file;
  std::uint32_t line = 0;

  std::string family() const { return id.substr(0, id.find('-')); }
};
using CasePtr = std::shared_ptr<const Case>;

struct Catalogue {
  std::vector<CasePtr> cases;  // in the order of the files and in them
  std::string digest;          // SHA-256 (hex) over names and bytes of the files
  const Case* find(const std::string& id) const;
};

// Every *.yaml of scenarios/conformance that begins with `uketsuke: 1` and has `cases:`, in the
// order of their names. Throws yaml::Error with every problem: unknown key or step, a case twice, a
// case that judges nothing, an expression that cannot be read.
Catalogue load_catalogue(const std::string& data_folder);

}  // namespace uketsuke::conformance
