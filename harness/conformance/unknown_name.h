// A name that somebody wrote and that nothing has: a slip, no failure of the program.
#pragma once

#include <stdexcept>
#include <utility>

#include "harness/verdict/verdict.h"

namespace uketsuke::conformance {

class UnknownName : public std::runtime_error {
 public:
  explicit UnknownName(verdict::Text text)
      : std::runtime_error(text.en), text_(std::move(text)) {}
  const verdict::Text& text() const { return text_; }

 private:
  verdict::Text text_;
};

}  // namespace uketsuke::conformance
