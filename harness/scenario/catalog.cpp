#include "harness/scenario/catalog.h"

#include <algorithm>
#include <filesystem>

#include "harness/scenario/screen_file.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::scenario {

const wire::panel::ScreenSet* Catalog::screens_of(std::string_view device) const {
  for (const wire::panel::ScreenSet& set : screens) {
    if (set.device == device) return &set;
  }
  return nullptr;
}

namespace {

namespace fs = std::filesystem;

std::vector<std::string> yaml_files(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Only the names; what a release means is read by who runs it.
void add_release(const std::string& file, Catalog& catalog) {
  const yaml::Document document = yaml::load_file(file);
  yaml::Mapping map(document.root());
  catalog.releases.push_back(map.require("release").as_string());
  const yaml::Mapping features(map.require("features"));
  for (std::size_t i = 0; i < features.node().size(); ++i) {
    std::string name = features.node().key(i).as_string();
    const auto end = catalog.features.end();
    if (std::find(catalog.features.begin(), end, name) == end) {
      catalog.features.push_back(std::move(name));
    }
  }
}

}  // namespace

std::vector<std::string> unknown_sources(const Catalog& catalog) {
  std::vector<std::string> lines;
  const Requirements& table = catalog.requirements;
  if (table.rows.empty()) return lines;
  const auto check = [&](const std::string& who, const std::string& seed,
                         const std::string& assumption) {
    const bool page = seed.size() == 2 && seed[0] == 'P' && seed[1] >= '1' && seed[1] <= '5';
    if (!seed.empty() && !page && table.find(seed) == nullptr) {
      lines.push_back(who + ": " + seed + " is not in the table");
    }
    if (!assumption.empty() && table.find_assumption(assumption) == nullptr) {
      lines.push_back(who + ": " + assumption + " is not in the register");
    }
  };
  for (const wire::panel::ScreenSet& set : catalog.screens) {
    for (const wire::panel::Screen& screen : set.screens) {
      const std::string where = set.device + " " + screen.id;
      check(where, screen.seed, screen.assumption);
      for (const auto& control : screen.controls) {
        check(where + " " + control.id, control.seed, control.assumption);
      }
    }
    for (const auto& message : set.messages) {
      check(set.device + " " + message.id, message.seed, message.assumption);
    }
  }
  return lines;
}

Catalog load_catalog(const std::string& scenarios_folder) {
  Catalog catalog;
  std::error_code error;
  for (const std::string& file : yaml_files(scenarios_folder + "/screens")) {
    catalog.screens.push_back(load_screens(file));
  }
  for (const std::string& file : yaml_files(scenarios_folder + "/releases")) {
    add_release(file, catalog);
  }
  const std::string seed = scenarios_folder + "/requirements/seed.yaml";
  const std::string register_file = scenarios_folder + "/requirements/assumptions.yaml";
  if (fs::exists(seed, error)) catalog.requirements = load_requirements(seed, register_file);
  return catalog;
}

}  // namespace uketsuke::scenario
