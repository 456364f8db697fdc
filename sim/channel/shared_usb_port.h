// One port, two hosts' ends: that of the drivers, and that of a program which sends what it likes
// beside them. Transfers are kept apart by their ids; what comes and goes is told to both.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <vector>

#include "sim/channel/usb_port.h"

namespace uketsuke::channel {

class SharedUsbPort {
 public:
  // `port` outlives it. Ids of both ends are below kProgramIds.
  SharedUsbPort(kernel::Simulation& simulation, UsbHostPort& port);

  // The drivers' mailbox is the port's own, so that nothing passes there in another order than
  // without the program: who drains it asks take() of each event first.
  UsbHostPort& drivers() { return drivers_; }
  // An interrupt IN where the drivers wait already waits with them: both get what comes. reset()
  // lets the drivers begin anew.
  UsbHostPort& program() { return program_; }
  // True: the event was for the program alone.
  bool take(const wire::usb::HostEvent& event);
  // What the program's reset does; it resets the port.
  void on_reset(std::function<void()> reset) { reset_ = std::move(reset); }

  // The drivers have something under way at that endpoint.
  bool busy(std::uint8_t bEndpointAddress) const;
  // The drivers' transfers to these endpoints wait until release().
  void hold(std::vector<std::uint8_t> endpoints) { held_endpoints_ = std::move(endpoints); }
  void release();

  static constexpr std::uint64_t kProgramIds = std::uint64_t{1} << 62;

 private:
  class Drivers : public UsbHostPort {
   public:
    explicit Drivers(SharedUsbPort& shared) : shared_(shared) {}
    void submit(wire::usb::Transfer transfer) override;
    void cancel(std::uint64_t id) override;
    void reset() override { shared_.port_.reset(); }
    kernel::Mailbox<wire::usb::HostEvent>& to_host() override { return shared_.port_.to_host(); }

   private:
    SharedUsbPort& shared_;
  };
  class Program : public UsbHostPort {
   public:
    Program(SharedUsbPort& shared, kernel::Simulation& simulation)
        : shared_(shared), to_host_(simulation) {}
    void submit(wire::usb::Transfer transfer) override;
    void cancel(std::uint64_t id) override;
    void reset() override;
    kernel::Mailbox<wire::usb::HostEvent>& to_host() override { return to_host_; }

   private:
    SharedUsbPort& shared_;
    kernel::Mailbox<wire::usb::HostEvent> to_host_;
  };
  struct Listener {  // an interrupt IN of the program
    std::uint64_t id;
    std::uint8_t bEndpointAddress;
    std::uint32_t room;
  };
  void complete(std::uint64_t id, wire::usb::TransferStatus status);
  void tell_listeners(std::uint8_t bEndpointAddress, const wire::usb::Completion& completion);
  void forget();

  UsbHostPort& port_;
  Drivers drivers_;
  Program program_;
  std::function<void()> reset_;
  std::map<std::uint64_t, std::uint8_t> open_;  // the drivers' transfers: id -> endpoint
  std::vector<std::uint8_t> held_endpoints_;
  std::deque<wire::usb::Transfer> held_;
  std::deque<Listener> listeners_;
};

}  // namespace uketsuke::channel
