#include "harness/conformance/mutants/mutant_file.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "harness/bench/reader_file.h"
#include "harness/conformance/mutants/mutant_parameters.h"
#include "harness/conformance/mutants/mutant_rules.h"
#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::conformance {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kFormat = 1;

std::vector<std::string> names_of(const MutantSources& sources) {
  std::vector<std::string> names;
  for (const auto& [name, profile] : sources.readers) names.push_back(name);
  return names;
}

// "card", "panel", "terminal", "backend" or names of readers.
void take_base(const yaml::Node& node, const MutantSources& sources, Mutant& mutant) {
  for (const MutantRole role : {MutantRole::kCard, MutantRole::kPanel, MutantRole::kTerminal,
                                MutantRole::kBackend}) {
    if (!node.is_scalar() || node.text() != to_string(role)) continue;
    mutant.role = role;
    return;
  }
  const auto add = [&](const yaml::Node& name) {
    const auto found = sources.readers.find(name.as_string());
    if (found == sources.readers.end()) {
      yaml::fail(name, verdict::Text("そのようなリーダーはない", "there is no such reader") +
                           yaml::hint(name.text(), names_of(sources)));
    }
    mutant.readers.push_back({found->first, found->second});
  };
  if (node.is_scalar()) return add(node);
  for (std::size_t i = 0; i < node.size(); ++i) add(node.at(i));
  if (mutant.readers.empty()) yaml::fail(node, "a reader is expected here");
}

void take_seeded(const yaml::Node& node, const MutantSources& sources, Mutant& mutant) {
  yaml::Mapping map(node);
  const yaml::Node field = map.require("field"), value = map.require("value");
  map.done();
  const std::string name = field.as_string();
  const auto found = std::find_if(sources.fields.begin(), sources.fields.end(),
                                  [&](const campaign::Field& one) { return one.name == name; });
  if (found == sources.fields.end()) {
    std::vector<std::string> names;
    for (const campaign::Field& one : sources.fields) names.push_back(one.name);
    yaml::fail(field, verdict::Text("そのような項目はない", "there is no such field") +
                          yaml::hint(name, names));
  }
  auto change = campaign::change_to(*found, value.text());
  if (!change) {
    yaml::fail(value, verdict::Text("その項目にはできない値", "the field cannot have that value") +
                          yaml::hint(value.text(), campaign::values_of(*found)));
  }
  mutant.seeded.push_back(std::move(*change));
}

void take_change(const yaml::Node& node, const MutantSources& sources, Mutant& mutant) {
  yaml::Mapping change(node);
  if (const yaml::Node reader = change.find("reader"))
    for (MutantReader& one : mutant.readers) bench::overlay_reader(reader, one.profile);
  if (const yaml::Node parameters = change.find("parameters"))
    for (MutantReader& one : mutant.readers) set_parameters(parameters, one.profile);
  if (const yaml::Node table = change.find("table"))
    for (MutantReader& one : mutant.readers) set_table(table, one.profile);
  if (const yaml::Node announces = change.find("announces"))
    mutant.wire = announcements(announces);
  if (const yaml::Node wire = change.find("wire")) {
    for (fault::Mutation& rule : wire_rules(wire)) mutant.wire.push_back(std::move(rule));
  }
  if (const yaml::Node seeded = change.find("seeded")) {
    if (seeded.is_mapping()) {
      take_seeded(seeded, sources, mutant);
    } else {
      for (std::size_t i = 0; i < seeded.size(); ++i) take_seeded(seeded.at(i), sources, mutant);
    }
  }
  change.done();
  if (node.size() == 0) yaml::fail(node, "a mutant changes something");
  const bool of_reader = mutant.role == MutantRole::kReader;
  if (of_reader == !mutant.seeded.empty())
    yaml::fail(node, "seeded: for card, panel, terminal and backend; the others for readers");
}

void take_flag(yaml::Mapping& map, std::string_view key, bool& target) {
  if (const yaml::Node node = map.find(key)) target = node.as_bool();
}

Mutant mutant_of(const yaml::Node& node, const MutantSources& sources) {
  yaml::Mapping map(node);
  Mutant mutant;
  const yaml::Node id = map.require("id");
  mutant.id = id.as_string();
  if (mutant.id.substr(0, 2) != "m-") yaml::fail(id, "an id begins with m-");
  mutant.file = id.mark().file;
  mutant.line = id.mark().line;
  yaml::Mapping title(map.require("title"));
  mutant.title = {title.require("ja").as_string(), title.require("en").as_string()};
  title.done();
  mutant.imitates = map.require("imitates").as_string();
  take_base(map.require("base"), sources, mutant);
  take_change(map.require("change"), sources, mutant);
  take_flag(map, "warns", mutant.warns);
  take_flag(map, "intermittent", mutant.intermittent);
  take_flag(map, "legal", mutant.legal);
  if (const yaml::Node cases = map.find("killed_by")) mutant.killed_by = cases.as_strings();
  map.done();
  if (mutant.legal == !mutant.killed_by.empty())
    yaml::fail(node, "killed_by: cases for every mutant that is not legal, none for one that is");
  return mutant;
}

}  // namespace

std::string_view to_string(MutantRole role) {
  switch (role) {
    case MutantRole::kReader: return "reader";
    case MutantRole::kCard: return "card";
    case MutantRole::kPanel: return "panel";
    case MutantRole::kTerminal: return "terminal";
    case MutantRole::kBackend: return "backend";
  }
  return "?";
}

MutantSources mutant_sources(const bench::Assets& assets, const std::string& release) {
  return {assets.readers, campaign::all_fields(assets, release)};
}

std::vector<Mutant> load_mutant_file(const std::string& path, const MutantSources& sources) {
  const yaml::Document document = yaml::load_file(path);
  yaml::Mapping top(document.root());
  top.require("uketsuke_mutants").as_int(kFormat, kFormat);
  const std::string family = top.require("family").as_string();
  const yaml::Node list = top.require("mutants");
  top.done();
  if (!list.is_sequence()) yaml::fail(list, "a list of mutants is expected here");
  std::vector<Mutant> mutants;
  for (std::size_t i = 0; i < list.size(); ++i) {
    mutants.push_back(mutant_of(list.at(i), sources));
    mutants.back().family = family;
  }
  return mutants;
}

std::vector<Mutant> load_mutants(const std::string& folder, const MutantSources& sources) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path().string());
  if (error)
    throw yaml::Error(yaml::Problem{{folder, 0, 0},
                                    verdict::say("読めません（{}）", "cannot be read ({})",
                                                 error.message())});
  std::sort(paths.begin(), paths.end());
  std::vector<Mutant> mutants;
  std::map<std::string, std::string> places;
  for (const std::string& path : paths) {
    for (Mutant& mutant : load_mutant_file(path, sources)) {
      const std::string place = mutant.file + ":" + std::to_string(mutant.line);
      const auto [first, fresh] = places.emplace(mutant.id, place);
      if (!fresh)
        throw yaml::Error(yaml::Problem{
            {mutant.file, static_cast<int>(mutant.line), 0},
            verdict::say("{} は {} にもあります", "{} stands at {}, too", mutant.id,
                         first->second)});
      mutants.push_back(std::move(mutant));
    }
  }
  return mutants;
}

}  // namespace uketsuke::conformance
