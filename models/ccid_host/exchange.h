// One command APDU over a CCID at each exchange level: TPDU (T=1 blocks and T=0 TPDUs made by the
// host), short APDU, extended APDU with chaining. USB CCID Revision 1.1, 6.1.4, 6.2.1; ISO/IEC
// 7816-3:2006, 10-12. Pure: bytes of XfrBlock out, DataBlocks in.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/iso7816/reader_t0.h"
#include "models/iso7816/reader_t1.h"
#include "sim/wire/ccid/descriptor.h"
#include "sim/wire/ccid/message.h"
#include "sim/wire/session/message.h"

namespace uketsuke::ccid_host {

struct ExchangeConfig {
  wire::ccid::ExchangeLevel level = wire::ccid::ExchangeLevel::kTpdu;
  wire::session::Protocol protocol = wire::session::Protocol::kT1;
  std::size_t max_data = 261;  // dwMaxCCIDMessageLength - 10
  iso7816::T1HostConfig t1;
  bool reader_sets_ifsd = false;     // dwFeatures 400h: the reader exchanges S(IFS) itself
  wire::Micros waiting_time_us = 0;  // BWT (T=1) or WT (T=0)
  wire::Micros tpdu_timeout_us = 0;  // beside the waiting time
  wire::Micros apdu_timeout_us = 0;  // APDU levels
};

// The data of the next XfrBlock, or Secure.
struct SendData {
  wire::Bytes data;
  std::uint16_t wLevelParameter = 0;
  std::uint8_t bBWI = 0;
  wire::Micros timeout_us = 0, extension_us = 0;
  bool secure = false;                         // data is the APDU template of PC_to_RDR_Secure
  std::array<std::uint8_t, 3> teo_prologue{};  // secure, T=1 TPDU: NAD, PCB, LEN
};
struct ExchangeDone {
  wire::Bytes response;
};
struct ExchangeFailed {
  wire::session::Failure failure = wire::session::Failure::kCommunication;
  std::string what;
};
using ExchangeStep = std::variant<SendData, ExchangeDone, ExchangeFailed>;

// What a failed answer means to the program.
ExchangeFailed failure_of(const wire::ccid::ResponseMessage& message);

class Exchange {
 public:
  explicit Exchange(const ExchangeConfig& config);
  // A command APDU. kUnsupported: no command APDU, or too long for this reader.
  ExchangeStep start(const wire::Bytes& command);
  // The PIN pad puts digits into the APDU CLA INS P1 P2.
  ExchangeStep start_pin(const wire::Bytes& command);
  ExchangeStep answered(const wire::ccid::RDR_to_PC_DataBlock& block);
  // The command was lost: the next one starts from scratch.
  void abandon();
  std::vector<std::string> take_anomalies();

 private:
  enum class Mode : std::uint8_t { kT1, kT0, kPlain, kChainingOut, kReceiving, kChainingIn };
  ExchangeStep from_t1(const iso7816::T1HostActions& actions);
  ExchangeStep t1_answered(const wire::ccid::RDR_to_PC_DataBlock& block);
  ExchangeStep from_t0(const iso7816::T0ApduActions& actions);
  ExchangeStep next_part();
  ExchangeStep chain_answered(const wire::ccid::RDR_to_PC_DataBlock& block);
  ExchangeStep done(wire::Bytes response);
  ExchangeStep finished_with(wire::Bytes response);
  ExchangeStep damaged(const std::string& what);
  SendData block(wire::Bytes data, wire::Micros timeout_us) const;

  ExchangeConfig config_;
  Mode mode_ = Mode::kPlain;
  iso7816::T1Host t1_;
  iso7816::T0Apdu t0_;
  std::optional<wire::Bytes> pin_template_;  // T=1: until the I-block that carries it is due
  bool pin_sent_ = false;
  wire::Bytes command_, response_;
  std::size_t sent_ = 0;
  std::uint32_t ne_ = 0;  // of the command under way
  std::vector<std::string> anomalies_;
};

}  // namespace uketsuke::ccid_host
