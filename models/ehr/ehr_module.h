// Shell of the EHR: its users' input, the folder of the terminal, and the backend (two-factor
// history, A-33).
#pragma once

#include <vector>

#include "models/ehr/ehr.h"
#include "sim/channel/folder_channel.h"
#include "sim/channel/network_channel.h"
#include "sim/channel/panel_channel.h"
#include "sim/kernel/module.h"

namespace uketsuke::ehr {

class EhrModule : public kernel::Module {
 public:
  EhrModule(sc_core::sc_module_name name, channel::Context& context, Parameters parameters,
            channel::PanelChannel& panel, channel::NetworkChannel& network,
            channel::FolderChannel& folder, oqs::Seconds start);

  const std::vector<Record>& records() const { return records_; }
  const Ehr& ehr() const { return ehr_; }

 private:
  void wake() override;
  void take(const Event& event);
  void perform(Actions actions);

  channel::Context& context_;
  Ehr ehr_;
  channel::PanelChannel& panel_;
  channel::NetworkChannel& network_;
  channel::FolderChannel& folder_;
  oqs::Seconds start_;
  std::vector<Record> records_;
};

}  // namespace uketsuke::ehr
