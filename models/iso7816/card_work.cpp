#include "models/iso7816/card_work.h"

#include <algorithm>

namespace uketsuke::iso7816 {

void CardWork::begin(CardActions& actions, Micros allowed_us) {
  open_ = true;
  answered_ = false;
  remaining_us_ = 0;
  wtx_ = 0;
  go_on(actions, allowed_us);
}

CardWork::Next CardWork::respond(CardActions& actions, const Respond& answer) {
  if (given_up_ > 0) {
    --given_up_;
    return Next::kWait;
  }
  if (!open_ || answered_) return Next::kWait;
  answered_ = true;
  response_ = answer.response_apdu;
  remaining_us_ = answer.work_time_us;
  wtx_ = answer.wtx;
  if (remaining_us_ == 0) {
    actions.push_back(wire::StopTimer{timer_id_});
    return Next::kSend;
  }
  start(actions);
  return Next::kWait;
}

CardWork::Next CardWork::expired() {
  if (!open_) return Next::kWait;
  if (answered_) {
    remaining_us_ -= std::min(remaining_us_, running_us_);
    if (remaining_us_ == 0) return Next::kSend;
  }
  return Next::kAskForTime;
}

void CardWork::go_on(CardActions& actions, Micros allowed_us) {
  slice_us_ = std::max<Micros>(allowed_us / 3, 1);
  start(actions);
}

void CardWork::start(CardActions& actions) {
  running_us_ = answered_ ? std::min(remaining_us_, slice_us_) : slice_us_;
  actions.push_back(wire::StartTimer{timer_id_, running_us_});
}

void CardWork::stop(CardActions& actions) {
  if (open_) actions.push_back(wire::StopTimer{timer_id_});
  if (open_ && !answered_) ++given_up_;
  open_ = answered_ = false;
  response_.clear();
}

Bytes CardWork::take() {
  open_ = answered_ = false;
  return std::move(response_);
}

}  // namespace uketsuke::iso7816
