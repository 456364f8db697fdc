// Expressions of the catalogue: "level == 'tpdu' and dwFeatures & 0x02 == 0", "slots - 1".
//   or | and | not | == != < <= > >= | in [a, b] | + - | * / % & << | -x | numbers (10, 0x1F),
//   'text', true, false, names of facts, ( )
// Everything on the right binds tighter; & binds tighter than ==.
#pragma once

#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

#include "harness/conformance/value.h"
#include "harness/verdict/verdict.h"

namespace uketsuke::conformance {

// Cannot be read (place: byte of the text), or cannot be computed: a name that nobody knows, a
// number where a truth value is wanted.
class ExpressionError : public std::runtime_error {
 public:
  ExpressionError(verdict::Text text, std::size_t place)
      : std::runtime_error(text.en), text_(std::move(text)), place_(place) {}
  const verdict::Text& text() const { return text_; }
  std::size_t place() const { return place_; }

 private:
  verdict::Text text_;
  std::size_t place_;
};

class Expression {
 public:
  // Throws ExpressionError. At most kMaxLength bytes and kMaxDepth levels.
  static Expression parse(std::string_view text);
  static constexpr std::size_t kMaxLength = 1000;
  static constexpr int kMaxDepth = 40;

  // All throw ExpressionError. `and` and `or` do not look at a right side that does not matter.
  Value evaluate(const Facts& facts) const;
  std::int64_t number(const Facts& facts) const;
  bool truth(const Facts& facts) const;

  const std::string& text() const { return text_; }
  const std::set<std::string>& names() const { return names_; }
  // "slots > 1 (slots = 1)": for why something does not apply.
  std::string with_values(const Facts& facts) const;

  struct Node;

 private:
  std::string text_;
  std::set<std::string> names_;
  std::shared_ptr<const Node> root_;
};

}  // namespace uketsuke::conformance
