// T=0 on the reader's and host's side. ISO/IEC 7816-3:2006, 10 (characters) and 12.2 (APDU to
// TPDU). T0Apdu works in front of a TPDU-level CCID reader and inside an APDU-level reader alike;
// T0Tpdu is the character level, inside every reader.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "models/iso7816/reader_deviations.h"
#include "models/iso7816/reader_events.h"
#include "models/iso7816/timing.h"
#include "sim/wire/field/signal.h"
#include "sim/wire/iso7816/apdu.h"

namespace uketsuke::iso7816 {

// One command TPDU: CLA INS P1 P2 P3, and P3 bytes of data if it carries data to the card.
struct SendTpdu {
  Bytes tpdu;
};
// Its answer: data the card sent, SW1 SW2.
struct TpduResponse {
  Bytes response;
};
struct TpduFailed {
  ExchangeFailure reason = ExchangeFailure::kMute;
};

// --- character level ----------------------------------------------------------------------------
using T0TpduEvent =
    std::variant<SendTpdu, wire::field::Burst, wire::field::ErrorSignal, wire::TimerExpired>;
using T0TpduAction = std::variant<wire::field::Burst, wire::field::ErrorSignal, TpduResponse,
                                  TpduFailed, wire::StartTimer, wire::StopTimer>;
using T0TpduActions = std::vector<T0TpduAction>;

struct T0TpduConfig {
  EtuClock clock;
  std::uint8_t wi = 10;            // TC2
  std::uint8_t extra_guard_n = 0;  // TC1
  std::uint32_t timer_id = 0;
  ReaderDeviations deviations;
  // 7.3 repeats a character without limit; a reader gives up with kTransmission after so many
  // repetitions of one character, in either direction.
  unsigned max_repetitions = 3;
};

class T0Tpdu {
 public:
  explicit T0Tpdu(T0TpduConfig config) : config_(config) {}
  T0TpduActions handle(const T0TpduEvent& event);
  bool busy() const { return state_ != State::kIdle; }

 private:
  enum class State : std::uint8_t { kIdle, kProcedureByte, kData, kSw2 };
  void send(T0TpduActions& actions, const SendTpdu& event);
  void character(T0TpduActions& actions, std::uint8_t byte);
  void procedure_byte(T0TpduActions& actions, std::uint8_t byte);
  void send_data(T0TpduActions& actions, std::size_t count);
  void send_characters(T0TpduActions& actions, Bytes characters);
  void on_burst(T0TpduActions& actions, const wire::field::Burst& burst);
  void on_error_signal(T0TpduActions& actions, const wire::field::ErrorSignal& signal);
  void restart_timer(T0TpduActions& actions);
  void finish(T0TpduActions& actions, T0TpduAction last);
  std::uint8_t extra_guard() const;
  T0TpduConfig config_;
  State state_ = State::kIdle;
  Bytes tpdu_;
  std::size_t sent_ = 0;        // data bytes of the TPDU that are with the card
  std::size_t expected_ = 0;    // data bytes the card still owes in all (P3)
  std::size_t burst_left_ = 0;  // of these, bytes that come before the next procedure byte
  Bytes response_;
  Bytes last_sent_;            // characters of the last burst
  unsigned repetitions_ = 0;   // of the character that is due, in either direction
};

// --- APDU level ---------------------------------------------------------------------------------
using T0ApduEvent = std::variant<SendApdu, TpduResponse, TpduFailed>;
using T0ApduAction = std::variant<SendTpdu, Done, Failed>;
using T0ApduActions = std::vector<T0ApduAction>;

struct T0ApduConfig {
  bool get_response_after_9000 = true;  // case 4S.2 (12.2.4): GET RESPONSE with P3 = Le; if the
                                        // card refuses that, the 9000 stands as the answer
  unsigned max_get_responses = 4096;    // a card that says 61xx for ever fails with kProtocol
  ReaderDeviations deviations;
};

class T0Apdu {
 public:
  explicit T0Apdu(T0ApduConfig config = {}) : config_(config) {}
  T0ApduActions handle(const T0ApduEvent& event);
  bool busy() const { return state_ != State::kIdle; }

 private:
  enum class State : std::uint8_t {
    kIdle,
    kCommand,
    kResent,
    kEnvelope,
    kGetResponse,
    kGetAfter9000
  };
  T0ApduActions start(const SendApdu& event);
  T0ApduActions next_envelope();
  T0ApduActions on_response(const TpduResponse& event);
  T0ApduActions get_response(std::size_t available);
  T0ApduActions done(std::uint16_t sw);
  T0ApduActions fail(ExchangeFailure reason);
  std::size_t wanted() const;  // data bytes that Ne still allows
  T0ApduConfig config_;
  State state_ = State::kIdle;
  wire::iso7816::CommandApdu command_;
  Bytes tpdu_;      // last one sent, for 6Cxx
  Bytes envelope_;  // whole extended APDU
  std::size_t enveloped_ = 0;
  bool last_envelope_ = false;
  std::uint32_t ne_ = 0;
  Bytes data_;
  unsigned get_responses_ = 0;
};

}  // namespace uketsuke::iso7816
