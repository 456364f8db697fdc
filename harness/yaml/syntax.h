// What the parser did not understand, in words that say what is wrong and what to do. Private to
// harness/yaml.
#pragma once

#include <string>
#include <string_view>

#include "harness/yaml/tree.h"

namespace uketsuke::yaml::detail {

// position: where yaml-cpp gave up; parser_says: its message. The mark of the answer is where the
// mistake is, which may be lines above.
Problem explain_syntax(const Tree& tree, std::size_t position, const std::string& parser_says);

// A second document where no "---" stands: what stands there belongs to nothing above.
Problem explain_second_document(const Tree& tree, std::size_t position);

// The byte after the closing quote of the text whose opening quote is at `begin`; npos: there is
// none up to the end of the file.
std::size_t end_of_quoted(std::string_view source, std::size_t begin);

}  // namespace uketsuke::yaml::detail
