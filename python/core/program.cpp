#include "python/core/program.h"

#include "python/core/lock.h"

namespace uketsuke::python {

namespace py = pybind11;

Program::Program(const py::object& object)
    : weak_(py::weakref(object)),
      name_(py::str(py::getattr(object, "name", py::none()))) {
  const py::object own = py::getattr(object, "name", py::none());
  if (!py::isinstance<py::str>(own) || name_.empty())
    name_ = py::str(py::type::of(object).attr("__name__"));
}

Program::~Program() {
  py::gil_scoped_acquire acquired;
  weak_ = py::object();
}

void Program::with(const std::function<void(const py::object&)>& work) const {
  in_python([&] {
    const py::object object = weak_();
    if (object.is_none()) {
      PyErr_SetString(PyExc_ReferenceError, ("the bench of " + name_ + " is gone").c_str());
      throw py::error_already_set();
    }
    try {
      work(object);
    } catch (const py::builtin_exception& error) {
      error.set_error();
      throw py::error_already_set();
    }
  });
}

py::bytes plain_bytes(wire::ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

wire::Bytes bytes_from(const py::handle& value, const std::string& what) {
  if (PyObject_CheckBuffer(value.ptr()) == 0)
    throw py::type_error(what + ": bytes are wanted, not " +
                         std::string(py::str(py::type::handle_of(value).attr("__name__"))));
  const py::bytes copy = py::reinterpret_steal<py::bytes>(PyBytes_FromObject(value.ptr()));
  if (!copy) throw py::error_already_set();
  const std::string_view view(copy);
  return {view.begin(), view.end()};
}

}  // namespace uketsuke::python
