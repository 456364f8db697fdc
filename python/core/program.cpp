#include "python/core/program.h"

#include "harness/run/find.h"
#include "harness/verdict/format.h"
#include "python/core/errors.h"
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

bool Program::is(const py::object& object) const { return weak_().is(object); }

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
    } catch (const py::error_already_set&) {
      throw;
    } catch (const std::exception&) {  // an answer that is none
      set_python_error();
      throw py::error_already_set();
    }
  });
}

void need_free(const py::object& object, const Port& port, const verdict::Text& what) {
  if (!port.holds(object)) return;
  const std::string name = py::str(py::type::of(object).attr("__name__"));
  throw run::RunError(
      run::RunError::Kind::kUsage,
      verdict::say("{}：この{}はもうベンチにつながっています。そのベンチを finish() で終えてから使うか、"
                   "もう 1 つ作ってください",
                   "{}: this {} is at a bench already; finish() that bench first, or make another "
                   "one",
                   name, what));
}

py::bytes plain_bytes(wire::ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

wire::Bytes bytes_from(const py::handle& value, const std::string& what) {
  if (PyObject_CheckBuffer(value.ptr()) == 0) {
    const std::string kind = py::str(py::type::handle_of(value).attr("__name__"));
    throw ArgumentError(verdict::say("{}：bytes を指定してください（{} ではなく）",
                                     "{}: bytes are wanted, not {}", what, kind));
  }
  const py::bytes copy = py::reinterpret_steal<py::bytes>(PyBytes_FromObject(value.ptr()));
  if (!copy) throw py::error_already_set();
  const std::string_view view(copy);
  return {view.begin(), view.end()};
}

}  // namespace uketsuke::python
