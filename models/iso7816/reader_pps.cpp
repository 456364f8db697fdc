#include "models/iso7816/reader_pps.h"

#include <algorithm>

namespace uketsuke::iso7816 {
namespace {

using wire::iso7816::Pps;

constexpr std::uint8_t kDefaultFiDi = 0x11;
constexpr std::uint64_t kWaitingEtu = 9600;  // 9.2: initial waiting time
constexpr std::uint64_t kLongestPpsEtu = 6 * 12;

// 9.3: what the card's answer says to the request; nullopt if it is not an answer to it.
std::optional<PpsAgreed> agreed(const Pps& request, const Pps& response) {
  if (response.protocol != request.protocol) return std::nullopt;
  if (response.pps1 && response.pps1 != request.pps1) return std::nullopt;
  if (response.pps2 && response.pps2 != request.pps2) return std::nullopt;
  if (response.pps3 && response.pps3 != request.pps3) return std::nullopt;
  return PpsAgreed{response.protocol, response.pps1.value_or(kDefaultFiDi)};
}

}  // namespace

PpsActions PpsExchange::start(const Pps& request) {
  const auto bytes = wire::iso7816::encode_pps(request);
  if (busy_) return {PpsFailed{ExchangeFailure::kBusy}};
  if (!bytes) return {PpsFailed{ExchangeFailure::kBadCommand}};
  request_ = request;
  received_.clear();
  busy_ = true;
  const Micros wait =
      etu_to_micros(bytes->size() * 12 + kWaitingEtu + kLongestPpsEtu, config_.clock);
  return {burst_of(*bytes, config_.clock, 0, false),
          wire::StartTimer{config_.timer_id, wait}};
}

PpsActions PpsExchange::handle(const PpsEvent& event) {
  if (!busy_) return {};
  if (const auto* expired = std::get_if<wire::TimerExpired>(&event)) {
    if (expired->id != config_.timer_id) return {};
    if (config_.deviations.pps_answer_unchecked) return finish(as_asked());
    return finish(PpsFailed{ExchangeFailure::kMute});
  }
  const auto& burst = std::get<wire::field::Burst>(event);
  if (!burst.parity_errors.empty()) return finish(PpsFailed{ExchangeFailure::kTransmission});
  received_.insert(received_.end(), burst.data.begin(), burst.data.end());
  if (received_.size() < wire::iso7816::pps_size_so_far(received_)) return {};
  if (config_.deviations.pps_answer_unchecked) return finish(as_asked());
  const auto response = wire::iso7816::decode_pps(received_);
  if (!response) {
    const bool checksum = response.error().code == wire::DecodeErrc::kBadChecksum;
    return finish(
        PpsFailed{checksum ? ExchangeFailure::kTransmission : ExchangeFailure::kProtocol});
  }
  const auto result = agreed(request_, *response);
  if (!result) return finish(PpsFailed{ExchangeFailure::kRefused});
  return finish(*result);
}

PpsAgreed PpsExchange::as_asked() const {
  return {request_.protocol, request_.pps1.value_or(kDefaultFiDi)};
}

PpsActions PpsExchange::finish(PpsAction last) {
  busy_ = false;
  return {wire::StopTimer{config_.timer_id}, std::move(last)};
}

std::optional<Pps> pps_request_for(const wire::iso7816::Atr& atr, std::uint8_t protocol,
                                   bool speed_up) {
  if (atr.specific_mode() || !atr.offers(protocol)) return std::nullopt;
  const bool known = wire::iso7816::fi_of_index(atr.fi_index()).has_value() &&
                     wire::iso7816::di_of_index(atr.di_index()).has_value();
  const auto ta1 = static_cast<std::uint8_t>(atr.fi_index() << 4 | atr.di_index());
  const std::uint8_t fi_di = speed_up && known ? ta1 : kDefaultFiDi;
  if (protocol == atr.first_protocol() && fi_di == kDefaultFiDi) return std::nullopt;
  Pps request;
  request.protocol = protocol;
  if (fi_di != kDefaultFiDi) request.pps1 = fi_di;
  return request;
}

}  // namespace uketsuke::iso7816
