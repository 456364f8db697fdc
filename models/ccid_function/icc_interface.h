// One slot's way to its card: activation with class selection, ATR, PPS, S(IFS), and exchanges at
// the reader's exchange level, over contacts or the field. Knows nothing of CCID messages; uses the
// protocol machines of models/iso7816. ISO/IEC 7816-3:2006, 6 to 11; ISO/IEC 14443-3 and -4.
// Not modelled: T=1 blocks over a contactless slot at TPDU level (contactless needs an APDU level),
// clock stop as a signal (the field wire has no clock).
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "models/iso7816/reader_atr.h"
#include "models/iso7816/reader_contactless.h"
#include "models/iso7816/reader_pps.h"
#include "models/iso7816/reader_t0.h"
#include "models/iso7816/reader_t1.h"
#include "sim/wire/ccid/descriptor.h"
#include "sim/wire/ccid/parameters.h"
#include "sim/wire/ccid/status.h"
#include "sim/wire/field/signal.h"
#include "sim/wire/timer.h"

namespace uketsuke::ccid_function {

struct IccConfig {
  wire::field::Medium medium = wire::field::Medium::kContact;
  wire::ccid::ExchangeLevel level = wire::ccid::ExchangeLevel::kTpdu;
  std::uint32_t dwFeatures = 0, dwProtocols = 3, dwMaxIFSD = 254, dwMaxDataRate = 344086;
  std::uint32_t clock_khz = 4000;
  wire::Micros power_off_us = 10'000;
  unsigned atr_parity_retries = 1;
  bool pupi_in_atr = false;
  std::uint8_t max_frame_code = 8;
  std::uint32_t timer_id = 0;
  iso7816::ReaderDeviations deviations;
};

struct IccActivated { wire::Bytes atr; };
struct IccParametersSet {};
struct IccAnswer { wire::Bytes data; };
struct IccFailed {
  wire::ccid::bError error = wire::ccid::bError::kICC_MUTE;
  bool active = false;  // whether the card is still powered
};
struct IccNeedsTime { std::uint8_t multiplier = 1; };  // of WT or BWT
using IccAction = std::variant<wire::field::ToCard, wire::StartTimer, wire::StopTimer, IccActivated,
                               IccParametersSet, IccAnswer, IccFailed, IccNeedsTime>;
using IccActions = std::vector<IccAction>;

class IccInterface {
 public:
  explicit IccInterface(IccConfig config);

  // Cold reset; the classes are tried in this order (7816-3, 6.2.4). Ends with IccActivated or
  // IccFailed.
  IccActions power_on(std::vector<wire::field::VoltageClass> order);
  // Contact: RST; contactless: the field off and on. Ends like power_on. Needs powered().
  IccActions warm_reset();
  IccActions power_off();
  // The card is gone: no result, and nobody there to hear a PowerOff.
  IccActions removed();
  // Ends with IccParametersSet or IccFailed. With automatic PPS the card is asked first (9.2),
  // after a warm reset if it is too late for that.
  IccActions set_parameters(const wire::ccid::ProtocolData& parameters);
  // ResetParameters: the defaults of the standard, or those of the ATR if the reader does that.
  IccActions reset_parameters();
  // One XfrBlock's data at the configured level. Ends with IccAnswer or IccFailed. bBWI counts at
  // TPDU level with T=1 only.
  IccActions exchange(wire::ByteView data, std::uint8_t bBWI);
  IccActions on_burst(const wire::field::Burst& burst);
  IccActions on_error_signal(const wire::field::ErrorSignal& signal);
  IccActions on_timer();

  bool powered() const { return state_ != State::kOff; }
  std::uint8_t protocol() const { return protocol_; }
  const wire::ccid::ProtocolData& parameters() const { return parameters_; }
  std::uint32_t clock_khz() const { return config_.clock_khz; }
  // The card hears the new frequency while it is powered.
  IccActions set_clock_khz(std::uint32_t clock_khz);
  // CLK stops, or runs again; nothing if it is so already, or the card is off.
  IccActions stop_clock();
  IccActions restart_clock();
  // T0APDU (CCID 6.1.10): CLA of GET RESPONSE and ENVELOPE; FFh: that of the command.
  void set_t0_classes(std::uint8_t bClassGetResponse, std::uint8_t bClassEnvelope);
  bool offers(std::uint8_t protocol) const;
  const wire::Bytes& uid() const { return uid_; }  // contactless: PUPI

 private:
  enum class State : std::uint8_t {
    kOff, kPause, kAtr, kPps, kIfs, kFieldOn, kReady, kTpdu, kBlock, kApdu, kRawPps,
  };
  void cold_reset();
  void expect_atr();
  void power_off_now();
  void pause_and_retry();
  void on_atr(const iso7816::AtrReceived& atr);
  void on_atr_failure(const iso7816::AtrFailure& failure);
  void next_class(wire::ccid::bError error);
  void run_clock();
  void start_pps(const wire::iso7816::Pps& request);
  void on_pps(const iso7816::PpsAgreed& agreed);
  void on_pps_failure(iso7816::ExchangeFailure reason);
  void after_parameters();
  void activated();
  void default_parameters();
  void parameters_of_atr(std::uint8_t fi_di);
  void build_machines();
  void apply(const wire::ccid::ProtocolData& parameters);
  void send_raw_pps(wire::ByteView data);
  void raw_pps_burst(const wire::field::Burst& burst);
  void send_block(wire::ByteView block, std::uint8_t bwt_multiplier);
  bool rate_allowed(std::uint8_t fi_di) const;
  std::uint8_t choose_protocol() const;
  iso7816::EtuClock initial_clock() const;
  void fail(wire::ccid::bError error, bool active);
  void done(wire::Bytes data);
  void start_timer(wire::Micros duration);
  void stop_timer();

  // Actions of the nested machines.
  template <class Actions>
  void perform(const Actions& actions) {
    for (const auto& action : actions) {
      std::visit([this](const auto& a) { on(a); }, action);
    }
  }
  void on(const wire::field::Burst& burst);
  void on(const wire::field::ErrorSignal& signal);
  void on(const wire::StartTimer& timer) { start_timer(timer.duration_us); }
  void on(const wire::StopTimer&) { stop_timer(); }
  void on(const iso7816::AtrReceived& atr) { on_atr(atr); }
  void on(const iso7816::AtrFailure& failure) { on_atr_failure(failure); }
  void on(const iso7816::PpsAgreed& agreed) { on_pps(agreed); }
  void on(const iso7816::PpsFailed& failure) { on_pps_failure(failure.reason); }
  void on(const iso7816::TpduResponse& response);
  void on(const iso7816::TpduFailed& failure);
  void on(const iso7816::SendTpdu& tpdu);
  void on(const iso7816::SendBlock& block);
  void on(const iso7816::BlockReceived& block);
  void on(const iso7816::BlockError& error);
  void on(const iso7816::BlockTimeout& timeout);
  void on(const iso7816::Activated& card);
  void on(const iso7816::ActivationFailed& failure);
  void on(const iso7816::Deactivated&) {}
  void on(const iso7816::Done& answer) { done(answer.response_apdu); }
  void on(const iso7816::Failed& failure);

  IccConfig config_;
  State state_ = State::kOff;
  IccActions actions_;
  bool timer_running_ = false;
  bool clock_stopped_ = false;
  std::vector<wire::field::VoltageClass> classes_;
  std::size_t class_index_ = 0;
  unsigned parity_retries_ = 0;
  bool pps_allowed_ = true;
  bool pps_window_ = false;  // nothing was exchanged since the reset
  std::optional<wire::ccid::ProtocolData> wanted_;  // of a SetParameters under way
  wire::Bytes atr_bytes_, uid_;
  wire::iso7816::Atr atr_;
  std::uint8_t protocol_ = 0;
  wire::ccid::ProtocolData parameters_;
  iso7816::EtuClock etu_;
  std::uint8_t class_get_response_ = 0xFF, class_envelope_ = 0xFF;
  std::uint8_t host_ins_ = 0;
  wire::Bytes raw_;
  std::optional<iso7816::AtrReceiver> atr_receiver_;
  std::optional<iso7816::PpsExchange> pps_;
  std::optional<iso7816::T0Tpdu> t0_tpdu_;
  std::optional<iso7816::T0Apdu> t0_apdu_;
  std::optional<iso7816::T1Host> t1_host_;
  std::optional<iso7816::T1FieldReceiver> t1_field_;
  std::optional<iso7816::ReaderContactless> contactless_;
};

}  // namespace uketsuke::ccid_function
