// Hands that are a program of a vendor's (`panel: exec:`, `reader: exec:`): a child process that
// speaks the hands protocol on its standard input and output (sim/gateway/README.md).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/gateway/hands_connection.h"

namespace uketsuke::gateway {

struct HandsExecSettings {
  std::vector<std::string> argv;   // without '/' in the first: looked for in PATH
  std::string bench = "uketsuke";  // told in hello
  // Its error output goes into the report of a failure (the last bytes of it). Not with a real card
  // bound: nobody knows what it prints.
  bool keep_errors = true;
  int grace_ms = 2'000;  // for it to end when its input ends ...
  int term_ms = 1'000;   // ... and after SIGTERM; then SIGKILL
  HandsLimits limits;
};

// "exec:./panel.py --slow"
std::string exec_name(const std::vector<std::string>& argv);
// The program is started by start().
std::unique_ptr<HandsConnection> make_hands_exec(HandsExecSettings settings);

}  // namespace uketsuke::gateway
