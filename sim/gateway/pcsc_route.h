// A reader behind PC/SC (pcscd), as a program sees it. PC/SC Workgroup Specifications, Parts 5, 8
// and 10; pcsc-lite's winscard.h. One thread makes the calls that wait for the card, another waits
// for readers and cards to come and go, a third sees to it that neither is waited for without end.
// Not done: PIN entry on the reader's pad, SCardControl for programs, transactions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sim/gateway/session_route.h"

namespace uketsuke::gateway {

struct PcscSettings {
  // Nobody else may use the card while it is connected. A card that another program uses: kBusy.
  bool exclusive = true;
  std::uint32_t absent_after_ms = 5000;   // no reader, or no pcscd, since the start: RouteFailed
  std::uint32_t refused_after_ms = 1000;  // two readers match for so long: RouteFailed
  std::uint32_t poll_ms = 500;            // where pcscd does not tell by itself
  // A call that takes longer is given up (kTimeOut); after three of them the route has failed.
  std::uint32_t request_limit_ms = 60'000;
  // So long the destructor waits for calls into pcscd that do not return; then their threads are
  // left behind.
  std::uint32_t stop_ms = 3000;
};

// `reader` is a name as pcscd gives it ("Identiv uTrust 3700 F CL Reader 00 00"), or a beginning of
// one that no other reader has; with or without "pcsc:". What pcscd does not survive (a restart)
// is ReaderGone, and ReaderArrived when it is back. One slot: a reader of PC/SC has no more.
class PcscRoute : public SessionRoute {
 public:
  explicit PcscRoute(std::string reader, PcscSettings settings = {});
  ~PcscRoute() override;

  void start(Report report) override;
  bool tells_empty_slot() const override { return true; }
  void ask(wire::session::Request request) override;
  std::string name() const override;
  Hidden hides() const override;

 private:
  class Core;
  std::uint32_t stop_ms_;
  std::shared_ptr<Core> core_;
};

}  // namespace uketsuke::gateway
