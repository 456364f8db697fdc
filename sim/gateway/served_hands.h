// What a served desk offers to hands that come over the network: HandsServer speaks the protocol,
// this does what is asked.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "sim/gateway/hands_route.h"

namespace uketsuke::gateway {

struct ServedReader {
  std::string name;              // "face_reader"
  std::vector<std::string> can;  // methods of the hands protocol
};

class ServedHands {
 public:
  using Outcome = std::variant<Attested, Missed>;  // the id is not looked at
  using Done = std::function<void(Outcome)>;
  using Sight = std::variant<wire::panel::Output, PadAsks>;
  using Seen = std::function<void(std::size_t reader, Sight sight)>;

  virtual ~ServedHands() = default;
  virtual std::vector<ServedReader> readers() const = 0;  // at least one; does not change
  // Never waits. `done` is called once, from any thread, unless the desk goes before.
  virtual void perform(std::size_t reader, Deed deed, Done done) = 0;
  // Called once, before everything else: `seen` is called at once with what is shown, and at each
  // change; from any thread, one at a time. Empty: nobody watches any more; on return no call is
  // under way.
  virtual void watch(Seen seen) = 0;
};

}  // namespace uketsuke::gateway
