// Screen data from YAML (scenarios/screens/*.yaml):
//   device: face_reader
//   screens:  [{id, title: {ja, en}, seed, assumption,
//               controls: [{kind: button|field|secret_field|tick, id, label: {ja, en}, aliases,
//               seed,
//                           assumption}]}]
//   messages: [{id, text: {ja, en}, seed, assumption}]
#pragma once

#include <string>
#include <string_view>

#include "sim/wire/panel/screen.h"

namespace uketsuke::scenario {

// Throws yaml::Error: unknown keys, missing words in one of the two languages, ids used twice, one
// spelling for two controls of a screen, neither seed nor assumption.
wire::panel::ScreenSet load_screens(const std::string& path);
wire::panel::ScreenSet load_screens_text(std::string_view text, std::string name);

}  // namespace uketsuke::scenario
