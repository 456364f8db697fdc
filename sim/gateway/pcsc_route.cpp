#include "sim/gateway/pcsc_route.h"

#include <utility>

#include "sim/gateway/pcsc_core.h"

namespace uketsuke::gateway {

PcscRoute::PcscRoute(std::string reader, PcscSettings settings)
    : stop_ms_(settings.stop_ms), core_(std::make_shared<Core>(std::move(reader), settings)) {}

PcscRoute::~PcscRoute() {
  core_->silence();
  core_->stop(stop_ms_);
}

void PcscRoute::start(Report report) { core_->begin(std::move(report)); }
void PcscRoute::ask(wire::session::Request request) { core_->ask(std::move(request)); }
std::string PcscRoute::name() const { return core_->name(); }

SessionRoute::Hidden PcscRoute::hides() const {
  return {"PC/SC を通すため、CCID のメッセージ、時間延長、パラメーター交渉 (PPS, IFS)、T=1 ブロック、割り込み"
          "通知は見えていません。電源の投入とリセットは pcscd も独自に行います",
          "through PC/SC these were not seen: CCID messages, time extensions, negotiation of "
          "parameters (PPS, IFS), T=1 blocks, interrupt messages. pcscd powers and resets the card "
          "by itself, too"};
}

}  // namespace uketsuke::gateway
