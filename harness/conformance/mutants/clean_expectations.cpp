#include "harness/conformance/mutants/clean_expectations.h"

#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;
using ByReader = std::map<std::string, std::set<std::string>>;

std::set<std::string> ids_at(yaml::Mapping& map, std::string_view key) {
  const yaml::Node node = map.find(key);
  if (!node) return {};
  const auto ids = node.as_strings();
  return {ids.begin(), ids.end()};
}

void add_list(std::string& text, const char* key, const std::set<std::string>& ids) {
  if (ids.empty()) return;
  text += std::string("    ") + key + ":\n";
  std::string line = "      [";
  for (const std::string& id : ids) {
    if (line.size() + id.size() > 92) {
      line.pop_back();  // the blank behind the comma
      text += line + "\n";
      line = "       ";
    }
    line += id + (id == *ids.rbegin() ? "]" : ", ");
  }
  text += line + "\n";
}

void compare(const std::string& reader, const ByReader& expected, const ByReader& found,
             const verdict::Text& what, std::vector<verdict::Text>& lines) {
  static const std::set<std::string> kNone;
  const auto of = [&](const ByReader& map) -> const std::set<std::string>& {
    const auto at = map.find(reader);
    return at == map.end() ? kNone : at->second;
  };
  for (const std::string& id : of(found)) {
    if (of(expected).count(id) == 0)
      lines.push_back(say("{}：{} が{}。予定にない", "{}: {} is {}, and was not expected to be",
                          reader, id, what));
  }
  for (const std::string& id : of(expected)) {
    if (of(found).count(id) == 0)
      lines.push_back(say("{}：{} は{}の予定だが、そうでない",
                          "{}: {} was expected to be {}, and is not", reader, id, what));
  }
}

}  // namespace

CleanExpectations load_clean_expectations(const std::string& path) {
  const yaml::Document document = yaml::load_file(path);
  yaml::Mapping top(document.root());
  top.require("uketsuke").as_int(1, 1);
  const yaml::Node readers = top.require("clean_readers");
  top.done();
  CleanExpectations expectations;
  for (std::size_t i = 0; readers.is_mapping() && i < readers.size(); ++i) {
    yaml::Mapping map(readers.value(i));
    const std::string name = readers.key(i).as_string();
    expectations.not_applicable[name] = ids_at(map, "not_applicable");
    expectations.inconclusive[name] = ids_at(map, "inconclusive");
    map.done();
  }
  return expectations;
}

std::string to_yaml(const CleanExpectations& expectations) {
  std::string text =
      "# Cases that the clean readers cannot show: not applicable to them, or inconclusive.\n"
      "# `uketsuke mutants` fails when this list is not what it found, and writes the new one.\n"
      "uketsuke: 1\nclean_readers:\n";
  for (const std::string& reader : clean_readers()) {
    const auto none = expectations.not_applicable.find(reader);
    const auto open = expectations.inconclusive.find(reader);
    const bool has_none = none != expectations.not_applicable.end() && !none->second.empty();
    const bool has_open = open != expectations.inconclusive.end() && !open->second.empty();
    text += "  " + reader + (has_none || has_open ? ":\n" : ": {}\n");
    if (has_none) add_list(text, "not_applicable", none->second);
    if (has_open) add_list(text, "inconclusive", open->second);
  }
  return text;
}

CleanExpectations expectations_of(const KillMatrix& matrix) {
  return {matrix.not_applicable, matrix.inconclusive};
}

std::vector<verdict::Text> differences(const CleanExpectations& expected,
                                       const CleanExpectations& found) {
  std::vector<verdict::Text> lines;
  for (const std::string& reader : clean_readers()) {
    compare(reader, expected.not_applicable, found.not_applicable,
            {"適用なし", "not applicable"}, lines);
    compare(reader, expected.inconclusive, found.inconclusive, {"判定不能", "inconclusive"},
            lines);
  }
  return lines;
}

}  // namespace uketsuke::conformance
