#include "tests/matrix/table.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "harness/yaml/yaml.h"

namespace uketsuke::matrix {
namespace {

using Problems = std::vector<yaml::Problem>;
using Names = std::vector<std::string>;

// Does a Markdown file have such a heading?
bool has_section(const std::string& path, std::string_view heading) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t begin = line.find_first_not_of('#');
    if (begin == 0 || begin == std::string::npos || line[begin] != ' ') continue;
    if (std::string_view(line).substr(begin + 1) == heading) return true;
  }
  return false;
}

bool is_clause(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-';
  });
}

// Which sources exist: ids of the seed and of the register, standards of standards.yaml.
class Sources {
 public:
  explicit Sources(const std::string& root) : root_(root) {
    const std::string requirements = root + "/scenarios/requirements/";
    add_ids(requirements + "seed.yaml", "requirements");
    add_ids(requirements + "assumptions.yaml", "assumptions");
    add_ids(root + "/tests/matrix/standards.yaml", "standards");
  }

  // "P3-4" | "A-29" | "CCID 1.1 §6.1.11" | "models/README.md §Heading"
  bool known(const std::string& source) {
    static const std::string mark = " §";
    const std::size_t at = source.find(mark);
    if (at == std::string::npos) return ids_.count(source) != 0 && standards_.count(source) == 0;
    const std::string document = source.substr(0, at);
    const std::string part = source.substr(at + mark.size());
    if (standards_.count(document) != 0) return is_clause(part);
    const auto seen = sections_.find(source);
    if (seen != sections_.end()) return seen->second;
    const bool readme = document.size() > 3 && document.substr(document.size() - 3) == ".md" &&
                        document.find("..") == std::string::npos;
    return sections_[source] = readme && has_section(root_ + "/" + document, part);
  }
  const std::set<std::string>& ids() const { return ids_; }

 private:
  void add_ids(const std::string& path, const char* list) {
    const yaml::Document document = yaml::load_file(path);
    yaml::Mapping top(document.root());
    const yaml::Node rows = top.require(list);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::string id = yaml::Mapping(rows.at(i)).require("id").as_string();
      ids_.insert(id);
      if (list == std::string_view("standards")) standards_.insert(id);
    }
  }

  std::string root_;
  std::set<std::string> ids_, standards_;
  std::map<std::string, bool> sections_;
};

class Loader {
 public:
  Loader(Table& table, const std::string& root) : table_(table), sources_(root) {}

  void load(const yaml::Node& root) {
    yaml::Mapping top(root);
    table_.name = top.require("table").as_string();
    state_groups_ = read_groups(top.find("state_groups"));
    event_groups_ = read_groups(top.find("event_groups"));
    read_names(top.require("states"), table_.states);
    read_names(top.require("events"), table_.events);
    const yaml::Node rows = top.require("rows");
    for (std::size_t i = 0; i < rows.size(); ++i) read_row(rows.at(i));
    if (const yaml::Node list = top.find("equivalent")) {
      for (std::size_t i = 0; i < list.size(); ++i) read_equivalent(list.at(i));
    }
    note(top.unread());
    for (const std::string& state : table_.states) {
      for (const std::string& event : table_.events) {
        if (table_.cells.count({state, event}) == 0) {
          problem(root, "no cell for " + state + " x " + event);
        }
      }
    }
    if (!problems_.empty()) throw yaml::Error(problems_);
  }

 private:
  using Groups = std::map<std::string, Names>;

  void problem(const yaml::Node& node, std::string message) {
    problems_.push_back(yaml::problem_at(node, std::move(message)));
  }
  void note(Problems more) { problems_.insert(problems_.end(), more.begin(), more.end()); }

  static Groups read_groups(const yaml::Node& node) {
    Groups groups;
    if (!node) return groups;
    for (std::size_t i = 0; i < node.size(); ++i) {
      groups[node.key(i).as_string()] = node.value(i).as_strings();
    }
    return groups;
  }

  // states: {id: what it means, ...}
  void read_names(const yaml::Node& node, Names& names) {
    for (std::size_t i = 0; i < node.size(); ++i) {
      names.push_back(node.key(i).as_string());
      if (node.value(i).text().empty()) problem(node.key(i), "says nothing about it");
    }
  }

  // Words are names, groups, "all"; a leading - takes away.
  Names expand(const yaml::Node& node, const Names& words, const Names& all, const Groups& groups,
               int depth = 0) {
    Names names;
    for (const std::string& word : words) {
      const bool away = word.size() > 1 && word.front() == '-';
      const std::string name = away ? word.substr(1) : word;
      const auto group = groups.find(name);
      Names some{name};
      if (name == "all") {
        some = all;
      } else if (group != groups.end() && depth < 8) {
        some = expand(node, group->second, all, groups, depth + 1);
      } else if (std::find(all.begin(), all.end(), name) == all.end()) {
        problem(node, "'" + name + "' is not of this table" + yaml::did_you_mean(name, all));
        continue;
      }
      for (const std::string& one : some) {
        const auto at = std::find(names.begin(), names.end(), one);
        if (away && at == names.end()) problem(node, "-" + one + " takes nothing away");
        if (away && at != names.end()) names.erase(at);
        if (!away && at == names.end()) names.push_back(one);
      }
    }
    if (names.empty()) problem(node, "names nothing");
    return names;
  }
  Names states_of(const yaml::Node& node) {
    return expand(node, node.as_strings(), table_.states, state_groups_);
  }
  Names events_of(const yaml::Node& node) {
    return expand(node, node.as_strings(), table_.events, event_groups_);
  }

  // {states: [...], events: [...], answer: [...] | ignored, next: state | same, source: [...],
  //  reason: ...}
  void read_row(const yaml::Node& node) {
    yaml::Mapping row(node);
    const Names states = states_of(row.require("states"));
    const Names events = events_of(row.require("events"));
    Cell cell;
    cell.line = node.mark().line;
    cell.answer = row.require("answer").as_strings();
    cell.next = row.require("next").as_string();
    cell.source = row.require("source").as_strings();
    if (const yaml::Node reason = row.find("reason")) cell.reason = reason.as_string();
    note(row.unread());
    if (cell.answer.empty()) problem(node, "the answer is empty; write: ignored");
    const bool ignored = cell.answer == Names{"ignored"};
    if (ignored) cell.answer.clear();
    if (ignored && cell.reason.empty()) problem(node, "what is ignored needs a reason");
    if (ignored && cell.next != "same") problem(node, "what changes the state is not ignored");
    if (cell.source.empty()) problem(node, "a source is missing");
    for (const std::string& source : cell.source) {
      if (!sources_.known(source)) problem(node, "'" + source + "' is no source that exists");
    }
    const bool same = cell.next == "same";
    if (!same && std::find(table_.states.begin(), table_.states.end(), cell.next) ==
                     table_.states.end()) {
      problem(node, "'" + cell.next + "' is no state" +
                        yaml::did_you_mean(cell.next, table_.states));
    }
    for (const std::string& state : states) {
      for (const std::string& event : events) {
        Cell one = cell;
        if (same) one.next = state;
        const auto placed = table_.cells.emplace(Place{state, event}, std::move(one));
        if (placed.second) continue;
        problem(node, state + " x " + event + " is given in line " +
                          std::to_string(placed.first->second.line) + " too");
      }
    }
  }

  // {states: [...], events: [...], verbs: [...], why: ...}
  void read_equivalent(const yaml::Node& node) {
    yaml::Mapping row(node);
    const Names states = states_of(row.require("states"));
    const Names events = events_of(row.require("events"));
    const Names verbs = row.require("verbs").as_strings();
    const std::string why = row.require("why").as_string();
    note(row.unread());
    if (why.empty()) problem(node, "why is empty");
    for (const std::string& state : states) {
      for (const std::string& event : events) {
        for (const std::string& verb : verbs) {
          table_.equivalents[{{state, event}, verb}] = Equivalent{why, node.mark().line};
        }
      }
    }
  }

  Table& table_;
  Sources sources_;
  Groups state_groups_, event_groups_;
  Problems problems_;
};

std::string join(const Names& words) {
  if (words.empty()) return "ignored";
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return "[" + text + "]";
}

}  // namespace

const Cell& Table::at(const std::string& state, const std::string& event) const {
  return cells.at({state, event});
}

std::size_t Table::ignored() const {
  return static_cast<std::size_t>(std::count_if(
      cells.begin(), cells.end(), [](const auto& entry) { return entry.second.answer.empty(); }));
}

Table load_table(const std::string& path, const std::string& root) {
  Table table;
  const yaml::Document document = yaml::load_file(path);
  Loader(table, root).load(document.root());
  return table;
}

std::string difference(const Place& place, const Cell& cell, const Outcome& outcome) {
  if (outcome.said == cell.answer && outcome.next == cell.next) return {};
  return "line " + std::to_string(cell.line) + ": " + place.first + " x " + place.second +
         ": the table says " + join(cell.answer) + " -> " + cell.next + ", the behaviour " +
         join(outcome.said) + " -> " + outcome.next;
}

std::vector<std::string> walk(const Table& table, const Try& attempt, std::size_t limit) {
  std::vector<std::string> lines;
  for (const auto& [place, cell] : table.cells) {
    std::string line = difference(place, cell, attempt(place.first, place.second));
    if (line.empty()) continue;
    lines.push_back(std::move(line));
    if (lines.size() >= limit) break;
  }
  return lines;
}

bool notices(const Table& table, const Try& attempt, const Place& first) {
  const auto at = table.cells.find(first);
  if (at != table.cells.end() &&
      !difference(first, at->second, attempt(first.first, first.second)).empty()) {
    return true;
  }
  return !walk(table, attempt, 1).empty();
}

}  // namespace uketsuke::matrix
