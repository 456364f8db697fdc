#include "harness/conformance/pcsc/pcsc_run.h"

#include <algorithm>
#include <utility>

#include "harness/conformance/run.h"
#include "harness/verdict/format.h"
#include "sim/gateway/pcsc_faults.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;

constexpr std::uint32_t kNumbersOfOne = 10'000;  // contexts and cards of one thread
constexpr std::uint32_t kAwaitCardMs = 10'000;

std::string names_of(std::initializer_list<std::uint32_t> codes) {
  std::string all;
  for (const std::uint32_t code : codes) {
    if (!all.empty()) all += " / ";
    all += code == scard::kSuccess ? "SCARD_S_SUCCESS" : gateway::pcsc_name(code);
  }
  return all;
}

}  // namespace

PcscRun::Task::Task(PcscDesk& desk, PcscActor actor, const Body& body)
    : desk_(desk), actor_(std::move(actor)) {
  if (!desk_.is_live()) {
    body(actor_);
    return;
  }
  thread_ = std::thread([this, body] {
    body(actor_);
    desk_.is_over(actor_.name());
  });
}

void PcscRun::Task::join() {
  if (thread_.joinable()) thread_.join();
}

PcscRun::PcscRun(PcscDesk& desk, const Case& of, const PcscSetting& setting, const Facts& facts,
                 CaseResult& result)
    : desk_(desk), case_(of), setting_(setting), facts_(facts), result_(result),
      main_(desk, "main", 1) {}

PcscRun::~PcscRun() = default;

bool PcscRun::fact(const std::string& name) const {
  const auto found = facts_.find(name);
  const bool* truth = found == facts_.end() ? nullptr : std::get_if<bool>(&found->second);
  return truth != nullptr && *truth;
}

std::optional<std::int64_t> PcscRun::number(const std::string& name) const {
  const auto found = facts_.find(name);
  if (found == facts_.end()) return std::nullopt;
  const auto* number = std::get_if<std::int64_t>(&found->second);
  return number == nullptr ? std::nullopt : std::optional<std::int64_t>(*number);
}

void PcscRun::step(const Text& title) {
  finish();
  ++result_.steps_planned;
  step_ = title;
}

void PcscRun::finish() { result_.steps_done = result_.steps_planned; }

std::unique_ptr<PcscRun::Task> PcscRun::start(const std::string& name, const Body& body) {
  PcscActor actor(desk_, name, 1 + kNumbersOfOne * next_actor_++);
  return std::make_unique<Task>(desk_, std::move(actor), body);
}

PcscReply PcscRun::hands(PcscCall call, const std::string& card) {
  PcscDeed deed;
  deed.call = call;
  deed.reader = card;
  const PcscReply reply = main_.perform(deed);
  if (reply.ended != Ended::kDone) inconclusive(reply.text);
  const std::string& by = reply.attested_by;
  auto& all = result_.attested_by;
  if (!by.empty() && std::find(all.begin(), all.end(), by) == all.end()) all.push_back(by);
  return reply;
}

void PcscRun::ask(const Text& question) {
  PcscDeed deed;
  deed.call = PcscCall::kConfirm;
  deed.question = question;
  const PcscReply reply = main_.perform(deed);
  if (reply.ended != Ended::kDone) inconclusive(reply.text);
}

bool PcscRun::await_card(bool present) {
  const std::uint32_t where = context();
  PcscReply reply = main_.change(where, reader(), 0, 0);
  const std::uint64_t until = reply.ended_us + std::uint64_t{kAwaitCardMs} * 1000;
  const std::uint32_t wanted = present ? scard::kStatePresent : scard::kStateEmpty;
  bool seen = false;
  while (reply.ended == Ended::kDone && !reply.states.empty()) {
    const std::uint32_t state = reply.states.front().event;
    seen = (state & wanted) != 0 && (!present || (state & scard::kStateMute) == 0);
    if (seen || reply.ended_us >= until) break;
    reply = main_.change(where, reader(), state & ~scard::kStateChanged, 1000);
  }
  main_.release(where);
  return seen;
}

void PcscRun::need_card() {
  const std::uint32_t where = context();
  const PcscReply now = main_.change(where, reader(), 0, 0);
  main_.release(where);
  const bool lies = !now.states.empty() && (now.states.front().event & scard::kStatePresent) != 0;
  if (lies) return;
  if (!has_hands()) inconclusive({"カードが置かれていない", "no card lies on the reader"});
  hands(PcscCall::kPlace);
  if (!await_card(true))
    inconclusive({"置いたカードが見えない", "the card that was placed is not seen"});
}

bool PcscRun::use_test_card() {
  if (!has_hands() || !setting_.simulated || !fact("test_cards")) return false;
  hands(PcscCall::kRemove);
  other_card_ = true;
  // A swap that is too quick is not noticed by a driver that looks now and then.
  if (!await_card(false)) inconclusive({"カードが残っている", "the card is still seen"});
  hands(PcscCall::kPlace, "test");
  if (!await_card(true)) inconclusive({"置いたカードが見えない", "the card that was placed is not seen"});
  return true;
}

void PcscRun::put_back() {
  if (!std::exchange(other_card_, false)) return;
  for (const PcscCall call : {PcscCall::kRemove, PcscCall::kPlace}) {
    PcscDeed deed;
    deed.call = call;
    deed.reader = "first";
    main_.perform(deed);
    await_card(call == PcscCall::kPlace);
  }
}

std::uint32_t PcscRun::context() {
  std::uint32_t made = 0;
  const PcscReply reply = main_.establish(made);
  expect(PcscCall::kEstablishContext, reply, {scard::kSuccess}, {"はじめに", "to begin with"});
  return made;
}

PcscCard PcscRun::connect(std::uint32_t share) { return connect_in(context(), share); }

PcscCard PcscRun::connect_in(std::uint32_t where, std::uint32_t share) {
  PcscCard made;
  made.context = where;
  const std::uint32_t protocols = share == scard::kShareDirect ? 0 : scard::kAny;
  const PcscReply reply = main_.connect(where, reader(), share, protocols, made.card);
  expect(PcscCall::kConnect, reply, {scard::kSuccess}, {"接続する", "connecting"});
  made.protocol = reply.protocol;
  return made;
}

void PcscRun::check_refused(const PcscReply& reply) {
  if (reply.ended == Ended::kRefused) not_applicable(reply.text);
}

void PcscRun::expect(PcscCall call, const PcscReply& reply,
                     std::initializer_list<std::uint32_t> codes, const Text& when) {
  check_refused(reply);
  const bool ok = reply.ended == Ended::kDone &&
                  std::find(codes.begin(), codes.end(), reply.code) != codes.end();
  judge(ok, say("{}：{}：{}", "{}: {}: {}", when, to_string(call), names_of(codes)),
        describe(call, reply), reply);
}

void PcscRun::find(bool warning, const Text& expected, const Text& got, const PcscReply& reply) {
  Finding finding;
  finding.step = result_.steps_planned == 0 ? 0 : result_.steps_planned - 1;
  finding.file = case_.file;
  finding.line = case_.line;
  finding.rule = case_.rules.empty() ? case_.id : case_.rules.front();
  finding.expected = step_.empty() ? expected : say("{}：{}", "{}: {}", step_, expected);
  finding.got = got;
  if (!reply.masked) finding.got_hex = wire::to_hex(reply.data);
  finding.trace_line = reply.line;
  finding.warning = warning;
  result_.findings.push_back(std::move(finding));
}

void PcscRun::judge(bool ok, const Text& expected, const Text& got, const PcscReply& reply) {
  if (ok) return;
  find(case_.warns_only, expected, got, reply);
  if (!case_.warns_only) throw CaseOver{};
}

void PcscRun::advise(bool ok, const Text& expected, const Text& got, const PcscReply& reply) {
  if (!ok) find(true, expected, got, reply);
}

void PcscRun::left_out(const Text& why) {
  result_.verdict = verdict::combine(result_.verdict, Verdict::kInconc);
  if (result_.reason.empty()) result_.reason = why;
}

void PcscRun::inconclusive(Text reason) {
  result_.verdict = verdict::combine(result_.verdict, Verdict::kInconc);
  if (result_.reason.empty()) result_.reason = std::move(reason);
  throw CaseOver{};
}

void PcscRun::not_applicable(Text reason) {
  result_.not_applicable = std::move(reason);
  throw CaseOver{};
}

}  // namespace uketsuke::conformance
