// The parts of look(), one for each piece of Surroundings.
#pragma once

#include "harness/doctor/look.h"
#include "harness/doctor/tree_reader.h"

namespace uketsuke::doctor {

// Who looks: to judge modes of device nodes, and groups.
struct Credentials {
  unsigned user = 0;
  std::vector<unsigned> groups;
};

std::vector<Process> look_at_processes(const TreeReader& tree);
// With `holders` of their nodes.
std::vector<UsbDevice> look_at_usb(const TreeReader& tree, const Credentials& who,
                                   const std::vector<Process>& processes);
CcidDriver look_at_ccid(const TreeReader& tree);
Machine look_at_machine(const TreeReader& tree, const std::vector<Process>& processes);

}  // namespace uketsuke::doctor
