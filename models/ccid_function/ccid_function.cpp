#include "models/ccid_function/ccid_function.h"

#include <algorithm>
#include <boost/assert.hpp>
#include <utility>

#include "models/ccid_function/slot.h"
#include "sim/wire/ccid/class_request.h"

namespace uketsuke::ccid_function {

namespace ccid = wire::ccid;
namespace usb = wire::usb;
using usb_device::UsbActions;
using wire::Bytes;

namespace {

constexpr std::size_t kBytesToSeq = 7;  // bMessageType, dwLength, bSlot, bSeq
constexpr std::uint32_t kTimersPerSlot = 4;

std::uint8_t error_of(const wire::DecodeError& error) {
  return error.code == wire::DecodeErrc::kUnknownType
             ? static_cast<std::uint8_t>(ccid::bError::kCommandNotSupported)
             : ccid::kOffset_dwLength;
}

}  // namespace

struct CcidFunction::Impl {
  explicit Impl(Parameters p);

  void on(const usb_device::Configured& event);
  void on(const usb_device::Deconfigured& event);
  void on(const usb_device::InterfaceSelected& event);
  void on(const usb_device::HaltChanged& event);
  void on(const usb::ControlRequest& request);
  void on(const usb::OutData& out);
  void on(const FromField& event);
  void on(const wire::TimerExpired& event);
  void on(const PinEntered& event);
  void on(const PinCancelled& event);
  void on(const Overcurrent& event);
  void message_complete(bool ends_short);
  void dispatch(const Bytes& bytes);
  void refuse(const ccid::Header& header, std::uint8_t error);
  void abort(const ccid::Abort& abort);
  void send_list(const std::vector<std::uint32_t>& values);
  bool no_busy_slot_left(std::uint8_t slot) const;
  void perform(SlotActions&& actions);
  void send(const ccid::ResponseMessage& message);
  void send_interrupt(const ccid::InterruptMessage& message);
  void notify();
  Slot* slot(std::uint8_t number) {
    return number < slots.size() ? &slots[number] : nullptr;
  }

  Parameters parameters;
  std::vector<Slot> slots;
  bool configured = false;
  std::vector<bool> changed;     // since the last notification
  Bytes buffer;                  // of the message under way, at most dwMaxCCIDMessageLength bytes
  std::uint64_t received = 0;    // of it, all bytes
  std::uint64_t malformed = 0;
  UsbActions usb;
  ReaderEffects effects;
};

CcidFunction::Impl::Impl(Parameters p) : parameters(std::move(p)) {
  BOOST_ASSERT_MSG(parameters.slots.size() == parameters.descriptor.bMaxSlotIndex + 1U,
                   "one SlotParameters for each slot");
  BOOST_ASSERT_MSG(parameters.descriptor.dwMaxCCIDMessageLength > ccid::kHeaderLength + 33,
                   "a message must hold an ATR");
  slots.reserve(parameters.slots.size());
  for (std::size_t i = 0; i < parameters.slots.size(); ++i) {
    slots.emplace_back(static_cast<std::uint8_t>(i), parameters);
  }
  changed.resize(slots.size());
}

// ---- USB session
void CcidFunction::Impl::on(const usb_device::Configured&) {
  configured = true;
  buffer.clear();
  received = 0;
  for (std::size_t i = 0; i < slots.size(); ++i) changed[i] = slots[i].present();
  notify();
  for (Slot& each : slots) perform(each.configured());
}

void CcidFunction::Impl::on(const usb_device::Deconfigured&) {
  configured = false;
  buffer.clear();
  received = 0;
  for (Slot& each : slots) perform(each.deconfigured());
}

void CcidFunction::Impl::on(const usb_device::InterfaceSelected&) {
  buffer.clear();
  received = 0;
}

// A message of which the host stopped half way does not come back.
void CcidFunction::Impl::on(const usb_device::HaltChanged& event) {
  if (event.bEndpointAddress != parameters.endpoints.bulk_out) return;
  buffer.clear();
  received = 0;
}

void CcidFunction::Impl::on(const usb::ControlRequest& request) {
  const auto decoded = ccid::decode_class_request(request.setup);
  if (!configured) {  // USB 2.0, 9.1.1.4: there is no interface yet
    usb.emplace_back(usb::ControlStall{});
    return;
  }
  if (!decoded || (request.setup.wIndex & 0xFF) != parameters.interface_number) {
    usb.emplace_back(usb::ControlStall{});
    if (!decoded) effects.emplace_back(Unmodelled{"class request"});
    return;
  }
  if (const auto* asked = std::get_if<ccid::Abort>(&*decoded)) return abort(*asked);
  if (std::holds_alternative<ccid::GetClockFrequencies>(*decoded)) {
    return send_list(parameters.clock_frequencies_khz);
  }
  send_list(parameters.data_rates_bps);
}

void CcidFunction::Impl::abort(const ccid::Abort& abort) {
  Slot* target = slot(abort.bSlot);
  auto actions = target != nullptr ? target->control_abort(abort.bSeq) : std::nullopt;
  if (!actions) {
    usb.emplace_back(usb::ControlStall{});
    return;
  }
  buffer.clear();  // the slot is to take a new message: one of which a part came ends here (5.3.1)
  received = 0;
  usb.emplace_back(usb::ControlStatus{});
  perform(std::move(*actions));
}

void CcidFunction::Impl::send_list(const std::vector<std::uint32_t>& values) {
  if (values.empty()) {
    usb.emplace_back(usb::ControlStall{});
  } else {
    usb.emplace_back(usb::ControlData{ccid::encode_dword_list(values)});
  }
}

// ---- messages
// A message may take several transfers. It ends with the bytes that dwLength announces, or with a
// short or empty packet. Bytes beyond dwMaxCCIDMessageLength are counted and dropped.
void CcidFunction::Impl::on(const usb::OutData& out) {
  if (!configured || out.bEndpointAddress != parameters.endpoints.bulk_out) return;
  if (received == 0 && out.data.empty()) return;  // the empty packet after a full last one
  const std::size_t room = parameters.descriptor.dwMaxCCIDMessageLength - buffer.size();
  const std::size_t kept = std::min(room, out.data.size());
  buffer.insert(buffer.end(), out.data.begin(),
                out.data.begin() + static_cast<std::ptrdiff_t>(kept));
  received += out.data.size();
  message_complete(out.ends_short);
}

void CcidFunction::Impl::message_complete(bool ends_short) {
  const auto header = ccid::decode_header(buffer);
  const std::uint64_t announced =
      header ? std::uint64_t{header->dwLength} + ccid::kHeaderLength : ccid::kHeaderLength;
  const bool complete = ends_short || (header && received >= announced);
  if (!complete) return;
  const Bytes bytes = std::exchange(buffer, {});
  const std::uint64_t size = std::exchange(received, 0);
  if (!header) {
    if (bytes.size() < kBytesToSeq) {
      ++malformed;  // nobody knows which command this answer would belong to
      return;
    }
    return refuse({bytes[0], 0, bytes[5], bytes[6]}, ccid::kOffset_dwLength);
  }
  if (size > bytes.size() || announced > parameters.descriptor.dwMaxCCIDMessageLength) {
    return refuse(*header, ccid::kOffset_dwLength);
  }
  dispatch(bytes);
}

void CcidFunction::Impl::refuse(const ccid::Header& header, std::uint8_t error) {
  if (Slot* target = slot(header.bSlot)) return perform(target->refuse(header, error));
  const std::uint8_t bStatus =
      make_bStatus(ccid::bmICCStatus::kNoIcc, ccid::bmCommandStatus::kFailed);
  send(make_response(header, bStatus, ccid::kOffset_bSlot));
}

void CcidFunction::Impl::dispatch(const Bytes& bytes) {
  const auto header = ccid::decode_header(bytes);
  Slot* target = slot(header->bSlot);
  if (target == nullptr) return refuse(*header, ccid::kOffset_bSlot);
  const auto message = ccid::decode_command(bytes);
  if (!message) {
    if (message.error().code == wire::DecodeErrc::kUnknownType) {
      effects.emplace_back(Unmodelled{to_string(static_cast<ccid::bMessageType>(bytes[0]))});
    }
    return refuse(*header, error_of(message.error()));
  }
  for (std::string& what : ccid::irregularities(*message))
    effects.emplace_back(Unmodelled{std::move(what)});
  const bool is_abort = std::holds_alternative<ccid::PC_to_RDR_Abort>(*message);
  if (!is_abort && no_busy_slot_left(header->bSlot)) {
    return refuse(*header, static_cast<std::uint8_t>(ccid::bError::kCMD_SLOT_BUSY));
  }
  perform(target->command(*message));
}

// 5.1, bMaxCCIDBusySlots: how many slots may be busy at once.
bool CcidFunction::Impl::no_busy_slot_left(std::uint8_t number) const {
  if (slots[number].busy()) return false;  // its own table answers
  const auto busy = std::count_if(slots.begin(), slots.end(),
                                  [](const Slot& each) { return each.busy(); });
  return busy >= std::max<std::ptrdiff_t>(parameters.descriptor.bMaxCCIDBusySlots, 1);
}

// ---- card, time, pad
void CcidFunction::Impl::on(const FromField& event) {
  if (Slot* target = slot(event.slot)) perform(target->from_field(event.signal));
}
void CcidFunction::Impl::on(const wire::TimerExpired& event) {
  const std::uint32_t relative = event.id - parameters.timer_base;
  if (relative / kTimersPerSlot >= slots.size()) return;
  const std::uint32_t which = relative % kTimersPerSlot;
  if (which > static_cast<std::uint32_t>(SlotTimer::kPin)) return;
  perform(slots[relative / kTimersPerSlot].timer(static_cast<SlotTimer>(which)));
}
void CcidFunction::Impl::on(const PinEntered& event) {
  if (Slot* target = slot(event.slot)) perform(target->pin_entered(event.digits));
}
void CcidFunction::Impl::on(const PinCancelled& event) {
  if (Slot* target = slot(event.slot)) perform(target->pin_cancelled());
}
void CcidFunction::Impl::on(const Overcurrent& event) {
  if (Slot* target = slot(event.slot)) perform(target->overcurrent());
}

// ---- out
void CcidFunction::Impl::perform(SlotActions&& actions) {
  for (SlotAction& action : actions) {
    if (const auto* message = std::get_if<ccid::ResponseMessage>(&action)) {
      send(*message);
    } else if (auto* effect = std::get_if<ReaderEffect>(&action)) {
      effects.push_back(std::move(*effect));
    } else if (const auto* error = std::get_if<ccid::RDR_to_PC_HardwareError>(&action)) {
      send_interrupt(*error);
    } else {
      changed[std::get<PresenceChanged>(action).slot] = true;
      notify();
    }
  }
}

void CcidFunction::Impl::send(const ccid::ResponseMessage& message) {
  auto bytes = encode(message);
  BOOST_ASSERT_MSG(bytes.has_value(), "our own responses are representable");
  if (configured) usb.emplace_back(usb::InData{parameters.endpoints.bulk_in, std::move(*bytes)});
}

void CcidFunction::Impl::send_interrupt(const ccid::InterruptMessage& message) {
  if (!configured || parameters.endpoints.interrupt_in == 0) return;
  usb.emplace_back(usb::InData{parameters.endpoints.interrupt_in, encode(message)});
}

// 6.3.1: all slots in one message; `changed` since the last one.
void CcidFunction::Impl::notify() {
  if (!configured || std::none_of(changed.begin(), changed.end(), [](bool b) { return b; })) return;
  ccid::RDR_to_PC_NotifySlotChange message{Bytes(ccid::slot_icc_state_size(slots.size()), 0)};
  for (std::size_t i = 0; i < slots.size(); ++i) {
    set_slot_icc_state(message, i, {slots[i].present(), changed[i]});
    changed[i] = false;
  }
  send_interrupt(message);
}

// ---- the class
CcidFunction::CcidFunction(Parameters parameters)
    : impl_(std::make_unique<Impl>(std::move(parameters))) {}
CcidFunction::~CcidFunction() = default;

UsbActions CcidFunction::handle(const usb_device::FunctionEvent& event) {
  std::visit([this](const auto& e) { impl_->on(e); }, event);
  return std::exchange(impl_->usb, {});
}
UsbActions CcidFunction::handle(const ReaderEvent& event) {
  std::visit([this](const auto& e) { impl_->on(e); }, event);
  return std::exchange(impl_->usb, {});
}
ReaderEffects CcidFunction::take_effects() { return std::exchange(impl_->effects, {}); }

SlotState CcidFunction::slot_state(std::uint8_t slot) const {
  BOOST_ASSERT_MSG(slot < impl_->slots.size(), "no such slot");
  return impl_->slots[slot].state();
}
std::uint64_t CcidFunction::malformed_messages() const { return impl_->malformed; }
const Parameters& CcidFunction::parameters() const { return impl_->parameters; }

}  // namespace uketsuke::ccid_function
