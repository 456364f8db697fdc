// The host's driver of the reader link (sim/wire/reader_link) over a CDC-ACM function: opens the
// line, keeps IN transfers pending, matches responses to requests.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "models/usb_host/driver.h"
#include "sim/wire/reader_link/codec.h"
#include "sim/wire/usb/cdc.h"

namespace uketsuke::link_host {

struct LinkHostParameters {
  wire::usb::LineCoding line_coding;
  int in_transfers = 2;                         // kept pending
  std::uint32_t in_length = 4096;               // room of each
  wire::Micros request_timeout_us = 3'000'000;  // ours
  wire::Micros transfer_timeout_us = 5'000'000;
  wire::Micros frame_timeout_us = 1'000'000;    // ours; a frame's bytes follow each other
};

// To the user of the link.
struct LinkUp {};  // line open; messages may be sent
struct LinkDown {
  std::string what;
};
struct Received {
  wire::reader_link::Message message;
};  // event, request, or response of a request
struct RequestTimedOut {
  std::uint16_t seq = 0;
};  // also when the link went down
struct LinkError {
  std::string what;
};  // bad frame, undecodable or unmatched message
using LinkEvent = std::variant<LinkUp, LinkDown, Received, RequestTimedOut, LinkError>;

class LinkHost : public usb_host::Driver {
 public:
  explicit LinkHost(LinkHostParameters parameters = {}) : parameters_(parameters) {}

  usb_host::DriverActions handle(const usb_host::DriverEvent& event) override;

  // Sends. A request gets a new seq, which is written to *seq if given; it ends with Received of
  // its response or RequestTimedOut. While the link is down a request times out at once, an event
  // or response is reported as LinkError.
  usb_host::DriverActions request(wire::reader_link::Body body, std::uint16_t* seq = nullptr);
  usb_host::DriverActions respond(std::uint16_t seq, wire::reader_link::Body body);

  std::vector<LinkEvent> take_events();
  bool up() const { return state_ == State::kUp; }

 private:
  enum class State : std::uint8_t { kNoDevice, kLineCoding, kControlLine, kUp, kDown };
  void arrived(const usb_host::DeviceDescription& description, usb_host::DriverActions& out);
  void gone();
  void down(const std::string& what, usb_host::DriverActions& out);
  void fail_requests();
  void completed(const wire::usb::Completion& completion, usb_host::DriverActions& out);
  void line_completed(const wire::usb::Completion& completion, usb_host::DriverActions& out);
  void in_completed(const wire::usb::Completion& completion, usb_host::DriverActions& out);
  void out_completed(const wire::usb::Completion& completion, usb_host::DriverActions& out);
  void expired(std::uint32_t timer, usb_host::DriverActions& out);
  void receive(wire::ByteView bytes, usb_host::DriverActions& out);
  void receive(wire::reader_link::Message message, usb_host::DriverActions& out);
  void watch_frame(usb_host::DriverActions& out);
  bool send(const wire::reader_link::Message& message, usb_host::DriverActions& out);
  void submit_out(usb_host::DriverActions& out);
  void submit_in(std::uint64_t id, usb_host::DriverActions& out);
  void clear_halt(std::uint64_t id, std::uint8_t endpoint, usb_host::DriverActions& out);

  LinkHostParameters parameters_;
  State state_ = State::kNoDevice;
  std::uint8_t control_interface_ = 0, in_ = 0, out_ = 0;
  wire::reader_link::Deframer deframer_;
  std::deque<wire::Bytes> to_send_;  // front: on its way while sending_
  bool sending_ = false, clearing_in_ = false;
  bool frame_open_ = false;          // the time of a frame is running
  std::vector<std::uint64_t> waiting_in_;  // IN transfers that wait for the halt to be cleared
  std::uint16_t next_seq_ = 1;
  std::set<std::uint16_t> open_requests_;
  // Of the peer: the last of each kind, to drop duplicates.
  std::optional<std::uint16_t> last_request_, last_event_, last_response_;
  int trouble_ = 0;  // failed transfers in a row
  std::vector<LinkEvent> events_;
};

}  // namespace uketsuke::link_host
