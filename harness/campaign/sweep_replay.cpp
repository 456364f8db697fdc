// A scenario file with one more fault, made of the text of the file that was swept.
#include <fmt/format.h>

#include <cctype>

#include "harness/campaign/sweep.h"

namespace uketsuke::campaign {
namespace {

// A key of the file's top level: its lines, up to the next one.
struct Block {
  std::string key;  // empty: what stands before the first key
  std::string text;
};

std::vector<Block> blocks_of(const std::string& source) {
  std::vector<Block> blocks(1);
  for (std::size_t at = 0; at < source.size();) {
    const std::size_t end = std::min(source.find('\n', at), source.size() - 1) + 1;
    const std::string line = source.substr(at, end - at);
    const std::size_t colon = line.find(':');
    if (std::isalpha(static_cast<unsigned char>(line[0])) != 0 && colon != std::string::npos)
      blocks.push_back({line.substr(0, colon), {}});
    blocks.back().text += line;
    at = end;
  }
  return blocks;
}

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace

std::string replay_text(const std::string& source, const scenario::Scenario& row,
                        const std::string& id, const std::string& rule, const verdict::Text& title,
                        const std::string& then) {
  std::string text, faults = "faults:\n";
  for (const Block& block : blocks_of(source)) {
    if (block.key == "examples") continue;
    if (block.key == "faults") {
      faults = block.text;
      continue;
    }
    if (block.key == "then" && !then.empty()) continue;
    if (block.key == "title" && !title.empty()) {
      text += fmt::format("title:\n  ja: {}\n  en: {}\n", quoted(title.ja), quoted(title.en));
      continue;
    }
    text += block.key == "scenario" ? fmt::format("scenario: {}\n", id) : block.text;
  }
  if (!text.empty() && text.back() != '\n') text += '\n';
  if (faults.back() != '\n') faults += '\n';
  text += then;
  // Items of the list that is there stand where its first one does.
  const std::size_t dash = faults.find("\n- ");
  text += faults + (dash != std::string::npos ? "- " : "  - ") + rule + "\n";
  for (const auto& [name, value] : row.substitutions) replace_all(text, "${" + name + "}", value);
  return text;
}

}  // namespace uketsuke::campaign
