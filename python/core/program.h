// An object of Python that takes part in a simulation: a panel, a card. It is held weakly: the
// bench's own object in Python keeps it alive, so that a program may know its bench.
#pragma once

#include <pybind11/pybind11.h>

#include <functional>
#include <memory>
#include <string>

#include "harness/verdict/verdict.h"
#include "sim/wire/bytes.h"

namespace uketsuke::python {

class Program {
 public:
  // Holding the GIL.
  explicit Program(const pybind11::object& object);
  ~Program();  // with or without the GIL
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Its `name`, or its class's.
  const std::string& name() const { return name_; }
  // Holding the GIL.
  bool is(const pybind11::object& object) const;
  // Without the GIL, outside of the kernel: does it with the object and the GIL; what Python raises
  // there is thrown as Raised.
  void with(const std::function<void(const pybind11::object&)>& work) const;

 private:
  pybind11::object weak_;
  std::string name_;
};

// What an object has in its attribute `_port` once it is bound: where it reaches its bench.
class Port {
 public:
  void bind(const std::shared_ptr<const Program>& program) { program_ = program; }
  // Of the object, as long as a bench that has not ended has it.
  bool holds(const pybind11::object& object) const {
    const auto program = program_.lock();
    return program && program->is(object);
  }

 private:
  std::weak_ptr<const Program> program_;
};

// Throws run::RunError: it is bound already, what: {"カード", "card"}.
void need_free(const pybind11::object& object, const Port& port, const verdict::Text& what);

pybind11::bytes plain_bytes(wire::ByteView bytes);
// Of bytes, bytearray or memoryview. Throws ArgumentError that begins with `what`.
wire::Bytes bytes_from(const pybind11::handle& value, const std::string& what);

}  // namespace uketsuke::python
