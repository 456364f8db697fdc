// Finds the secrets in the messages of one direction of one wire, before the journal keeps
// anything.
#pragma once

#include <string>
#include <vector>

#include "sim/trace/journal.h"

namespace uketsuke::trace {

class Tap {
 public:
  virtual ~Tap() = default;
  // Adds the ranges to mask. Called once for each message, in order: a tap may follow a
  // conversation. The result, if not empty, is the decoded line to keep in place of the pipe's own
  // description (for messages that cannot be decoded any more once they are masked); it holds no
  // secret.
  virtual std::string mask(wire::ByteView bytes, std::vector<MaskRange>& ranges) = 0;
  // A fault touches the message that is masked next: neither its bytes nor what follows in the
  // conversation need be what they seem. Until the tap knows again where it stands it masks all
  // that could be a secret.
  virtual void distrust() {}
};

}  // namespace uketsuke::trace
