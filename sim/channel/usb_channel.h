// The usb wire between a host and one device. Transfers are split into packets and take computed
// time on the bus; there are no start-of-frame events.
// Universal Serial Bus Specification 2.0, 5.5-5.8 (packet sizes, short packets), 8.4-8.5
// (transactions), 9.2.6 (attach). Not modelled: hubs, bandwidth shared with other devices,
// isochronous transfers, retries by the host controller (a lost message is a fault, laid over it).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/channel/line.h"
#include "sim/channel/usb_port.h"
#include "sim/wire/usb/transfer.h"

namespace uketsuke::channel {

struct UsbEndpoint {
  std::uint8_t bEndpointAddress = 0;
  std::uint16_t wMaxPacketSize = 64;
  std::uint8_t bInterval = 0;  // interrupt: frames (full speed) or 2^(n-1) microframes (high speed)
  bool interrupt = false;
  std::string name;            // for the journal: "ccid bulk-out"
  trace::Describe describe = nullptr;
  Tap* tap = nullptr;
};

struct UsbConfig {
  std::string host = "terminal", device = "reader";  // roles, for the journal
  wire::usb::Speed speed = wire::usb::Speed::kFull;
  std::vector<UsbEndpoint> endpoints;
  trace::Describe describe_control = nullptr;         // of setup packet and data stage
  trace::Describe describe_control_in = nullptr;      // of the data that comes back
};

// What the device side does.
class UsbDevicePort : public virtual sc_core::sc_interface {
 public:
  virtual void act(wire::usb::DeviceAction action) = 0;
};
// What a person does with the plug.
class UsbPlug : public virtual sc_core::sc_interface {
 public:
  virtual void attach() = 0;
  virtual void detach() = 0;
  virtual bool attached() const = 0;
};

// A device whose answers nobody fetches takes no OUT data any more: it answers NAK (USB 2.0, 8.4.5)
// from kMaxQueued messages on, until some are gone.
class UsbChannel : public UsbHostPort, public UsbDevicePort, public UsbPlug {
 public:
  static constexpr std::size_t kMaxQueued = 256;

  UsbChannel(Context& context, UsbConfig config);

  void submit(wire::usb::Transfer transfer) override;
  void cancel(std::uint64_t id) override;
  void reset() override;
  void act(wire::usb::DeviceAction action) override;
  void attach() override;
  void detach() override;
  bool attached() const override { return attached_; }

  // A control request travels as bytes, setup packet first: this is what the device side makes of
  // them.
  static wire::usb::DeviceEvent unpacked(wire::usb::DeviceEvent event);

  kernel::Mailbox<wire::usb::HostEvent>& to_host() override { return to_host_; }
  kernel::Mailbox<wire::usb::DeviceEvent>& to_device() { return to_device_; }

 private:
  using HostEvent = wire::usb::HostEvent;
  using DeviceEvent = wire::usb::DeviceEvent;
  struct Endpoint {
    UsbEndpoint info;
    bool halted = false;
    std::uint64_t busy_until_ns = 0;
    // IN: transfers without data yet. OUT: those that the device takes when it has room again.
    std::deque<wire::usb::Transfer> waiting;
    struct Queued {
      wire::Bytes data;
      bool copy = false;  // that a fault has made
    };
    std::deque<Queued> queued;                // data from the device, one transfer each
    std::unique_ptr<Line<DeviceEvent>> out;
    std::unique_ptr<Line<HostEvent>> in;
  };
  Endpoint* find(std::uint8_t bEndpointAddress);
  void add_lines(Endpoint& endpoint);
  template <class Line>
  void set_cut(Line& line);
  void stall(Endpoint& endpoint);
  void submit_control(wire::usb::Transfer transfer);
  void send_control();
  void submit_out(Endpoint& endpoint, wire::usb::Transfer transfer);
  void send_out(Endpoint& endpoint, wire::usb::Transfer transfer);
  bool has_room() const;
  void take_waiting_out();
  void serve_in(Endpoint& endpoint);
  void finish_in(Endpoint& endpoint, const wire::usb::Transfer& transfer, Endpoint::Queued part);
  void answer_control(wire::usb::TransferStatus status, wire::Bytes data);
  void complete(std::uint64_t id, wire::usb::TransferStatus status, std::uint32_t actual,
                std::uint64_t delay_ns);
  std::uint64_t bus_time_ns(std::size_t bytes, std::uint16_t wMaxPacketSize) const;
  std::uint64_t after_busy(Endpoint& endpoint, std::uint64_t duration_ns);

  Context& context_;
  UsbConfig config_;
  kernel::Mailbox<HostEvent> to_host_;
  kernel::Mailbox<DeviceEvent> to_device_;
  std::vector<std::unique_ptr<Endpoint>> endpoints_;
  Line<DeviceEvent> control_out_;
  Line<HostEvent> control_in_;
  std::deque<wire::usb::Transfer> controls_;  // front: under way at the device
  bool control_in_has_data_ = false;  // of the answer that is under way
  bool attached_ = false;
};

}  // namespace uketsuke::channel
