// Numbers of descriptor fields in data files: decimal, or 0x.
#pragma once

#include <charconv>
#include <cstdint>

#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::conformance {

// 0 to maximum; throws yaml::Error at the node.
inline std::uint32_t yaml_number(const yaml::Node& node, std::uint32_t maximum) {
  const std::string_view text = node.text();
  if (node.quoted() || text.substr(0, 2) != "0x")
    return static_cast<std::uint32_t>(node.as_int(0, maximum));
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data() + 2, end, value, 16);
  if (result.ec != std::errc() || result.ptr != end || value > maximum)
    yaml::fail(node, verdict::say("0から{}までの数を書きます：{}",
                                  "a number from 0 to {} is expected here: {}", maximum,
                                  yaml::shortened(text)));
  return static_cast<std::uint32_t>(value);
}

}  // namespace uketsuke::conformance
