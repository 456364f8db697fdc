// Hands at a served desk for whoever comes over the network (gateway::HandsServer): what the desk's
// people are in one process, from other threads and with an answer each.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/bench/served_desk.h"
#include "sim/gateway/served_hands.h"
#include "sim/kernel/module.h"

namespace uketsuke::bench {

class DeskHands : public gateway::ServedHands, public kernel::Module {
 public:
  // Before the desk runs; the desk outlives this.
  explicit DeskHands(ServedDesk& desk);

  // "face_reader", "generic_reader", "generic_reader_2", ...
  std::vector<gateway::ServedReader> readers() const override;
  void perform(std::size_t reader, gateway::Deed deed, Done done) override;  // any thread
  // On the thread that runs the desk, while it does not run.
  void watch(Seen seen) override;

 private:
  void wake() override;
  Outcome act(std::size_t reader, const gateway::Deed& deed);
  void begin(std::size_t reader, Done done);

  ServedDesk& desk_;
  std::map<std::uint32_t, std::vector<Done>> beginning_;  // of readers that are switched off
};

}  // namespace uketsuke::bench
