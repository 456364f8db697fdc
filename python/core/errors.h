// What goes wrong in C++, as the exceptions of uketsuke/errors.py: kind, place and last messages
// are kept.
#pragma once

#include <pybind11/pybind11.h>

#include <exception>
#include <string>
#include <vector>

#include "harness/scenario/step_reader.h"
#include "harness/verdict/verdict.h"

namespace uketsuke::python {

// A program asks for what cannot be: uketsuke.Error.
class ScriptError : public std::exception {
 public:
  explicit ScriptError(verdict::Text text) : text_(std::move(text)) {}
  const verdict::Text& text() const { return text_; }
  const char* what() const noexcept override { return text_.en.c_str(); }

 private:
  verdict::Text text_;
};

// An argument of the wrong kind, or out of its range: uketsuke.ArgumentError, which is also a
// TypeError and a ValueError.
class ArgumentError : public ScriptError {
 public:
  using ScriptError::ScriptError;
};

// What a bench threw, with where the program was and what passed on the wires before.
class BenchFailure : public std::exception {
 public:
  BenchFailure(std::exception_ptr cause, scenario::Source source,
               std::vector<std::string> messages)
      : cause_(std::move(cause)), source_(std::move(source)), messages_(std::move(messages)) {}
  const std::exception_ptr& cause() const { return cause_; }
  const scenario::Source& source() const { return source_; }
  const std::vector<std::string>& messages() const { return messages_; }
  const char* what() const noexcept override { return "the bench failed"; }

 private:
  std::exception_ptr cause_;
  scenario::Source source_;
  std::vector<std::string> messages_;
};

// Holding the GIL, in a handler: what is being thrown, as Python's own current error; what Python
// raised stays what it is.
void set_python_error();

// All that our C++ throws becomes an exception of uketsuke.errors from now on.
void register_errors(pybind11::module_& module);

}  // namespace uketsuke::python
