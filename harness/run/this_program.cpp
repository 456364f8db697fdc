#include "harness/run/this_program.h"

#include <utility>

namespace uketsuke::run {
namespace {

ThisProgram& program() {
  static ThisProgram program;
  return program;
}

}  // namespace

const ThisProgram& this_program() { return program(); }

void set_this_program(ThisProgram other) { program() = std::move(other); }

std::vector<std::string> command_of_self(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = this_program().command;
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

}  // namespace uketsuke::run
