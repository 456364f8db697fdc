#include "harness/scenario/catalog.h"

#include <algorithm>
#include <filesystem>

#include "harness/scenario/screen_file.h"

namespace uketsuke::scenario {

const wire::panel::ScreenSet* Catalog::screens_of(std::string_view device) const {
  for (const wire::panel::ScreenSet& set : screens) {
    if (set.device == device) return &set;
  }
  return nullptr;
}

Catalog load_catalog(const std::string& scenarios_folder) {
  namespace fs = std::filesystem;
  Catalog catalog;
  std::error_code error;
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(scenarios_folder + "/screens", error)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) catalog.screens.push_back(load_screens(file));
  const std::string seed = scenarios_folder + "/requirements/seed.yaml";
  const std::string register_file = scenarios_folder + "/requirements/assumptions.yaml";
  if (fs::exists(seed, error)) catalog.requirements = load_requirements(seed, register_file);
  return catalog;
}

}  // namespace uketsuke::scenario
