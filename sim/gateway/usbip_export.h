// One device as a USB/IP server offers it: reads its descriptors, turns commands of the one client
// that imported it into transfers, and their ends into answers. No I/O of its own; all calls come
// from the server's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/gateway/usb_route.h"
#include "sim/wire/usb/configuration.h"
#include "sim/wire/usbip/message.h"

namespace uketsuke::gateway {

class UsbipExport {
 public:
  // What a client may have under way; beyond it submits are answered with -ENOMEM.
  static constexpr std::size_t kMaxPending = 512, kMaxPendingBytes = 8 * 1024 * 1024;
  // OUT data of one transfer; who announces more is hung up on.
  static constexpr std::int32_t kMaxOut = 1024 * 1024;

  // Where answers to the client go: header and data of one message.
  using Answer = std::function<void(const wire::Bytes& message)>;

  // `number` from 1: the bus id is "1-NUMBER".
  UsbipExport(std::unique_ptr<UsbRoute> route, unsigned number);

  UsbRoute& route() { return *route_; }
  const std::string& busid() const { return listed_.device.busid; }
  // It is plugged, and what it is is known.
  bool is_listed() const { return described_; }
  const wire::usbip::ListedDevice& listed() const { return listed_; }
  // Being reset or described: soon it is.
  bool is_coming() const { return state_ == State::kNew || expects_detach_; }
  bool is_ready() const { return state_ == State::kReady; }
  bool is_taken() const { return taken_; }
  // A client asked for a reset of the port; nothing else of it is done meanwhile.
  bool is_resetting() const { return reset_seqnum_.has_value(); }

  void on_event(RouteEvent event);
  // Between is_ready() and release() a client has it. `gone`: the device was unplugged; all its
  // transfers have been answered.
  void take(Answer answer, std::function<void()> gone);
  // The client left: its transfers are cancelled, the device is reset for the next one.
  void release();

  // False: nothing that a client may send; it has to be hung up on.
  bool submit(const wire::usbip::CmdSubmit& command, wire::ByteView data);
  void unlink(const wire::usbip::CmdUnlink& command);

 private:
  enum class State {
    kAbsent,
    kNew,      // its descriptors are being read
    kReady,    // nobody has it
    kTaken,
  };
  enum class Reading { kNothing, kDevice, kConfigurationHead, kConfiguration };
  struct Pending {
    std::uint32_t seqnum = 0;
    std::optional<std::uint32_t> unlink_seqnum;
    bool in = false;
    bool short_is_wrong = false;
    std::uint32_t length = 0;  // room for IN data
    std::size_t bytes = 0;     // OUT data
  };

  void read_next(Reading what, std::uint16_t length);
  void read_done(const wire::usb::Completion& completion);
  void described(const wire::usb::Configuration& configuration);
  void attached(wire::usb::Speed speed);
  void detached();
  void completed(wire::usb::Completion completion);
  std::optional<wire::usb::Transfer> control(const wire::usbip::CmdSubmit& command,
                                             wire::ByteView data) const;
  std::optional<wire::usb::Transfer> data_transfer(const wire::usbip::CmdSubmit& command,
                                                   wire::ByteView data) const;
  bool begins_reset(const wire::usbip::CmdSubmit& command);
  void send_zero_packet(const wire::usbip::CmdSubmit& command, const wire::usb::Transfer& first);
  void answer_submit(std::uint32_t seqnum, std::int32_t status, std::int32_t actual,
                     wire::ByteView data = {});
  void answer_unlink(std::uint32_t seqnum, std::int32_t status);

  struct Endpoint {
    wire::usb::TransferType type = wire::usb::TransferType::kBulk;
    std::uint16_t wMaxPacketSize = 64;
  };
  std::unique_ptr<UsbRoute> route_;
  wire::usbip::ListedDevice listed_;
  std::map<std::uint8_t, Endpoint> endpoints_;  // by bEndpointAddress
  State state_ = State::kNew;  // so that who comes early waits for the plug
  Reading reading_ = Reading::kNothing;
  std::uint64_t next_id_ = 1, reading_id_ = 0;
  bool described_ = false, taken_ = false;
  Answer answer_;
  std::function<void()> gone_;
  std::map<std::uint64_t, Pending> pending_;       // by the transfer's id
  std::map<std::uint32_t, std::uint64_t> numbers_;  // seqnum -> id
  std::size_t pending_bytes_ = 0;
  std::optional<std::uint32_t> reset_seqnum_;
  bool expects_detach_ = false;  // of a reset that we asked for
};

}  // namespace uketsuke::gateway
