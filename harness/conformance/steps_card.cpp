// Steps about cards: what hands do, activation, command APDUs at whatever exchange level,
// notifications.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/conformance/expectation.h"
#include "harness/conformance/step.h"
#include "harness/verdict/format.h"
#include "models/ccid_host/card_setup.h"
#include "sim/wire/ccid/interrupt.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;
namespace ccid = wire::ccid;

constexpr int kMaxBlocks = 4'000;  // of one command APDU

void set_place(ccid::CommandMessage& message, std::uint8_t slot, std::uint8_t seq) {
  std::visit(
      [&](auto& m) {
        m.bSlot = slot;
        m.bSeq = seq;
      },
      message);
}

// The type that answers a command.
std::uint8_t answer_type(const ccid::CommandMessage& message) {
  const auto header = ccid::header_of(message);
  return static_cast<std::uint8_t>(ccid::response_type(header.bMessageType));
}

// The answer, decoded; judges that it is one. Nothing: it is none, and that was only a warning.
std::optional<ccid::ResponseMessage> read_answer(Run& run, ccid::CommandMessage message,
                                                 wire::Micros limit_us) {
  set_place(message, run.slot(), run.next_seq());
  const Answer answer = run.exchange(message, limit_us);
  if (!answer.header) return std::nullopt;  // judged
  auto response = ccid::decode_response(answer.bytes);
  if (!response) {
    run.judge(false, {"読める応答", "an answer that can be decoded"}, decoded(answer), answer.bytes);
    return std::nullopt;
  }
  if (answer.header->bMessageType != answer_type(message)) return std::nullopt;  // judged
  return *response;
}
ccid::ResponseMessage answered(Run& run, ccid::CommandMessage message,
                               wire::Micros limit_us = Run::kAnswerUs) {
  auto response = read_answer(run, std::move(message), limit_us);
  if (!response) run.stop();
  return *response;
}

// T=1: an R-block that says that the block before was damaged (ISO/IEC 7816-3:2006, 11.3.2.2).
bool asks_again(const wire::Bytes& data) {
  return data.size() >= 4 && (data[1] & 0xC0) == 0x80 && (data[1] & 0x0F) != 0;
}

class PlaceStep : public Step {
 public:
  explicit PlaceStep(const yaml::Node& node) {
    if (node.is_scalar()) {
      card_ = node.as_string();
      return;
    }
    yaml::Mapping mapping(node);
    card_ = mapping.require("card").as_string();
    if (const yaml::Node key = mapping.find("slot")) slot_ = Number::read(key);
    mapping.done();
  }
  bool asserts() const override { return false; }
  void add_cards(std::set<std::string>& cards) const override { cards.insert(card_); }
  void run(Run& run) const override {
    run.perform(PlaceDeed{slot_ ? slot_->byte(run.facts()) : run.slot(), card_});
  }

 private:
  std::string card_;
  std::optional<Number> slot_;
};

class RemoveStep : public Step {
 public:
  explicit RemoveStep(const yaml::Node& node) {
    if (node.is_null() || (node.is_mapping() && node.size() == 0)) return;
    yaml::Mapping mapping(node);
    if (const yaml::Node key = mapping.find("slot")) slot_ = Number::read(key);
    mapping.done();
  }
  bool asserts() const override { return false; }
  void run(Run& run) const override {
    run.perform(RemoveDeed{slot_ ? slot_->byte(run.facts()) : run.slot()});
  }

 private:
  std::optional<Number> slot_;
};

class PadStep : public Step {
 public:
  explicit PadStep(const yaml::Node& node) {
    yaml::Mapping mapping(node);
    if (const yaml::Node key = mapping.find("digits")) deed_.digits = key.as_string();
    if (const yaml::Node key = mapping.find("cancel")) deed_.cancel = key.as_bool();
    mapping.done();
  }
  bool asserts() const override { return false; }
  void run(Run& run) const override { run.perform(deed_); }

 private:
  PadDeed deed_;
};

// Power on, ATR, protocol and parameters, as far as the reader leaves them to the host.
class ActivateStep : public Step {
 public:
  explicit ActivateStep(const yaml::Node& node) {
    if (node.is_null() || (node.is_mapping() && node.size() == 0)) return;
    yaml::Mapping mapping(node);
    if (const yaml::Node key = mapping.find("speed_up")) parameters_.speed_up = key.as_bool();
    mapping.done();
  }
  bool asserts() const override { return true; }
  void run(Run& run) const override {
    run.session().reset();
    ccid_host::CardSetup setup(run.subject().descriptors.ccid, parameters_);
    ccid_host::SetupStep step = setup.start();
    while (auto* command = std::get_if<ccid_host::SetupCommand>(&step))
      step = setup.answered(answered(run, std::move(command->message)));
    if (const auto* failed = std::get_if<ccid_host::ExchangeFailed>(&step)) {
      run.judge(false, {"カードを活性化できる", "the card can be activated"},
                Text(failed->what.empty() ? std::string(to_string(failed->failure)) : failed->what),
                run.last().bytes);
      run.stop();
    }
    const auto& done = std::get<ccid_host::SetupDone>(step);
    run.facts()["atr"] = hex(done.atr, done.atr.size());
    run.facts()["protocol"] =
        std::int64_t{done.protocol == wire::session::Protocol::kT0 ? 0 : 1};
    run.session() = Run::Session{done.atr, done.exchange,
                                 std::make_unique<ccid_host::Exchange>(done.exchange)};
  }

 private:
  ccid_host::CcidHostParameters parameters_;
};

// {send: BYTES, sw: "90 00", data: "...", length: N, within_ms: N}
class ApduStep : public Step {
 public:
  explicit ApduStep(const yaml::Node& node) {
    yaml::Mapping mapping(node);
    send_ = ByteSource::read(mapping.require("send"));
    if (const yaml::Node key = mapping.find("sw")) {
      if (key.is_sequence()) {
        for (std::size_t i = 0; i < key.size(); ++i) sw_.push_back(BytePattern::read(key.at(i)));
      } else {
        sw_.push_back(BytePattern::read(key));
      }
    }
    if (const yaml::Node key = mapping.find("data")) data_ = BytePattern::read(key);
    if (const yaml::Node key = mapping.find("same_as")) same_as_ = ByteSource::read(key);
    if (const yaml::Node key = mapping.find("may_fail")) may_fail_ = key.as_bool();
    if (const yaml::Node key = mapping.find("fails")) fails_ = key.as_bool();
    if (const yaml::Node key = mapping.find("length")) length_ = Range::read(key);
    if (const yaml::Node key = mapping.find("within_ms")) within_ms_ = Range::read(key);
    mapping.done();
  }
  bool asserts() const override { return true; }
  void run(Run& run) const override {
    if (!run.session()) run.inconclusive({"先に activate が必要", "a step activate has to come first"});
    const wire::Micros begun = run.now_us();
    const wire::Bytes response = transmit(run);
    run.facts()["response"] = hex(response, response.size());
    const std::size_t sw = std::min<std::size_t>(2, response.size());
    run.facts()["sw"] = hex(wire::ByteView(response).last(sw));
    if (fails_) {
      return run.judge(response.empty(),
                       {"カードの応答を完全なものとして渡さない", "no response is given as a whole one"},
                       hex(response), run.last().bytes);
    }
    if (may_fail_ && response.empty()) return;
    judge(run, response, static_cast<std::int64_t>((run.now_us() - begun) / 1000));
  }

 private:
  wire::Bytes transmit(Run& run) const {
    ccid_host::Exchange& exchange = *run.session()->exchange;
    ccid_host::ExchangeStep step = exchange.start(send_.bytes(run.facts()));
    const bool t1_tpdu = run.session()->config.level == ccid::ExchangeLevel::kTpdu &&
                         run.session()->config.protocol == wire::session::Protocol::kT1;
    std::int64_t repeated = 0;
    run.facts()["blocks_repeated"] = repeated;
    for (int blocks = 0; blocks < kMaxBlocks; ++blocks) {
      if (auto* done = std::get_if<ccid_host::ExchangeDone>(&step))
        return std::move(done->response);
      if (const auto* failed = std::get_if<ccid_host::ExchangeFailed>(&step)) {
        if (may_fail_ || fails_) return {};
        run.judge(false, {"APDU の応答が来る", "the command APDU is answered"},
                  Text(std::string(to_string(failed->failure)) + " " + failed->what),
                  run.last().bytes);
        run.stop();
      }
      auto& block = std::get<ccid_host::SendData>(step);
      ccid::PC_to_RDR_XfrBlock message;
      message.bBWI = block.bBWI;
      message.wLevelParameter = block.wLevelParameter;
      message.abData = std::move(block.data);
      if (t1_tpdu && asks_again(message.abData)) run.facts()["blocks_repeated"] = ++repeated;
      const wire::Micros limit_us =
          std::max(Run::kAnswerUs, block.timeout_us + wire::Micros{Run::kAnswerUs} / 5);
      const auto answer = read_answer(run, std::move(message), limit_us);
      if (!answer && may_fail_) {  // it was a warning; the next command begins from scratch
        exchange.abandon();
        return {};
      }
      if (!answer) run.stop();
      const ccid::ResponseMessage& response = *answer;
      const auto* data = std::get_if<ccid::RDR_to_PC_DataBlock>(&response);
      const bool processed = data != nullptr && ccid::command_status(data->bStatus) ==
                                                    ccid::bmCommandStatus::kProcessed;
      if (!processed && run.session()->config.level != ccid::ExchangeLevel::kTpdu) {
        step = ccid_host::failure_of(response);
      } else if (processed) {
        step = exchange.answered(*data);
      } else {
        step = ccid_host::failure_of(response);
      }
    }
    run.judge(false, {"APDU が終わる", "the exchange comes to an end"},
              say("{} ブロックの後も続く", "it goes on after {} blocks", kMaxBlocks));
    run.stop();
  }
  void judge(Run& run, const wire::Bytes& response, std::int64_t ms) const {
    const wire::ByteView all(response);
    run.judge(all.size() >= 2, {"SW1 SW2 を含む応答", "a response with SW1 SW2"}, hex(all), all);
    if (all.size() < 2) run.stop();
    const wire::ByteView data = all.first(all.size() - 2), sw = all.subspan(all.size() - 2);
    bool listed = sw_.empty();
    std::string words;
    for (const BytePattern& pattern : sw_) {
      listed = listed || pattern.matches(sw);
      words += (words.empty() ? "SW " : " | ") + pattern.text();
    }
    run.judge(listed, words, "SW " + hex(sw), run.last().bytes);
    if (length_) {
      run.judge(length_->holds(static_cast<std::int64_t>(data.size()), run.facts()),
                say("データ {} バイト", "{} bytes of data", length_->words(run.facts())),
                say("{} バイト", "{} bytes", data.size()), run.last().bytes);
    }
    if (data_)
      run.judge(data_->matches(data), "data " + data_->text(), hex(data), run.last().bytes);
    if (same_as_) {
      const wire::Bytes wanted = same_as_->bytes(run.facts());
      run.judge(wire::to_bytes(data) == wanted, "data " + hex(wanted, 40), hex(data, 40),
                run.last().bytes);
    }
    if (within_ms_)
      run.judge(within_ms_->holds(ms, run.facts()), within_ms_->words(run.facts()) + " ms",
                fmt::format("{} ms", ms));
  }

  ByteSource send_;
  std::vector<BytePattern> sw_;
  std::optional<BytePattern> data_;
  std::optional<ByteSource> same_as_;
  std::optional<Range> length_, within_ms_;
  bool may_fail_ = false;  // no response then
  bool fails_ = false;     // no response, and that is right
};

// {present: true, changed: true, within_ms: 1000}; messages before it are passed over if they are
// NotifySlotChange of other states. {none: true, within_ms: 300}: nothing comes.
class NotificationStep : public Step {
 public:
  explicit NotificationStep(const yaml::Node& node) {
    yaml::Mapping mapping(node);
    if (const yaml::Node key = mapping.find("present")) present_ = key.as_bool();
    if (const yaml::Node key = mapping.find("changed")) changed_ = key.as_bool();
    if (const yaml::Node key = mapping.find("none")) none_ = key.as_bool();
    if (const yaml::Node key = mapping.find("hardware_error")) hardware_error_ = key.as_bool();
    if (const yaml::Node key = mapping.find("slot")) slot_ = Number::read(key);
    if (const yaml::Node key = mapping.find("seq")) seq_ = Number::read(key);
    if (const yaml::Node key = mapping.find("only")) only_ = key.as_bool();
    if (const yaml::Node key = mapping.find("should")) should_ = key.as_bool();
    within_ms_ = Number::read_or(mapping, "within_ms", 1000);
    mapping.done();
  }
  bool asserts() const override { return true; }
  void run(Run& run) const override {
    const std::uint8_t slot = slot_ ? slot_->byte(run.facts()) : run.slot();
    const auto slots = static_cast<std::size_t>(run.fact("slots"));
    const auto within = static_cast<wire::Micros>(within_ms_.value(run.facts()) * 1000);
    const wire::Micros end = run.now_us() + within;
    Text seen;
    wire::Bytes bytes;
    while (run.now_us() < end) {
      const Reply reply = next(run, end - run.now_us());
      if (reply.ended != Ended::kDone) break;
      bytes = reply.data;
      const auto message = ccid::decode_interrupt(reply.data, slots);
      run.judge(static_cast<bool>(message) && !none_,
                none_ ? Text("割込みメッセージがない", "no interrupt message")
                      : say("割込みメッセージ 50h（{} バイト）か 51h",
                            "an interrupt message 50h ({} bytes) or 51h",
                            1 + ccid::slot_icc_state_size(slots)),
                message ? Text(ccid::describe(*message)) : Text(hex(bytes)), bytes, 0);
      if (!message) continue;
      seen = seen + Text((seen.empty() ? "" : "; ") + ccid::describe(*message));
      if (wanted(*message, slot, slots, run)) return;
    }
    if (none_) return;
    if (seen.empty()) seen = {"通知がない", "no notification"};
    if (should_) return run.advise(false, words(slot), seen, bytes);
    run.judge(false, words(slot), seen, bytes);
  }

 private:
  static Reply next(Run& run, wire::Micros limit_us) {
    InDeed deed;
    deed.bEndpointAddress = static_cast<std::uint8_t>(run.fact("endpoint_interrupt"));
    deed.interrupt = true;
    deed.length = static_cast<std::uint32_t>(run.fact("packet_interrupt"));
    if (deed.length == 0) deed.length = 64;
    deed.limit_us = limit_us;
    return run.perform(deed);
  }
  bool wanted(const ccid::InterruptMessage& message, std::uint8_t slot, std::size_t slots,
              Run& run) const {
    if (const auto* error = std::get_if<ccid::RDR_to_PC_HardwareError>(&message)) {
      if (!hardware_error_) return false;
      run.judge(error->bHardwareErrorCode == 1 && error->bSlot == slot,
                say("スロット {} の過電流（01h）", "overcurrent (01h) of slot {}", slot),
                ccid::describe(message), ccid::encode(message));
      if (seq_) {
        run.judge(error->bSeq == seq_->byte(run.facts()),
                  Text(fmt::format("bSeq {:02X}h", seq_->byte(run.facts()))),
                  Text(fmt::format("bSeq {:02X}h", error->bSeq)), ccid::encode(message), 2);
      }
      return true;
    }
    const auto& change = std::get<ccid::RDR_to_PC_NotifySlotChange>(message);
    run.judge(ccid::padding_is_zero(change, slots),
              {"余ったビットは 0", "bits beyond the last slot are zero"}, ccid::describe(message),
              ccid::encode(message), 1);
    const ccid::SlotIccState state = ccid::slot_icc_state(change, slot);
    for (std::size_t other = 0; only_ && other < slots; ++other) {
      run.judge(other == slot || !ccid::slot_icc_state(change, other).changed,
                say("スロット {} は変化していない", "slot {} has not changed", other),
                ccid::describe(message), ccid::encode(message), 1);
    }
    return !hardware_error_ && (!present_ || state.present == *present_) &&
           (!changed_ || state.changed == *changed_);
  }
  Text words(std::uint8_t slot) const {
    if (hardware_error_) return {"RDR_to_PC_HardwareError", "RDR_to_PC_HardwareError"};
    const auto bit = [](const std::optional<bool>& value) {
      return !value ? "?" : *value ? "1" : "0";
    };
    return fmt::format("RDR_to_PC_NotifySlotChange slot {} present={} changed={}", slot,
                       bit(present_), bit(changed_));
  }

  std::optional<bool> present_, changed_;
  bool none_ = false, hardware_error_ = false, should_ = false;
  bool only_ = false;  // no other slot is said to have changed
  std::optional<Number> slot_, seq_;
  Number within_ms_;
};

// Reads what waits on the interrupt endpoint, and forgets it; or judges that each is a message of
// the standard.
template <bool kJudges>
class DrainStep : public Step {
 public:
  explicit DrainStep(const yaml::Node& node) : ms_(Number::read(node)) {}
  bool asserts() const override { return kJudges; }
  void run(Run& run) const override {
    const auto quiet = static_cast<wire::Micros>(ms_.value(run.facts()) * 1000);
    if (run.fact("endpoint_interrupt") == 0) {
      run.perform(WaitDeed{quiet});
      return;
    }
    for (int i = 0; i < 100; ++i) {
      InDeed deed;
      deed.bEndpointAddress = static_cast<std::uint8_t>(run.fact("endpoint_interrupt"));
      deed.interrupt = true;
      deed.length = 64;
      deed.limit_us = quiet;
      const Reply reply = run.perform(deed);
      if (reply.ended != Ended::kDone) return;
      if (!kJudges) continue;
      const auto slots = static_cast<std::size_t>(run.fact("slots"));
      run.judge(static_cast<bool>(ccid::decode_interrupt(reply.data, slots)),
                {"NotifySlotChange（50h）か HardwareError（51h）",
                 "NotifySlotChange (50h) or HardwareError (51h)"},
                hex(reply.data), reply.data, 0);
    }
  }

 private:
  Number ms_;
};

template <class S>
std::unique_ptr<Step> read(const yaml::Node& node) {
  return std::make_unique<S>(node);
}

}  // namespace

const std::vector<StepKind>& card_steps() {
  static const std::vector<StepKind> kKinds = {
      {"place", {"カードを置く", "places a card"}, "place: any", read<PlaceStep>},
      {"remove", {"カードを取り除く", "removes the card"}, "remove: {}", read<RemoveStep>},
      {"pad",
       {"PINパッドで入力する", "types on the PIN pad"},
       "pad: {digits: \"1234\"}", read<PadStep>},
      {"activate",
       {"カードを活性化し、プロトコルとパラメータを決める",
        "activates the card, chooses protocol and parameters"},
       "activate: {}", read<ActivateStep>},
      {"apdu",
       {"コマンドAPDUを交換レベルに応じて送り、応答を調べる",
        "sends a command APDU at the reader's exchange level and judges the response"},
       "apdu: {send: \"00 A4 00 0C 02 3F 00\", sw: [\"90 00\", \"6A 82\"]}", read<ApduStep>},
      {"notification",
       {"割込みの通知を待って調べる", "waits for an interrupt message and judges it"},
       "notification: {present: true, changed: true, within_ms: 1000}", read<NotificationStep>},
      {"drain_notifications",
       {"待っている通知を読み捨てる", "reads and forgets notifications that wait"},
       "drain_notifications: 200", read<DrainStep<false>>},
      {"only_notifications",
       {"待っている割込みメッセージが規格のものだけか調べる",
        "judges that interrupt messages that wait are those of the standard"},
       "only_notifications: 300", read<DrainStep<true>>},
  };
  return kKinds;
}

}  // namespace uketsuke::conformance
