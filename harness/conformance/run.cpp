#include "harness/conformance/run.h"

#include <algorithm>
#include <utility>

#include "harness/conformance/step_args.h"
#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;
namespace ccid = wire::ccid;

constexpr auto kIccPowerOn =
    static_cast<std::uint8_t>(ccid::bMessageType::kPC_to_RDR_IccPowerOn);

// Fields of bStatus that no reader may have (CCID 6.2.6).
Text status_words(const Answer& answer) {
  return say("bStatus {:02X}h", "bStatus {:02X}h", answer.bStatus);
}

}  // namespace

wire::ByteView Answer::data() const {
  const wire::ByteView all(bytes);
  return all.size() > ccid::kHeaderLength ? all.subspan(ccid::kHeaderLength) : wire::ByteView{};
}

Run::Run(Desk& desk, const Case& of, const Subject& subject, std::uint8_t slot, CaseResult& result)
    : desk_(desk), case_(of), subject_(subject), facts_(subject.facts), slot_(slot),
      result_(result) {
  facts_["slot"] = std::int64_t{slot};
}

std::int64_t Run::fact(const std::string& name) const {
  const auto found = facts_.find(name);
  if (found == facts_.end()) return 0;
  const auto* number = std::get_if<std::int64_t>(&found->second);
  return number != nullptr ? *number : 0;
}

void Run::begin(const Step& step, std::uint32_t index) {
  step_ = &step;
  step_index_ = index;
}

void Run::run(const Steps& steps) {
  for (const auto& step : steps) run(*step);
}

void Run::run(const Step& step) {
  const Step* outer = step_;
  step_ = &step;
  try {
    step.run(*this);
  } catch (const ExpressionError& error) {
    if (!result_.findings.empty()) throw CaseOver{};  // what it needs did not come
    result_.verdict = Verdict::kError;
    result_.reason = say("{}:{}：{}", "{}:{}: {}", step.file, step.line, error.text());
    throw CaseOver{};
  }
  step_ = outer;
}

Reply Run::perform(const Deed& deed, bool may_leave) {
  Reply reply = desk_.perform(deed);
  if (deeds_++ == 0) began_us_ = reply.begun_us;
  now_us_ = reply.ended_us;
  if (!reply.attested_by.empty()) result_.attested_by.push_back(reply.attested_by);
  if (reply.ended == Ended::kUnable) inconclusive(reply.text);
  if (reply.ended == Ended::kRefused) not_applicable(reply.text);
  if (static_cast<double>(now_us_ - began_us_) > case_.seconds * 1e6)
    inconclusive(say("ケースの時間制限（{} 秒）を超えた", "the case took longer than its {} s",
                     case_.seconds));
  if (reply.ended == Ended::kNoDevice && !may_leave) {
    judge(false, {"装置がバスにある", "the device is on the bus"},
          {"装置がバスから消えた", "the device has left the bus"});
    stop();
  }
  judge_secrets(reply);
  return reply;
}

void Run::keep_secret(const std::string& digits) {
  secrets_.clear();
  wire::Bytes ascii(digits.begin(), digits.end()), binary, bcd;
  for (const char c : digits) binary.push_back(static_cast<std::uint8_t>(c & 0x0F));
  for (std::size_t i = 0; i + 1 < binary.size(); i += 2)
    bcd.push_back(static_cast<std::uint8_t>(binary[i] << 4 | binary[i + 1]));
  for (wire::Bytes& form : std::vector<wire::Bytes>{ascii, binary, bcd})
    if (!form.empty()) secrets_.push_back(std::move(form));
}

void Run::judge_secrets(const Reply& reply) {
  for (const wire::Bytes& secret : secrets_) {
    const auto found =
        std::search(reply.data.begin(), reply.data.end(), secret.begin(), secret.end());
    judge(found == reply.data.end(), {"暗証番号は USB に現れない", "the PIN does not appear on USB"},
          say("バイト {} からの暗証番号", "the PIN, from byte {} on", found - reply.data.begin()),
          reply.data, static_cast<std::uint32_t>(found - reply.data.begin()));
  }
}

Reply Run::send(const wire::Bytes& message) {
  OutDeed deed;
  deed.bEndpointAddress = static_cast<std::uint8_t>(fact("endpoint_out"));
  deed.data = message;
  const Reply reply = perform(deed);
  const std::int64_t packet = fact("packet");
  if (reply.ended == Ended::kDone && !message.empty() && packet > 0 &&
      message.size() % static_cast<std::size_t>(packet) == 0) {
    deed.data.clear();
    return perform(deed);
  }
  return reply;
}

Answer Run::receive(wire::Micros limit_us, bool follow) {
  Answer answer;
  for (;;) {
    InDeed deed;
    deed.bEndpointAddress = static_cast<std::uint8_t>(fact("endpoint_in"));
    deed.length = kRoom;
    deed.limit_us = limit_us;
    answer.reply = perform(deed);
    answer.bytes = answer.reply.data;
    answer.header.reset();
    answer.bStatus = answer.bError = answer.last = 0;
    if (const auto header = ccid::decode_header(answer.bytes); header && answer.came()) {
      answer.header = *header;
      answer.bStatus = answer.bytes[7];
      answer.bError = answer.bytes[8];
      answer.last = answer.bytes[9];
    }
    if (!follow || !answer.header ||
        ccid::command_status(answer.bStatus) != ccid::bmCommandStatus::kTimeExtension)
      return answer;
    if (++answer.time_extensions > kMaxTimeExtensions) return answer;
  }
}

Answer Run::exchange(const wire::Bytes& message, wire::Micros limit_us) {
  Answer answer;
  answer.reply = send(message);
  const wire::Micros sent_us = now_us_;
  if (answer.reply.ended == Ended::kDone) answer = receive(limit_us);
  remember(answer);
  if (!message.empty() && message[0] == kIccPowerOn)
    facts_["power_on_us"] = static_cast<std::int64_t>(now_us_ - sent_us);
  return answer;
}

void Run::slow_command_sent(wire::Micros takes_us) { slow_until_us_ = now_us_ + takes_us / 2; }

void Run::while_busy() { was_late_ = was_late_ || now_us_ > slow_until_us_; }

Answer Run::exchange(const ccid::CommandMessage& message, wire::Micros limit_us) {
  const auto bytes = ccid::encode(message);
  if (!bytes) inconclusive({"命令を作れない", "the command cannot be made"});
  Answer answer = exchange(*bytes, limit_us);
  judge_form(*bytes, answer);
  return answer;
}

void Run::remember(const Answer& answer) {
  last_ = answer;
  facts_["last_ms"] =
      static_cast<std::int64_t>((answer.reply.ended_us - answer.reply.begun_us) / 1000);
  facts_["last_us"] = static_cast<std::int64_t>(answer.reply.ended_us - answer.reply.begun_us);
  facts_["last_error"] = std::int64_t{answer.bError};
  facts_["last_extensions"] = std::int64_t{answer.time_extensions};
  facts_["last_length"] = static_cast<std::int64_t>(answer.data().size());
}

void Run::judge_form(const wire::Bytes& command, const Answer& answer, Form form) {
  const wire::ByteView bytes(answer.bytes);
  judge(answer.came(), {"応答がある", "there is an answer"},
        say("応答がない（{}）", "no answer ({})", to_string(answer.reply.ended)));
  judge(answer.header.has_value(), {"10 バイト以上の応答", "an answer of ten bytes or more"},
        say("{} バイト", "{} bytes", bytes.size()), bytes);
  if (!answer.header || command.size() < ccid::kHeaderLength) return;
  judge(answer.header->dwLength == answer.data().size(),
        say("dwLength は続くバイト数 {}", "dwLength is the {} bytes that follow",
            answer.data().size()),
        say("dwLength {}", "dwLength {}", answer.header->dwLength), bytes, 1);
  const auto type = static_cast<std::uint8_t>(ccid::response_type(command[0]));
  judge(!form.type || answer.header->bMessageType == type,
        Text(ccid::to_string(static_cast<ccid::bMessageType>(type))),
        Text(ccid::to_string(static_cast<ccid::bMessageType>(answer.header->bMessageType))), bytes,
        0);
  judge(!form.slot || answer.header->bSlot == command[5], say("bSlot {}", "bSlot {}", command[5]),
        say("bSlot {}", "bSlot {}", answer.header->bSlot), bytes, 5);
  judge(!form.seq || answer.header->bSeq == command[6],
        say("bSeq {:02X}h", "bSeq {:02X}h", command[6]),
        say("bSeq {:02X}h", "bSeq {:02X}h", answer.header->bSeq), bytes, 6);
  judge(ccid::is_legal_bStatus(answer.bStatus),
        {"規格にある bStatus", "a bStatus that the standard defines"}, status_words(answer), bytes,
        7);
}

void Run::find(bool warning, const Text& expected, const Text& got, wire::ByteView bytes,
               std::optional<std::uint32_t> offset) {
  Finding finding;
  finding.step = step_index_;
  if (step_ != nullptr) {
    finding.file = step_->file;
    finding.line = step_->line;
  }
  finding.rule = case_.rules.empty() ? case_.id : case_.rules.front();
  finding.expected = expected;
  finding.got = got;
  finding.got_hex = hex(bytes);
  finding.offset = offset;
  finding.trace_line = desk_.trace_line();
  finding.warning = warning;
  result_.findings.push_back(std::move(finding));
}

void Run::judge(bool ok, const Text& expected, const Text& got, wire::ByteView bytes,
                std::optional<std::uint32_t> offset) {
  if (ok) return;
  if (setup_) {
    inconclusive(say("前提が満たされない：{} のはずが {} {}",
                     "a precondition does not hold: expected {}, got {} {}", expected, got,
                     hex(bytes, 40)));
  }
  find(case_.warns_only, expected, got, bytes, offset);
  if (!case_.warns_only) throw CaseOver{};
}

void Run::advise(bool ok, const Text& expected, const Text& got, wire::ByteView bytes,
                 std::optional<std::uint32_t> offset) {
  if (!ok && !setup_) find(true, expected, got, bytes, offset);
}

void Run::inconclusive(Text reason) {
  if (case_.warns_only && !result_.findings.empty()) throw CaseOver{};  // judged already
  result_.verdict = verdict::combine(result_.verdict, Verdict::kInconc);
  result_.reason = std::move(reason);
  throw CaseOver{};
}

void Run::stop() {
  if (case_.warns_only)
    inconclusive({"警告の後、ケースを続けられない", "after the warning the case cannot go on"});
  throw CaseOver{};
}

void Run::not_applicable(Text reason) {
  result_.not_applicable = std::move(reason);
  throw CaseOver{};
}

}  // namespace uketsuke::conformance
