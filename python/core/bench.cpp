#include "python/core/bench.h"

#include <pybind11/stl.h>

#include "harness/bind/bindings.h"
#include "harness/run/find.h"
#include "python/core/driven.h"
#include "python/core/plain.h"
#include "python/core/programs.h"
#include "python/core/script_bench.h"
#include "python/core/seconds.h"

namespace uketsuke::python {
namespace {

namespace py = pybind11;
using scenario::Source;

py::dict plain_record(const Record& record) {
  py::dict fields;
  fields["time_ns"] = record.time_ns;
  fields["wire"] = plain_text(record.wire);
  fields["pipe"] = plain_text(record.pipe);
  fields["sender"] = plain_text(record.from);
  fields["receiver"] = plain_text(record.to);
  fields["data"] = py::bytes(reinterpret_cast<const char*>(record.bytes.data()),
                             record.bytes.size());
  fields["role"] = plain_text(record.role);
  fields["event"] = plain_text(record.event);
  fields["text"] = plain_text(record.text);
  fields["remark"] = plain_text(record.remark);
  return fields;
}

BenchSettings settings_of(const py::dict& given) {
  BenchSettings settings;
  settings.seed = given["seed"].cast<std::uint64_t>();
  settings.data_folder = given["data_folder"].cast<std::string>();
  const auto binds = given["bind"].cast<std::vector<std::string>>();
  const auto file = given["bench_file"].cast<std::string>();
  if (!binds.empty() || !file.empty()) {
    static_cast<void>(bind::load_bindings(file, binds));  // throws what is wrong with them
    bind::put_bindings(file, binds, settings.extra);
  }
  settings.watcher = watch_signals;
  bind_programs(given, settings);
  return settings;
}

std::unique_ptr<ScriptBench> make(const std::string& header, const std::string& file, int line,
                                  const py::dict& given) {
  const Source source{file, line};
  const auto settings = [&] {
    try {
      return settings_of(given);
    } catch (const run::RunError&) {
      throw BenchFailure(std::current_exception(), source, {});
    } catch (const ScriptError&) {
      throw BenchFailure(std::current_exception(), source, {});
    }
  };
  return driven([&, settings = settings()]() mutable {
    return std::make_unique<ScriptBench>(header, source, std::move(settings));
  });
}

py::list plain_records(ScriptBench& bench, std::size_t begin, std::size_t count) {
  py::list records;
  for (const Record& record : driven([&] { return bench.records(begin, count); }))
    records.append(plain_record(record));
  return records;
}

bool run_until(ScriptBench& bench, const py::object& condition, double within,
               const std::string& file, int line) {
  const wire::Micros within_us = micros(within);
  const auto done = [&condition] {
    bool holds = false;
    in_python([&] { holds = py::bool_(condition()); });
    return holds;
  };
  return driven(bench, {file, line}, [&] { return bench.run_until(done, within_us); });
}

// The world goes as it came: with the simulation to itself.
struct Destroy {
  void operator()(ScriptBench* bench) const {
    if (const auto lock = SimulationLock::at_the_end()) delete bench;
  }
};
using Held = std::unique_ptr<ScriptBench, Destroy>;

}  // namespace

void register_bench(py::module_& module) {
  prepare_locks();
  py::class_<ScriptBench, Held>(module, "Bench")
      .def(py::init([](const std::string& header, const std::string& file, int line,
                       const py::dict& settings) {
             return Held(make(header, file, line, settings).release());
           }),
           py::arg("header"), py::arg("file"), py::arg("line"), py::arg("settings"))
      .def("prepare",
           [](ScriptBench& bench, const std::string& file, int line) {
             return driven(bench, {file, line}, [&] { return bench.prepare(); });
           })
      .def("step",
           [](ScriptBench& bench, const std::string& yaml, const std::string& file, int line) {
             const Source source{file, line};
             return plain(driven(bench, source, [&] { return bench.step(yaml, source); }));
           })
      .def("checks",
           [](ScriptBench& bench, const std::string& yaml, const std::string& file, int line) {
             const Source source{file, line};
             py::list steps;
             for (const auto& step :
                  driven(bench, source, [&] { return bench.checks(yaml, source); }))
               steps.append(plain(step));
             return steps;
           })
      .def("attest",
           [](ScriptBench& bench, const py::dict& step, const std::string& file, int line) {
             const Source source{file, line};
             verdict::StepResult told = step_from(step);
             return plain(
                 driven(bench, source, [&] { return bench.attest(std::move(told), source); }));
           })
      .def("run",
           [](ScriptBench& bench, double seconds, const std::string& file, int line) {
             const wire::Micros duration_us = micros(seconds);
             driven(bench, {file, line}, [&] { bench.run_for(duration_us); });
           })
      .def("run_until", run_until)
      .def("seen",
           [](ScriptBench& bench, const std::string& expectation) {
             return plain_text(driven([&] { return bench.seen(expectation); }));
           })
      .def("now_us", [](ScriptBench& bench) { return driven([&] { return bench.now_us(); }); })
      .def("lying",
           [](ScriptBench& bench) { return plain_text(driven([&] { return bench.lying(); })); })
      .def("record_count",
           [](ScriptBench& bench) { return driven([&] { return bench.records(); }); })
      .def("records", plain_records, py::arg("begin"), py::arg("count"))
      .def("keep_journal", &ScriptBench::keep_journal, py::arg("file"), py::arg("passing"))
      .def("journal_text",
           [](ScriptBench& bench) {
             return plain_text(driven([&] { return bench.journal_text(); }));
           })
      .def("finish",
           [](ScriptBench& bench) { return plain(driven([&] { return bench.finish(); })); })
      .def("out_of_time",
           [](ScriptBench& bench) { return driven([&] { return bench.out_of_time(); }); })
      .def("finished", &ScriptBench::finished)
      .def("step_count",
           [](ScriptBench& bench) {
             return driven([&] { return bench.result().steps.size(); });
           })
      .def("result", [](ScriptBench& bench) {
        return plain(driven([&] { return verdict::ScenarioResult(bench.result()); }));
      });
}

}  // namespace uketsuke::python
