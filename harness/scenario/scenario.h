// One scenario: pure data with the place of every step and expectation.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/vocabulary.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::scenario {

struct Catalog;

// In Scenario::file, from 1.
struct Place {
  int line = 0, column = 0;
};

// A value of the file after ${} were filled in, already checked against its shape.
struct Value {
  enum class Form : std::uint8_t { kAbsent, kScalar, kList, kMap };
  Form form = Form::kAbsent;
  std::string text;          // scalar as written; kept beside the long form of a short one
  double number = 0;         // kInteger, kSeconds
  bool truth = false;        // kTruth
  std::vector<Value> items;  // list
  std::vector<std::pair<std::string, Value>> fields;  // mapping, in the order of the file
  Place place;

  explicit operator bool() const { return form != Form::kAbsent; }
  bool is(std::string_view word) const { return form == Form::kScalar && text == word; }
  // Steps down mappings by a dotted path, "backend.visual_passcode"; nullptr if it is not there.
  const Value* find(std::string_view path) const;
  std::string text_at(std::string_view path, std::string_view otherwise = {}) const;
  double number_at(std::string_view path, double otherwise) const;
  bool truth_at(std::string_view path, bool otherwise) const;
};

struct Action {
  Act act = Act::kNothing;
  std::string name;  // "press"
  Value argument;    // absent for a bare action
  // press, click, tick, untick: id of the control; empty if several screens give these words to
  // different controls (then the words decide at run time).
  std::string control;
  Place place;
};

struct Expectation {
  Outcome outcome = Outcome::kScreen;  // of a step; of `then` only `name` counts
  std::string name;                    // "screen"; in `then` dotted: "backend.identity_history"
  Value value;
  Place place;
};

// How long a step may take to show what it expects: an assumption's parameter or seconds.
struct Within {
  std::string assumption;  // "A-20", or empty
  double seconds = 0;      // if assumption is empty and this is > 0
};

struct Step {
  std::vector<std::string> ids;  // ids of the seed, mostly one; may be empty
  std::string who;               // role; empty if not said
  Action action;
  std::vector<Expectation> expect;  // without within and by
  Within within;
  std::string by;  // "A-29", "P3-n4": on what the expectations rest; or empty
  Text note;
  Place place;
};

struct Bench {
  std::string reader = "face";  // "face" or "generic"
  std::string reader_profile;   // empty: the reference reader
  std::string release;          // empty: the scenario's first release
};

// 0: the runner's default.
struct Limits {
  double simulated_seconds = 0, wall_seconds = 0;
};

struct Scenario {
  std::string file;
  std::string id;
  Text title;
  std::vector<std::string> seed;      // pages, "P3"
  std::vector<std::string> releases;  // empty: every release
  std::vector<std::string> tags;
  std::vector<std::string> covers;  // seed ids that no single step stands for
  Bench bench;
  Value given;  // keys of given_keys(); see text_at()
  std::vector<Step> steps;
  std::vector<Expectation> then;
  std::vector<Value> faults;
  Limits limits;
  int row = 0;  // of `examples`, from 1; 0: no table
  std::vector<std::pair<std::string, std::string>> substitutions;  // of that row
  std::vector<bool> secret_columns;  // of them: what nobody is shown; empty: none

  // "holder=hanako, password=****(2)"; empty without examples.
  std::string variant() const;
  std::string name() const;                  // "id", or "id[button=同意する, consent=granted]"
  std::vector<std::string> covered() const;  // covers and the ids of the steps, each once
};

struct LoadResult {
  std::vector<Scenario>
      scenarios;  // one for each row of `examples`, else one; empty after an error
  std::vector<yaml::Problem> errors;
  std::vector<yaml::Problem> warnings;
  bool ok() const { return errors.empty(); }
};

// Reads, expands the examples and checks; never throws for what a file holds. All errors of the
// file are collected, in the order of the file, each once.
LoadResult load(const std::string& path, const Catalog& catalog);
LoadResult load_text(std::string_view text, std::string name, const Catalog& catalog);
// The same for one that must be good: throws yaml::Error with all errors.
std::vector<Scenario> load_or_throw(const std::string& path, const Catalog& catalog);

}  // namespace uketsuke::scenario
