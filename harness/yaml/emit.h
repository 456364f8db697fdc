// Plain data as YAML that a person would write: block style, flow where a value fits on its line,
// text that looks like something else in quotes, Japanese as it is.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/yaml/yaml.h"

namespace uketsuke::yaml {

// A document without places. Of a scalar either `text` is text (is_text) or a word of YAML: a whole
// number, a decimal number, true, false.
struct Data {
  Kind kind = Kind::kNull;
  std::string text;
  bool is_text = true;
  std::vector<Data> items;
  std::vector<std::pair<std::string, Data>> fields;
};
bool operator==(const Data& left, const Data& right);

Data text_data(std::string text);
// true, false, whole numbers, decimal numbers (exponents: none).
Data word_data(std::string word);

// Whether YAML, of this or of other programs, takes it for something else than text where it
// stands without quotes: "no", "~", "0123", "1e3", "2026-01-31", "".
bool looks_like_other(std::string_view text);

// What stands in the file. Without quotes, true, false, 12, -3, 0.50 are words, all else is text
// ("0123", "1e3": never what they might be a number of). Aliases are written out.
Data data_of(const Node& node);

// Throws Error for what no file of ours can hold: control characters, what is not UTF-8.
std::string emit(const Data& data);

}  // namespace uketsuke::yaml
