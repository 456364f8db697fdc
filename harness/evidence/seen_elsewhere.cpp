// scenarios/conformance/seen_elsewhere.yaml.
#include "harness/evidence/bundle.h"
#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::evidence {
namespace {

conformance::SeenElsewhere read_entry(const yaml::Node& node) {
  yaml::Mapping map(node);
  conformance::SeenElsewhere seen;
  yaml::Mapping what(map.require("what"));
  seen.what = {what.require("ja").as_string(), what.require("en").as_string()};
  what.done();
  seen.source = map.require("source").as_string();
  if (const auto version = map.find("version")) seen.version = version.as_string();
  if (const auto fix = map.find("fix")) seen.fix = fix.as_string();
  map.done();
  return seen;
}

}  // namespace

SeenTable load_seen_elsewhere(const std::string& path) {
  const auto document = yaml::load_file(path);
  yaml::Mapping top(document.root());
  const auto version = top.require("uketsuke");
  if (version.as_int() != 1)
    yaml::fail(version,
               {"この版の uketsuke が読めるのは 1 だけです", "this uketsuke reads 1 only"});
  const auto cases = top.require("seen_elsewhere");
  SeenTable table;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    auto& entries = table[cases.key(i).as_string()];
    const auto list = cases.value(i);
    for (std::size_t k = 0; k < list.size(); ++k) entries.push_back(read_entry(list.at(k)));
  }
  top.done();
  return table;
}

}  // namespace uketsuke::evidence
