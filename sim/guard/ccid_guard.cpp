#include "sim/guard/ccid_guard.h"

#include <utility>

namespace uketsuke::guard {

struct CcidGuard::Impl {
  std::vector<Release> releases;
};

namespace {
Judgement nothing_yet() {
  return refused("CCID", "CCID", "構成が分かりません", "no configuration is known");
}
}  // namespace

CcidGuard::CcidGuard(std::vector<Release> releases)
    : impl_(std::make_unique<Impl>(Impl{std::move(releases)})) {}
CcidGuard::~CcidGuard() = default;
Judgement CcidGuard::submit(const wire::usb::Transfer&) { return nothing_yet(); }
void CcidGuard::completed(const wire::usb::Transfer&, const wire::usb::Completion&) {}
void CcidGuard::disconnected() {}
void CcidGuard::configured(const wire::usb::Configuration&) {}
Judgement CcidGuard::out(std::uint8_t, wire::ByteView) { return nothing_yet(); }
void CcidGuard::out_failed(std::uint8_t) {}
void CcidGuard::in(std::uint8_t, wire::ByteView) {}
Judgement CcidGuard::control(const wire::usb::SetupPacket&, wire::ByteView) {
  return nothing_yet();
}
const CardGuard* CcidGuard::slot(std::uint8_t, std::uint8_t) const { return nullptr; }

}  // namespace uketsuke::guard
