#include "sim/guard/real_card_tap.h"

#include <utility>

namespace uketsuke::guard {

namespace {
std::string mask_all(wire::ByteView bytes, std::vector<trace::MaskRange>& ranges) {
  if (!bytes.empty()) ranges.push_back({0, static_cast<std::uint32_t>(bytes.size())});
  return "masked";
}
}  // namespace

RealCardApduTap::RealCardApduTap(wire::Bytes key, Way way) : key_(std::move(key)), way_(way) {}
RealCardApduTap::~RealCardApduTap() = default;
std::string RealCardApduTap::mask(wire::ByteView bytes, std::vector<trace::MaskRange>& ranges) {
  (void)way_;
  return mask_all(bytes, ranges);
}
RealCardCcidTap::RealCardCcidTap(wire::Bytes key, Way way) : key_(std::move(key)), way_(way) {}
RealCardCcidTap::~RealCardCcidTap() = default;
std::string RealCardCcidTap::mask(wire::ByteView bytes, std::vector<trace::MaskRange>& ranges) {
  (void)way_;
  return mask_all(bytes, ranges);
}

}  // namespace uketsuke::guard
