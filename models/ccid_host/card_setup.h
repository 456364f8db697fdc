// From IccPowerOn to a card that can be talked to: voltage, ATR, protocol, PPS, parameters, for a
// reader that does all, some or none of it itself (dwFeatures). USB CCID
// Revision 1.1, 5.1, 6.1.1, 6.1.5, 6.1.7; ISO/IEC 7816-3:2006, 6.2, 8, 9.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/ccid_host/exchange.h"
#include "models/ccid_host/reader.h"
#include "sim/wire/ccid/descriptor.h"
#include "sim/wire/ccid/message.h"
#include "sim/wire/iso7816/atr.h"
#include "sim/wire/iso7816/pps.h"

namespace uketsuke::ccid_host {

struct SetupCommand {
  wire::ccid::CommandMessage message;
  wire::Micros timeout_us = 0;
};
struct SetupDone {
  wire::Bytes atr;
  wire::session::Protocol protocol = wire::session::Protocol::kT1;
  ExchangeConfig exchange;
};
using SetupStep = std::variant<SetupCommand, SetupDone, ExchangeFailed>;

class CardSetup {
 public:
  // Both outlive the setup.
  CardSetup(const wire::ccid::ClassDescriptor& descriptor, const CcidHostParameters& parameters)
      : descriptor_(descriptor), parameters_(parameters) {}
  // Cold or warm reset alike: IccPowerOn. kUnsupported: character level.
  SetupStep start();
  SetupStep answered(const wire::ccid::ResponseMessage& message);
  std::vector<std::string> take_anomalies();

 private:
  enum class Phase : std::uint8_t { kPowerOn, kGetParameters, kPps, kSetParameters };
  bool has(std::uint32_t feature) const { return (descriptor_.dwFeatures & feature) != 0; }
  SetupStep power_on();
  SetupStep powered(const wire::ccid::RDR_to_PC_DataBlock& block);
  SetupStep choose_protocol();
  SetupStep select();
  SetupStep pps_answered(const wire::ccid::RDR_to_PC_DataBlock& block);
  SetupStep set_parameters();
  void check_parameters(const wire::ccid::RDR_to_PC_Parameters& answer);
  SetupStep done() const;
  bool supports(std::uint8_t protocol) const;
  bool reader_reaches_ta1() const;
  iso7816::EtuClock clock() const;

  const wire::ccid::ClassDescriptor& descriptor_;
  const CcidHostParameters& parameters_;
  Phase phase_ = Phase::kPowerOn;
  std::vector<wire::ccid::bPowerSelect> voltages_;  // still to try, last first
  wire::Bytes atr_bytes_;
  wire::iso7816::Atr atr_;
  std::uint8_t protocol_ = 0;
  std::uint8_t fi_di_ = 0x11;
  std::optional<wire::iso7816::Pps> pps_;
  wire::ccid::PC_to_RDR_SetParameters parameters_set_;
  std::vector<std::string> anomalies_;
};

}  // namespace uketsuke::ccid_host
