// Layers of PC/SC that deviate: the table of calls with something between.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/gateway/pcsc_calls.h"

namespace uketsuke {

struct PcscMutant {
  std::string name;
  std::string killed_by;  // the case that has to find it
  bool contactless;       // on a contactless reader
  bool warns;             // it is a warning, not a fail
  // Anew for each case: a layer may remember.
  std::function<gateway::PcscCalls(gateway::PcscCalls)> make;
};
const std::vector<PcscMutant>& pcsc_mutants();

}  // namespace uketsuke
