#include "models/ccid_host/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "models/ccid_host/command_pipe.h"
#include "models/ccid_host/slot.h"
#include "sim/wire/ccid/descriptor.h"
#include "sim/wire/ccid/interrupt.h"
#include "sim/wire/usb/setup_packet.h"

namespace uketsuke::ccid_host {

namespace ccid = wire::ccid;
namespace session = wire::session;
using usb_host::DriverActions;
using wire::Bytes;
using wire::StartTimer;
using wire::StopTimer;
using wire::session::Failure;
using wire::usb::Completion;
using wire::usb::EndpointNode;
using wire::usb::InterfaceNode;
using wire::usb::Transfer;
using wire::usb::TransferStatus;
using wire::usb::TransferType;

namespace {

constexpr std::uint64_t kInterruptTransfer = 1, kClearInterrupt = 2;  // the pipe's are 100h and up
constexpr std::uint32_t kPollTimer = 2, kClearTimer = 3;              // the pipe's is 1
constexpr int kInterruptTroubles = 8;              // in a row, then the slots are polled
constexpr std::uint32_t kLeastMessage = 10 + 261;  // taken for a dwMaxCCIDMessageLength below it

std::string_view level_name(ccid::ExchangeLevel level) {
  switch (level) {
    case ccid::ExchangeLevel::kCharacter:
      return "character";
    case ccid::ExchangeLevel::kTpdu:
      return "TPDU";
    case ccid::ExchangeLevel::kShortApdu:
      return "short APDU";
    case ccid::ExchangeLevel::kExtendedApdu:
      return "extended APDU";
  }
  return "?";
}

std::string name_of(const usb_host::DeviceDescription& d, const InterfaceNode& interface) {
  std::string name = d.string(d.device.iManufacturer);
  const std::string product = d.string(d.device.iProduct);
  if (!name.empty() && !product.empty()) name += ' ';
  name += product;
  if (name.empty()) name = d.string(interface.descriptor.iInterface);
  return name.empty() ? fmt::format("CCID {:04x}:{:04x}", d.device.idVendor, d.device.idProduct)
                      : name;
}

}  // namespace

struct Reader::Impl {
  explicit Impl(CcidHostParameters p) : parameters(p), pipe(parameters) {}

  void arrived(const usb_host::DeviceDescription& description, DriverActions& out);
  bool serves(const InterfaceNode& interface);
  void gone();
  void completed(const Completion& completion, DriverActions& out);
  void interrupt_completed(const Completion& completion, DriverActions& out);
  void expired(std::uint32_t timer, DriverActions& out);
  void notified(wire::ByteView bytes);
  void request(const session::Request& request, DriverActions& out);
  void submit_interrupt(DriverActions& out);
  void poll(DriverActions& out);
  void start_polling(const std::string& why, DriverActions& out);
  void perform(SlotOutput output, DriverActions& out);
  void settle(DriverActions& out);

  const CcidHostParameters parameters;
  std::vector<HostEvent> events;
  bool ready = false;
  ccid::ClassDescriptor descriptor;
  CommandPipe pipe;
  std::deque<Slot> slots;  // referenced nowhere outside; a deque because a Slot can't move
  std::uint8_t interrupt_in = 0;
  std::uint32_t interrupt_room = 0;
  int interrupt_troubles = 0;
};

// The first interface of class 0Bh, subclass 0, that has what CCID 5.1 and 5.2 ask for.
void Reader::Impl::arrived(const usb_host::DeviceDescription& description, DriverActions& out) {
  gone();
  for (const InterfaceNode& interface : description.configuration.interfaces) {
    if (interface.descriptor.bInterfaceClass != ccid::kInterfaceClass) continue;
    if (!serves(interface)) continue;
    ready = true;
    const ccid::ExchangeLevel level = ccid::exchange_level(descriptor.dwFeatures);
    session::ReaderArrived arrival;
    arrival.name = name_of(description, interface);
    arrival.idVendor = description.device.idVendor;
    arrival.idProduct = description.device.idProduct;
    arrival.bcdDevice = description.device.bcdDevice;
    arrival.slots = static_cast<std::uint8_t>(slots.size());
    arrival.pin_pad = (descriptor.bPINSupport & ccid::kPinVerification) != 0;
    arrival.exchange_level = level_name(level);
    events.push_back(session::Event{std::move(arrival)});
    if (interrupt_in != 0) submit_interrupt(out);
    poll(out);
    if (interrupt_in == 0) out.push_back(StartTimer{kPollTimer, parameters.poll_period_us});
    return;
  }
}

bool Reader::Impl::serves(const InterfaceNode& interface) {
  const EndpointNode* in = interface.find_endpoint(TransferType::kBulk, true);
  const EndpointNode* to_reader = interface.find_endpoint(TransferType::kBulk, false);
  const EndpointNode* interrupt = interface.find_endpoint(TransferType::kInterrupt, true);
  const auto decoded =
      ccid::decode_class_descriptor(interface.find_extra(ccid::kClassDescriptorType));
  if (!decoded) {
    events.push_back(Anomaly{"class descriptor: " + wire::to_string(decoded.error())});
    return false;
  }
  if (in == nullptr || to_reader == nullptr) {
    events.push_back(Anomaly{"bulk endpoint missing"});
    return false;
  }
  descriptor = *decoded;
  if (descriptor.dwMaxCCIDMessageLength < kLeastMessage) {
    events.push_back(Anomaly{fmt::format("dwMaxCCIDMessageLength {} is less than {}",
                                         descriptor.dwMaxCCIDMessageLength, kLeastMessage)});
    descriptor.dwMaxCCIDMessageLength = kLeastMessage;
  }
  descriptor.dwMaxCCIDMessageLength =
      std::min<std::uint32_t>(descriptor.dwMaxCCIDMessageLength, 0x10000 + ccid::kHeaderLength + 8);
  pipe.open({interface.descriptor.bInterfaceNumber, to_reader->descriptor.bEndpointAddress,
             in->descriptor.bEndpointAddress, descriptor.dwMaxCCIDMessageLength});
  const std::size_t count = std::min<std::size_t>(descriptor.bMaxSlotIndex + 1u, 255);
  for (std::size_t i = 0; i < count; ++i) {
    slots.emplace_back(static_cast<std::uint8_t>(i), descriptor, parameters, events);
  }
  interrupt_in = interrupt == nullptr ? std::uint8_t{0} : interrupt->descriptor.bEndpointAddress;
  if (interrupt != nullptr) {
    const auto needed = static_cast<std::uint32_t>(1 + ccid::slot_icc_state_size(slots.size()));
    interrupt_room = std::max<std::uint32_t>(needed, interrupt->descriptor.wMaxPacketSize);
  }
  return true;
}

void Reader::Impl::gone() {
  for (Slot& slot : slots) slot.gone();
  slots.clear();
  pipe.close();
  interrupt_troubles = 0;
  if (std::exchange(ready, false)) events.push_back(session::Event{session::ReaderGone{}});
}

void Reader::Impl::completed(const Completion& completion, DriverActions& out) {
  if (!ready) return;
  if (completion.id >= CommandPipe::kFirstTransfer) {
    pipe.completed(completion, out);
    return settle(out);
  }
  if (completion.id == kInterruptTransfer) return interrupt_completed(completion, out);
  if (completion.id == kClearInterrupt) {
    out.push_back(StopTimer{kClearTimer});
    if (completion.status == TransferStatus::kCompleted) return submit_interrupt(out);
    start_polling("the interrupt endpoint can't be cleared", out);
  }
}

void Reader::Impl::interrupt_completed(const Completion& completion, DriverActions& out) {
  if (completion.status == TransferStatus::kNoDevice ||
      completion.status == TransferStatus::kCancelled) {
    return;
  }
  if (completion.status == TransferStatus::kCompleted) {
    interrupt_troubles = 0;
    notified(completion.data);
    return submit_interrupt(out);
  }
  events.push_back(Anomaly{fmt::format("interrupt IN: {}", to_string(completion.status))});
  if (++interrupt_troubles > kInterruptTroubles) {
    return start_polling("the interrupt endpoint fails", out);
  }
  if (completion.status != TransferStatus::kStalled) return submit_interrupt(out);
  out.push_back(Transfer{kClearInterrupt,
                         TransferType::kControl,
                         0,
                         wire::usb::clear_endpoint_halt(interrupt_in),
                         {},
                         0});
  out.push_back(StartTimer{kClearTimer, parameters.command_timeout_us});
}

void Reader::Impl::notified(wire::ByteView bytes) {
  const auto message = ccid::decode_interrupt(bytes, slots.size());
  if (!message) {
    events.push_back(Anomaly{"interrupt message: " + wire::to_string(message.error())});
    return;
  }
  if (const auto* error = std::get_if<ccid::RDR_to_PC_HardwareError>(&*message)) {
    events.push_back(Anomaly{ccid::describe(*error)});
    return;
  }
  const auto& change = std::get<ccid::RDR_to_PC_NotifySlotChange>(*message);
  if (!ccid::padding_is_zero(change, slots.size()))
    events.push_back(Anomaly{"NotifySlotChange about a slot that there is not"});
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const ccid::SlotIccState state = ccid::slot_icc_state(change, i);
    slots[i].notified(state.present, state.changed);
  }
}

void Reader::Impl::submit_interrupt(DriverActions& out) {
  out.push_back(
      Transfer{kInterruptTransfer, TransferType::kInterrupt, interrupt_in, {}, {}, interrupt_room});
}

void Reader::Impl::start_polling(const std::string& why, DriverActions& out) {
  events.push_back(Anomaly{why});
  interrupt_in = 0;
  out.push_back(StartTimer{kPollTimer, parameters.poll_period_us});
}

void Reader::Impl::poll(DriverActions& out) {
  for (Slot& slot : slots) {
    SlotOutput output;
    slot.poll(output);
    perform(std::move(output), out);
  }
  settle(out);
}

void Reader::Impl::expired(std::uint32_t timer, DriverActions& out) {
  if (!ready) return;
  if (timer == CommandPipe::kTimer) {
    pipe.expired(out);
    return settle(out);
  }
  if (timer == kPollTimer) {
    out.push_back(StartTimer{kPollTimer, parameters.poll_period_us});
    return poll(out);
  }
  if (timer == kClearTimer) {
    out.push_back(usb_host::CancelTransfer{kClearInterrupt});
    start_polling("the interrupt endpoint can't be cleared", out);
  }
}

void Reader::Impl::request(const session::Request& request, DriverActions& out) {
  const std::uint8_t number = std::visit([](const auto& r) { return r.slot; }, request);
  if (!ready || number >= slots.size()) {
    const char* what = ready ? "no such slot" : "no reader";
    events.push_back(session::Event{session::Failed{number, Failure::kNoReader, what}});
    return;
  }
  SlotOutput output;
  slots[number].request(request, output);
  if (output.abort) pipe.abort(number, out);
  perform(std::move(output), out);
  settle(out);
}

void Reader::Impl::perform(SlotOutput output, DriverActions& out) {
  for (Command& command : output.commands) pipe.submit(std::move(command), out);
}

// Results lead to further commands, which may at once lead to results.
void Reader::Impl::settle(DriverActions& out) {
  for (;;) {
    std::vector<PipeResult> results = pipe.take_results();
    for (std::string& what : pipe.take_anomalies()) events.push_back(Anomaly{std::move(what)});
    if (results.empty()) return;
    for (const PipeResult& result : results) {
      SlotOutput output;
      slots[result.slot].result(result, output);
      perform(std::move(output), out);
    }
  }
}

Reader::Reader(CcidHostParameters parameters) : impl_(std::make_unique<Impl>(parameters)) {}
Reader::~Reader() = default;

DriverActions Reader::handle(const usb_host::DriverEvent& event) {
  DriverActions out;
  if (const auto* arrival = std::get_if<usb_host::DeviceArrived>(&event)) {
    impl_->arrived(*arrival->description, out);
  } else if (std::holds_alternative<usb_host::DeviceGone>(event)) {
    impl_->gone();
  } else if (const auto* completion = std::get_if<Completion>(&event)) {
    impl_->completed(*completion, out);
  } else {
    impl_->expired(std::get<wire::TimerExpired>(event).id, out);
  }
  return out;
}

DriverActions Reader::handle(const session::Request& request) {
  DriverActions out;
  impl_->request(request, out);
  return out;
}

std::vector<HostEvent> Reader::take_events() { return std::exchange(impl_->events, {}); }
bool Reader::ready() const { return impl_->ready; }

}  // namespace uketsuke::ccid_host
