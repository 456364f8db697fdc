// Base of the SystemC shells: a guarded process that runs when one of its sources has something.
#pragma once

#include <vector>

#include "sim/kernel/mailbox.h"
#include "sim/kernel/simulation.h"
#include "sim/kernel/timers.h"

namespace uketsuke::kernel {

class Module : public sc_core::sc_module {
 public:
  Module(sc_core::sc_module_name name, Simulation& simulation)
      : sc_module(name), simulation_(simulation), timers_(simulation) {}

 protected:
  // Called once, in the constructor of the shell, after its mailboxes exist.
  void listen(const std::vector<const sc_core::sc_event*>& sources) {
    using SC_CURRENT_USER_MODULE = Module;
    SC_METHOD(process);
    sensitive << timers_.event();
    for (const sc_core::sc_event* source : sources) sensitive << *source;
    dont_initialize();
  }

  // Drains mailboxes and timers.
  virtual void wake() = 0;

  Simulation& simulation_;
  Timers timers_;

 private:
  void process() {
    simulation_.guarded([this] { wake(); });
  }
};

}  // namespace uketsuke::kernel
