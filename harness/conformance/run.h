// One attempt at one case on one slot, from the steps' side: deeds, CCID messages, judgements.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/conformance/case.h"
#include "harness/conformance/case_result.h"
#include "harness/conformance/deed.h"
#include "harness/conformance/descriptor_facts.h"
#include "models/ccid_host/exchange.h"
#include "sim/wire/ccid/message.h"

namespace uketsuke::conformance {

// What is known of the device before a case begins.
struct Subject {
  DescriptorFacts descriptors;
  Facts facts;  // of descriptors, claims and bench
};

// The case ends here; what it came to is in the result.
struct CaseOver {};

// What came on bulk-IN after a command.
struct Answer {
  Reply reply;
  wire::Bytes bytes;
  std::optional<wire::ccid::Header> header;  // none: fewer than ten bytes, or nothing
  std::uint8_t bStatus = 0, bError = 0, last = 0;  // bytes 7, 8, 9
  std::uint32_t time_extensions = 0;  // that came before it
  wire::ByteView data() const;        // after the header
  bool came() const { return reply.ended == Ended::kDone; }
};

class Run {
 public:
  Run(Desk& desk, const Case& of, const Subject& subject, std::uint8_t slot, CaseResult& result);

  const Subject& subject() const { return subject_; }
  // Of the subject, `slot`, `medium`, `contact_slot`, and what steps remembered.
  Facts& facts() { return facts_; }
  const Facts& facts() const { return facts_; }
  std::uint8_t slot() const { return slot_; }
  std::int64_t fact(const std::string& name) const;  // a number; 0 if it is not known

  void begin(const Step& step, std::uint32_t index);
  void in_setup(bool setup) { setup_ = setup; }
  bool in_setup() const { return setup_; }
  // Deviations end the case here, whatever its confidence; findings go to the result.
  void run(const Steps& steps);
  void run(const Step& step);

  // ---- deeds. A desk that cannot (kUnable) ends the case as inconclusive, a guard that refuses as
  // not applicable, a device that is gone as a deviation unless `may_leave`.
  Reply perform(const Deed& deed, bool may_leave = false);
  // From now on no answer of the device may hold these digits, in binary, BCD or ASCII. Judges.
  void keep_secret(const std::string& digits);
  std::uint32_t deeds() const { return deeds_; }
  const Desk& desk() const { return desk_; }
  wire::Micros now_us() const { return now_us_; }
  wire::Micros began_us() const { return began_us_; }

  // ---- CCID messages
  std::uint8_t next_seq() { return seq_++; }
  void set_seq(std::uint8_t seq) { seq_ = seq; }
  // One OUT transfer, and the empty packet that ends it if it fills its last packet (USB 2.0,
  // 5.8.3).
  Reply send(const wire::Bytes& message);
  // The next answer; time extensions for `bSeq` are counted and passed over if `follow`.
  Answer receive(wire::Micros limit_us, bool follow = true);
  Answer exchange(const wire::Bytes& message, wire::Micros limit_us = kAnswerUs);
  Answer exchange(const wire::ccid::CommandMessage& message, wire::Micros limit_us = kAnswerUs);
  // What every answer has to be, whatever was asked: whole, of the right type, for this slot and
  // sequence number, with a legal status. Judges.
  struct Form {
    bool type = true, slot = true, seq = true;
  };
  void judge_form(const wire::Bytes& command, const Answer& answer, Form form);
  void judge_form(const wire::Bytes& command, const Answer& answer) {
    judge_form(command, answer, Form{});
  }
  const Answer& last() const { return last_; }
  void remember(const Answer& answer);

  // ---- a command that runs while other things happen (step `slow_command`)
  // It has just been sent and takes so long at the least.
  void slow_command_sent(wire::Micros takes_us);
  // What was to happen meanwhile has happened.
  void while_busy();
  // That was too late at least once: the command may have ended by itself, and what deviates from
  // there on may be the bench's doing.
  bool was_late() const { return was_late_; }

  // ---- the card, after a step `activate`
  struct Session {
    wire::Bytes atr;
    ccid_host::ExchangeConfig config;
    std::unique_ptr<ccid_host::Exchange> exchange;
  };
  std::optional<Session>& session() { return session_; }

  // ---- judgements
  // ok: nothing. Else a finding; the case ends unless it is only a warning.
  void judge(bool ok, const Text& expected, const Text& got, wire::ByteView bytes = {},
             std::optional<std::uint32_t> offset = std::nullopt);
  void advise(bool ok, const Text& expected, const Text& got, wire::ByteView bytes = {},
              std::optional<std::uint32_t> offset = std::nullopt);
  // A deviation whatever the case's confidence; the case goes on.
  void must(const Text& expected, const Text& got, wire::ByteView bytes) {
    find(false, expected, got, bytes, std::nullopt);
  }
  [[noreturn]] void inconclusive(Text reason);
  // After a judgement without which the case cannot go on, even if it only warned.
  [[noreturn]] void stop();
  [[noreturn]] void not_applicable(Text reason);
  CaseResult& result() { return result_; }

  static constexpr wire::Micros kAnswerUs = 5'000'000;
  static constexpr std::uint32_t kMaxTimeExtensions = 2'000;
  static constexpr std::uint32_t kRoom = 66'048;  // 129 packets of 512: more than any message

 private:
  void find(bool warning, const Text& expected, const Text& got, wire::ByteView bytes,
            std::optional<std::uint32_t> offset);
  void judge_secrets(const Reply& reply);

  Desk& desk_;
  const Case& case_;
  const Subject& subject_;
  Facts facts_;
  std::uint8_t slot_;
  CaseResult& result_;
  const Step* step_ = nullptr;
  std::uint32_t step_index_ = 0;
  bool setup_ = false;
  std::uint32_t deeds_ = 0;
  wire::Micros began_us_ = 0, now_us_ = 0;
  std::uint8_t seq_ = 0;
  Answer last_;
  std::vector<wire::Bytes> secrets_;
  std::optional<Session> session_;
  wire::Micros slow_until_us_ = 0;  // what is to happen meanwhile happens before
  bool was_late_ = false;
};

}  // namespace uketsuke::conformance
