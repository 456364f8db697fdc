// Enumeration by a host without a driver: what every case begins with.
// Universal Serial Bus Specification 2.0, 9.1.2; USB Device Class: Smart Card CCID, Rev 1.1, 5.3.
#pragma once

#include "harness/conformance/descriptor_facts.h"
#include "harness/conformance/run.h"

namespace uketsuke::conformance {

struct Enumerated {
  ReaderBytes bytes;
  Text problem;  // why it did not come to an end; empty: the device is configured
};

// Device descriptor, address (if it is ours to give), configuration, SET_CONFIGURATION. Never
// judges.
Enumerated enumerate(Run& run);
// The same by itself, and what else descriptors and class requests tell: strings, qualifier and
// other speed, lists of clocks and rates. For the identity of a device before any case.
Enumerated identify(Desk& desk);

}  // namespace uketsuke::conformance
