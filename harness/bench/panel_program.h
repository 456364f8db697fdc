// A program in the place of the person at the panel of a face-auth reader that is a model.
#pragma once

#include <string>

#include "harness/bench/hands.h"
#include "sim/channel/panel_channel.h"

namespace uketsuke::bench {

class PanelProgram {
 public:
  virtual ~PanelProgram() = default;
  // Who attests what it did, after the word "script".
  virtual std::string name() const = 0;
  // Before the simulation starts: where it acts, until leave(). What it puts there arrives at the
  // present instant.
  virtual void meet(channel::PanelPersonPort& panel) = 0;
  virtual void leave() noexcept = 0;
  // Deeds of the scenario, outside of the kernel's processes; what it throws leaves the act.
  virtual Done put(const wire::panel::Input& input) = 0;
  virtual Done compare(bool match) = 0;
  // At the instant of each change of what the panel shows, outside of the kernel's processes. What
  // it throws leaves the run.
  virtual void shown(const wire::panel::Display& display) = 0;
};

}  // namespace uketsuke::bench
