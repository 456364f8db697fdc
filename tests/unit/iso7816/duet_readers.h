// Readers of a duet: T=1, T=0 and contactless over the field.
#pragma once

#include "models/iso7816/reader_contactless.h"
#include "models/iso7816/reader_t0.h"
#include "models/iso7816/reader_t1.h"
#include "tests/unit/iso7816/duet_world.h"

namespace duet {

using Outcome = std::variant<std::monostate, Done, Failed>;

// Reader with T=1 over the field.
class T1Reader {
 public:
  T1Reader(World& world, T1HostConfig host, T1FieldConfig field)
      : world_(world), host_(host), field_(field) {}
  std::function<void(const Burst&)> to_card;
  Outcome outcome;
  std::vector<Bytes> blocks;  // sent by the reader
  T1Host& host() { return host_; }
  void send(const Bytes& apdu) {
    outcome = {};
    perform(host_.handle(SendApdu{apdu}));
  }
  void receive(const Burst& burst) { from_field(field_.handle(burst)); }

 private:
  void perform(const T1HostActions& actions) {
    for (const auto& action : actions) {
      if (const auto* block = std::get_if<SendBlock>(&action)) {
        blocks.push_back(block->block);
        world_.carry(field_.burst_of(block->block), true, to_card);
        from_field(field_.handle(ExpectBlock{block->bwt_multiplier, block->block.size()}));
      } else if (const auto* done = std::get_if<Done>(&action)) {
        outcome = *done;
      } else {
        outcome = std::get<Failed>(action);
      }
    }
  }
  void from_field(const T1FieldActions& actions) {
    for (const auto& action : actions) {
      if (const auto* start = std::get_if<wire::StartTimer>(&action)) {
        const auto id = start->id;
        world_.start_timer(1, *start,
                           [this, id] { from_field(field_.handle(wire::TimerExpired{id})); });
      } else if (const auto* stop = std::get_if<wire::StopTimer>(&action)) {
        world_.stop_timer(1, stop->id);
      } else if (const auto* block = std::get_if<BlockReceived>(&action)) {
        perform(host_.handle(*block));
      } else if (std::holds_alternative<BlockError>(action)) {
        perform(host_.handle(BlockError{}));
      } else {
        perform(host_.handle(BlockTimeout{}));
      }
    }
  }
  World& world_;
  T1Host host_;
  T1FieldReceiver field_;
};

// Reader with T=0 over the field.
class T0Reader {
 public:
  T0Reader(World& world, T0TpduConfig tpdu, T0ApduConfig apdu = {})
      : world_(world), tpdu_(tpdu), apdu_(apdu) {}
  std::function<void(const Burst&)> to_card;
  std::function<void(const wire::field::ErrorSignal&)> error_to_card;
  Outcome outcome;
  std::vector<Bytes> tpdus;
  void send(const Bytes& apdu) {
    outcome = {};
    perform(apdu_.handle(SendApdu{apdu}));
  }
  void receive(const Burst& burst) { from_field(tpdu_.handle(burst)); }
  void receive(const wire::field::ErrorSignal& signal) { from_field(tpdu_.handle(signal)); }

 private:
  void perform(const T0ApduActions& actions) {
    for (const auto& action : actions) {
      if (const auto* tpdu = std::get_if<SendTpdu>(&action)) {
        tpdus.push_back(tpdu->tpdu);
        from_field(tpdu_.handle(*tpdu));
      } else if (const auto* done = std::get_if<Done>(&action)) {
        outcome = *done;
      } else {
        outcome = std::get<Failed>(action);
      }
    }
  }
  void from_field(const T0TpduActions& actions) {
    for (const auto& action : actions) {
      if (const auto* burst = std::get_if<Burst>(&action)) {
        world_.carry(*burst, true, to_card);
      } else if (const auto* start = std::get_if<wire::StartTimer>(&action)) {
        const auto id = start->id;
        world_.start_timer(1, *start,
                           [this, id] { from_field(tpdu_.handle(wire::TimerExpired{id})); });
      } else if (const auto* stop = std::get_if<wire::StopTimer>(&action)) {
        world_.stop_timer(1, stop->id);
      } else if (const auto* error = std::get_if<wire::field::ErrorSignal>(&action)) {
        const auto signal = *error;
        world_.at(world_.now, [this, signal] { error_to_card(signal); });
      } else if (const auto* response = std::get_if<TpduResponse>(&action)) {
        perform(apdu_.handle(*response));
      } else {
        perform(apdu_.handle(std::get<TpduFailed>(action)));
      }
    }
  }
  World& world_;
  T0Tpdu tpdu_;
  T0Apdu apdu_;
};

// Reader of contactless cards.
class ContactlessReader {
 public:
  ContactlessReader(World& world, ReaderContactlessConfig config) : world_(world), pcd_(config) {}
  std::function<void(const Burst&)> to_card;
  Outcome outcome;
  std::optional<Activated> activated;
  std::optional<ActivationFailed> activation_failed;
  bool deactivated = false;
  ReaderContactless& pcd() { return pcd_; }
  void handle(const ContactlessEvent& event) {
    if (std::holds_alternative<SendApdu>(event)) outcome = {};
    for (const auto& action : pcd_.handle(event)) perform(action);
  }

 private:
  void perform(const ContactlessAction& action) {
    if (const auto* burst = std::get_if<Burst>(&action)) {
      world_.carry(*burst, true, to_card);
    } else if (const auto* start = std::get_if<wire::StartTimer>(&action)) {
      const auto id = start->id;
      world_.start_timer(1, *start, [this, id] { handle(wire::TimerExpired{id}); });
    } else if (const auto* stop = std::get_if<wire::StopTimer>(&action)) {
      world_.stop_timer(1, stop->id);
    } else if (const auto* yes = std::get_if<Activated>(&action)) {
      activated = *yes;
    } else if (const auto* no = std::get_if<ActivationFailed>(&action)) {
      activation_failed = *no;
    } else if (const auto* done = std::get_if<Done>(&action)) {
      outcome = *done;
    } else if (const auto* failed = std::get_if<Failed>(&action)) {
      outcome = *failed;
    } else {
      deactivated = true;
    }
  }
  World& world_;
  ReaderContactless pcd_;
};

}  // namespace duet
