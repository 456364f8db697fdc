// What runs this command line: the binary `uketsuke`, or a program that embeds it (Python).
#pragma once

#include <string>
#include <vector>

namespace uketsuke::run {

struct ThisProgram {
  // Starts the same program again, for workers: a path (not searched for), then arguments before
  // those of the command line. "/proc/self/exe": the same binary even if its file was replaced.
  std::vector<std::string> command = {"/proc/self/exe"};
  // As a person types it, for hints ("python3 -m uketsuke"). Empty: as it was typed this time.
  std::string name;
  // Where its data lies (scenarios/) if nobody names another place. Empty: beside the binary.
  std::string data_folder;
};

const ThisProgram& this_program();

// For whoever embeds the command line: before anything else, and before there is a second thread.
void set_this_program(ThisProgram program);

// `command` followed by these.
std::vector<std::string> command_of_self(const std::vector<std::string>& arguments);

}  // namespace uketsuke::run
