// Card side and reader side against each other, in virtual time, with faults on the field.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "models/iso7816/card_contact.h"
#include "models/iso7816/card_contactless.h"
#include "sim/wire/iso7816/apdu.h"

namespace duet {

using namespace uketsuke;
using namespace uketsuke::iso7816;
using wire::Bytes;
using wire::ByteView;
using wire::field::Burst;

// What happens to a burst on its way; may leave it empty (nothing arrives).
using Fault = std::function<void(Burst&, bool to_card)>;

// The application of the test card: B0 gives Ne bytes, CA three bytes, every other command with Le
// its data turned round.
inline Bytes answer_of(const Bytes& command_apdu) {
  const auto command = wire::iso7816::decode_command(command_apdu);
  if (!command) return {0x67, 0x00};
  Bytes answer;
  if (command->ins == 0xB0) {
    for (std::uint32_t i = 0; i < command->ne; ++i) answer.push_back(static_cast<std::uint8_t>(i));
  } else if (command->ins == 0xCA) {
    answer = {1, 2, 3};
  } else if (command->ne != 0) {
    answer.assign(command->data.rbegin(), command->data.rend());
  }
  answer.push_back(0x90);
  answer.push_back(0x00);
  return answer;
}

class World {
 public:
  Fault fault;
  Micros work_time = 0;         // of the application
  std::vector<Bytes> commands;  // what the application got
  Micros now = 0;
  unsigned bursts = 0;

  void at(Micros when, std::function<void()> what) { queue_.emplace(when, std::move(what)); }
  // False: nothing happened any more, or too much.
  template <class Done>
  bool run_until(Done done) {
    for (unsigned steps = 0; steps < 100000; ++steps) {
      if (done()) return true;
      if (queue_.empty()) return false;
      auto first = queue_.begin();
      now = first->first;
      auto what = std::move(first->second);
      queue_.erase(first);
      what();
    }
    return false;
  }
  void start_timer(int side, const wire::StartTimer& timer, std::function<void()> expired) {
    const unsigned generation = ++generations_[{side, timer.id}];
    at(now + timer.duration_us, [this, side, id = timer.id, generation, expired] {
      if (generations_[{side, id}] == generation) expired();
    });
  }
  void stop_timer(int side, std::uint32_t id) { ++generations_[{side, id}]; }
  void carry(Burst burst, bool to_card, std::function<void(const Burst&)> arrive) {
    ++bursts;
    const Micros duration = burst.data.size() * burst.character_ns / 1000;
    if (fault) fault(burst, to_card);
    if (burst.data.empty()) return;
    at(now + duration, [burst, arrive] { arrive(burst); });
  }

 private:
  std::multimap<Micros, std::function<void()>> queue_;
  std::map<std::pair<int, std::uint32_t>, unsigned> generations_;
};

// Any card with handle(CardEvent).
template <class Card>
class CardSide {
 public:
  CardSide(World& world, Card card) : world_(world), card_(std::move(card)) {}
  std::function<void(const Burst&)> to_reader;
  std::function<void(const wire::field::ErrorSignal&)> error_to_reader;
  Card& card() { return card_; }
  void handle(const CardEvent& event) {
    for (auto& action : card_.handle(event)) perform(action);
  }

 private:
  void perform(CardAction& action) {
    if (auto* burst = std::get_if<Burst>(&action)) {
      world_.carry(*burst, false, to_reader);
    } else if (const auto* error = std::get_if<wire::field::ErrorSignal>(&action)) {
      const auto signal = *error;
      world_.at(world_.now, [this, signal] { error_to_reader(signal); });
    } else if (auto* command = std::get_if<Command>(&action)) {
      world_.commands.push_back(command->command_apdu);
      const Respond answer{answer_of(command->command_apdu), world_.work_time};
      world_.at(world_.now, [this, answer] { handle(answer); });
    } else if (auto* start = std::get_if<wire::StartTimer>(&action)) {
      const auto id = start->id;
      world_.start_timer(0, *start, [this, id] { handle(wire::TimerExpired{id}); });
    } else if (auto* stop = std::get_if<wire::StopTimer>(&action)) {
      world_.stop_timer(0, stop->id);
    }
  }
  World& world_;
  Card card_;
};

// Damages the character with this running number, counted over both directions.
enum class Damage { kDrop, kFlip, kParity, kLoseBurst };
class DamageAt {
 public:
  DamageAt(std::size_t position, Damage damage) : position_(position), damage_(damage) {}
  void operator()(Burst& burst, bool) {
    const std::size_t size = burst.data.size();
    const std::size_t first = seen_;
    seen_ += size;
    if (position_ < first || position_ >= seen_) return;
    const std::size_t i = position_ - first;
    const auto it = burst.data.begin() + static_cast<std::ptrdiff_t>(i);
    switch (damage_) {
      case Damage::kDrop:
        burst.data.erase(it);
        break;
      case Damage::kFlip:
        *it ^= 0x10;
        break;
      case Damage::kParity:
        *it ^= 0x04;
        burst.parity_errors.push_back(static_cast<std::uint16_t>(i));
        break;
      case Damage::kLoseBurst:
        burst.data.clear();
        break;
    }
  }

 private:
  std::size_t position_;
  Damage damage_;
  std::size_t seen_ = 0;
};

}  // namespace duet
