// The time between a Command and its answer on the card's side: when to ask the reader for more
// time.
#pragma once

#include <cstdint>

#include "models/iso7816/card_events.h"

namespace uketsuke::iso7816 {

// `allowed_us` is the waiting time that the reader grants; the card asks for more when a third of
// it is over, so that an application that answers late still is in time.
class CardWork {
 public:
  explicit CardWork(std::uint32_t timer_id) : timer_id_(timer_id) {}

  enum class Next : std::uint8_t { kWait, kSend, kAskForTime };

  void begin(CardActions& actions, Micros allowed_us);
  // The application has answered. An answer to a command that stop() gave up is dropped.
  Next respond(CardActions& actions, const Respond& answer);
  // The timer has ended.
  Next expired();
  // More time was granted, or asked for without an answer being due.
  void go_on(CardActions& actions, Micros allowed_us);
  void stop(CardActions& actions);

  bool open() const { return open_; }
  bool answered() const { return answered_; }
  Micros remaining_us() const { return remaining_us_; }
  std::uint8_t wtx() const { return wtx_; }  // of the answer: what is to be asked for at once
  void wtx_asked() { wtx_ = 0; }
  // The answer; closes the work.
  Bytes take();

 private:
  void start(CardActions& actions);
  std::uint32_t timer_id_;
  bool open_ = false;
  bool answered_ = false;
  unsigned given_up_ = 0;  // commands whose answer is still to come and is not wanted
  Micros slice_us_ = 0;    // time until the reader is asked
  Micros running_us_ = 0;  // what the timer was started with
  Micros remaining_us_ = 0;
  std::uint8_t wtx_ = 0;
  Bytes response_;
};

}  // namespace uketsuke::iso7816
