#include "harness/bench/served_panel.h"

#include "sim/wire/panel/codec.h"

namespace uketsuke::bench {

ServedPanel::ServedPanel(sc_core::sc_module_name name, channel::Context& context,
                                     channel::PanelChannel& panel)
    : Module(name, context.simulation), panel_(panel) {
  listen({&panel_.to_person().event()});
}

void ServedPanel::on_output(Listener listener) {
  listener_ = std::move(listener);
  if (listener_) listener_(last_);
}

void ServedPanel::wake() {
  panel_.to_person().drain([this](const wire::Bytes& bytes) {
    auto output = wire::panel::decode_output(bytes);
    if (!output) return;  // the panel's own bytes: only a fault damages them
    if (std::holds_alternative<wire::panel::Display>(*output)) last_ = *output;
    if (listener_) listener_(*output);
  });
}

}  // namespace uketsuke::bench
