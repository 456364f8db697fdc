#include "harness/yaml/emit.h"

#include <yaml-cpp/emitter.h>

#include <algorithm>
#include <cctype>
#include <regex>

#include "harness/verdict/format.h"

namespace uketsuke::yaml {
namespace {

constexpr std::size_t kColumns = 100;     // of a line
constexpr std::size_t kLongestWord = 64;  // no number of ours is longer

bool is_whole(std::string_view text) {
  static const std::regex kWhole("-?(0|[1-9][0-9]*)");
  return std::regex_match(text.begin(), text.end(), kWhole);
}
bool is_decimal(std::string_view text) {
  static const std::regex kDecimal("-?(0|[1-9][0-9]*)\\.[0-9]+");
  return std::regex_match(text.begin(), text.end(), kDecimal);
}
bool is_word(std::string_view text) {
  return text.size() <= kLongestWord &&
         (text == "true" || text == "false" || is_whole(text) || is_decimal(text));
}

bool is_nested(const Data& data) {
  return data.kind == Kind::kMapping || data.kind == Kind::kSequence;
}

// Of a terminal: what is beyond Latin takes two columns, near enough.
std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80) count += byte >= 0xE0 ? 2 : 1;
  }
  return count;
}

class Writer {
 public:
  explicit Writer(YAML::Emitter& out) : out_(out) {}

  // depth: of the block it stands in; room: columns that are left for it on its line.
  void write(const Data& data, int depth, std::size_t room) {
    switch (data.kind) {
      case Kind::kNull:
        out_ << YAML::Null;
        return;
      case Kind::kScalar:
        scalar(data);
        return;
      case Kind::kSequence:
        sequence(data, depth, room);
        return;
      case Kind::kMapping:
        mapping(data, depth, room);
        return;
    }
  }

 private:
  void text(const std::string& text) {
    const bool lines = text.find_first_of("\n\r\t") != std::string::npos;
    const bool mark = text.compare(0, 3, "---") == 0 || text.compare(0, 3, "...") == 0;
    if (lines || mark || looks_like_other(text)) out_ << YAML::DoubleQuoted;
    out_ << text;
  }
  void scalar(const Data& data) {
    if (data.is_text) return text(data.text);
    out_ << data.text;
  }

  static bool fits(const Data& data, std::size_t room) {
    YAML::Emitter line;
    line << YAML::Flow;
    Writer(line).write(data, kFlow, kColumns);
    return columns(line.c_str()) <= room;
  }
  bool begin(const Data& data, int depth, std::size_t room, bool block) {
    const bool flow = depth == kFlow || (!block && fits(data, room));
    out_ << (flow ? YAML::Flow : YAML::Block);
    return flow;
  }
  static std::size_t less(std::size_t room, std::size_t by) { return room > by ? room - by : 0; }

  void sequence(const Data& data, int depth, std::size_t room) {
    // A list of mappings has a line each.
    const bool rows = std::any_of(data.items.begin(), data.items.end(), [](const Data& item) {
      return item.kind == Kind::kMapping && !item.fields.empty();
    });
    const bool flow = begin(data, depth, room, rows && depth <= 1);
    out_ << YAML::BeginSeq;
    for (const Data& item : data.items)
      write(item, flow ? kFlow : depth + 1,
            kColumns - std::min<std::size_t>(kColumns, 2 * depth + 2));
    out_ << YAML::EndSeq;
  }

  void mapping(const Data& data, int depth, std::size_t room) {
    const bool nested = std::any_of(data.fields.begin(), data.fields.end(),
                                    [](const auto& field) { return is_nested(field.second); });
    const bool flow = begin(data, depth, room, depth == 0 || (nested && depth == 1));
    out_ << YAML::BeginMap;
    const std::size_t indent = 2 * static_cast<std::size_t>(std::max(depth, 0));
    for (const auto& [key, value] : data.fields) {
      out_ << YAML::Key;
      text(key);
      out_ << YAML::Value;
      write(value, flow ? kFlow : depth + 1, less(kColumns, indent + columns(key) + 2));
    }
    out_ << YAML::EndMap;
  }

  static constexpr int kFlow = -1;
  YAML::Emitter& out_;
};

// What we write we read again as the same, or it is not written.
bool reads_again(const std::string& text, const Data& data) {
  Limits limits;
  limits.max_bytes = std::max(limits.max_bytes, text.size());
  limits.max_nodes = std::max(limits.max_nodes, text.size());
  try {
    return data_of(load_text(text, {}, limits).root()) == data;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

bool operator==(const Data& left, const Data& right) {
  return left.kind == right.kind && left.text == right.text &&
         (left.kind != Kind::kScalar || left.is_text == right.is_text) &&
         left.items == right.items && left.fields == right.fields;
}

Data text_data(std::string text) {
  Data data;
  data.kind = Kind::kScalar;
  data.text = std::move(text);
  return data;
}

Data word_data(std::string word) {
  Data data = text_data(std::move(word));
  data.is_text = false;
  return data;
}

// YAML 1.1, "Language-Independent Types" (null, bool, int, float, merge, value, timestamp), and
// YAML 1.2.2, 10.3 (core schema).
bool looks_like_other(std::string_view text) {
  static const std::regex kOther(
      "|~|=|<<|null|y|n|yes|no|on|off|true|false"
      "|[-+]?[0-9][0-9_]*"                              // whole, octal
      "|[-+]?0[box][0-9a-f_]+"                          // of other bases
      "|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\\.[0-9_]*)?"  // sexagesimal
      "|[-+]?([0-9][0-9_]*)?\\.[0-9_]*(e[-+]?[0-9]+)?"
      "|[-+]?[0-9][0-9_]*e[-+]?[0-9]+"
      "|[-+]?\\.(inf|nan)"
      "|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(([t]|[ \\t]+)[-0-9:.+ \\tz]*)?",
      std::regex::ECMAScript | std::regex::icase);
  if (text.size() > kLongestWord)
    return std::string_view("+-.0123456789").find(text.front()) != std::string_view::npos;
  return std::regex_match(text.begin(), text.end(), kOther);
}

Data data_of(const Node& node) {
  Data data;
  data.kind = node.kind();
  switch (data.kind) {
    case Kind::kNull:
      break;
    case Kind::kScalar:
      data.text = node.as_string();
      data.is_text = node.quoted() || !is_word(data.text);
      break;
    case Kind::kSequence:
      for (std::size_t i = 0; i < node.size(); ++i) data.items.push_back(data_of(node.at(i)));
      break;
    case Kind::kMapping:
      for (std::size_t i = 0; i < node.size(); ++i)
        data.fields.emplace_back(node.key(i).as_string(), data_of(node.value(i)));
      break;
  }
  return data;
}

std::string emit(const Data& data) {
  YAML::Emitter out;
  Writer(out).write(data, 0, kColumns);
  std::string text = std::string(out.c_str()) + "\n";
  if (!out.good() || !reads_again(text, data))
    throw Error(Problem{{}, {"この内容は YAML に書けません", "this cannot be written as YAML"}});
  return text;
}

}  // namespace uketsuke::yaml
