// T=0 on the card's side, part of CardContact. ISO/IEC 7816-3:2006, 10 and 12.2.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "models/iso7816/card_contact.h"
#include "models/iso7816/card_work.h"

namespace uketsuke::iso7816 {

struct CardT0Config {
  EtuClock clock;
  std::uint8_t wi = 10;
  std::function<T0Direction(const T0Header&)> direction;
  bool single_byte_ack = false;
  bool envelope = true;
  std::uint16_t nothing_to_get_sw = 0x6985;
  T0Faults faults;
  std::uint32_t timer_id = 0;
};

class CardT0 {
 public:
  explicit CardT0(CardT0Config config);
  // Correctly received characters, in order.
  void characters(CardActions& actions, ByteView bytes);
  void respond(CardActions& actions, const Respond& answer);
  void timer(CardActions& actions);
  // The reader got character `at` of the last burst wrong.
  void error_signal(CardActions& actions, std::uint16_t at);
  void set_clock(std::uint32_t clock_hz) { config_.clock.clock_hz = clock_hz; }
  std::string_view state_name() const;

 private:
  // kNulls: NULL bytes of a fault go out before the first procedure byte.
  enum class State : std::uint8_t { kHeader, kData, kWorking, kNulls };
  bool scheduled(std::uint8_t ins) const;
  bool header_refused(CardActions& actions, std::size_t index);
  void arm();
  void next_null(CardActions& actions);
  void serve(CardActions& actions);
  void header_complete(CardActions& actions);
  void data_complete(CardActions& actions);
  void acknowledge_data(CardActions& actions);
  void open_command(CardActions& actions, Bytes command, T0Direction direction);
  void envelope_segment(CardActions& actions);
  void get_response(CardActions& actions);
  void deliver(CardActions& actions, Bytes response);
  void send_data(CardActions& actions, ByteView data, std::uint16_t sw);
  void send_status(CardActions& actions, std::uint16_t sw);
  void send(CardActions& actions, Bytes bytes);
  void transmit(CardActions& actions, Bytes bytes, std::size_t damaged_at);
  void perform(CardActions& actions, CardWork::Next next);

  CardT0Config config_;
  CardWork work_;
  State state_ = State::kHeader;
  T0Header header_{};
  std::size_t header_size_ = 0;
  Bytes data_;                                      // data of the open TPDU
  T0Direction direction_ = T0Direction::kIncoming;  // of the open command
  Bytes envelope_;                                  // segments so far
  Bytes pending_;                                   // answer data that waits for GET RESPONSE
  std::size_t pending_from_ = 0;
  std::uint16_t pending_sw_ = 0x9000;
  bool has_pending_ = false;
  unsigned disturbed_ = 0;   // commands that the faults have met
  unsigned signalled_ = 0;   // error signals at this header
  T0Faults fault_;           // what is left of them for this command
  bool fresh_answer_ = false;  // no burst of the answer has gone out
  Bytes last_sent_;
  std::optional<T0Header> again_;  // the header that a 6Cxx asked for; its data is pending_
};

}  // namespace uketsuke::iso7816
