// T=1 on the reader's and host's side: ISO/IEC 7816-3:2006, 11.
// T1Host is the block level: it neither knows characters nor time, so it works over the field
// (behind T1FieldReceiver) and over CCID XfrBlock (a whole block at once) alike.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "models/iso7816/reader_deviations.h"
#include "models/iso7816/reader_events.h"
#include "models/iso7816/t1_assembler.h"
#include "models/iso7816/timing.h"
#include "sim/wire/field/signal.h"
#include "sim/wire/iso7816/t1_block.h"

namespace uketsuke::iso7816 {

// --- block level --------------------------------------------------------------------------------
struct BlockReceived {
  Bytes block;
};                       // NAD .. EDC as received; EDC is checked by T1Host
struct BlockError {};    // something came but is no block: parity, length, CWT
struct BlockTimeout {};  // nothing came within the block waiting time
using T1HostEvent = std::variant<SendApdu, BlockReceived, BlockError, BlockTimeout>;

// The waiting time for the answer is BWT times bwt_multiplier (bBWI of XfrBlock; 1 unless the card
// asked for more with S(WTX)).
struct SendBlock {
  Bytes block;
  std::uint8_t bwt_multiplier = 1;
};
using T1HostAction = std::variant<SendBlock, Done, Failed>;
using T1HostActions = std::vector<T1HostAction>;

struct T1HostConfig {
  std::uint8_t ifsc = 32;   // from the ATR
  std::uint8_t ifsd = 254;  // asked for with S(IFS) before the first APDU unless 32
  wire::iso7816::Edc edc = wire::iso7816::Edc::kLrc;
  std::uint8_t nad = 0x00;
  unsigned max_wtx = 10000;  // S(WTX) in one exchange before it fails with kProtocol
  ReaderDeviations deviations;
};

class T1Host {
 public:
  explicit T1Host(T1HostConfig config) : config_(config), ifsc_(config.ifsc) {}
  T1HostActions handle(const T1HostEvent& event);
  bool busy() const { return state_ != State::kIdle; }
  std::uint8_t ifsc() const { return ifsc_; }
  std::uint8_t ifsd() const { return ifsd_; }

 private:
  enum class State : std::uint8_t { kIdle, kIfs, kSending, kReceiving, kAborting, kResynch, kDead };
  T1HostActions start(const SendApdu& event);
  T1HostActions on_block(const wire::iso7816::T1Block& block);
  T1HostActions on_information(const wire::iso7816::T1Block& block);
  T1HostActions on_receive_ready(const wire::iso7816::T1Block& block);
  T1HostActions on_request(const wire::iso7816::T1Block& block);
  T1HostActions on_response(const wire::iso7816::T1Block& block);
  T1HostActions send_information();
  T1HostActions send(wire::iso7816::T1Block block, std::uint8_t bwt_multiplier = 1);
  T1HostActions bad_answer(wire::iso7816::T1Error error);
  T1HostActions resend();
  T1HostActions resynchronise(ExchangeFailure reason);
  T1HostActions resynchronised();
  T1HostActions finish(Bytes response);
  T1HostActions fail(ExchangeFailure reason, State next);
  unsigned most_tries() const;
  bool valid_for_card(const wire::iso7816::T1Block& block) const;
  T1HostConfig config_;
  State state_ = State::kIdle;
  std::uint8_t ifsc_;
  std::uint8_t ifsd_ = 32;
  bool ifs_done_ = false;          // S(IFS) agreed on, refused, or not wanted
  bool send_sequence_ = false;     // N(S) of the I-block in flight, or of the next one
  bool receive_sequence_ = false;  // N(S) expected of the card
  Bytes command_;
  std::size_t sent_ = 0;       // bytes of command_ that the card has acknowledged
  std::size_t in_flight_ = 0;  // bytes of the I-block in flight
  Bytes response_;
  Bytes last_sent_;  // last block, and its multiplier, for repetition
  std::uint8_t last_multiplier_ = 1;
  Bytes last_information_;     // last I-block sent
  unsigned tries_ = 0;         // failed attempts in a row
  bool only_timeouts_ = true;  // of these
  bool command_started_ = false;
  ExchangeFailure reason_ = ExchangeFailure::kTransmission;  // told after S(RESYNCH)
  unsigned wtx_ = 0;
};

// --- characters to blocks -----------------------------------------------------------------------
// Tells the receiver that a block has gone out: what it waits for next.
struct ExpectBlock {
  std::uint8_t bwt_multiplier = 1;
  std::size_t sent_characters = 0;
};
using T1FieldEvent = std::variant<ExpectBlock, wire::field::Burst, wire::TimerExpired>;
using T1FieldAction =
    std::variant<BlockReceived, BlockError, BlockTimeout, wire::StartTimer, wire::StopTimer>;
using T1FieldActions = std::vector<T1FieldAction>;

struct T1FieldConfig {
  EtuClock clock;
  std::uint8_t bwi = 4;
  std::uint8_t cwi = 13;
  std::uint8_t extra_guard_n = 0;
  wire::iso7816::Edc edc = wire::iso7816::Edc::kLrc;
  std::uint32_t timer_id = 0;
  ReaderDeviations deviations;
};

class T1FieldReceiver {
 public:
  explicit T1FieldReceiver(T1FieldConfig config) : config_(config), assembler_(config.edc) {}
  T1FieldActions handle(const T1FieldEvent& event);
  // The characters of a block as a Burst with the right character time.
  wire::field::Burst burst_of(ByteView block) const;

 private:
  std::uint8_t extra_guard() const;
  T1FieldConfig config_;
  T1Assembler assembler_;
  bool waiting_ = false;
};

}  // namespace uketsuke::iso7816
