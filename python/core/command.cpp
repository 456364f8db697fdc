#include "python/core/command.h"

#include <dlfcn.h>
#include <pybind11/stl.h>
#include <signal.h>

#include <filesystem>
#include <string>
#include <vector>

#include "harness/campaign/executor.h"
#include "harness/cli/app.h"
#include "harness/run/this_program.h"
#include "python/core/lock.h"

namespace uketsuke::python {
namespace {

namespace fs = std::filesystem;
namespace py = pybind11;

// The folder of the package: that of the file from which this module was loaded.
fs::path package_folder() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&package_folder), &info) == 0) return {};
  std::error_code error;
  return fs::canonical(info.dli_fname, error).parent_path();
}

// Workers are this interpreter with this very package, wherever it was found: its __main__.py by
// its path, and nothing before it on the search path (-P).
void describe_program() {
  const fs::path folder = package_folder();
  const py::object executable = py::module_::import("sys").attr("executable");
  run::ThisProgram program;
  if (!executable.is_none() && !py::str(executable).cast<std::string>().empty())
    program.command = {executable.cast<std::string>(), "-P", folder / "__main__.py"};
  std::error_code error;
  const fs::path data = fs::canonical(folder / "_scenarios", error);
  if (!error) program.data_folder = data.string();
  run::set_this_program(program);
}

// Ctrl-C means what it means to the program: Python's handler would only note it. Who ignores it
// (nohup, a job in the background) goes on doing so.
class InterruptOfTheProgram {
 public:
  InterruptOfTheProgram() {
    ::sigaction(SIGINT, nullptr, &before_);
    if (before_.sa_handler == SIG_IGN) return;
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    ::sigaction(SIGINT, &action, nullptr);
  }
  ~InterruptOfTheProgram() { ::sigaction(SIGINT, &before_, nullptr); }
  InterruptOfTheProgram(const InterruptOfTheProgram&) = delete;
  InterruptOfTheProgram& operator=(const InterruptOfTheProgram&) = delete;

 private:
  struct sigaction before_ {};
};

int command_main(const std::vector<std::string>& arguments, const std::string& name) {
  run::ThisProgram program = run::this_program();
  program.name = name;
  run::set_this_program(program);
  std::vector<std::string> line = {"uketsuke"};
  line.insert(line.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& argument : line) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const SimulationLock lock;
  const InterruptOfTheProgram interrupt;
  campaign::CampaignExecutor executor("");
  return cli::main(static_cast<int>(line.size()), argv.data(), executor);
}

}  // namespace

void register_command(py::module_& module) {
  describe_program();
  module.attr("version") = UKETSUKE_VERSION;
  module.def("main", &command_main, py::arg("arguments"), py::arg("name"));
}

}  // namespace uketsuke::python
