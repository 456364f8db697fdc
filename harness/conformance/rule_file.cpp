#include "harness/conformance/rule_file.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;

Text load_text(const yaml::Node& node) {
  yaml::Mapping map(node);
  Text text(map.require("ja").as_string(), map.require("en").as_string());
  map.done();
  return text;
}

template <class Enum, std::size_t count>
Enum one_of(const yaml::Node& node, const Enum (&values)[count]) {
  std::vector<std::string> names;
  for (const Enum value : values) {
    if (node.text() == to_string(value)) return value;
    names.emplace_back(to_string(value));
  }
  yaml::fail(node, say("ここには使えません：{}", "not possible here: {}", node.text()) +
                       yaml::hint(node.text(), names));
}

Rule load_rule(const yaml::Node& node, const RuleDocument& document) {
  yaml::Mapping map(node);
  Rule rule;
  rule.id = map.require("id").as_string();
  rule.document = document.id;
  rule.mark = map.require("id").mark();
  if (rule.id.compare(0, document.id.size(), document.id) != 0 ||
      rule.id.find('/') == std::string::npos || rule.clause().empty()) {
    yaml::fail(map.require("id"), say("番号は {}…/条項-a の形です：{}",
                                      "an id is {}.../CLAUSE-a: {}", document.id, rule.id));
  }
  rule.level = one_of(map.require("level"), {Level::kMust, Level::kShould, Level::kMay});
  rule.confidence = one_of(map.require("confidence"), {Confidence::kSeen, Confidence::kMeasured,
                                                       Confidence::kGeneral, Confidence::kAssumed});
  rule.text = {map.require("ja").as_string(), map.require("en").as_string()};
  if (const yaml::Node reason = map.find("not_tested")) rule.not_tested = load_text(reason);
  map.done();
  return rule;
}

// Every key of a row of the seed is read by harness/scenario/requirements.
Rule load_seed_row(const yaml::Node& node) {
  yaml::Mapping map(node);
  Rule rule;
  rule.id = map.require("id").as_string();
  rule.document = "seed";
  rule.mark = map.require("id").mark();
  rule.text = {map.require("ja").as_string(), map.require("en").as_string()};
  if (const yaml::Node reason = map.find("not_tested")) rule.not_tested = reason.as_string();
  return rule;
}

void load(const yaml::Document& file, RuleBook& book) {
  yaml::Mapping top(file.root());
  const yaml::Node rows = top.require("requirements");
  if (!top.has("document")) {
    for (std::size_t i = 0; i < rows.size(); ++i) book.rules.push_back(load_seed_row(rows.at(i)));
    return;
  }
  top.require("uketsuke").as_int(1, 1);
  yaml::Mapping head(top.require("document"));
  RuleDocument document;
  document.id = head.require("id").as_string();
  document.title = {head.require("ja").as_string(), head.require("en").as_string()};
  head.done();
  top.done();
  for (std::size_t i = 0; i < rows.size(); ++i)
    book.rules.push_back(load_rule(rows.at(i), document));
  book.documents.push_back(std::move(document));
}

void refuse_doubles(const RuleBook& book) {
  std::set<std::string> seen;
  for (const Rule& rule : book.rules) {
    if (seen.insert(rule.id).second) continue;
    throw yaml::Error(
        yaml::Problem{rule.mark, say("{} は二度あります", "{} is there twice", rule.id)});
  }
}

}  // namespace

std::string_view to_string(Level level) {
  switch (level) {
    case Level::kMust:
      return "MUST";
    case Level::kShould:
      return "SHOULD";
    case Level::kMay:
      return "MAY";
  }
  return "?";
}

std::string_view to_string(Confidence confidence) {
  switch (confidence) {
    case Confidence::kSeen:
      return "S";
    case Confidence::kMeasured:
      return "C";
    case Confidence::kGeneral:
      return "M";
    case Confidence::kAssumed:
      return "A";
  }
  return "?";
}

std::string Rule::clause() const {
  const std::size_t slash = id.find('/'), dash = id.rfind('-');
  if (slash == std::string::npos || dash == std::string::npos || dash < slash) return {};
  return id.substr(slash + 1, dash - slash - 1);
}

const Rule* RuleBook::find(std::string_view id) const {
  for (const Rule& rule : rules)
    if (rule.id == id) return &rule;
  return nullptr;
}

const RuleDocument* RuleBook::document(std::string_view id) const {
  for (const RuleDocument& found : documents)
    if (found.id == id) return &found;
  return nullptr;
}

RuleBook load_rules(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::filesystem::path path = entry.path();
    if (path.extension() == ".yaml" && path.filename() != "assumptions.yaml")
      files.push_back(path.string());
  }
  std::sort(files.begin(), files.end());
  RuleBook book;
  for (const std::string& file : files) load(yaml::load_file(file), book);
  refuse_doubles(book);
  return book;
}

RuleBook load_rules_text(std::string_view text, const std::string& name) {
  RuleBook book;
  load(yaml::load_text(text, name), book);
  refuse_doubles(book);
  return book;
}

bool Gaps::none() const {
  return untested.empty() && contradictions.empty() && unknown.empty() && ruleless.empty();
}

bool is_mandatory(const std::vector<std::string>& rules, const RuleBook& book) {
  return std::any_of(rules.begin(), rules.end(), [&book](const std::string& id) {
    const Rule* rule = book.find(id);
    return rule == nullptr || rule->level == Level::kMust;
  });
}

Gaps gaps(const RuleBook& book, const std::map<std::string, std::vector<std::string>>& cases) {
  Gaps found;
  std::set<std::string> named;
  for (const auto& [id, rules] : cases) {
    if (rules.empty()) found.ruleless.push_back(id);
    for (const std::string& rule : rules) {
      named.insert(rule);
      if (book.find(rule) == nullptr) found.unknown.push_back(id + ": " + rule);
    }
  }
  for (const Rule& rule : book.rules) {
    if (rule.of_seed()) continue;
    const bool tested = named.count(rule.id) != 0;
    if (!tested && rule.not_tested.empty()) found.untested.push_back(rule.id);
    if (tested && !rule.not_tested.empty()) found.contradictions.push_back(rule.id);
  }
  return found;
}

}  // namespace uketsuke::conformance
