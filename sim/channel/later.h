// Does something after a while of simulated time: what faults need that end, or let go of what they
// hold back, although nothing else happens on the wire.
#pragma once

#include <functional>

#include "sim/kernel/module.h"

namespace uketsuke::channel {

class Later : public kernel::Module {
 public:
  Later(sc_core::sc_module_name name, kernel::Simulation& simulation)
      : Module(name, simulation), due_(simulation) {
    listen({&due_.event()});
  }
  void after(std::uint64_t delay_us, std::function<void()> action) {
    due_.post(std::move(action), delay_us * 1000);
  }

 private:
  void wake() override {
    due_.drain([](const std::function<void()>& action) { action(); });
  }
  kernel::Mailbox<std::function<void()>> due_;
};

}  // namespace uketsuke::channel
