#include "sim/wire/panel/screen.h"

#include <algorithm>

namespace uketsuke::wire::panel {

const Screen* ScreenSet::find_screen(std::string_view id) const {
  const auto it = std::find_if(screens.begin(), screens.end(), [&](auto& s) { return s.id == id; });
  return it == screens.end() ? nullptr : &*it;
}

const Message* ScreenSet::find_message(std::string_view id) const {
  const auto it =
      std::find_if(messages.begin(), messages.end(), [&](auto& m) { return m.id == id; });
  return it == messages.end() ? nullptr : &*it;
}

const Control* ScreenSet::find_control(std::string_view screen_id, std::string_view words) const {
  const Screen* screen = find_screen(screen_id);
  if (screen == nullptr) return nullptr;
  for (const Control& control : screen->controls) {
    if (control.id == words || control.label.ja == words || control.label.en == words ||
        std::find(control.aliases.begin(), control.aliases.end(), words) != control.aliases.end()) {
      return &control;
    }
  }
  return nullptr;
}

}  // namespace uketsuke::wire::panel
