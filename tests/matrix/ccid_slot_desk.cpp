#include "tests/matrix/ccid_slot_desk.h"

#include <algorithm>
#include <sstream>

#include "harness/yaml/yaml.h"

namespace uketsuke::matrix {
namespace {

using namespace uketsuke::ccid_function;
using wire::Bytes;

constexpr std::uint8_t kSeq = 0x4D;      // of the event
constexpr std::uint8_t kOldSeq = 0xC8;   // on the way into a state
constexpr std::uint8_t kAbort = 0x72;
constexpr std::size_t kBSeq = 6;

std::string upper_hex(wire::ByteView bytes) {
  std::string text = wire::to_hex(bytes);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}
std::string upper_hex(std::uint8_t byte) {
  const Bytes one{byte};
  return upper_hex(wire::ByteView(one));
}

Parameters reader(const std::string& name, const SlotTable& table) {
  Parameters parameters;
  if (name == "short" || name == "auto") {
    parameters = apdu_reader(ccid::kShortApduLevel);
    parameters.descriptor.dwFeatures |= ccid::kClockStop;
    if (name == "auto") parameters.descriptor.dwFeatures |= ccid::kAutoActivation;
    parameters.descriptor.dwMechanical = 0x0F;
    parameters.descriptor.bPINSupport = 3;
    parameters.clock_frequencies_khz = {4000, 8000};
    parameters.escape_answers[hex("01")] = hex("02");
  } else if (name == "extended") {
    parameters = apdu_reader(ccid::kExtendedApduLevel);
  } else if (name == "contactless") {
    parameters = contactless_reader();
  } else {
    parameters = tpdu_reader();
  }
  parameters.table = table;
  return parameters;
}

const char* icc_word(std::uint8_t bStatus) {
  constexpr const char* kWords[] = {"active", "inactive", "absent", "reserved"};
  return kWords[bStatus & 3];
}

}  // namespace

SlotScript load_slot_script(const std::string& path) {
  SlotScript script;
  const yaml::Document document = yaml::load_file(path);
  yaml::Mapping top(document.root());
  const yaml::Node events = top.require("events");
  for (std::size_t i = 0; i < events.size(); ++i) {
    const std::string text = events.value(i).as_string();
    if (auto bytes = wire::from_hex(text)) {
      script.messages[events.key(i).as_string()] = std::move(*bytes);
    }
  }
  const yaml::Node states = top.require("states");
  for (std::size_t i = 0; i < states.size(); ++i) {
    std::istringstream words(states.value(i).as_string());
    SlotScript::State state;
    words >> state.reader;
    state.reader = state.reader.substr(1, state.reader.size() - 2);
    for (std::string word; words >> word;) state.events.push_back(word);
    script.states[states.key(i).as_string()] = std::move(state);
  }
  return script;
}

SlotDesk::SlotDesk(const SlotScript& script, const std::string& state, const SlotTable& slot_table)
    : script_(script), state_(state), reader_(script.states.at(state).reader),
      bench_(std::make_unique<Bench>(reader(reader_, slot_table))) {
  for (const std::string& event : script.states.at(state).events) happen(event, true);
}

Outcome SlotDesk::attempt(const std::string& event) {
  forget();
  happen(event, false);
  Outcome outcome;
  outcome.said = said(event);
  outcome.next = region();
  if (outcome.said.empty() && outcome.next != state_) outcome.said.emplace_back("silently");
  return outcome;
}

void SlotDesk::forget() {
  bench_->in.clear();
  bench_->interrupts.clear();
  bench_->to_card.clear();
  bench_->pins.clear();
  bench_->pin_ends.clear();
  control_.clear();
  time_passed_ = false;
  malformed_ = bench_->function.malformed_messages();
}

void SlotDesk::happen(const std::string& event, bool on_the_way) {
  const auto message = script_.messages.find(event);
  if (message != script_.messages.end()) {
    Bytes bytes = message->second;
    if (on_the_way && bytes[0] != kAbort) bytes[kBSeq] = kOldSeq;
    bench_->out(bytes);
  } else if (event == "half_message") {
    bench_->out(hex("650000000000"), false);
  } else if (event == "empty_packet") {
    bench_->out({}, true);
  } else if (event == "usb_reset") {
    bench_->usb(usb_device::Deconfigured{});
  } else if (event == "configured") {
    bench_->usb(usb_device::Deconfigured{});
    bench_->usb(usb_device::Configured{1});
  } else if (event == "bulk_out_cleared") {
    bench_->usb(usb_device::HaltChanged{0x01, false});
  } else if (event.rfind("control_", 0) == 0 || event.rfind("get_", 0) == 0 ||
             event.rfind("class_", 0) == 0) {
    request(event);
  } else {
    happen_to_card(event);
  }
}

void SlotDesk::request(const std::string& event) {
  wire::usb::SetupPacket setup{0xA1, 2, 0, 0, 64};
  if (event == "get_rates") setup.bRequest = 3;
  if (event == "class_request_9") setup.bRequest = 9;
  if (event.rfind("control_abort", 0) == 0) {
    const std::uint16_t value =
        event == "control_abort_50" ? 50 << 8 : event == "control_abort_60" ? 60 << 8 : 50 << 8 | 1;
    setup = {0x21, 1, value, 0, 0};
  }
  control_ = bench_->control(setup);
  if (control_ == "data") control_ += " " + std::to_string(bench_->control_data.size());
}

void SlotDesk::happen_to_card(const std::string& event) {
  const auto medium = reader_ == "contactless" ? field::Medium::kContactless
                                               : field::Medium::kContact;
  if (event == "inserted") {
    if (medium == field::Medium::kContactless) {
      bench_->insert(iso7816::ContactlessConfig{});
    } else if (slot_state() != SlotState::kAbsent) {
      bench_->event(FromField{0, field::Inserted{medium}});
    } else {
      bench_->insert(reader_ == "t0" ? t0_card() : t1_card());
    }
  } else if (event == "removed") {
    bench_->remove();
  } else if (event == "card_noise") {
    bench_->event(FromField{0, field::Burst{hex("55"), 1'000'000, {}}});
  } else if (event == "card_answers") {
    time_passed_ = true;
    bench_->run_for(2'000'000);
  } else if (event == "silence") {
    time_passed_ = true;
    if (slot_state() == SlotState::kAbsent) return;
    bench_->insert(Script([](const field::ToCard&) { return std::vector<Reply>{}; }));
    bench_->run_for(100'000'000);
  } else if (event == "timer_icc" || event == "timer_extension" || event == "timer_pin") {
    const std::uint32_t id = event == "timer_icc" ? 0 : event == "timer_extension" ? 1 : 2;
    bench_->event(wire::TimerExpired{id});
  } else if (event == "pin_1234" || event == "pin_12") {
    bench_->event(PinEntered{0, event.substr(4)});
  } else if (event == "pin_cancel") {
    bench_->event(PinCancelled{0});
  } else if (event == "overcurrent") {
    bench_->event(Overcurrent{0});
  }
}

// "80 ok active +6", "old 81 FF active", "81 ok inactive stopped".
std::string SlotDesk::word_of(const Bytes& response, std::uint8_t own_seq, bool& answered) const {
  const std::uint8_t seq = response[kBSeq], bStatus = response[7], error = response[8];
  std::string text;
  if (seq == own_seq) {
    answered = true;
  } else {
    text = seq == kOldSeq || seq == 0x3C ? "old " : "other ";
  }
  text += upper_hex(response[0]) + " ";
  const unsigned command_status = bStatus >> 6;
  if (command_status == 2) return text + "wait " + upper_hex(error);
  text += (command_status == 0 ? std::string("ok") : upper_hex(error)) + " " + icc_word(bStatus);
  if (command_status != 0) return text;
  if (response[0] == 0x81) return text + (response[9] == 0 ? " running" : " stopped");
  text += " +" + std::to_string(response.size() - ccid::kHeaderLength);
  if (response[0] == 0x80 && response[9] != 0) text += " chain " + upper_hex(response[9]);
  return text;
}

std::vector<std::string> SlotDesk::said(const std::string& event) {
  std::vector<std::string> words;
  const auto message = script_.messages.find(event);
  const bool command = message != script_.messages.end() && message->second.size() > kBSeq;
  const std::uint8_t own_seq = command ? message->second[kBSeq] : kSeq;
  if (!control_.empty()) words.push_back("control " + control_);
  if (bench_->function.malformed_messages() != malformed_) words.emplace_back("dropped");
  bool answered = false;
  for (const Bytes& response : bench_->in) {
    std::string word = word_of(response, own_seq, answered);
    if (words.empty() || words.back() != word) words.push_back(std::move(word));
  }
  const bool other = !words.empty() && words.back().rfind("other", 0) == 0;
  if (command && !answered && !other && state_ != "unconfigured") words.emplace_back("later");
  for (const Bytes& notice : bench_->interrupts) words.push_back("int " + upper_hex(notice));
  for (const field::ToCard& signal : bench_->to_card) {
    const bool bytes = std::holds_alternative<field::Burst>(signal);
    if (bytes && time_passed_) continue;  // how they agree on it is not said here
    words.emplace_back(bytes ? "card bytes"
                       : std::holds_alternative<field::PowerOn>(signal)   ? "card on"
                       : std::holds_alternative<field::PowerOff>(signal)  ? "card off"
                       : std::holds_alternative<field::WarmReset>(signal) ? "card reset"
                                                                          : "card signal");
  }
  for (const PinEnd end : bench_->pin_ends) words.push_back("pad " + std::string(to_string(end)));
  if (!bench_->pins.empty()) words.emplace_back("pad asks");
  return words;
}

Bytes SlotDesk::answer_to(const char* message) {
  bench_->in.clear();
  bench_->out(hex(message));
  return bench_->in.empty() ? Bytes{} : bench_->in.back();
}

// Asks the slot itself; nothing else happens to it afterwards.
std::string SlotDesk::region() {
  const Bytes status = answer_to("65000000000001000000");
  if (status.empty()) return "unconfigured";
  if (status[kBSeq] != 0x01) return "half_message";
  if (status[7] >> 6 == 1 && status[8] == 0xFF) {
    if (is_busy(slot_state())) return "busy_abort";
    // The bulk message with the number of the control request ends it at once.
    for (const char* abort : {"72000000000032000000", "7200000000003C000000"}) {
      const Bytes answer = answer_to(abort);
      if (!answer.empty() && answer[7] >> 6 == 0) return "control_abort";
    }
    return "bulk_abort";
  }
  switch (slot_state()) {
    case SlotState::kAbsent: return "absent";
    case SlotState::kInactive: return "inactive";
    case SlotState::kAutoActivating: return "auto_activating";
    case SlotState::kActivating: return "activating";
    case SlotState::kExchanging: return "exchanging";
    case SlotState::kSettingParameters: return "setting_parameters";
    case SlotState::kEnteringPin: return "entering_pin";
    case SlotState::kActive: break;
  }
  if (status[9] != 0) return "clock_stopped";
  return ready_region();
}

std::string SlotDesk::ready_region() {
  const bool is_extended = reader_ == "extended" || reader_ == "contactless";
  if (is_extended) {
    const Bytes goes_on = answer_to("6F01000000000200030000");
    if (!goes_on.empty() && goes_on[7] >> 6 == 0) return "extended_begun";
    const Bytes more = answer_to("6F000000000002001000");
    if (!more.empty() && more[7] >> 6 == 0) return "extended_answer";
  }
  if (reader_ == "short" || reader_ == "auto") return "active";
  return reader_ + "_active";
}

}  // namespace uketsuke::matrix
