// Cases that are no message to a device: procedures of the reception flow, PC/SC.
#pragma once

#include <string>

#include "harness/certify/desks.h"

namespace uketsuke::certify {

// `trace` becomes the evidence. Never throws for what the device does.
conformance::CaseResult execute_reception(const conformance::Case& of,
                                          const conformance::Subject& subject, const Desks& desks,
                                          std::string& trace);
conformance::CaseResult execute_pcsc(const conformance::Case& of,
                                     const conformance::Subject& subject, const Desks& desks,
                                     std::string& trace);

}  // namespace uketsuke::certify
