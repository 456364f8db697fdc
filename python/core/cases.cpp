#include "python/core/cases.h"

#include <pybind11/stl.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "harness/bind/bindings.h"
#include "harness/cli/running.h"
#include "harness/conformance/bench_facts.h"
#include "harness/conformance/claims_file.h"
#include "harness/conformance/enumerate.h"
#include "harness/conformance/expression.h"
#include "harness/conformance/model_desk.h"
#include "harness/conformance/rule_file.h"
#include "harness/conformance/subject.h"
#include "harness/report/atomic_file.h"
#include "harness/scenario/requirements.h"
#include "python/core/driven.h"
#include "python/core/initialised.h"
#include "python/core/plain.h"
#include "python/core/script_executor.h"

namespace uketsuke::python {
namespace {

namespace py = pybind11;
using Names = std::vector<std::string>;

Names requirement_ids(const std::string& data_folder) {
  Names ids;
  const std::string folder = bench::find_data_folder(data_folder) + "/requirements";
  for (const conformance::Rule& rule : conformance::load_rules(folder).rules)
    ids.push_back(rule.id);
  return ids;
}

py::dict coverage(const Names& ids, const std::string& data_folder) {
  const std::string folder = bench::find_data_folder(data_folder) + "/requirements";
  const scenario::Requirements all =
      scenario::load_requirements(folder + "/seed.yaml", folder + "/assumptions.yaml");
  const scenario::Coverage found = scenario::coverage(all, ids);
  const auto ids_of = [](const std::vector<const scenario::Requirement*>& rows) {
    py::list list;
    for (const scenario::Requirement* row : rows) list.append(plain_text(row->id));
    return list;
  };
  py::dict out;
  out["covered"] = ids_of(found.covered);
  out["uncovered"] = ids_of(found.uncovered);
  out["not_tested"] = ids_of(found.not_tested);
  return out;
}

struct FactsAsk {
  std::string claims, bench_file, reader, data_folder;
  Names binds;
};

conformance::Facts facts_of(const FactsAsk& ask) {
  conformance::Claims claims;
  if (!ask.claims.empty()) claims = conformance::load_claims(ask.claims);
  const bind::Bindings bindings = bind::load_bindings(ask.bench_file, ask.binds);
  if (bindings.bound()) {
    // The device is not asked before a test uses it: its claims have to say what it is.
    conformance::Facts bench;
    conformance::add_bench(bindings, bench);
    return conformance::make_subject(claims, bench).facts;
  }
  const auto assets = bench::shared_assets(bench::find_data_folder(ask.data_folder));
  const conformance::DeskConfig config = conformance::desk_config(*assets, ask.reader);
  conformance::ModelDesk desk(*assets, config);
  const conformance::Enumerated found = conformance::identify(desk);
  return conformance::make_subject(conformance::read_descriptors(found.bytes), claims,
                                   conformance::model_facts(config))
      .facts;
}

py::dict facts(const py::dict& settings) {
  FactsAsk ask;
  ask.claims = settings["claims"].cast<std::string>();
  ask.bench_file = settings["bench_file"].cast<std::string>();
  ask.reader = settings["reader"].cast<std::string>();
  ask.data_folder = settings["data_folder"].cast<std::string>();
  ask.binds = settings["bind"].cast<Names>();
  py::dict out;
  for (const auto& [name, value] : driven([&] { return facts_of(ask); })) {
    std::visit([&out, key = plain_text(name)](const auto& one) { out[key] = one; }, value);
  }
  return out;
}

conformance::Facts facts_from(const py::dict& given) {
  conformance::Facts facts;
  for (const auto& [key, value] : given) {
    const auto name = key.cast<std::string>();
    if (py::isinstance<py::bool_>(value)) {
      facts[name] = value.cast<bool>();
    } else if (py::isinstance<py::int_>(value)) {
      facts[name] = value.cast<std::int64_t>();
    } else {
      facts[name] = value.cast<std::string>();
    }
  }
  return facts;
}

py::tuple applies(const std::string& expression, const py::dict& given) {
  const conformance::Facts facts = facts_from(given);
  try {
    const auto parsed = conformance::Expression::parse(expression);
    return py::make_tuple(parsed.truth(facts), plain_text(parsed.with_values(facts)));
  } catch (const conformance::ExpressionError& error) {
    throw ScriptError(verdict::Text(expression + "：", expression + ": ") + error.text());
  }
}

// The results of a session of pytest, in the folder of a run.
class SessionFolder {
 public:
  explicit SessionFolder(const std::string& path)
      : started_(cli::wall_clock()), folder_(path, cli::local_stamp(started_)) {}
  const std::string& path() const { return folder_.path(); }
  void write(const py::dict& given, const py::iterable& values) const {
    const std::vector<verdict::ScenarioResult> results = results_from(values);
    verdict::Summary summary;
    run::RunConfig config;
    config.options.random_seed = given["random_seed"].cast<std::uint64_t>();
    config.jobs = given["jobs"].cast<unsigned>();
    report::RunInfo info = cli::info_of(config, given["paths"].cast<Names>(), started_);
    info.wall_us = given["wall_us"].cast<std::uint64_t>();
    for (const verdict::ScenarioResult& result : results) summary.add(result);
    summary.interrupted = given["interrupted"].cast<bool>();
    summary.not_run = given["files_not_run"].cast<std::uint64_t>();
    folder_.remove_unfinished();
    report::write_reports(folder_, info, summary, report::VectorSource(results));
  }

 private:
  std::time_t started_;
  report::OutFolder folder_;
};

// Of a bench that is gone.
void write_journal(const std::string& file, const std::string& text) {
  std::error_code there;  // if not, the file cannot be made, which says why
  std::filesystem::create_directories(std::filesystem::path(file).parent_path(), there);
  report::AtomicFile out(file);
  out.write(text);
  out.commit();
}

}  // namespace
}  // namespace uketsuke::python

namespace pybind11::detail {
template <>
struct type_caster<uketsuke::python::SessionFolder>
    : uketsuke::python::InitialisedCaster<uketsuke::python::SessionFolder> {};
}  // namespace pybind11::detail

namespace uketsuke::python {

void register_cases(py::module_& module) {
  module.def("requirement_ids", &requirement_ids, py::arg("data_folder"));
  module.def(
      "nearest",
      [](const std::string& word, const Names& candidates) {
        return plain(yaml::hint(word, candidates));
      },
      py::arg("word"), py::arg("candidates"));
  module.def(
      "releases",
      [](const std::string& data_folder) {
        return driven([&] { return executor_of(data_folder).releases(); });
      },
      py::arg("data_folder"));
  module.def(
      "check_bindings",
      [](const std::string& bench_file, const Names& binds) {
        return bind::load_bindings(bench_file, binds).bound();
      },
      py::arg("bench_file"), py::arg("binds"));
  module.def("coverage", &coverage, py::arg("ids"), py::arg("data_folder"));
  module.def("facts", &facts, py::arg("settings"));
  module.def("applies", &applies, py::arg("expression"), py::arg("facts"));
  module.def(
      "is_data_file",
      [](const std::string& path, const std::string& data_folder) {
        return bench::is_data_file(path, bench::find_data_folder(data_folder));
      },
      py::arg("path"), py::arg("data_folder"));
  py::class_<SessionFolder>(module, "OutFolder")
      .def(py::init<const std::string&>(), py::arg("path"))
      .def_property_readonly("path", &SessionFolder::path)
      .def("write", &SessionFolder::write, py::arg("info"), py::arg("results"));
  module.def("write_journal", &write_journal, py::arg("file"), py::arg("text"));
}

}  // namespace uketsuke::python
