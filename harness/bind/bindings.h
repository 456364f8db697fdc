// What is bound in place of a model, as the command line (--bind, --bench) says it. A scenario can
// say nothing of it: it can run nothing and touch no card.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/verdict/verdict.h"

namespace uketsuke::bind {

// "usbip:127.0.0.1:3240/1-1": kind and what follows; exec has arguments instead.
struct Binding {
  std::string kind = "model";
  std::string address;
  std::vector<std::string> arguments;  // exec: program and arguments
  bool is_model() const { return kind == "model"; }
  std::string text() const;  // as it is written
};

// A physical card that stands for one of the scenarios' persons.
struct BoundCard {
  std::string holder;         // "hanako"
  verdict::Text description;  // for the operator: which card that is
  // How it is released for this run (sim/guard/README.md); empty: it is not.
  std::vector<std::uint8_t> key, digest;
  bool may_lock = false;
  // It is one of ours in a reader that we serve: its messages are journalled as a model's are.
  bool simulated = false;
};

// What stands beside the reader (`equipment:` of a bench file, IXIT): what cases of the conformance
// catalogue need. Nothing is taken for granted.
struct Equipment {
  bool robot = false;       // places and removes cards by itself
  bool relay_usb = false;   // pulls the reader's plug
  bool wire_probe = false;  // what passes between reader and card is seen
  bool power_meter = false;
  bool camera = false;
  bool vm = false;                 // the host is a virtual machine
  bool pcsc = false;               // the reader can be reached through PC/SC, too
  bool test_cards = false;         // the test cards of scenarios/cards/conformance
  std::vector<std::string> cards;  // others that are at hand, by name
};

struct Bindings {
  Binding reader;  // model, usb, usbip, pcsc, exec
  Binding panel;   // model, hands, exec, operator
  Binding card;    // the same; as the panel if it is not named
  std::vector<BoundCard> cards;
  Equipment equipment;
  double speed = 1;                      // simulated seconds in a second
  bool allow_remote = false;             // hosts that are not this machine
  std::uint32_t operator_seconds = 120;  // how long a person is waited for
  std::string bench_file;                // where it comes from; empty: the command line alone

  bool bound() const { return !reader.is_model() || !panel.is_model() || !card.is_model(); }
  bool has_operator() const { return panel.kind == "operator" || card.kind == "operator"; }
  // Somewhere a card may lie that is not simulated: unless every card at hand is said to be.
  bool may_have_real_card() const;
  // "reader=usbip:127.0.0.1/1-1 panel=hands:127.0.0.1:3500, the rest: model"
  std::string text() const;
  const BoundCard* find_card(const std::string& holder) const;
};

// ROLE=WHAT of the command line, in order, over what the bench file says (empty: none). Throws
// run::RunError (usage) with what to write instead: no such role, no such kind, a model where
// hardware needs a person. `holders`: the persons who have cards; others are refused in the bench
// file. Empty: everybody may.
Bindings load_bindings(const std::string& bench_file, const std::vector<std::string>& binds,
                       const std::vector<std::string>& holders = {});

// How they travel to a worker, in run::Options::extra ("bench", "bind.0", "bind.1", ...).
void put_bindings(const std::string& bench_file, const std::vector<std::string>& binds,
                  std::map<std::string, std::string>& extra);
Bindings bindings_of(const std::map<std::string, std::string>& extra);

}  // namespace uketsuke::bind
