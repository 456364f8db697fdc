// The people's end of the panel wire of a served desk: hands outside see what it shows.
#pragma once

#include <functional>
#include <utility>

#include "sim/channel/panel_channel.h"
#include "sim/kernel/module.h"

namespace uketsuke::bench {

class ServedPanel : public kernel::Module {
 public:
  using Listener = std::function<void(const wire::panel::Output&)>;

  ServedPanel(sc_core::sc_module_name name, channel::Context& context,
                    channel::PanelChannel& panel);

  // Called for everything that the panel shows or refuses; at once with what it shows now.
  void on_output(Listener listener);

 private:
  void wake() override;

  channel::PanelChannel& panel_;
  wire::panel::Output last_ = wire::panel::Display{};
  Listener listener_;
};

}  // namespace uketsuke::bench
