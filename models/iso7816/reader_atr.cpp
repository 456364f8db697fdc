#include "models/iso7816/reader_atr.h"

#include <algorithm>

namespace uketsuke::iso7816 {
namespace {

constexpr std::uint64_t kCyclesToTs = 40000;           // 6.2.2: TS within 40,000 cycles after RST
constexpr std::uint64_t kEtuBetweenCharacters = 9600;  // 8.1: initial waiting time
constexpr std::uint64_t kLongestAtrEtu = wire::iso7816::kMaxAtrSize * 12;

}  // namespace

std::string_view to_string(AtrFailureReason reason) {
  switch (reason) {
    case AtrFailureReason::kMute:
      return "no answer to reset";
    case AtrFailureReason::kIncomplete:
      return "answer to reset ends early";
    case AtrFailureReason::kBadTs:
      return "TS is neither 3B nor 3F";
    case AtrFailureReason::kParity:
      return "character with wrong parity";
    case AtrFailureReason::kBadTck:
      return "TCK does not match";
    case AtrFailureReason::kMalformed:
      return "malformed answer to reset";
    case AtrFailureReason::kReserved:
      return "reserved value in the answer to reset";
  }
  return "?";
}

AtrActions AtrReceiver::start() {
  received_.clear();
  listening_ = true;
  const std::uint64_t longest = config_.deviations.length_unchecked ? 8 : 1;  // times the longest
  const Micros wait = cycles_to_micros(kCyclesToTs, config_.clock.clock_hz) +
                      etu_to_micros(longest * kLongestAtrEtu, config_.clock);
  const Percent percent = config_.deviations.atr_wait_percent;
  if (percent == 0) return {wire::StopTimer{config_.timer_id}};
  return {wire::StartTimer{config_.timer_id, wait * percent / 100}};
}

// What a reader that does not check it makes of a wrong TS.
Bytes AtrReceiver::as_read() const {
  Bytes bytes = received_;
  const bool known = bytes[0] == 0x3B || bytes[0] == wire::iso7816::kTsInverse;
  if (!known && config_.deviations.ts_unchecked) bytes[0] = 0x3B;
  return bytes;
}

AtrActions AtrReceiver::handle(const AtrEvent& event) {
  if (!listening_) return {};
  if (const auto* burst = std::get_if<wire::field::Burst>(&event)) return on_burst(*burst);
  if (std::get<wire::TimerExpired>(event).id != config_.timer_id) return {};
  return fail(received_.empty() ? AtrFailureReason::kMute : AtrFailureReason::kIncomplete);
}

AtrActions AtrReceiver::on_burst(const wire::field::Burst& burst) {
  using wire::DecodeErrc;
  if (burst.data.empty()) return {};
  for (std::size_t i = 0; i < burst.data.size(); ++i) {
    const bool bad = std::find(burst.parity_errors.begin(), burst.parity_errors.end(), i) !=
                     burst.parity_errors.end();
    if (bad) return fail(AtrFailureReason::kParity);
    received_.push_back(burst.data[i]);
    const Bytes read = as_read();
    const auto size = wire::iso7816::atr_size_so_far(read);
    const bool goes_on = size && *size == received_.size() && i + 1 != burst.data.size();
    if ((!size || goes_on) && received_.size() > 1 && config_.deviations.length_unchecked) {
      received_.insert(received_.end(), burst.data.begin() + static_cast<std::ptrdiff_t>(i + 1),
                       burst.data.end());
      return received(*wire::iso7816::decode_atr_structure(Bytes{0x3B, 0x00}));
    }
    if (!size) {
      return fail(received_.size() == 1 ? AtrFailureReason::kBadTs : AtrFailureReason::kMalformed);
    }
    if (*size != received_.size()) continue;
    if (i + 1 != burst.data.size()) return fail(AtrFailureReason::kMalformed);
    auto atr = wire::iso7816::decode_atr_structure(read);
    if (!atr && atr.error().code == DecodeErrc::kBadChecksum && config_.deviations.tck_unchecked) {
      Bytes mended = read;
      std::uint8_t tck = 0;
      for (std::size_t k = 1; k + 1 < mended.size(); ++k)
        tck = static_cast<std::uint8_t>(tck ^ mended[k]);
      mended.back() = tck;
      atr = wire::iso7816::decode_atr_structure(mended);
    }
    if (!atr) {
      return fail(atr.error().code == DecodeErrc::kBadChecksum ? AtrFailureReason::kBadTck
                                                               : AtrFailureReason::kMalformed);
    }
    if (config_.refuse_reserved && !wire::iso7816::decode_atr(received_)) {
      return fail(AtrFailureReason::kReserved);
    }
    return received(std::move(*atr));
  }
  return {wire::StartTimer{config_.timer_id,
                           etu_to_micros(kEtuBetweenCharacters + kLongestAtrEtu, config_.clock)}};
}

AtrActions AtrReceiver::received(wire::iso7816::Atr atr) {
  listening_ = false;
  return {wire::StopTimer{config_.timer_id}, AtrReceived{received_, std::move(atr)}};
}

AtrActions AtrReceiver::fail(AtrFailureReason reason) {
  listening_ = false;
  return {wire::StopTimer{config_.timer_id}, AtrFailure{reason, received_}};
}

}  // namespace uketsuke::iso7816
