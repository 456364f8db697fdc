#include "python/core/results.h"

#include "harness/cli/language.h"
#include "harness/report/report.h"
#include "harness/verdict/format.h"
#include "python/core/errors.h"
#include "python/core/plain.h"

namespace uketsuke::python {
namespace {

namespace py = pybind11;

verdict::Language language_named(const std::string& name) {
  const auto found = verdict::language_from(name);
  if (!found) {
    throw ArgumentError(verdict::say("{}：言語は \"ja\"、\"en\"、\"both\" です",
                                     "{}: a language is \"ja\", \"en\" or \"both\"", name));
  }
  return *found;
}

py::dict summarize(const py::iterable& results) {
  verdict::Summary summary;
  for (const py::handle& result : results) summary.add(result_from(py::cast<py::dict>(result)));
  return plain(summary);
}

py::dict verdicts() {
  py::dict out;
  for (const verdict::Verdict verdict : verdict::kAllVerdicts)
    out[plain_text(to_string(verdict))] = plain(describe(verdict));
  return out;
}

}  // namespace

void register_results(py::module_& module) {
  module.def("language", [] { return plain_text(to_string(cli::language_of_environment())); });
  module.def(
      "in_language",
      [](const py::tuple& text, const std::string& language) {
        return plain_text(in_language(text_from(text), language_named(language)));
      },
      py::arg("text"), py::arg("language"));
  module.def(
      "headline",
      [](const py::dict& result, const std::string& language) {
        return plain_text(report::headline(result_from(result), language_named(language)));
      },
      py::arg("result"), py::arg("language"));
  module.def(
      "explain",
      [](const py::dict& result, const std::string& language) {
        return plain_text(report::explain(result_from(result), language_named(language)));
      },
      py::arg("result"), py::arg("language"));
  module.def("summarize", &summarize, py::arg("results"));
  module.def("verdicts", &verdicts);
}

}  // namespace uketsuke::python
