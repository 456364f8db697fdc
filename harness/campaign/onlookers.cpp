#include "harness/campaign/onlookers.h"

#include <fmt/format.h>

namespace uketsuke::campaign {
namespace {

using scenario::Act;

constexpr std::array<std::string_view, 3> kNames{"face_reader", "terminal", "ehr"};
constexpr std::size_t kReader = 0, kTerminal = 1, kEhr = 2;

void mark(std::string_view device, std::array<bool, 3>& devices) {
  for (std::size_t i = 0; i < kNames.size(); ++i) devices[i] = devices[i] || device == kNames[i];
}

}  // namespace

Screens screens_of(bench::World& world) {
  Screens screens;
  const channel::PanelChannel* panels[] = {&world.reader_panel(), &world.terminal_panel(),
                                           &world.ehr_panel()};
  for (std::size_t i = 0; i < screens.size(); ++i)
    screens[i] = panels[i]->display().screen + " " + panels[i]->display().message;
  return screens;
}

// The device that people act on and those whose screens the step speaks of; a step that only
// observes goes on with the one before, a check at the end is made at the EHR.
std::array<bool, 3> Onlookers::looked_at(std::size_t step, bool has_face_reader) const {
  std::array<bool, 3> devices{};
  if (step >= scenario_.steps.size()) {
    devices[kEhr] = true;
    return devices;
  }
  for (const scenario::Expectation& expectation : scenario_.steps[step].expect)
    mark(scenario::device_of(expectation.outcome), devices);
  while (step > 0 && scenario_.steps[step].action.act == Act::kNothing) --step;
  const Act act = scenario_.steps[step].action.act;
  mark(scenario::device_of(act), devices);
  if (act == Act::kJudge) devices[kEhr] = true;
  if (act == Act::kPlaceCard || act == Act::kRemoveCard || act == Act::kEnterPin)
    devices[has_face_reader ? kReader : kTerminal] = true;
  return devices;
}

void Onlookers::attach(bench::RunSettings& settings, const std::vector<Screens>& clean) {
  settings.at_step = [this, &clean](bench::World& world, const verdict::StepResult* step) {
    const bool wrong = step != nullptr && step->verdict > verdict::Verdict::kPass;
    if (over_ || !wrong || step->index + 1 >= clean.size()) return;
    over_ = true;
    const Screens now = screens_of(world);
    const auto devices = looked_at(step->index, world.has_face_reader());
    for (std::size_t i = 0; i < kNames.size(); ++i)
      if (devices[i] && now[i] != clean[step->index + 1][i])
        noticed_ = fmt::format("{} shows {}", kNames[i], now[i]);
  };
}

}  // namespace uketsuke::campaign
