// The tree behind yaml::Node. Private to harness/yaml.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/yaml/yaml.h"

namespace uketsuke::yaml::detail {

struct Item {
  Kind kind = Kind::kNull;
  bool quoted = false;
  std::uint32_t position = 0;  // byte of the source
  std::uint32_t begin = 0;     // scalar: of Tree::texts; else: of Tree::children
  std::uint32_t count = 0;     // scalar: bytes; sequence: items; mapping: keys and values together
  std::uint32_t weight = 0;    // nodes with everything below, aliases expanded; 0: not finished
  std::uint32_t height = 0;    // levels below
};

struct Tree {
  std::string name;
  std::string source;
  std::vector<std::uint32_t> lines;  // byte at which each line begins
  std::vector<Item> items;           // [0] is a null for the empty file
  std::vector<std::uint32_t> children;
  std::string texts;
  std::uint32_t root = 0;

  std::string_view text(const Item& item) const {
    return std::string_view(texts).substr(item.begin, item.count);
  }
  const Item& child(const Item& item, std::size_t index) const {
    return items[children[item.begin + index]];
  }
  Mark mark(std::size_t position) const;
};

// Fills items, children, texts and root from source. Throws Error.
void parse(Tree& tree, const Limits& limits);

}  // namespace uketsuke::yaml::detail
