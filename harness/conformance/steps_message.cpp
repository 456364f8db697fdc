// Steps that send CCID messages and judge what is answered.
#include <algorithm>
#include <utility>

#include "harness/conformance/expectation.h"
#include "harness/conformance/step.h"
#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;
namespace ccid = wire::ccid;

struct Name {
  const char* word;
  ccid::bMessageType type;
};
constexpr Name kNames[] = {
    {"SetParameters", ccid::bMessageType::kPC_to_RDR_SetParameters},
    {"IccPowerOn", ccid::bMessageType::kPC_to_RDR_IccPowerOn},
    {"IccPowerOff", ccid::bMessageType::kPC_to_RDR_IccPowerOff},
    {"GetSlotStatus", ccid::bMessageType::kPC_to_RDR_GetSlotStatus},
    {"Secure", ccid::bMessageType::kPC_to_RDR_Secure},
    {"T0APDU", ccid::bMessageType::kPC_to_RDR_T0APDU},
    {"Escape", ccid::bMessageType::kPC_to_RDR_Escape},
    {"GetParameters", ccid::bMessageType::kPC_to_RDR_GetParameters},
    {"ResetParameters", ccid::bMessageType::kPC_to_RDR_ResetParameters},
    {"IccClock", ccid::bMessageType::kPC_to_RDR_IccClock},
    {"XfrBlock", ccid::bMessageType::kPC_to_RDR_XfrBlock},
    {"Mechanical", ccid::bMessageType::kPC_to_RDR_Mechanical},
    {"Abort", ccid::bMessageType::kPC_to_RDR_Abort},
    {"SetDataRateAndClockFrequency",
     ccid::bMessageType::kPC_to_RDR_SetDataRateAndClockFrequency},
};

Number read_message(const yaml::Node& node) {
  std::vector<std::string> names;
  for (const Name& name : kNames) {
    if (node.text() == name.word) return Number(static_cast<std::int64_t>(name.type));
    names.emplace_back(name.word);
  }
  const bool number = !node.text().empty() && node.text()[0] >= '0' && node.text()[0] <= '9';
  if (!number && node.text().find('(') == std::string_view::npos &&
      !yaml::nearest(node.text(), names).empty())
    yaml::fail(node, say("メッセージ {} はない", "there is no message {}", node.text()) +
                         yaml::hint(node.text(), names));
  return Number::read(node);
}

// What is read and judged after a message; shared by the steps that do so.
struct Judged {
  bool read = true;    // the answer is read here
  bool follow = true;  // time extensions are passed over
  Number limit_ms = Run::kAnswerUs / 1000;
  Expectation expect;
  std::optional<Expectation> should;

  static Judged from(yaml::Mapping& mapping) {
    Judged judged;
    if (const yaml::Node key = mapping.find("read")) judged.read = key.as_bool();
    if (const yaml::Node key = mapping.find("follow")) judged.follow = key.as_bool();
    judged.limit_ms = Number::read_or(mapping, "limit_ms", Run::kAnswerUs / 1000);
    if (const yaml::Node key = mapping.find("expect")) judged.expect = Expectation::read(key);
    if (const yaml::Node key = mapping.find("should")) judged.should = Expectation::read(key);
    return judged;
  }
  void judge(Run& run, const wire::Bytes& command, const Answer& answer) const {
    if (!expect.wants_nothing() && (answer.came() || !expect.has_alternatives()))
      run.judge_form(command, answer, expect.form());
    if (const auto bad = expect.compare(answer, run))
      run.judge(false, bad->expected, bad->got, answer.bytes, bad->offset);
    if (!should) return;
    if (const auto bad = should->compare(answer, run))
      run.advise(false, bad->expected, bad->got, answer.bytes, bad->offset);
  }
  // Times count from `begun`: a reader that is slow to take a command is slow, too.
  void read_and_judge(Run& run, const wire::Bytes& command,
                      std::optional<wire::Micros> begun = std::nullopt) const {
    if (!read) return;
    Answer answer = run.receive(
        static_cast<wire::Micros>(limit_ms.value(run.facts()) * 1000), follow);
    if (begun) answer.reply.begun_us = *begun;
    run.remember(answer);
    judge(run, command, answer);
  }
};

class CommandStep : public Step {
 public:
  explicit CommandStep(const yaml::Node& node) {
    if (node.is_scalar()) {
      type_ = read_message(node);
      return;
    }
    yaml::Mapping mapping(node);
    type_ = read_message(mapping.require("message"));
    if (const yaml::Node key = mapping.find("slot")) slot_ = Number::read(key);
    if (const yaml::Node key = mapping.find("seq")) seq_ = Number::read(key);
    if (const yaml::Node key = mapping.find("header")) {
      if (!key.is_sequence() || key.size() != 3)
        yaml::fail(key, {"バイト 7 から 9 の 3 つが必要", "three numbers (bytes 7 to 9) are needed"});
      for (std::size_t i = 0; i < 3; ++i) header_[i] = Number::read(key.at(i));
    }
    if (const yaml::Node key = mapping.find("data")) data_ = ByteSource::read(key);
    if (const yaml::Node key = mapping.find("dwLength")) length_ = Number::read(key);
    if (const yaml::Node key = mapping.find("cut")) cut_ = Number::read(key);
    if (const yaml::Node key = mapping.find("extra")) extra_ = ByteSource::read(key);
    judged_ = Judged::from(mapping);
    mapping.done();
  }
  bool asserts() const override { return judged_.read; }
  void run(Run& run) const override {
    const Facts& facts = run.facts();
    const wire::Bytes data = data_.bytes(facts);
    const auto length = static_cast<std::uint32_t>(
        length_ ? length_->value(facts) : static_cast<std::int64_t>(data.size()));
    wire::Bytes message{type_.byte(facts)};
    for (int i = 0; i < 4; ++i) message.push_back(static_cast<std::uint8_t>(length >> 8 * i));
    message.push_back(slot_ ? slot_->byte(facts) : run.slot());
    message.push_back(seq_ ? seq_->byte(facts) : run.next_seq());
    for (const Number& byte : header_) message.push_back(byte.byte(facts));
    run.facts()["last_seq"] = std::int64_t{message[6]};
    message.insert(message.end(), data.begin(), data.end());
    const wire::Bytes extra = extra_.bytes(facts);
    message.insert(message.end(), extra.begin(), extra.end());
    if (cut_) {
      const std::int64_t size = std::max<std::int64_t>(cut_->value(facts), 0);
      message.resize(std::min<std::size_t>(message.size(), static_cast<std::size_t>(size)));
    }
    const Reply sent = run.send(message);
    if (sent.ended != Ended::kDone && judged_.read) {
      Answer none;
      none.reply = sent;
      run.remember(none);
      return judged_.judge(run, message, none);
    }
    message.resize(std::max<std::size_t>(message.size(), ccid::kHeaderLength));
    judged_.read_and_judge(run, message, sent.begun_us);
  }

 private:
  Number type_;
  std::optional<Number> slot_, seq_, length_, cut_;
  Number header_[3];
  ByteSource data_, extra_;
  Judged judged_;
};

// Bytes as they are; nothing need be a message.
class RawStep : public Step {
 public:
  explicit RawStep(const yaml::Node& node) {
    yaml::Mapping mapping(node);
    bytes_ = ByteSource::read(mapping.require("bytes"));
    judged_ = Judged::from(mapping);
    mapping.done();
  }
  bool asserts() const override { return judged_.read; }
  void run(Run& run) const override {
    wire::Bytes message = bytes_.bytes(run.facts());
    run.send(message);
    message.resize(std::max<std::size_t>(message.size(), ccid::kHeaderLength));
    judged_.read_and_judge(run, message);
  }

 private:
  ByteSource bytes_;
  Judged judged_;
};

// The answer of an earlier command, which was not read there.
class AnswerStep : public Step {
 public:
  explicit AnswerStep(const yaml::Node& node) {
    yaml::Mapping mapping(node);
    to_ = read_message(mapping.require("to"));
    if (const yaml::Node key = mapping.find("slot")) slot_ = Number::read(key);
    if (const yaml::Node key = mapping.find("seq")) seq_ = Number::read(key);
    judged_ = Judged::from(mapping);
    mapping.done();
  }
  bool asserts() const override { return true; }
  void run(Run& run) const override {
    const Facts& facts = run.facts();
    wire::Bytes command(ccid::kHeaderLength);
    command[0] = to_.byte(facts);
    command[5] = slot_ ? slot_->byte(facts) : run.slot();
    command[6] = seq_ ? seq_->byte(facts) : static_cast<std::uint8_t>(run.fact("last_seq"));
    judged_.read_and_judge(run, command);
  }

 private:
  Number to_;
  std::optional<Number> slot_, seq_;
  Judged judged_;
};

// Answers of several commands that were not read there, in whatever order they come.
class AnswersStep : public Step {
 public:
  explicit AnswersStep(const yaml::Node& node) {
    yaml::Mapping mapping(node);
    limit_ms_ = Number::read_or(mapping, "limit_ms", Run::kAnswerUs / 1000);
    const yaml::Node of = mapping.require("of");
    mapping.done();
    for (std::size_t i = 0; i < of.size(); ++i) {
      yaml::Mapping one(of.at(i));
      Wanted wanted;
      wanted.to = read_message(one.require("to"));
      if (const yaml::Node key = one.find("slot")) wanted.slot = Number::read(key);
      wanted.seq = Number::read(one.require("seq"));
      wanted.judged = Judged::from(one);
      one.done();
      wanted_.push_back(std::move(wanted));
    }
    if (wanted_.empty()) yaml::fail(of, {"応答が一つ以上必要", "at least one answer is needed"});
  }
  bool asserts() const override { return true; }
  void run(Run& run) const override {
    std::vector<const Wanted*> open;
    for (const Wanted& wanted : wanted_) open.push_back(&wanted);
    while (!open.empty()) {
      const Answer answer =
          run.receive(static_cast<wire::Micros>(limit_ms_.value(run.facts()) * 1000));
      run.remember(answer);
      const auto found = std::find_if(open.begin(), open.end(), [&](const Wanted* wanted) {
        return answer.header && wanted->answered_by(*answer.header, run);
      });
      if (found == open.end()) {
        run.judge(false, words(open, run), decoded(answer), answer.bytes, 0);
        if (!answer.came()) return;  // a warning: nothing more is to be had
        continue;
      }
      const Wanted* wanted = *found;
      open.erase(found);
      wanted->judged.judge(run, wanted->command(run), answer);
    }
  }

 private:
  struct Wanted {
    Number to, seq;
    std::optional<Number> slot;
    Judged judged;
    wire::Bytes command(const Run& run) const {
      wire::Bytes bytes(ccid::kHeaderLength);
      bytes[0] = to.byte(run.facts());
      bytes[5] = slot ? slot->byte(run.facts()) : run.slot();
      bytes[6] = seq.byte(run.facts());
      return bytes;
    }
    bool answered_by(const ccid::Header& header, const Run& run) const {
      const wire::Bytes bytes = command(run);
      return header.bSlot == bytes[5] && header.bSeq == bytes[6] &&
             header.bMessageType == static_cast<std::uint8_t>(ccid::response_type(bytes[0]));
    }
  };
  static Text words(const std::vector<const Wanted*>& open, const Run& run) {
    Text text;
    for (const Wanted* wanted : open) {
      const wire::Bytes bytes = wanted->command(run);
      const auto type = static_cast<ccid::bMessageType>(ccid::response_type(bytes[0]));
      text = text + Text(text.empty() ? "" : " | ") +
             say("{}（スロット {}、bSeq {:02X}h）", "{} (slot {}, bSeq {:02X}h)",
                 ccid::to_string(type), bytes[5], bytes[6]);
    }
    return text;
  }

  std::vector<Wanted> wanted_;
  Number limit_ms_;
};

template <class S>
std::unique_ptr<Step> read(const yaml::Node& node) {
  return std::make_unique<S>(node);
}

}  // namespace

const std::vector<StepKind>& message_steps() {
  static const std::vector<StepKind> kKinds = {
      {"command",
       {"CCID メッセージを送り、応答を調べる", "sends a CCID message and judges its answer"},
       "command: {message: XfrBlock, header: [0, 0, 0], data: \"00 A4 00 0C\", "
       "expect: {error: 1}}",
       read<CommandStep>},
      {"raw",
       {"バイト列をそのまま送り、応答を調べる", "sends bytes as they are and judges the answer"},
       "raw: {bytes: \"65 00 00\", expect: {nothing: true}, limit_ms: 200}", read<RawStep>},
      {"answer",
       {"先に送ったメッセージの応答を調べる",
        "judges the answer of a message that was sent with `read: false`"},
       "answer: {to: XfrBlock, seq: first, expect: {ends: \"90 00\"}}", read<AnswerStep>},
      {"answers",
       {"先に送った複数のメッセージの応答を、来た順に調べる",
        "judges the answers of several messages, in whatever order they come"},
       "answers: {of: [{to: XfrBlock, seq: first, expect: {error: 0xFF}}, "
       "{to: Abort, seq: second}]}",
       read<AnswersStep>},
  };
  return kKinds;
}

}  // namespace uketsuke::conformance
