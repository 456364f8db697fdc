// The catalogue for people: what a case is about, by which rules, how it is done, which bad devices
// it catches. One case as text, or all as a page to print.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/conformance/case.h"
#include "harness/conformance/rule_file.h"

namespace uketsuke::conformance {

struct Specification {
  struct Kill {
    std::string mutant;
    Text title;
  };
  Catalogue catalogue;
  RuleBook rules;
  std::map<std::string, std::vector<Kill>> kills;  // case -> mutants of whose expected set it is
};

std::string text_of(const Specification& spec, const Case& one, verdict::Language language);
// Self-contained, offline, both languages side by side, for A4 paper.
std::string html_of(const Specification& spec);

// What a finding of this case means.
Text judged_as(const Case& one);

}  // namespace uketsuke::conformance
