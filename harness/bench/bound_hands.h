// Hands outside of the simulated world: each deed is asked for, and the simulation goes on, paced
// by the wall clock, until somebody attests it.
#pragma once

#include "harness/bench/hands.h"
#include "sim/gateway/hands_gateway_module.h"
#include "sim/kernel/simulation.h"

namespace uketsuke::bench {

class BoundHands : public Hands {
 public:
  // has_panel: the reader has one; else what would be pressed on it is pressed by nobody.
  BoundHands(kernel::Simulation& simulation, gateway::HandsGatewayModule& panel_hands,
             gateway::HandsGatewayModule& card_hands, channel::PanelChannel& panel, bool has_panel)
      : simulation_(simulation),
        panel_hands_(panel_hands),
        card_hands_(card_hands),
        panel_(panel),
        has_panel_(has_panel) {}
  Done begin() override;
  Done put(const wire::panel::Input& input) override;
  Done put_twice(const wire::panel::Input& input) override;
  Done place(const std::string& holder, const std::string& with, const std::string& face) override;
  Done place_second(const std::string& holder) override;
  Done remove(const std::string& holder) override;
  Done unplug() override;
  Done plug() override;
  bool plugged() const override { return plugged_; }
  Done compare(bool match) override;
  bool pad_asks() const override { return panel_hands_.pad_asks(); }
  Done type_on_pad(const std::string& digits) override;
  std::string lying() const override { return lying_; }
  bool sees_panel() const override { return panel_hands_.sees_panel(); }
  bool are_people() const override { return panel_hands_.is_person() || card_hands_.is_person(); }
  Done confirm(const verdict::Text& question) override;

 private:
  Done ask(gateway::HandsGatewayModule& hands, gateway::Deed deed);

  kernel::Simulation& simulation_;
  gateway::HandsGatewayModule& panel_hands_;
  gateway::HandsGatewayModule& card_hands_;  // may be the same
  channel::PanelChannel& panel_;
  bool has_panel_;
  bool plugged_ = true;
  std::string lying_;
};

}  // namespace uketsuke::bench
