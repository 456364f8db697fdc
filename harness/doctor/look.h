// Fills Surroundings from the system: /sys, /proc, /dev, /run, /etc, the environment. Reads only;
// what cannot be read is as if it were not there.
#pragma once

#include <functional>
#include <string>

#include "harness/doctor/surroundings.h"

namespace uketsuke::doctor {

struct Where {
  // In front of every path; not empty in tests, which build a tree of their own: then user, access
  // and clock are told by files of that tree, too (proc/self/status, modes of device nodes,
  // run/systemd/timesync/synchronized), and not by the system.
  std::string root;
  // Variables of the environment; "" if not set.
  std::function<std::string(const char*)> environment;
  std::time_t now = 0;
};
// The real ones.
Where here();

Surroundings look(const Where& where);

}  // namespace uketsuke::doctor
