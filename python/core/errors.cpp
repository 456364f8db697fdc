#include "python/core/errors.h"

#include <pybind11/stl.h>

#include "harness/bench/raw_access.h"
#include "harness/report/atomic_file.h"
#include "harness/run/find.h"
#include "harness/yaml/yaml.h"
#include "sim/gateway/broken.h"
#include "sim/kernel/simulation.h"

namespace uketsuke::python {
namespace {

namespace py = pybind11;
using verdict::Text;

py::object make(const char* kind, const Text& text) {
  return py::module_::import("uketsuke.errors").attr(kind)(text.ja, text.en);
}

py::object of_problems(const yaml::Error& error) {
  py::list problems;
  for (const yaml::Problem& problem : error.problems()) {
    problems.append(py::make_tuple(problem.mark.file, problem.mark.line, problem.mark.column,
                                   problem.message.ja, problem.message.en));
  }
  return py::module_::import("uketsuke.errors").attr("ScenarioError")(problems);
}

// nullptr: none of ours.
py::object to_python(const std::exception_ptr& cause) {
  try {
    std::rethrow_exception(cause);
  } catch (const BenchFailure& failure) {
    py::object error = to_python(failure.cause());
    if (!error) return {};
    error.attr("messages") = failure.messages();
    if (!failure.source().file.empty() && py::cast<std::string>(error.attr("file")).empty()) {
      error.attr("file") = failure.source().file;
      error.attr("line") = failure.source().line;
    }
    return error;
  } catch (const yaml::Error& error) {
    return of_problems(error);
  } catch (const ArgumentError& error) {
    return make("ArgumentError", error.text());
  } catch (const ScriptError& error) {
    return make("Error", error.text());
  } catch (const bench::RawFailed& failed) {
    py::object error = make("TransferError", {failed.ja(), failed.what()});
    error.attr("reason") = failed.reason();
    return error;
  } catch (const run::RunError& error) {
    return make("BenchError", error.text());
  } catch (const report::ReportError& error) {
    return make("Error", error.text());
  } catch (const gateway::CardNotReleased& error) {
    return make("NotApplicable", {error.ja(), error.what()});
  } catch (const gateway::RouteBroken& error) {
    return make("BenchError", {error.ja(), error.what()});
  } catch (const kernel::Livelock& error) {
    return make("Livelock",
                {std::string("同じ時刻のうちに機器が際限なく応答し合っている：") + error.what(),
                 error.what()});
  } catch (const py::builtin_exception&) {
    return {};
  } catch (const std::bad_alloc&) {
    return {};
  } catch (const std::exception& error) {
    return make("Error", {error.what()});
  }
}

void translate(std::exception_ptr cause) {
  if (!cause) return;
  try {
    std::rethrow_exception(cause);
  } catch (const py::error_already_set&) {
    throw;
  } catch (const std::exception&) {
    const py::object error = to_python(std::current_exception());
    if (!error) throw;
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.ptr())), error.ptr());
  }
}

}  // namespace

void set_python_error() {
  try {
    throw;
  } catch (py::error_already_set& error) {
    error.restore();
  } catch (const py::builtin_exception& error) {
    error.set_error();
  } catch (const std::exception& failed) {
    const py::object error = to_python(std::current_exception());
    if (error) {
      PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.ptr())), error.ptr());
    } else {
      PyErr_SetString(PyExc_RuntimeError, failed.what());
    }
  }
}

void register_errors(py::module_&) { py::register_local_exception_translator(translate); }

}  // namespace uketsuke::python
