// T=1 on the card's side, part of CardContact. ISO/IEC 7816-3:2006, 11.
#pragma once

#include <string_view>

#include "models/iso7816/card_events.h"
#include "models/iso7816/card_faults.h"
#include "models/iso7816/card_work.h"
#include "models/iso7816/t1_assembler.h"
#include "models/iso7816/timing.h"

namespace uketsuke::iso7816 {

struct CardT1Config {
  EtuClock clock;
  std::uint8_t ifsc = 32;
  std::uint8_t bwi = 4;
  std::uint8_t cwi = 13;
  std::uint8_t extra_guard_n = 0;
  wire::iso7816::Edc edc = wire::iso7816::Edc::kLrc;
  bool request_ifs = false;  // sends S(IFS request) before its first answer
  std::uint8_t requested_ifs = 0;  // with this IFSC instead; 0: ifsc
  unsigned corrupt_epilogues = 0;
  T1Faults faults;
  std::uint32_t work_timer_id = 0;
  std::uint32_t character_timer_id = 0;
};

class CardT1 {
 public:
  explicit CardT1(CardT1Config config);
  void burst(CardActions& actions, const wire::field::Burst& burst);
  void respond(CardActions& actions, const Respond& answer);
  void timer(CardActions& actions, std::uint32_t id);
  void set_clock(std::uint32_t clock_hz) { config_.clock.clock_hz = clock_hz; }
  std::string_view state_name() const;

 private:
  // kReady: the reader's turn, any block. kSending: an I-block with M is out, its R is due.
  enum class State : std::uint8_t { kReady, kWorking, kSending, kWtx, kIfs, kAbort };
  void block(CardActions& actions, ByteView bytes);
  void invalid(CardActions& actions, wire::iso7816::T1Error error);
  void on_information(CardActions& actions, const wire::iso7816::T1Block& block);
  void on_receive_ready(CardActions& actions, const wire::iso7816::T1Block& block);
  void on_request(CardActions& actions, const wire::iso7816::T1Block& block);
  void on_response(CardActions& actions, const wire::iso7816::T1Block& block);
  void perform(CardActions& actions, CardWork::Next next);
  void ask_for_time(CardActions& actions);
  void begin_answer(CardActions& actions);
  void send_information(CardActions& actions);
  void send(CardActions& actions, wire::iso7816::T1Block block);
  void transmit(CardActions& actions, const Bytes& bytes);
  void arm(ByteView first_part);
  wire::field::Burst damaged(Bytes characters);

  CardT1Config config_;
  T1Assembler assembler_;
  CardWork work_;
  State state_ = State::kReady;
  std::uint8_t nad_ = 0;  // of the reader's last block, turned round
  std::uint8_t ifsd_ = 32;
  bool send_sequence_ = false;     // N(S) of the next I-block
  bool receive_sequence_ = false;  // N(S) expected
  bool ifs_requested_ = false;
  Bytes command_;
  Bytes response_;
  std::size_t sent_ = 0;
  Bytes last_sent_;             // last block, for repetition
  Bytes last_information_;      // last I-block; empty before the first one
  bool last_sequence_ = false;  // its N(S)
  std::size_t in_flight_ = 0;
  unsigned disturbed_ = 0;  // commands that the faults have met
  T1Faults fault_;          // what is left of them
  std::uint8_t wtx_ = 0;  // multiplier asked for
  bool asked_wtx_ = false;  // by the application
};

}  // namespace uketsuke::iso7816
