// Transactions. PC/SC Workgroup Specifications, Part 5: SCARDCOMM, BeginTransaction and
// EndTransaction.
#include "harness/conformance/pcsc/checks.h"
#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;

constexpr std::uint32_t kHoldMs = 700;  // a transaction is held so long while others try
constexpr std::uint32_t kSoonMs = 5'000;
// pcscd lets the next one in first and resets the card of a holder that died after that.
constexpr std::uint32_t kSettledMs = 500;

// What another program gets while a transaction is held: it waits, or it is refused.
struct Others {
  PcscReply transmit, begin;
};

// Ended before `released_us`, and not refused: it went through.
void judge_kept_out(PcscRun& run, PcscCall call, const PcscReply& reply,
                    std::uint64_t released_us) {
  const bool refused = reply.ended == Ended::kDone && reply.code == scard::kSharingViolation;
  const bool waited = reply.ok() && reply.ended_us >= released_us;
  run.judge(refused || waited,
            say("{} は待つか SCARD_E_SHARING_VIOLATION", "{} waits, or SCARD_E_SHARING_VIOLATION",
                to_string(call)),
            describe(call, reply), reply);
}

// Holds a transaction while others try; `while_held` is done in between.
void hold(PcscRun& run, const PcscCard& holder, const std::string& tag,
          const std::function<void()>& while_held) {
  Others others;
  const PcscCard first = run.connect(), second = run.connect();
  const std::uint32_t of_transmit = first.card, of_begin = second.card;
  run.expect(PcscCall::kBeginTransaction, run.main().begin(holder.card), {scard::kSuccess},
             {"取引を始める", "a transaction begins"});
  while_held();
  const std::uint32_t protocol = first.protocol;
  auto transmits = run.start("transmits " + tag, [&](PcscActor& actor) {
    others.transmit = actor.transmit(of_transmit, protocol, get_challenge(8));
  });
  auto begins = run.start("begins " + tag, [&](PcscActor& actor) {
    others.begin = actor.begin(of_begin);
    if (others.begin.ok()) actor.end(of_begin);
  });
  run.main().wait(kHoldMs);
  const PcscReply own = run.main().transmit(holder.card, holder.protocol, get_challenge(8));
  const PcscReply end = run.main().end(holder.card);
  transmits->join();
  begins->join();
  run.expect(PcscCall::kTransmit, own, {scard::kSuccess}, {"持ち主の命令", "the holder's command"});
  run.expect(PcscCall::kEndTransaction, end, {scard::kSuccess}, {"取引を終える", "it ends"});
  judge_kept_out(run, PcscCall::kTransmit, others.transmit, end.begun_us);
  judge_kept_out(run, PcscCall::kBeginTransaction, others.begin, end.begun_us);
  run.main().disconnect(of_transmit);
  run.main().disconnect(of_begin);
}

// A card whose holder left it in the middle may have been reset for the next one.
void expect_free(PcscRun& run, const PcscCard& card, const Text& when) {
  PcscReply begin = run.main().begin(card.card, kSoonMs);
  if (begin.ended == Ended::kDone && begin.code == scard::kResetCard) {
    run.expect(PcscCall::kReconnect,
               run.main().reconnect(card.card, scard::kShareShared, scard::kLeave),
               {scard::kSuccess}, when);
    begin = run.main().begin(card.card, kSoonMs);
  }
  run.expect(PcscCall::kBeginTransaction, begin, {scard::kSuccess}, when);
  run.expect(PcscCall::kEndTransaction, run.main().end(card.card), {scard::kSuccess}, when);
}

}  // namespace

void check_transactions(PcscRun& run) {
  const PcscCard card = run.connect();
  run.step({"ほかのプログラムは締め出される", "others are kept out"});
  hold(run, card, "once", [] {});

  run.step({"入れ子の取引", "nested transactions"});
  hold(run, card, "nested", [&] {
    run.expect(PcscCall::kBeginTransaction, run.main().begin(card.card), {scard::kSuccess},
               {"二度目の開始", "begun a second time"});
    run.expect(PcscCall::kEndTransaction, run.main().end(card.card), {scard::kSuccess},
               {"内側の終わり", "the inner one ends"});
  });

  run.step({"余分な EndTransaction", "an EndTransaction too many"});
  run.expect(PcscCall::kEndTransaction, run.main().end(card.card), {scard::kNotTransacted},
             {"取引なしで", "without a transaction"});

  run.step({"終えずに去る持ち主", "a holder that leaves without ending it"});
  const PcscCard leaves = run.connect();
  run.expect(PcscCall::kBeginTransaction, run.main().begin(leaves.card), {scard::kSuccess},
             {"取引を始める", "a transaction begins"});
  run.main().release(leaves.context);
  run.main().wait(kSettledMs);
  expect_free(run, card, {"持ち主が去った後", "after the holder has left"});

  run.step({"取引の途中で終わるプログラム", "a program that dies in a transaction"});
  PcscDeed dies;
  dies.call = PcscCall::kHolderDies;
  dies.reader = run.reader();
  dies.share = scard::kShareShared;
  dies.protocols = scard::kAny;
  const PcscReply died = run.main().perform(dies);
  if (!died.ok()) run.inconclusive(describe(dies.call, died));
  run.main().wait(kSettledMs);
  expect_free(run, card, {"プログラムが終わった後", "after the program has died"});
}

void check_foreign_release(PcscRun& run) {
  const PcscCard holder = run.connect();
  const PcscCard other = run.connect();
  run.step({"ほかのコンテキストを解放しても取引は続く",
            "releasing another context does not end a transaction"});
  hold(run, holder, "release", [&] {
    const std::uint32_t idle = run.context();
    run.expect(PcscCall::kReleaseContext, run.main().release(idle), {scard::kSuccess},
               {"接続のないコンテキスト", "a context without a connection"});
    run.expect(PcscCall::kReleaseContext, run.main().release(other.context), {scard::kSuccess},
               {"同じリーダーに接続したコンテキスト", "a context that is connected to this reader"});
  });
}

}  // namespace uketsuke::conformance
