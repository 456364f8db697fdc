#include "models/link_host/link_host.h"

#include <fmt/format.h>

#include <utility>

#include "sim/wire/usb/setup_packet.h"

namespace uketsuke::link_host {

using namespace wire::usb;
using usb_host::CancelTransfer;
using usb_host::DriverActions;
using wire::Bytes;
using wire::StartTimer;
using wire::StopTimer;
using wire::reader_link::Deframed;
using wire::reader_link::Frame;
using wire::reader_link::Kind;
using wire::reader_link::kind_of;
using wire::reader_link::Message;

namespace {

constexpr std::uint64_t kLineTransfer = 1, kOutTransfer = 2, kClearIn = 3, kClearOut = 4;
constexpr std::uint64_t kFirstIn = 16;
constexpr std::uint32_t kLineTimer = 1, kOutTimer = 2, kFrameTimer = 3, kRequestTimers = 0x8000;
constexpr std::uint16_t kHighestSeq = 0x7FFF;  // of requests; a request's timer is 0x8000 | seq
constexpr int kTroubleLimit = 8;               // failed transfers in a row until the link is down

}  // namespace

DriverActions LinkHost::handle(const usb_host::DriverEvent& event) {
  DriverActions out;
  if (const auto* arrival = std::get_if<usb_host::DeviceArrived>(&event)) {
    arrived(*arrival->description, out);
  } else if (std::holds_alternative<usb_host::DeviceGone>(event)) {
    gone();
  } else if (const auto* completion = std::get_if<Completion>(&event)) {
    completed(*completion, out);
  } else {
    expired(std::get<wire::TimerExpired>(event).id, out);
  }
  return out;
}

// The first ACM interface whose data interface has both bulk endpoints. The data interface is the
// one that the union descriptor names, or else the next one (CDC 1.2, 3.3.1).
void LinkHost::arrived(const usb_host::DeviceDescription& description, DriverActions& out) {
  gone();
  for (const InterfaceNode& node : description.configuration.interfaces) {
    const InterfaceDescriptor& d = node.descriptor;
    if (d.bInterfaceClass != kClassCommunications || d.bInterfaceSubClass != kSubclassAcm) continue;
    auto data_interface = static_cast<std::uint8_t>(d.bInterfaceNumber + 1);
    for (const Bytes& extra : node.extra) {
      const auto united = decode_cdc_union(extra);
      if (united) data_interface = united->bSubordinateInterface.front();
    }
    const InterfaceNode* data = description.configuration.find_interface(data_interface);
    if (data == nullptr || data->descriptor.bInterfaceClass != kClassCdcData) continue;
    const EndpointNode* in = data->find_endpoint(TransferType::kBulk, true);
    const EndpointNode* to_device = data->find_endpoint(TransferType::kBulk, false);
    if (in == nullptr || to_device == nullptr) continue;
    control_interface_ = d.bInterfaceNumber;
    in_ = in->descriptor.bEndpointAddress;
    out_ = to_device->descriptor.bEndpointAddress;
    state_ = State::kLineCoding;
    out.push_back(Transfer{kLineTransfer, TransferType::kControl, 0,
                           set_line_coding(control_interface_), encode(parameters_.line_coding),
                           0});
    out.push_back(StartTimer{kLineTimer, parameters_.transfer_timeout_us});
    return;
  }
}

void LinkHost::gone() {
  if (state_ == State::kUp) events_.push_back(LinkDown{"the reader left"});
  state_ = State::kNoDevice;
  fail_requests();
  to_send_.clear();
  waiting_in_.clear();
  sending_ = clearing_in_ = frame_open_ = false;
  trouble_ = 0;
  deframer_.reset();
  last_request_.reset();
  last_event_.reset();
  last_response_.reset();
}

void LinkHost::fail_requests() {
  for (const std::uint16_t seq : std::exchange(open_requests_, {})) {
    events_.push_back(RequestTimedOut{seq});
  }
}

// Until the device arrives again.
void LinkHost::down(const std::string& what, DriverActions& out) {
  if (state_ == State::kDown || state_ == State::kNoDevice) return;
  state_ = State::kDown;
  events_.push_back(LinkDown{what});
  for (const std::uint16_t seq : open_requests_) {
    out.push_back(StopTimer{kRequestTimers | seq});
  }
  fail_requests();
  to_send_.clear();
  out.push_back(StopTimer{kOutTimer});
  if (sending_) out.push_back(CancelTransfer{kOutTransfer});
  for (int i = 0; i < parameters_.in_transfers; ++i) {
    out.push_back(CancelTransfer{kFirstIn + static_cast<std::uint64_t>(i)});
  }
}

void LinkHost::completed(const Completion& completion, DriverActions& out) {
  if (completion.status == TransferStatus::kNoDevice) return;  // DeviceGone follows
  if (completion.id == kLineTransfer) return line_completed(completion, out);
  if (state_ != State::kUp) return;
  if (completion.id == kClearIn || completion.id == kClearOut) out.push_back(StopTimer{kLineTimer});
  if (completion.id == kClearIn) {
    clearing_in_ = false;
    for (const std::uint64_t id : std::exchange(waiting_in_, {})) submit_in(id, out);
  } else if (completion.id == kClearOut) {
    submit_out(out);
  } else if (completion.id == kOutTransfer) {
    out_completed(completion, out);
  } else if (completion.id >= kFirstIn) {
    in_completed(completion, out);
  }
}

// A function may refuse line coding or control lines (PSTN 1.2, Table 4: D1 is optional): a stall
// is no obstacle; no answer is.
void LinkHost::line_completed(const Completion& completion, DriverActions& out) {
  if (state_ != State::kLineCoding && state_ != State::kControlLine) return;
  out.push_back(StopTimer{kLineTimer});
  if (completion.status != TransferStatus::kCompleted &&
      completion.status != TransferStatus::kStalled) {
    return down(fmt::format("opening the line: {}", to_string(completion.status)), out);
  }
  if (state_ == State::kLineCoding) {
    state_ = State::kControlLine;
    out.push_back(Transfer{kLineTransfer,
                           TransferType::kControl,
                           0,
                           set_control_line_state(control_interface_, {true, true}),
                           {},
                           0});
    out.push_back(StartTimer{kLineTimer, parameters_.transfer_timeout_us});
    return;
  }
  state_ = State::kUp;
  for (int i = 0; i < parameters_.in_transfers; ++i) {
    submit_in(kFirstIn + static_cast<std::uint64_t>(i), out);
  }
  events_.push_back(LinkUp{});
}

void LinkHost::in_completed(const Completion& completion, DriverActions& out) {
  if (completion.status == TransferStatus::kCompleted) {
    trouble_ = 0;
    receive(completion.data, out);
    if (state_ == State::kUp) submit_in(completion.id, out);
    return;
  }
  if (++trouble_ > kTroubleLimit) {
    return down(fmt::format("bulk IN: {}", to_string(completion.status)), out);
  }
  if (completion.status == TransferStatus::kStalled) {
    waiting_in_.push_back(completion.id);
    if (!clearing_in_) clear_halt(kClearIn, in_, out);
    clearing_in_ = true;
    return;
  }
  events_.push_back(LinkError{fmt::format("bulk IN: {}", to_string(completion.status))});
  submit_in(completion.id, out);
}

void LinkHost::out_completed(const Completion& completion, DriverActions& out) {
  out.push_back(StopTimer{kOutTimer});
  if (completion.status == TransferStatus::kCompleted) {
    trouble_ = 0;
    sending_ = false;
    if (!to_send_.empty()) to_send_.pop_front();
  } else if (++trouble_ > kTroubleLimit) {
    return down(fmt::format("bulk OUT: {}", to_string(completion.status)), out);
  } else if (completion.status == TransferStatus::kStalled) {
    return clear_halt(kClearOut, out_, out);  // then the same frame again
  } else {
    events_.push_back(LinkError{fmt::format("bulk OUT: {}", to_string(completion.status))});
    sending_ = false;
    if (!to_send_.empty()) to_send_.pop_front();
  }
  if (!to_send_.empty()) submit_out(out);
}

void LinkHost::expired(std::uint32_t timer, DriverActions& out) {
  if (timer == kLineTimer) {
    for (const std::uint64_t id : {kLineTransfer, kClearIn, kClearOut}) {
      out.push_back(CancelTransfer{id});
    }
    return down("control request: no answer", out);
  }
  if (timer == kOutTimer) return out.push_back(CancelTransfer{kOutTransfer});
  if (timer == kFrameTimer) {
    if (std::exchange(frame_open_, false)) events_.push_back(LinkError{"a frame does not end"});
    return deframer_.reset();
  }
  const auto seq = static_cast<std::uint16_t>(timer & kHighestSeq);
  if (open_requests_.erase(seq) > 0) events_.push_back(RequestTimedOut{seq});
}

void LinkHost::receive(wire::ByteView bytes, DriverActions& out) {
  for (const Deframed& item : deframer_.take(bytes)) {
    if (const auto* error = std::get_if<wire::reader_link::FrameError>(&item)) {
      events_.push_back(
          LinkError{fmt::format("{} ({} bytes)", to_string(error->code), error->length)});
      continue;
    }
    auto message = wire::reader_link::decode(std::get<Frame>(item).payload);
    if (message) {
      receive(std::move(*message), out);
    } else {
      events_.push_back(LinkError{"message: " + wire::to_string(message.error())});
    }
  }
  watch_frame(out);
}

// RFC 1662, 4.3, leaves it open how long a frame may take; a closing flag that was damaged would
// otherwise be noticed with the next frame at the earliest.
void LinkHost::watch_frame(DriverActions& out) {
  if (deframer_.open()) {
    frame_open_ = true;
    out.push_back(StartTimer{kFrameTimer, parameters_.frame_timeout_us});
  } else if (std::exchange(frame_open_, false)) {
    out.push_back(StopTimer{kFrameTimer});
  }
}

void LinkHost::receive(Message message, DriverActions& out) {
  switch (kind_of(message.body)) {
    case Kind::kRequest:
      if (last_request_ == message.seq) return;
      last_request_ = message.seq;
      break;
    case Kind::kEvent:
      if (last_event_ == message.seq) return;
      last_event_ = message.seq;
      break;
    case Kind::kResponse:
      if (open_requests_.erase(message.seq) == 0) {
        if (last_response_ == message.seq) return;
        events_.push_back(
            LinkError{"response without a request: " + wire::reader_link::describe(message)});
        return;
      }
      last_response_ = message.seq;
      out.push_back(StopTimer{kRequestTimers | message.seq});
      break;
  }
  events_.push_back(Received{std::move(message)});
}

DriverActions LinkHost::request(wire::reader_link::Body body, std::uint16_t* seq) {
  DriverActions out;
  const std::uint16_t own = next_seq_;
  next_seq_ = next_seq_ == kHighestSeq ? std::uint16_t{1} : static_cast<std::uint16_t>(own + 1);
  if (seq != nullptr) *seq = own;
  if (!up() || !send({own, std::move(body)}, out)) {
    events_.push_back(RequestTimedOut{own});
    return out;
  }
  open_requests_.insert(own);
  out.push_back(StartTimer{kRequestTimers | own, parameters_.request_timeout_us});
  return out;
}

DriverActions LinkHost::respond(std::uint16_t seq, wire::reader_link::Body body) {
  DriverActions out;
  if (!up()) {
    events_.push_back(LinkError{"response while the link is down"});
  } else {
    send({seq, std::move(body)}, out);
  }
  return out;
}

bool LinkHost::send(const Message& message, DriverActions& out) {
  auto frame = wire::reader_link::encode(message);
  if (!frame) {
    events_.push_back(LinkError{"message: " + wire::to_string(frame.error())});
    return false;
  }
  to_send_.push_back(std::move(*frame));
  if (!sending_) submit_out(out);
  return true;
}

void LinkHost::submit_out(DriverActions& out) {
  if (to_send_.empty()) return;
  sending_ = true;
  out.push_back(Transfer{kOutTransfer, TransferType::kBulk, out_, {}, to_send_.front(), 0});
  out.push_back(StartTimer{kOutTimer, parameters_.transfer_timeout_us});
}

void LinkHost::submit_in(std::uint64_t id, DriverActions& out) {
  out.push_back(Transfer{id, TransferType::kBulk, in_, {}, {}, parameters_.in_length});
}

void LinkHost::clear_halt(std::uint64_t id, std::uint8_t endpoint, DriverActions& out) {
  out.push_back(Transfer{id, TransferType::kControl, 0, clear_endpoint_halt(endpoint), {}, 0});
  out.push_back(StartTimer{kLineTimer, parameters_.transfer_timeout_us});
}

std::vector<LinkEvent> LinkHost::take_events() { return std::exchange(events_, {}); }

}  // namespace uketsuke::link_host
