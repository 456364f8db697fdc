#include "python/core/plain.h"

#include <utility>

namespace uketsuke::python {
namespace {

namespace py = pybind11;
using verdict::ScenarioResult;
using verdict::StepResult;
using verdict::Text;
using verdict::Verdict;

void take(const py::dict& from, const char* key, std::string& to) {
  if (from.contains(key)) to = py::cast<std::string>(from[key]);
}
template <class Number>
void take_number(const py::dict& from, const char* key, Number& to) {
  if (from.contains(key)) to = py::cast<Number>(from[key]);
}
void take(const py::dict& from, const char* key, Text& to) {
  if (from.contains(key)) to = text_from(from[key]);
}
void take(const py::dict& from, const char* key, Verdict& to) {
  if (!from.contains(key)) return;
  const auto name = py::cast<std::string>(from[key]);
  const auto found = verdict::verdict_from(name);
  if (!found) throw py::value_error(name + ": no such verdict");
  to = *found;
}
void take(const py::dict& from, const char* key, std::vector<std::string>& to) {
  if (!from.contains(key)) return;
  to.clear();
  for (const py::handle& item : from[key]) to.push_back(py::cast<std::string>(item));
}

}  // namespace

py::str plain_text(std::string_view text) {
  PyObject* made =
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace");
  if (made == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::str>(made);
}

py::tuple plain(const Text& text) {
  return py::make_tuple(plain_text(text.ja), plain_text(text.en));
}

py::list plain(const std::vector<std::string>& texts) {
  py::list list(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) list[i] = plain_text(texts[i]);
  return list;
}

py::list plain(const std::vector<Text>& texts) {
  py::list list(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) list[i] = plain(texts[i]);
  return list;
}

py::dict plain(const StepResult& step) {
  py::dict out;
  out["index"] = step.index;
  out["seed_id"] = plain_text(step.seed_id);
  out["title"] = plain(step.title);
  out["who"] = plain_text(step.who);
  out["attested_by"] = plain_text(step.attested_by);
  out["verdict"] = plain_text(to_string(step.verdict));
  out["file"] = plain_text(step.file);
  out["line"] = step.line;
  out["expected"] = plain(step.expected);
  out["observed"] = plain(step.observed);
  out["simulated_us"] = step.simulated_us;
  out["wire_tail"] = plain(step.wire_tail);
  return out;
}

py::dict plain(const ScenarioResult& result) {
  py::dict out;
  out["id"] = plain_text(result.id);
  out["file"] = plain_text(result.file);
  out["line"] = result.line;
  out["title"] = plain(result.title);
  out["release"] = plain_text(result.release);
  out["seed_page"] = plain_text(result.seed_page);
  out["variant"] = plain_text(result.variant);
  out["repetition"] = result.repetition;
  out["random_seed"] = result.random_seed;
  out["verdict"] = plain_text(to_string(result.verdict));
  out["reason"] = plain(result.reason);
  out["not_applicable"] = plain(result.not_applicable);
  py::list steps(result.steps.size());
  for (std::size_t i = 0; i < result.steps.size(); ++i) steps[i] = plain(result.steps[i]);
  out["steps"] = std::move(steps);
  out["steps_planned"] = result.steps_planned;
  out["warnings"] = plain(result.warnings);
  out["assumptions"] = plain(result.assumptions);
  out["script"] = plain_text(result.script);
  out["requirements"] = plain(result.requirements);
  out["produced_by"] = plain_text(result.produced_by);
  out["reader"] = plain_text(result.reader);
  out["simulated_us"] = result.simulated_us;
  out["wall_us"] = result.wall_us;
  out["rsa_us"] = result.rsa_us;
  out["journal_digest"] = plain_text(result.journal_digest);
  out["journal_path"] = plain_text(result.journal_path);
  out["journal_problem"] = plain(result.journal_problem);
  return out;
}

py::dict plain(const verdict::Summary& summary) {
  py::dict out;
  out["none"] = summary.none;
  out["passed"] = summary.pass;
  out["inconclusive"] = summary.inconc;
  out["failed"] = summary.fail;
  out["errors"] = summary.error;
  out["not_applicable"] = summary.not_applicable;
  out["not_run"] = summary.not_run;
  out["warnings"] = summary.warnings;
  py::dict assumptions;
  for (const auto& [name, count] : summary.assumptions) assumptions[plain_text(name)] = count;
  out["assumptions"] = std::move(assumptions);
  out["verdict"] = plain_text(to_string(summary.verdict()));
  out["exit_code"] = static_cast<int>(exit_code(summary));
  out["text"] = plain(describe(summary));
  return out;
}

py::dict plain(const yaml::Problem& problem) {
  py::dict out;
  out["file"] = plain_text(problem.mark.file);
  out["line"] = problem.mark.line;
  out["column"] = problem.mark.column;
  out["message"] = plain(problem.message);
  return out;
}

py::list plain(const std::vector<yaml::Problem>& problems) {
  py::list list(problems.size());
  for (std::size_t i = 0; i < problems.size(); ++i) list[i] = plain(problems[i]);
  return list;
}

Text text_from(const py::handle& value) {
  if (py::isinstance<py::str>(value)) return py::cast<std::string>(value);
  const auto pair = py::cast<py::sequence>(value);
  if (pair.size() != 2) throw py::value_error("a text is (ja, en)");
  return {py::cast<std::string>(pair[0]), py::cast<std::string>(pair[1])};
}

StepResult step_from(const py::dict& value) {
  StepResult step;
  take_number(value, "index", step.index);
  take(value, "seed_id", step.seed_id);
  take(value, "title", step.title);
  take(value, "who", step.who);
  take(value, "attested_by", step.attested_by);
  take(value, "verdict", step.verdict);
  take(value, "file", step.file);
  take_number(value, "line", step.line);
  take(value, "expected", step.expected);
  take(value, "observed", step.observed);
  take_number(value, "simulated_us", step.simulated_us);
  take(value, "wire_tail", step.wire_tail);
  return step;
}

ScenarioResult result_from(const py::dict& value) {
  ScenarioResult result;
  take(value, "id", result.id);
  take(value, "file", result.file);
  take_number(value, "line", result.line);
  take(value, "title", result.title);
  take(value, "release", result.release);
  take(value, "seed_page", result.seed_page);
  take(value, "variant", result.variant);
  take_number(value, "repetition", result.repetition);
  take_number(value, "random_seed", result.random_seed);
  take(value, "verdict", result.verdict);
  take(value, "reason", result.reason);
  take(value, "not_applicable", result.not_applicable);
  if (value.contains("steps")) {
    for (const py::handle& step : value["steps"])
      result.steps.push_back(step_from(py::cast<py::dict>(step)));
  }
  take_number(value, "steps_planned", result.steps_planned);
  if (value.contains("warnings")) {
    for (const py::handle& warning : value["warnings"])
      result.warnings.push_back(text_from(warning));
  }
  take(value, "assumptions", result.assumptions);
  take(value, "script", result.script);
  take(value, "requirements", result.requirements);
  take(value, "produced_by", result.produced_by);
  take(value, "reader", result.reader);
  take_number(value, "simulated_us", result.simulated_us);
  take_number(value, "wall_us", result.wall_us);
  take_number(value, "rsa_us", result.rsa_us);
  take(value, "journal_digest", result.journal_digest);
  take(value, "journal_path", result.journal_path);
  take(value, "journal_problem", result.journal_problem);
  return result;
}

std::vector<ScenarioResult> results_from(const py::iterable& values) {
  std::vector<ScenarioResult> results;
  for (const py::handle& value : values) results.push_back(result_from(py::cast<py::dict>(value)));
  return results;
}

}  // namespace uketsuke::python
