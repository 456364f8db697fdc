// The executor of conformance cases, on a model's desk: what a device comes to that fails in this
// or that way.
#include "harness/conformance/execute.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "harness/bench/assets.h"
#include "harness/conformance/model_desk.h"
#include "harness/yaml/yaml.h"

using namespace uketsuke;
using namespace uketsuke::conformance;

namespace {

std::shared_ptr<const bench::Assets> assets() {
  static const auto kAssets = bench::load_assets(UKETSUKE_SOURCE_DIR "/scenarios");
  return kAssets;
}

// A reader of scenarios/readers that deviates.
struct Bench {
  explicit Bench(std::vector<fault::Mutation> mutations = {},
                 const std::string& reader = "clean_short_apdu")
      : config(desk_config(*assets(), reader)) {
    config.mutations = std::move(mutations);
    verdict::Text problem;
    Trace trace;
    subject = identify_subject(make(), {{"medium_0", std::string("contact")}}, trace, problem);
    BOOST_REQUIRE(problem.empty());
  }
  MakeDesk make() const {
    return [this](const Case* of) {
      DeskConfig own = config;
      if (of != nullptr) own.cards.assign(of->cards.begin(), of->cards.end());
      return std::make_unique<ModelDesk>(*assets(), own);
    };
  }
  // And once more on what was recorded: it has to come to the same.
  CaseResult run(const Case& of) const {
    Trace trace, again;
    const CaseResult result = execute(of, subject, make(), trace);
    Replay replay(trace.text());
    const CaseResult second =
        execute(of, subject, [&](const Case*) { return replay.next_desk(); }, again);
    BOOST_TEST((second.verdict == result.verdict));
    BOOST_TEST(second.findings.size() == result.findings.size());
    BOOST_TEST(again.text() == trace.text());
    BOOST_TEST(replay.finished());
    return result;
  }
  DeskConfig config;
  Subject subject;
};

Steps steps_of(const std::string& text) {
  return read_steps(yaml::load_text(text, "test").root());
}
Case make_case(const std::string& steps, const std::string& setup = "[]") {
  Case one;
  one.id = "TST-01";
  one.rules = {"CCID-1.1/6.2-a"};
  one.steps = steps_of(steps);
  one.setup = steps_of(setup);
  one.card = "any";
  one.cards = {"any"};
  return one;
}

// Bulk-OUT messages of type `bMessageType`, the first `after` of them untouched.
fault::Mutation on_command(std::uint8_t bMessageType, std::uint32_t after = 0) {
  fault::Mutation mutation;
  mutation.match.pipe = fault::MutationPipe::kBulkOut;
  mutation.match.patterns = {{0, {{bMessageType, 0xFF}}}};
  mutation.when.after = after;
  return mutation;
}
fault::Mutation hangs(std::uint8_t bMessageType, bool until_reset = false) {
  fault::Mutation mutation = on_command(bMessageType);
  mutation.hang = fault::Hang::kBulk;
  mutation.hang_ends_at_reset = until_reset;
  return mutation;
}
// Answers of type `bMessageType` have this bError.
fault::Mutation errors(std::uint8_t bMessageType, std::uint8_t bError) {
  fault::Mutation mutation;
  mutation.match.pipe = fault::MutationPipe::kBulkIn;
  mutation.match.patterns = {{0, {{bMessageType, 0xFF}}}};
  fault::Edit edit;
  edit.at = 8;
  edit.bytes = {{fault::TemplateByte::Kind::kLiteral, bError}};
  mutation.edits = {edit};
  return mutation;
}

constexpr std::uint8_t kEscape = 0x6B, kPowerOn = 0x62, kStatus = 0x65, kAbort = 0x72;
const char* const kEscapeFails =
    "[{command: {message: Escape, data: \"00\", limit_ms: 200, expect: {any_of: [{nothing: true}, "
    "{error: 0}]}}}]";

}  // namespace

BOOST_AUTO_TEST_CASE(a_clean_reader_passes) {
  const CaseResult result = Bench().run(make_case(kEscapeFails));
  BOOST_TEST((result.verdict == Verdict::kPass));
  BOOST_TEST(result.findings.empty());
  BOOST_TEST(result.recovery.empty());
  BOOST_TEST(result.steps_done == 1U);
}

BOOST_AUTO_TEST_CASE(a_device_that_hangs_after_a_negative_case_is_found_by_that_case) {
  const CaseResult result = Bench({hangs(kEscape)}).run(make_case(kEscapeFails));
  BOOST_TEST((result.verdict == Verdict::kFail));
  BOOST_REQUIRE(result.findings.size() == 1U);
  BOOST_TEST(result.findings[0].expected.en.find("GetSlotStatus") != std::string::npos);
  // Abort, power off, USB reset, plug: all in vain but the last.
  BOOST_TEST(result.recovery.size() == 4U);
  BOOST_TEST(result.recovery.front().en.find("abort") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_ladder_ends_at_the_rung_that_helps) {
  const CaseResult result = Bench({hangs(kEscape, true)}).run(make_case(kEscapeFails));
  BOOST_TEST((result.verdict == Verdict::kFail));
  BOOST_REQUIRE(result.recovery.size() == 3U);
  BOOST_TEST(result.recovery[2].en == "USB reset: it answers again");
}

BOOST_AUTO_TEST_CASE(a_hang_fails_even_a_case_that_only_warns) {
  Case one = make_case(kEscapeFails);
  one.warns_only = true;
  BOOST_TEST((Bench({hangs(kEscape)}).run(one).verdict == Verdict::kFail));
}

BOOST_AUTO_TEST_CASE(what_fails_in_the_setup_makes_the_case_inconclusive) {
  fault::Mutation silent = on_command(kPowerOn);
  silent.drop = true;
  const CaseResult result =
      Bench({silent}).run(make_case("[{command: GetSlotStatus}]", "[{activate: {}}]"));
  BOOST_TEST((result.verdict == Verdict::kInconc));
  BOOST_TEST(result.findings.empty());
  BOOST_TEST(result.reason.en.find("precondition") != std::string::npos);
  // The same step as the matter of the case is a failure.
  BOOST_TEST((Bench({silent}).run(make_case("[{activate: {}}]")).verdict == Verdict::kFail));
}

BOOST_AUTO_TEST_CASE(a_device_that_does_not_answer_before_the_case_is_no_failure_of_it) {
  const CaseResult result = Bench({hangs(kStatus)}).run(make_case("[{command: IccPowerOff}]"));
  BOOST_TEST((result.verdict == Verdict::kInconc));
  BOOST_TEST(result.steps_done == 0U);
}

BOOST_AUTO_TEST_CASE(warns_only_turns_a_failure_into_a_warning_and_the_case_goes_on) {
  const char* const kTwo =
      "[{command: {message: Escape, data: \"00\", expect: {error: 0}}}, {command: GetSlotStatus}]";
  const Bench bench({errors(0x83, 0x07)});
  BOOST_TEST((bench.run(make_case(kTwo)).verdict == Verdict::kFail));
  Case one = make_case(kTwo);
  one.warns_only = true;
  const CaseResult result = bench.run(one);
  BOOST_TEST((result.verdict == Verdict::kPass));
  BOOST_REQUIRE(result.findings.size() == 1U);
  BOOST_TEST(result.findings[0].warning);
  BOOST_TEST(result.findings[0].offset.value_or(0) == 8U);
  BOOST_TEST(result.steps_done == 2U);
}

BOOST_AUTO_TEST_CASE(repetitions_are_counted_and_enough_of_them_pass) {
  // The second of every two answers to the Escape of a case is wrong: seven of ten rounds, if the
  // mutation counts over a desk, and each round has its own desk.
  fault::Mutation wrong = errors(0x83, 0x07);
  wrong.when.after = 1;
  const char* const kOne = "[{command: {message: Escape, data: \"00\", expect: {error: 0}}}]";
  const char* const kTwo =
      "[{repeat: {times: 2, steps: [{command: {message: Escape, data: \"00\", expect: {error: "
      "0}}}]}}]";
  Case good = make_case(kOne), bad = make_case(kTwo);
  good.repeat = bad.repeat = 10;
  good.accept = bad.accept = 9;
  const CaseResult passed = Bench({wrong}).run(good);
  BOOST_TEST((passed.verdict == Verdict::kPass));
  BOOST_TEST(passed.repetitions.planned == 10U);
  BOOST_TEST(passed.repetitions.passed == 10U);
  const CaseResult failed = Bench({wrong}).run(bad);
  BOOST_TEST((failed.verdict == Verdict::kFail));
  BOOST_TEST(failed.repetitions.passed == 0U);
  BOOST_TEST(failed.findings.size() == 10U);
}

// A bench whose machine has something else to do, so that a request of ABORT comes late.
class LateDesk : public Desk {
 public:
  LateDesk(std::unique_ptr<Desk> desk, bool late) : desk_(std::move(desk)), late_(late) {}
  Reply perform(const Deed& deed) override {
    const auto* control = std::get_if<ControlDeed>(&deed);
    if (late_ && control != nullptr && control->setup.bmRequestType == 0x21)
      desk_->perform(WaitDeed{3'000'000});
    return desk_->perform(deed);
  }
  wire::usb::Speed speed() const override { return desk_->speed(); }
  bool has_address() const override { return desk_->has_address(); }

 private:
  std::unique_ptr<Desk> desk_;
  bool late_;
};

// The first `times` desks are late and of `while_late`.
CaseResult run_late(const Bench& bench, int times, const Bench& while_late) {
  Case one = make_case(
      "[{activate: {}}, {slow_command: {tenths: 8}}, {remember: {name: n, value: slow_seq}}, "
      "{control: {type: 0x21, request: 1, value: n * 256 + slot, index: interface}}, "
      "{command: {message: Abort, seq: n, read: false}}, {while_busy: {}}, "
      "{answers: {of: [{to: (slow_type), seq: n, expect: {error: 0xFF}}, {to: Abort, seq: n}]}}]");
  Trace trace, again;
  const CaseResult result = execute(
      one, bench.subject,
      [&](const Case* of) {
        const bool late = times-- > 0;
        return std::make_unique<LateDesk>((late ? while_late : bench).make()(of), late);
      },
      trace);
  Replay replay(trace.text());
  const CaseResult second =
      execute(one, bench.subject, [&](const Case*) { return replay.next_desk(); }, again);
  BOOST_TEST((second.verdict == result.verdict));
  BOOST_TEST(again.text() == trace.text());
  return result;
}

CaseResult run_late(const Bench& bench, int times) { return run_late(bench, times, bench); }

BOOST_AUTO_TEST_CASE(a_bench_that_was_late_tries_again_and_accuses_nobody) {
  const Bench bench;
  const CaseResult punctual = run_late(bench, 0);
  BOOST_TEST((punctual.verdict == Verdict::kPass));
  BOOST_TEST(punctual.recovery.empty());
  const CaseResult late = run_late(bench, 2);
  BOOST_TEST((late.verdict == Verdict::kPass));
  BOOST_TEST(late.findings.empty());
  BOOST_REQUIRE(late.recovery.size() == 2U);
  BOOST_TEST(late.recovery[1].en.find("the bench was late") == 0U);
}

BOOST_AUTO_TEST_CASE(a_reader_that_keeps_the_bench_waiting_is_judged) {
  const CaseResult result = run_late(Bench(), 100);
  BOOST_TEST((result.verdict == Verdict::kFail));
  BOOST_REQUIRE(result.findings.size() == 1U);
  BOOST_TEST(result.findings[0].expected.en.find("FF") != std::string::npos);
  // One that does not abort is told in the first try: the bench was not late.
  const CaseResult deaf = run_late(Bench({errors(0x80, 0)}), 0);
  BOOST_TEST((deaf.verdict == Verdict::kFail));
  BOOST_TEST(deaf.recovery.empty());
  // And one that hangs is told, however late the bench was.
  const CaseResult hung = run_late(Bench(), 1, Bench({hangs(kAbort)}));
  BOOST_TEST((hung.verdict == Verdict::kFail));
  BOOST_REQUIRE(!hung.findings.empty());
  BOOST_TEST(hung.findings.back().expected.en.find("GetSlotStatus") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_case_that_does_not_apply_is_not_run) {
  Case one = make_case("[{command: GetSlotStatus}]");
  one.applies = Expression::parse("slots > 1");
  const CaseResult result = Bench().run(one);
  BOOST_TEST((result.verdict == Verdict::kNone));
  BOOST_TEST(result.not_applicable.en == "slots > 1 (slots = 1)");
  BOOST_TEST(result.steps_done == 0U);
}

BOOST_AUTO_TEST_CASE(a_name_that_nobody_knows_is_an_error_of_the_bench) {
  Case one = make_case("[{command: GetSlotStatus}]");
  one.applies = Expression::parse("nobody_knows > 1");
  BOOST_TEST((Bench().run(one).verdict == Verdict::kError));
  BOOST_TEST((Bench().run(make_case("[{command: {message: GetSlotStatus, slot: nobody}}]"))
                 .verdict == Verdict::kError));
}

BOOST_AUTO_TEST_CASE(an_answer_of_another_form_ends_the_case_at_once) {
  fault::Mutation wrong = errors(0x81, 0x55);
  wrong.edits[0].at = 6;  // bSeq
  Case one = make_case("[{command: IccPowerOff}, {command: IccPowerOff}]");
  one.preflight = false;
  const CaseResult result = Bench({wrong}).run(one);
  BOOST_TEST((result.verdict == Verdict::kFail));
  BOOST_TEST(result.steps_done == 0U);
  BOOST_TEST(result.findings.front().offset.value_or(0) == 6U);
}

BOOST_AUTO_TEST_CASE(a_device_that_never_ends_asking_for_time_ends_the_case) {
  fault::Mutation endless;
  endless.match.pipe = fault::MutationPipe::kBulkIn;
  endless.match.patterns = {{0, {{0x80, 0xFF}}}};
  endless.copies = 16;
  fault::Edit edit;
  edit.at = 7;
  edit.bytes = {{fault::TemplateByte::Kind::kLiteral, 0x80}};
  endless.edits = {edit};
  Case one = make_case("[{activate: {}}]");
  one.seconds = 3;
  const CaseResult result = Bench({endless}).run(one);
  BOOST_TEST((result.verdict != Verdict::kPass));
  BOOST_TEST((result.verdict != Verdict::kError));
}
