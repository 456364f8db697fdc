// An object of Python that takes part in a simulation: a panel, a card. It is held weakly: the
// bench's own object in Python keeps it alive, so that a program may know its bench.
#pragma once

#include <pybind11/pybind11.h>

#include <functional>
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
  // Without the GIL, outside of the kernel: does it with the object and the GIL; what Python raises
  // there is thrown as Raised.
  void with(const std::function<void(const pybind11::object&)>& work) const;

 private:
  pybind11::object weak_;
  std::string name_;
};

pybind11::bytes plain_bytes(wire::ByteView bytes);
// Of bytes, bytearray or memoryview. Throws pybind11::type_error that begins with `what`.
wire::Bytes bytes_from(const pybind11::handle& value, const std::string& what);

}  // namespace uketsuke::python
