// Shell of the people at the desk: they look at every screen, and what they do is kept.
#pragma once

#include <string>
#include <vector>

#include "models/people/act.h"
#include "sim/channel/panel_channel.h"
#include "sim/kernel/module.h"

namespace uketsuke::people {

class PeopleModule : public kernel::Module {
 public:
  PeopleModule(sc_core::sc_module_name name, channel::Context& context,
               std::vector<channel::PanelChannel*> screens);

  // Somebody does something; kept and journalled, never refused.
  void act(Act act, std::string words);
  const Attendance& attendance() const { return attendance_; }

 private:
  void wake() override;

  channel::Context& context_;
  std::vector<channel::PanelChannel*> screens_;
  Attendance attendance_;
};

}  // namespace uketsuke::people
