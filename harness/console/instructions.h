// What an operator is told for each deed: what to do, what to look for, which secret to type. The
// words on the reader are those of the screen data.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "harness/verdict/verdict.h"
#include "sim/gateway/hands_route.h"
#include "sim/wire/panel/screen.h"

namespace uketsuke::console {

using Sign = gateway::DeviceSign;

struct Instruction {
  verdict::Text what;      // "Press 「職員用ボタン」 on the reader"
  verdict::Text look_for;  // how the operator sees that it is done; may be empty
  verdict::Text secret_name;  // "the visual passcode issued for this run"; empty: no secret
  std::string secret;         // shown on the terminal only, never anywhere else
  bool question = false;      // yes or no, rather than done or not
  std::optional<Sign> sign;   // what the device shows when it was done
  verdict::Text impossible;   // not empty: no person can do that
};

struct Words {
  const wire::panel::ScreenSet* screens = nullptr;  // of the face-auth reader; may be null
  // Which physical card stands for a holder; may be empty or answer an empty text.
  std::function<verdict::Text(const std::string& holder)> card;
};

Instruction instruction_of(const gateway::Deed& deed, const Words& words);

}  // namespace uketsuke::console
