// People's deeds at a reader that is not simulated: what is put on the panel wire and what happens
// at slot and plug goes to the hands; what they see comes back.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sim/channel/panel_channel.h"
#include "sim/gateway/hands_route.h"
#include "sim/kernel/module.h"

namespace uketsuke::gateway {

class HandsGatewayModule : public kernel::Module {
 public:
  using Outcome = std::variant<Attested, Missed>;

  // `panel` may be null (a reader without one); it outlives this.
  HandsGatewayModule(sc_core::sc_module_name name, channel::Context& context,
                     std::shared_ptr<kernel::Inbox> inbox, std::unique_ptr<HandsRoute> route,
                     channel::PanelChannel* panel);
  ~HandsGatewayModule() override;

  // Asks for a deed; its outcome is there some time later.
  std::uint64_t ask(Deed deed);
  // nullptr: not done yet.
  const Outcome* outcome(std::uint64_t id) const;
  // Of the panel's inputs since the last call: what could not be done, and who attested the rest.
  std::vector<Outcome> take_input_outcomes();
  bool idle() const { return waiting_.empty(); }
  bool pad_asks() const { return pad_asks_; }
  bool sees_panel() const { return route_->sees_panel(); }
  bool is_person() const { return route_->is_person(); }
  void device_showed(DeviceSign sign) { route_->device_showed(sign); }
  std::string name() const { return route_->name(); }

 private:
  void wake() override;
  void take(HandsEvent event);
  void settle(std::uint64_t id, Outcome outcome);

  channel::Context& context_;
  std::shared_ptr<kernel::Inbox> inbox_;
  channel::PanelChannel* panel_;
  std::uint64_t next_id_ = 1;
  std::map<std::uint64_t, bool> waiting_;  // true: an input of the panel
  std::map<std::uint64_t, Outcome> outcomes_;
  std::vector<Outcome> input_outcomes_;
  bool pad_asks_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::unique_ptr<HandsRoute> route_;  // last: its threads end first
};

}  // namespace uketsuke::gateway
