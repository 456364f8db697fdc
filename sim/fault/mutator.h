// Applies mutations to the messages of one device. No clock, no randomness but its seed: the same
// messages at the same times are changed in the same way.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "sim/fault/mutation.h"
#include "sim/wire/usb/transfer.h"

namespace uketsuke::fault {

struct MutatorLimits {
  std::uint32_t packet = 64;    // wMaxPacketSize of the bulk pipes
  std::uint32_t largest = 271;  // dwMaxCCIDMessageLength
};

// A message that the device never sent.
struct ExtraMessage {
  MutationPipe pipe = MutationPipe::kBulkIn;
  wire::Bytes bytes;
  std::uint64_t delay_us = 0;
};
// What becomes of one message; its bytes are changed in place.
struct MutationFate {
  bool touched = false;
  bool dropped = false, stalled = false, held = false, joined = false;
  std::uint32_t copies = 0;
  std::uint64_t delay_us = 0;
  Hang hang = Hang::kNo;
  bool hang_ends_at_reset = false;
  std::vector<std::uint16_t> parity;
  bool hide_parity = false;
  std::vector<ExtraMessage> extra;
};

class Mutator {
 public:
  Mutator(std::vector<Mutation> mutations, std::uint64_t seed, MutatorLimits limits);

  // `setup`: of control messages (of the request that an answer belongs to), else nullptr.
  MutationFate pass(MutationPipe pipe, wire::Bytes& bytes, const wire::usb::SetupPacket* setup,
                    std::uint64_t now_us);
  void attached(std::uint64_t now_us) { attached_us_ = now_us; }
  void configured(std::uint64_t now_us) { configured_us_ = now_us; }
  // Whether any mutation looks at that pipe at all (triggers included).
  bool watches(MutationPipe pipe) const { return watched_[static_cast<std::size_t>(pipe)]; }
  // How many messages each mutation has touched.
  const std::vector<std::uint32_t>& hits() const { return hits_; }

 private:
  struct Message {
    MutationPipe pipe;
    wire::ByteView bytes;
    const wire::usb::SetupPacket* setup;
    const wire::Bytes* command;  // that it answers; may be null
  };
  struct Progress {
    std::uint32_t seen = 0, touched = 0, triggers = 0;
    bool armed = false, over = false;
    std::uint64_t random = 0;
  };
  bool takes(const Selector& selector, const Message& message) const;
  bool due(const Mutation& mutation, Progress& progress, std::uint64_t now_us) const;
  void apply(const Mutation& mutation, wire::Bytes& bytes, const Message& message,
             MutationFate& fate) const;
  void watch_triggers(const Message& message);
  void remember(MutationPipe pipe, const wire::Bytes& bytes);
  const wire::Bytes* command_of(MutationPipe pipe, wire::ByteView bytes) const;

  std::vector<Mutation> mutations_;
  MutatorLimits limits_;
  std::vector<Progress> progress_;
  std::vector<std::uint32_t> hits_;
  std::array<bool, kMutationPipes> watched_{};
  std::deque<wire::Bytes> commands_;  // bulk OUT, newest first; only their beginning is kept
  wire::Bytes control_, burst_;       // the last ones
  std::uint64_t attached_us_ = 0, configured_us_ = 0, commanded_us_ = 0;
};

}  // namespace uketsuke::fault
