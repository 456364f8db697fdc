// Texts of both languages from two format strings and the same arguments. An argument that is a
// Text itself stands in the language of the string it is put into.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <type_traits>

#include "harness/verdict/verdict.h"

namespace uketsuke::verdict {

namespace detail {
inline const std::string& pick(const Text& text, bool japanese) {
  return japanese ? text.ja : text.en;
}
template <class Other>
const Other& pick(const Other& other, bool /*japanese*/) {
  return other;
}
}  // namespace detail

// say("「{}」はありません", "no such {}", name). Both strings are literals of ours.
template <class... Args>
Text say(std::string_view ja, std::string_view en, const Args&... args) {
  return {fmt::format(fmt::runtime(ja), detail::pick(args, /*japanese=*/true)...),
          fmt::format(fmt::runtime(en), detail::pick(args, /*japanese=*/false)...)};
}

}  // namespace uketsuke::verdict
