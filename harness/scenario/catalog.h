// The names a scenario may use. An empty list is not checked against.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/requirements.h"
#include "sim/wire/panel/screen.h"

namespace uketsuke::scenario {

struct Catalog {
  std::vector<wire::panel::ScreenSet> screens;  // of face_reader, terminal, ehr
  std::vector<std::string> people;              // card holders
  std::vector<std::string> clinicians;
  std::vector<std::string> releases;
  std::vector<std::string> features;  // that a release may have
  std::vector<std::string> reader_profiles;
  Requirements requirements;  // empty: ids are not checked

  const wire::panel::ScreenSet* screens_of(std::string_view device) const;
};

// screens/*.yaml, requirements/*.yaml and the names in releases/*.yaml below the folder
// `scenarios`; the other lists stay empty. Folders that are not there are skipped. Throws
// yaml::Error.
Catalog load_catalog(const std::string& scenarios_folder);

// Seed ids and assumptions that the screens name and the requirements table does not have, one line
// each; a whole page ("P2") may stand for the page. Empty if the table is.
std::vector<std::string> unknown_sources(const Catalog& catalog);

}  // namespace uketsuke::scenario
