// An interceptor on the usb wire: stands between whoever drives a reader and the port that the
// reader is on, and makes the reader deviate as its mutations say. Enumeration included.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <variant>

#include "sim/channel/usb_port.h"
#include "sim/fault/mutator.h"
#include "sim/kernel/module.h"

namespace uketsuke::channel {

// Endpoints of the function that deviates; those of others are left alone. 0: there is none.
struct MutatedEndpoints {
  std::uint8_t bulk_out = 0x01, bulk_in = 0x82, interrupt_in = 0x83;
};

class MutatedUsbPort : public kernel::Module, public UsbHostPort {
 public:
  // `port` and `mutator` must outlive it. Nobody else drains the mailbox of `port`.
  MutatedUsbPort(sc_core::sc_module_name name, kernel::Simulation& simulation, UsbHostPort& port,
                 fault::Mutator& mutator, MutatedEndpoints endpoints);

  void submit(wire::usb::Transfer transfer) override;
  void cancel(std::uint64_t id) override;
  void reset() override;
  kernel::Mailbox<wire::usb::HostEvent>& to_host() override { return to_host_; }

 private:
  struct Later {  // what waits for its time
    std::variant<wire::usb::Transfer, fault::ExtraMessage> what;
  };
  void wake() override;
  std::uint64_t now_us() const { return simulation_.now_ns() / 1000; }
  void submit_control(wire::usb::Transfer transfer);
  void submit_out(wire::usb::Transfer transfer);
  void submit_in(wire::usb::Transfer transfer);
  void pass_on(wire::usb::Transfer transfer, std::uint64_t delay_us);
  void copy_out(const wire::usb::Transfer& transfer);
  void take(wire::usb::HostEvent event);
  void take_completion(wire::usb::Completion completion);
  void finish_control(wire::usb::Completion completion, const wire::usb::Transfer& transfer);
  void finish_in(wire::usb::Completion completion, const wire::usb::Transfer& transfer);
  void make_up(const fault::MutationFate& fate);
  void send_made_up(const fault::ExtraMessage& message);
  void deliver(std::uint64_t id, std::uint32_t room, wire::Bytes bytes, std::uint64_t delay_us);
  void refuse(std::uint64_t id, wire::usb::TransferStatus status);
  void begin_hang(const fault::MutationFate& fate);
  bool dead(const wire::usb::Transfer& transfer) const;
  void forget();

  UsbHostPort& port_;
  fault::Mutator& mutator_;
  MutatedEndpoints endpoints_;
  kernel::Mailbox<wire::usb::HostEvent> to_host_;
  kernel::Mailbox<Later> later_;
  std::map<std::uint64_t, wire::usb::Transfer> pending_;     // at the port
  std::map<std::uint8_t, std::deque<std::uint64_t>> reads_;  // IN transfers there, by endpoint
  std::map<std::uint8_t, std::deque<wire::Bytes>> stash_;    // for IN transfers yet to come
  std::map<std::uint8_t, wire::Bytes> joined_;               // prefix of the next message
  std::map<std::uint8_t, std::deque<wire::Bytes>> held_in_;  // behind the next message
  std::deque<wire::usb::Transfer> held_out_;
  std::set<std::uint64_t> answered_;  // the host has its answer; what the port says of it is late
  std::set<std::uint64_t> lost_;      // never answered; the host may cancel them
  std::uint64_t next_own_id_ = std::uint64_t{1} << 63;  // transfers of our own
  fault::Hang hang_ = fault::Hang::kNo;
  bool hang_ends_at_reset_ = false;
};

}  // namespace uketsuke::channel
