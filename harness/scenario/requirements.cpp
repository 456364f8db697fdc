#include "harness/scenario/requirements.h"

#include <algorithm>

#include "harness/yaml/yaml.h"

namespace uketsuke::scenario {
namespace {

using wire::panel::Text;

constexpr std::string_view kKinds[] = {"step", "condition", "note", "example", "backend_check"};

std::string filled(const yaml::Node& node) {
  if (node.text().empty()) yaml::fail(node, "a text is expected here");
  return node.as_string();
}
std::string optional_text(const yaml::Node& node) { return node ? filled(node) : std::string(); }

template <class Row>
const Row* by_id(const std::vector<Row>& rows, std::string_view id) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.id == id; });
  return found != rows.end() ? &*found : nullptr;
}

RequirementKind read_kind(const yaml::Node& node) {
  const std::vector<std::string> names(std::begin(kKinds), std::end(kKinds));
  const auto found = std::find(names.begin(), names.end(), node.text());
  if (found == names.end()) {
    yaml::fail(node, node.as_string() + ": no such kind" + yaml::did_you_mean(node.text(), names));
  }
  return static_cast<RequirementKind>(found - names.begin());
}

// The id says the page: "P3-1" is on page 3.
int page_of(const yaml::Node& node) {
  const std::string_view id = node.text();
  if (id.size() < 4 || id[0] != 'P' || id[1] < '1' || id[1] > '5' || id[2] != '-') {
    yaml::fail(node, std::string(id) + ": an id is written P3-1, P3-n1, P4-c1, P2-k1");
  }
  return id[1] - '0';
}

Requirement read_requirement(const yaml::Node& node) {
  yaml::Mapping map(node);
  Requirement row;
  row.id = filled(map.require("id"));
  row.page = page_of(map.require("id"));
  row.kind = read_kind(map.require("kind"));
  row.box = optional_text(map.find("box"));
  row.text = {filled(map.require("ja")), filled(map.require("en"))};
  if (const yaml::Node list = map.find("assumptions")) row.assumptions = list.as_strings();
  row.not_tested = optional_text(map.find("not_tested"));
  map.done();
  return row;
}

AbsentStep read_absent(const yaml::Node& node) {
  yaml::Mapping map(node);
  AbsentStep row;
  row.id = filled(map.require("id"));
  row.page = page_of(map.require("id"));
  row.reason = {filled(map.require("ja")), filled(map.require("en"))};
  row.assumption = filled(map.require("assumption"));
  map.done();
  return row;
}

Assumption read_assumption(const yaml::Node& node) {
  yaml::Mapping map(node);
  Assumption row;
  row.id = filled(map.require("id"));
  yaml::Mapping question(map.require("question"));
  row.question = {filled(question.require("ja")), filled(question.require("en"))};
  question.done();
  row.value = filled(map.require("default"));
  row.doubt = filled(map.require("doubt"));
  row.affects = map.require("affects").as_strings();
  map.done();
  return row;
}

template <class Row, class Read>
void read_list(const yaml::Node& list, std::vector<Row>& rows, Read read) {
  if (!list.is_sequence()) yaml::fail(list, "a list of rows is expected here");
  for (std::size_t i = 0; i < list.size(); ++i) {
    Row row = read(list.at(i));
    if (by_id(rows, row.id) != nullptr)
      yaml::fail(list.at(i), row.id + ": a second row with this id");
    rows.push_back(std::move(row));
  }
}

void check_assumption(const Requirements& all, const std::string& id, const yaml::Node& where) {
  if (by_id(all.assumptions, id) == nullptr) {
    yaml::fail(where, id + ": no such assumption in the register");
  }
}

Requirements read_all(const yaml::Document& seed, const yaml::Document& register_file) {
  Requirements all;
  yaml::Mapping top(register_file.root());
  read_list(top.require("assumptions"), all.assumptions, read_assumption);
  top.done();
  yaml::Mapping table(seed.root());
  const yaml::Node rows = table.require("requirements");
  read_list(rows, all.rows, read_requirement);
  const yaml::Node absent = table.require("absent");
  read_list(absent, all.absent, read_absent);
  table.done();
  for (std::size_t i = 0; i < all.rows.size(); ++i) {
    for (const std::string& id : all.rows[i].assumptions) check_assumption(all, id, rows.at(i));
  }
  for (std::size_t i = 0; i < all.absent.size(); ++i) {
    check_assumption(all, all.absent[i].assumption, absent.at(i));
    if (by_id(all.rows, all.absent[i].id) != nullptr) {
      yaml::fail(absent.at(i), all.absent[i].id + ": declared absent, and yet a row of the table");
    }
  }
  return all;
}

}  // namespace

std::string_view to_string(RequirementKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

const Requirement* Requirements::find(std::string_view id) const { return by_id(rows, id); }
const AbsentStep* Requirements::find_absent(std::string_view id) const { return by_id(absent, id); }
const Assumption* Requirements::find_assumption(std::string_view id) const {
  return by_id(assumptions, id);
}

Requirements load_requirements(const std::string& seed_file, const std::string& assumptions_file) {
  return read_all(yaml::load_file(seed_file), yaml::load_file(assumptions_file));
}
Requirements load_requirements_text(std::string_view seed, std::string_view assumptions) {
  return read_all(yaml::load_text(seed, "seed.yaml"),
                  yaml::load_text(assumptions, "assumptions.yaml"));
}

Coverage coverage(const Requirements& requirements, const std::vector<std::string>& ids) {
  Coverage result;
  for (const Requirement& row : requirements.rows) {
    if (std::find(ids.begin(), ids.end(), row.id) != ids.end()) {
      result.covered.push_back(&row);
    } else if (!row.not_tested.empty()) {
      result.not_tested.push_back(&row);
    } else {
      result.uncovered.push_back(&row);
    }
  }
  return result;
}

}  // namespace uketsuke::scenario
