// A desk for one CCID function: USB host by hand, cards from models/iso7816 or scripted, virtual
// time.
#pragma once

#include <boost/test/unit_test.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/ccid_function/ccid_function.h"
#include "models/iso7816/card_contact.h"
#include "models/iso7816/card_contactless.h"
#include "sim/wire/ccid/interrupt.h"
#include "sim/wire/ccid/message.h"
#include "sim/wire/iso7816/apdu.h"

namespace uketsuke::ccid_function {

namespace ccid = wire::ccid;
namespace field = wire::field;
using ccid::command_status;
using ccid::icc_status;
using wire::Bytes;
using wire::Micros;

inline Bytes hex(std::string_view text) { return wire::from_hex(text).value(); }

// Answers of a scripted card to each signal: bursts that arrive after the given time.
struct Reply {
  Micros after_us = 0;
  field::Burst burst;
};
using Script = std::function<std::vector<Reply>(const field::ToCard&)>;
// The card's application.
struct Answer {
  Bytes response;
  Micros work_us = 100;
  bool silent = false;
  std::uint8_t wtx = 0;
};
using Application = std::function<Answer(const Bytes&)>;

// READ BINARY (B0): Le bytes; EC: echoes its data; anything else: 9000.
Answer echo_application(const Bytes& command);

class Bench {
 public:
  explicit Bench(Parameters parameters);

  // ---- cards
  void insert(iso7816::ContactConfig config, Application application = echo_application,
              std::uint8_t slot = 0);
  void insert(iso7816::ContactlessConfig config, Application application = echo_application,
              std::uint8_t slot = 0);
  void insert(Script script, std::uint8_t slot = 0);
  void remove(std::uint8_t slot = 0);

  // ---- host
  void out(const Bytes& bytes, std::optional<bool> ends_short = {});
  void send(const ccid::CommandMessage& message) { out(encode(message).value()); }
  // Sends and runs until the final answer; time extensions are counted.
  ccid::ResponseMessage ask(const ccid::CommandMessage& message);
  ccid::ResponseMessage ask_bytes(const Bytes& bytes);
  ccid::ResponseMessage wait();
  ccid::ResponseMessage pop();
  // 'o' ok, or "FE" and so on; checks that bError is 0 when the command did not fail.
  std::string outcome(const ccid::ResponseMessage& message);
  std::string power_on(std::uint8_t select = 1, std::uint8_t slot = 0);
  std::string transmit(const Bytes& data, std::uint16_t level = 0, std::uint8_t slot = 0,
                       std::uint8_t bwi = 0);
  std::string control_abort(std::uint8_t slot, std::uint8_t seq);
  std::string control(const wire::usb::SetupPacket& setup);
  void usb(const usb_device::FunctionEvent& e) { take(function.handle(e)); }
  void event(const ReaderEvent& e) { take(function.handle(e)); }

  // ---- time
  bool step();
  void run_for(Micros duration);

  CcidFunction function;
  Micros now = 0;
  std::vector<Bytes> in, interrupts;
  std::vector<std::uint8_t> extensions;
  std::vector<AskPin> pins;
  std::vector<PinEnd> pin_ends;
  std::vector<field::ToCard> to_card;
  std::vector<std::string> unmodelled;
  std::vector<Bytes> commands;  // what the cards' applications got
  Bytes atr;
  ccid::RDR_to_PC_DataBlock block;
  Bytes control_data;
  std::uint8_t next_seq = 0;

 private:
  struct Card {
    std::optional<iso7816::CardContact> contact;
    std::optional<iso7816::CardContactless> contactless;
    Script script;
    Application application;
  };
  void insert_card(Card card, field::Medium medium, std::uint8_t slot);
  void at(Micros delay, std::function<void()> work);
  void take(usb_device::UsbActions actions);
  void perform(const ReaderEffect& effect);
  void card_signal(std::uint8_t slot, const field::ToCard& signal);
  void card_event(std::uint8_t slot, const iso7816::CardEvent& e);
  void card_actions(std::uint8_t slot, const iso7816::CardActions& actions);

  std::vector<Card> cards_;
  std::multimap<Micros, std::function<void()>> pending_;
  std::map<std::uint32_t, std::uint64_t> timers_;
  std::string control_;
};

// ---- readers and cards
Parameters tpdu_reader();
Parameters apdu_reader(std::uint32_t level);
Parameters contactless_reader();
// facts 1.7: T=1, IFSC 254, BWI 4, CWI 5
iso7816::ContactConfig t1_card();
iso7816::ContactConfig t0_card();
Script atr_script(Bytes atr, std::vector<std::uint16_t> parity_errors = {});

}  // namespace uketsuke::ccid_function
