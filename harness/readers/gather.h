// Asks the routes what is there. What cannot be asked becomes a note.
#pragma once

#include <string>
#include <vector>

#include "harness/readers/listing.h"

namespace uketsuke::readers {

struct Wanted {
  std::vector<std::string> usbip;  // servers, HOST[:PORT]
  bool all = false;                // USB devices that are no readers by their descriptors, too
};

struct Gathered {
  Listing listing;
  bool server_failed = false;  // a named server did not answer
};
// Throws run::RunError (usage): not HOST[:PORT]. Waits for servers (some seconds each).
Gathered gather(const Wanted& wanted);

}  // namespace uketsuke::readers
