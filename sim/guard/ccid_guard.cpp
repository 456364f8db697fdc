#include "sim/guard/ccid_guard.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "sim/guard/slot_guard.h"
#include "sim/wire/ccid/class_request.h"
#include "sim/wire/ccid/interrupt.h"
#include "sim/wire/usb/cdc.h"
#include "sim/wire/usb/setup_packet.h"

namespace uketsuke::guard {

namespace ccid = wire::ccid;
namespace usb = wire::usb;
using wire::Bytes;
using wire::ByteView;

namespace {

constexpr std::uint8_t kInMask = 0x80;
constexpr std::uint8_t kTransferTypeMask = 0x03;
constexpr std::uint8_t kConfigurationDescriptor = 2;
constexpr std::size_t kMostConfigurations = 8;

Judgement refuse(std::string_view what, std::string_view why_ja, std::string_view why_en) {
  return refused(what, what, why_ja, why_en);
}

bool is_in_address(std::uint8_t endpoint) { return (endpoint & kInMask) != 0; }

// Messages that carry nothing which could become part of another one.
bool carries_no_data(const ccid::CommandMessage& message) {
  return std::holds_alternative<ccid::PC_to_RDR_IccPowerOn>(message) ||
         std::holds_alternative<ccid::PC_to_RDR_IccPowerOff>(message) ||
         std::holds_alternative<ccid::PC_to_RDR_GetSlotStatus>(message) ||
         std::holds_alternative<ccid::PC_to_RDR_Abort>(message);
}

ReaderKind kind_of(const ccid::ClassDescriptor& descriptor) {
  constexpr std::uint32_t kLevels =
      ccid::kTpduLevel | ccid::kShortApduLevel | ccid::kExtendedApduLevel;
  const std::uint32_t level = descriptor.dwFeatures & kLevels;
  ReaderKind kind;
  if ((level & (level - 1)) == 0) kind.level = ccid::exchange_level(descriptor.dwFeatures);
  kind.activates_by_itself = (descriptor.dwFeatures & ccid::kAutoActivation) != 0;
  return kind;
}

}  // namespace

// One CCID interface, all its alternate settings together.
struct CcidFunction {
  std::uint8_t interface = 0;
  Bytes descriptor;  // class descriptor; empty: none, or settings that contradict each other
  bool contradiction = false;
  std::deque<SlotGuard> slots;
  bool out_of_step = false;              // an OUT transfer failed: the next bytes may complete it
  std::optional<std::uint8_t> step_seq;  // bSeq of a message sent since then

  Judgement message_out(ByteView bytes);
  void bulk_in(ByteView bytes);
  void interrupt_in(ByteView bytes);
  void lost();
};

Judgement CcidFunction::message_out(ByteView bytes) {
  const auto message = ccid::decode_command(bytes);
  if (!message)
    return refuse("CCID", "CCIDメッセージになっていないか、転送の長さと合いません",
                  "no CCID message, or one that does not fill its transfer");
  const ccid::Header header = header_of(*message);
  const std::string name = ccid::to_string(static_cast<ccid::bMessageType>(header.bMessageType));
  if (std::holds_alternative<ccid::PC_to_RDR_Secure>(*message) ||
      std::holds_alternative<ccid::PC_to_RDR_Escape>(*message))
    return refuse(name, "何がカードに届くか分かりません", "what reaches the card is not known");
  if (header.bSlot >= slots.size())
    return refuse(name, "このスロットはありません", "there is no such slot");
  if (out_of_step && !carries_no_data(*message))
    return refuse(name, "前の転送が途中で切れています", "a transfer before it broke off");
  Judgement judgement = slots[header.bSlot].message_out(*message);
  if (judgement && out_of_step) step_seq = header.bSeq;
  return judgement;
}

void CcidFunction::bulk_in(ByteView bytes) {
  const auto message = ccid::decode_response(bytes);
  if (!message) return lost();
  const ccid::Header header = header_of(*message);
  if (header.bSlot >= slots.size()) return;
  const bool answered = slots[header.bSlot].message_in(*message);
  if (answered && step_seq && *step_seq == header.bSeq) {
    out_of_step = false;
    step_seq.reset();
  }
}

void CcidFunction::lost() {
  for (SlotGuard& slot : slots) slot.answer_lost();
}

void CcidFunction::interrupt_in(ByteView bytes) {
  const auto message = ccid::decode_interrupt(bytes, slots.size());
  if (!message) return;
  const auto* change = std::get_if<ccid::RDR_to_PC_NotifySlotChange>(&*message);
  if (change == nullptr) return;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const ccid::SlotIccState state = slot_icc_state(*change, i);
    slots[i].notified(state.present, state.changed);
  }
}

struct CcidGuard::Impl {
  std::vector<Release> releases;
  bool no_real_card = false;
  std::map<std::uint8_t, Bytes> descriptors;  // bConfigurationValue -> whole configuration
  std::optional<usb::Configuration> configuration;
  std::deque<CcidFunction> functions;
  std::map<std::uint8_t, CcidFunction*> ccid_endpoints;  // by address, OUT and IN
  std::map<std::uint8_t, bool> other_endpoints;  // address -> of a CDC data interface, all of it

  void forget_configuration();
  void add_ccid(const usb::InterfaceNode& interface);
  void add_endpoints(const usb::InterfaceNode& interface);
  void learn(const usb::SetupPacket& setup, const usb::Completion& completion);
  Judgement standard_request(const usb::SetupPacket& setup, ByteView data);
  Judgement class_request(const usb::SetupPacket& setup, ByteView data) const;
};

void CcidGuard::Impl::forget_configuration() {
  configuration.reset();
  functions.clear();
  ccid_endpoints.clear();
  other_endpoints.clear();
}

void CcidGuard::Impl::add_ccid(const usb::InterfaceNode& interface) {
  const std::uint8_t number = interface.descriptor.bInterfaceNumber;
  const ByteView extra = interface.find_extra(ccid::kClassDescriptorType);
  auto found = std::find_if(functions.begin(), functions.end(),
                            [&](const CcidFunction& f) { return f.interface == number; });
  if (found != functions.end()) {
    found->contradiction = found->contradiction || found->descriptor != wire::to_bytes(extra);
    return;
  }
  functions.emplace_back();
  functions.back().interface = number;
  functions.back().descriptor = wire::to_bytes(extra);
}

// An address that two interfaces use belongs to neither.
void CcidGuard::Impl::add_endpoints(const usb::InterfaceNode& interface) {
  const std::uint8_t interface_class = interface.descriptor.bInterfaceClass;
  for (const usb::EndpointNode& endpoint : interface.endpoints) {
    const std::uint8_t address = endpoint.descriptor.bEndpointAddress;
    const auto type =
        static_cast<usb::TransferType>(endpoint.descriptor.bmAttributes & kTransferTypeMask);
    const bool usable = is_in_address(address) || type == usb::TransferType::kBulk;
    if (interface_class == ccid::kInterfaceClass && usable) {
      const auto function =
          std::find_if(functions.begin(), functions.end(), [&](const CcidFunction& f) {
            return f.interface == interface.descriptor.bInterfaceNumber;
          });
      const auto known = ccid_endpoints.emplace(address, &*function);
      if (known.first->second != &*function) known.first->second = nullptr;
      continue;
    }
    const bool cdc_data = interface_class == usb::kClassCdcData && usable;
    const auto known = other_endpoints.emplace(address, cdc_data);
    known.first->second = known.first->second && cdc_data;
  }
}

CcidGuard::CcidGuard(std::vector<Release> releases) : impl_(std::make_unique<Impl>()) {
  impl_->releases = std::move(releases);
}
CcidGuard::CcidGuard(NoRealCard) : CcidGuard() { impl_->no_real_card = true; }
CcidGuard::~CcidGuard() = default;

void CcidGuard::disconnected() {
  impl_->forget_configuration();
  impl_->descriptors.clear();
}

void CcidGuard::configured(const usb::Configuration& configuration) {
  impl_->forget_configuration();
  impl_->configuration = configuration;
  for (const usb::InterfaceNode& interface : configuration.interfaces) {
    if (interface.descriptor.bInterfaceClass == ccid::kInterfaceClass) impl_->add_ccid(interface);
  }
  for (CcidFunction& function : impl_->functions) {
    const auto descriptor = ccid::decode_class_descriptor(function.descriptor);
    if (!descriptor || function.contradiction) continue;  // without slots: nothing passes
    const std::size_t slots = descriptor->bMaxSlotIndex + std::size_t{1};
    for (std::size_t i = 0; i < slots; ++i)
      function.slots.emplace_back(kind_of(*descriptor), impl_->releases);
  }
  for (const usb::InterfaceNode& interface : configuration.interfaces)
    impl_->add_endpoints(interface);
}

// ---- transfers
Judgement CcidGuard::out(std::uint8_t endpoint, ByteView bytes) {
  const auto other = impl_->other_endpoints.find(endpoint);
  const auto found = impl_->ccid_endpoints.find(endpoint);
  const bool is_ccid = found != impl_->ccid_endpoints.end() && found->second != nullptr;
  if (!is_in_address(endpoint)) {
    if (is_ccid && other == impl_->other_endpoints.end()) return found->second->message_out(bytes);
    if (!is_ccid && found == impl_->ccid_endpoints.end() && other != impl_->other_endpoints.end() &&
        other->second)
      return passes();
  }
  return refuse("USB OUT", "CCIDでもCDCデータでもないエンドポイントです",
                "an endpoint neither of a CCID nor of a CDC data interface");
}

void CcidGuard::out_failed(std::uint8_t endpoint) {
  const auto found = impl_->ccid_endpoints.find(endpoint);
  if (found == impl_->ccid_endpoints.end() || found->second == nullptr) return;
  found->second->out_of_step = true;
  found->second->step_seq.reset();
  found->second->lost();
}

void CcidGuard::in(std::uint8_t endpoint, ByteView bytes) {
  const auto found = impl_->ccid_endpoints.find(endpoint);
  if (found == impl_->ccid_endpoints.end() || found->second == nullptr || bytes.empty()) return;
  const bool interrupt =
      bytes[0] == static_cast<std::uint8_t>(ccid::bMessageType::kRDR_to_PC_NotifySlotChange) ||
      bytes[0] == static_cast<std::uint8_t>(ccid::bMessageType::kRDR_to_PC_HardwareError);
  if (interrupt) return found->second->interrupt_in(bytes);
  found->second->bulk_in(bytes);
}

Judgement CcidGuard::submit(const usb::Transfer& transfer) {
  if (impl_->no_real_card) return passes();
  switch (transfer.type) {
    case usb::TransferType::kControl:
      return control(transfer.setup, transfer.data);
    case usb::TransferType::kBulk:
    case usb::TransferType::kInterrupt:
      if (is_in_address(transfer.bEndpointAddress)) return passes();
      if (transfer.type == usb::TransferType::kBulk)
        return out(transfer.bEndpointAddress, transfer.data);
      break;
    case usb::TransferType::kIsochronous:
      if (is_in_address(transfer.bEndpointAddress)) return passes();
      break;
  }
  return refuse("USB OUT", "バルク転送ではありません", "not a bulk transfer");
}

void CcidGuard::completed(const usb::Transfer& transfer, const usb::Completion& completion) {
  const bool whole = completion.status == usb::TransferStatus::kCompleted;
  if (transfer.type == usb::TransferType::kControl) {
    if (whole) impl_->learn(transfer.setup, completion);
    const auto request = static_cast<usb::StandardRequest>(transfer.setup.bRequest);
    const auto known = impl_->descriptors.find(static_cast<std::uint8_t>(transfer.setup.wValue));
    if (!whole || type_of(transfer.setup) != usb::RequestType::kStandard ||
        request != usb::StandardRequest::SET_CONFIGURATION || known == impl_->descriptors.end())
      return;
    if (const auto configuration = usb::decode_whole_configuration(known->second))
      configured(*configuration);
    return;
  }
  if (is_in_address(transfer.bEndpointAddress)) {
    // What came before a time-out or an overflow is no answer.
    if (whole || !completion.data.empty()) in(transfer.bEndpointAddress, completion.data);
    return;
  }
  const bool nothing_taken =
      completion.status == usb::TransferStatus::kStalled && completion.actual_length == 0;
  if (nothing_taken) {
    const auto found = impl_->ccid_endpoints.find(transfer.bEndpointAddress);
    if (found != impl_->ccid_endpoints.end() && found->second != nullptr) found->second->lost();
  } else if (!whole || completion.actual_length != transfer.data.size()) {
    out_failed(transfer.bEndpointAddress);
  }
}

void CcidGuard::Impl::learn(const usb::SetupPacket& setup, const usb::Completion& completion) {
  if (type_of(setup) != usb::RequestType::kStandard || !is_in(setup) ||
      recipient_of(setup) != usb::Recipient::kDevice ||
      static_cast<usb::StandardRequest>(setup.bRequest) != usb::StandardRequest::GET_DESCRIPTOR ||
      setup.wValue >> 8 != kConfigurationDescriptor)
    return;
  const auto decoded = usb::decode_whole_configuration(completion.data);
  if (!decoded) return;  // its head alone
  const std::uint8_t value = decoded->descriptor.bConfigurationValue;
  if (descriptors.count(value) != 0 || descriptors.size() < kMostConfigurations)
    descriptors[value] = completion.data;
}

// ---- control requests
Judgement CcidGuard::control(const usb::SetupPacket& setup, ByteView data) {
  if (!is_in(setup) && data.size() != setup.wLength)
    return refuse("USB control", "wLengthとデータの長さが合いません",
                  "wLength does not agree with the data");
  switch (type_of(setup)) {
    case usb::RequestType::kStandard:
      return impl_->standard_request(setup, data);
    case usb::RequestType::kClass:
      return impl_->class_request(setup, data);
    case usb::RequestType::kVendor:
    case usb::RequestType::kReserved:
      break;
  }
  return refuse("USB control", "ベンダー要求です", "a vendor request");
}

Judgement CcidGuard::Impl::standard_request(const usb::SetupPacket& setup, ByteView data) {
  using usb::StandardRequest;
  switch (static_cast<StandardRequest>(setup.bRequest)) {
    case StandardRequest::GET_STATUS:
    case StandardRequest::GET_DESCRIPTOR:
    case StandardRequest::GET_CONFIGURATION:
    case StandardRequest::GET_INTERFACE:
    case StandardRequest::SYNCH_FRAME:
      if (is_in(setup)) return passes();
      break;
    case StandardRequest::SET_CONFIGURATION:
      if (is_in(setup) || !data.empty()) break;
      forget_configuration();  // until it is known which one holds
      return passes();
    case StandardRequest::SET_INTERFACE:
      if (is_in(setup) || !data.empty()) break;
      for (CcidFunction& function : functions) {
        if (function.interface != static_cast<std::uint8_t>(setup.wIndex)) continue;
        for (SlotGuard& slot : function.slots) slot.deactivated();
      }
      return passes();
    case StandardRequest::CLEAR_FEATURE:
      if (!is_in(setup) && data.empty()) return passes();
      break;
    case StandardRequest::SET_FEATURE:
      if (!is_in(setup) && data.empty() &&
          setup.wValue != static_cast<std::uint16_t>(usb::Feature::TEST_MODE))
        return passes();
      break;
    default:
      break;
  }
  return refuse("USB control", "許可された標準要求ではありません",
                "no standard request that is allowed");
}

Judgement CcidGuard::Impl::class_request(const usb::SetupPacket& setup, ByteView data) const {
  const auto number = static_cast<std::uint8_t>(setup.wIndex);
  const usb::InterfaceNode* interface =
      configuration && recipient_of(setup) == usb::Recipient::kInterface && setup.wIndex <= 0xFF
          ? configuration->find_interface(number)
          : nullptr;
  const std::uint8_t interface_class =
      interface == nullptr ? 0 : interface->descriptor.bInterfaceClass;
  if (interface_class == ccid::kInterfaceClass && data.empty() && ccid::decode_class_request(setup))
    return passes();
  if (interface_class == usb::kClassCommunications) {
    const auto request = static_cast<usb::CdcRequest>(setup.bRequest);
    const bool set = !is_in(setup);
    if ((request == usb::CdcRequest::SET_LINE_CODING && set &&
         data.size() == usb::kLineCodingLength) ||
        (request == usb::CdcRequest::GET_LINE_CODING && !set) ||
        (request == usb::CdcRequest::SET_CONTROL_LINE_STATE && set && data.empty()) ||
        (request == usb::CdcRequest::SEND_BREAK && set && data.empty()))
      return passes();
  }
  return refuse("USB control", "許可されたクラス要求ではありません",
                "no class request that is allowed");
}

const CardGuard* CcidGuard::slot(std::uint8_t interface, std::uint8_t slot) const {
  for (const CcidFunction& function : impl_->functions) {
    if (function.interface == interface && slot < function.slots.size())
      return &function.slots[slot].card();
  }
  return nullptr;
}

}  // namespace uketsuke::guard
