#include "models/people/people_module.h"

#include <utility>

namespace uketsuke::people {

PeopleModule::PeopleModule(sc_core::sc_module_name name, channel::Context& context,
                           std::vector<channel::PanelChannel*> screens)
    : Module(name, context.simulation), context_(context), screens_(std::move(screens)) {
  std::vector<const sc_core::sc_event*> sources;
  for (channel::PanelChannel* screen : screens_) sources.push_back(&screen->to_person().event());
  listen(sources);
}

void PeopleModule::wake() {
  for (channel::PanelChannel* screen : screens_) screen->read();
}

void PeopleModule::act(Act act, std::string words) {
  act.at_us = context_.simulation.now_us();
  context_.journal.note(
      act.who, context_.simulation.now_ns(), "act",
      act.photo ? words + " (" + std::string(to_string(act.example)) + ")" : words);
  attendance_.add(std::move(act));
}

}  // namespace uketsuke::people
