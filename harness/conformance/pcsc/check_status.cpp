// Changes of state: cards and readers come and go, calls that wait for it or are in its way.
// PC/SC Workgroup Specifications, Part 5: SCARDTRACK.
#include <array>

#include "harness/conformance/pcsc/checks.h"
#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;

constexpr std::uint64_t kSoonUs = 5'000'000;  // a call that waits returns by then
constexpr const char* kPlugAndPlay = "\\\\?PnP?\\Notification";

std::uint32_t event_of(const PcscReply& reply) {
  return reply.states.empty() ? 0 : reply.states.front().event;
}
std::uint32_t count_of(const PcscReply& reply) { return event_of(reply) >> 16U; }

Text shown(const PcscReply& reply) {
  return say("状態 {:08x}（{}）", "state {:08x} ({})", event_of(reply),
             describe(PcscCall::kGetStatusChange, reply));
}

void judge_shows(PcscRun& run, const PcscReply& reply, std::uint32_t bits, const Text& what) {
  run.judge(reply.ok() && (event_of(reply) & bits) == bits, what, shown(reply), reply);
}

// The state from now on, as a program hands it in again.
std::uint32_t known(const PcscReply& reply) { return event_of(reply) & ~scard::kStateChanged; }

// A change that hands make while a program waits for it.
PcscReply seen_change(PcscRun& run, std::uint32_t where, const PcscReply& before,
                      const std::string& name, const std::function<void()>& deed) {
  PcscReply reply;
  const std::uint32_t current = known(before);
  auto waits = run.start(name, [&](PcscActor& actor) {
    reply = actor.change(where, run.reader(), current, scard::kInfinite);
    // A card that is being powered changes twice; an empty slot may be looked at again.
    for (int i = 0; i < 5 && reply.ok() && (event_of(reply) ^ current) == scard::kStateChanged; ++i)
      reply = actor.change(where, run.reader(), known(reply), 1000);
  });
  waits->await_waiting(200);
  deed();
  waits->join();
  return reply;
}

void with_hands(PcscRun& run, std::uint32_t where) {
  run.hands(PcscCall::kRemove);
  if (!run.await_card(false)) run.inconclusive({"カードが残っている", "the card is still seen"});
  PcscReply empty = run.main().change(where, run.reader(), 0, 0);
  run.step({"空のリーダー", "an empty reader"});
  judge_shows(run, empty, scard::kStateEmpty, {"SCARD_STATE_EMPTY", "SCARD_STATE_EMPTY"});

  run.step({"カードを置く", "a card is placed"});
  const PcscReply placed = seen_change(run, where, empty, "sees placing",
                                       [&] { run.hands(PcscCall::kPlace); });
  judge_shows(run, placed, scard::kStatePresent | scard::kStateChanged,
              {"SCARD_STATE_PRESENT と CHANGED", "SCARD_STATE_PRESENT and CHANGED"});
  run.judge(count_of(placed) > count_of(empty),
            say("変化の数が {} より大きい", "a count of events above {}", count_of(empty)),
            say("{}", "{}", count_of(placed)), placed);
  if (!run.await_card(true)) run.inconclusive({"カードが見えない", "the card is not seen"});
  const PcscReply there = run.main().change(where, run.reader(), 0, 0);

  run.step({"カードを取り出す", "the card is taken out"});
  const PcscReply taken = seen_change(run, where, there, "sees taking",
                                      [&] { run.hands(PcscCall::kRemove); });
  judge_shows(run, taken, scard::kStateEmpty | scard::kStateChanged,
              {"SCARD_STATE_EMPTY と CHANGED", "SCARD_STATE_EMPTY and CHANGED"});
  run.judge(count_of(taken) > count_of(there),
            say("変化の数が {} より大きい", "a count of events above {}", count_of(there)),
            say("{}", "{}", count_of(taken)), taken);
}

void plug_and_play(PcscRun& run, std::uint32_t where) {
  run.step({"リーダーの着脱の通知", "readers that come and go are told"});
  PcscReply told;
  auto waits = run.start("plug and play", [&](PcscActor& actor) {
    const PcscReply now = actor.change(where, kPlugAndPlay, 0, 0);
    told = actor.change(where, kPlugAndPlay, known(now), scard::kInfinite);
  });
  waits->await_waiting(200);
  run.hands(PcscCall::kUnplug);
  waits->join();
  run.hands(PcscCall::kPlug);
  judge_shows(run, told, scard::kStateChanged,
              {"抜かれたことが通知される", "that the reader was unplugged is told"});
}

// Until pcscd lists the reader (or no longer); false: not within ten seconds.
bool await_listed(PcscRun& run, bool there) {
  const std::uint32_t where = run.context();
  bool found = !there;
  for (int i = 0; i < 100; ++i) {
    const PcscReply list = run.main().list_readers(where);
    found = false;
    for (const std::string& name : list.names) found = found || name == run.reader();
    if (found == there || list.ended != Ended::kDone) break;
    run.main().wait(100);
  }
  run.main().release(where);
  return found == there;
}

}  // namespace

void check_status_changes(PcscRun& run) {
  run.step({"待たずに尋ねる", "asking without waiting"});
  const std::uint32_t where = run.context();
  const PcscReply now = run.main().change(where, run.reader(), 0, 0);
  run.expect(PcscCall::kGetStatusChange, now, {scard::kSuccess}, {"知らない状態から", "unaware"});
  judge_shows(run, now, scard::kStateChanged, {"SCARD_STATE_CHANGED", "SCARD_STATE_CHANGED"});
  run.judge((event_of(now) & (scard::kStateEmpty | scard::kStatePresent)) != 0,
            {"EMPTY か PRESENT", "EMPTY or PRESENT"}, shown(now), now);
  const PcscReply same = run.main().change(where, run.reader(), known(now), 0);
  run.expect(PcscCall::kGetStatusChange, same, {scard::kTimeout},
             {"変化なし、時間 0", "nothing changed, time-out 0"});
  const PcscReply later = run.main().change(where, run.reader(), known(now), 300);
  run.expect(PcscCall::kGetStatusChange, later, {scard::kTimeout},
             {"変化なし、0.3 秒", "nothing changed, 0.3 s"});

  run.step({"待っている呼出しの取消し", "cancelling a call that waits"});
  PcscReply cancelled;
  auto waits = run.start("waits", [&](PcscActor& actor) {
    cancelled = actor.change(where, run.reader(), known(now), scard::kInfinite);
  });
  waits->await_waiting(300);
  const PcscReply cancel = run.main().cancel(where);
  waits->join();
  run.expect(PcscCall::kCancel, cancel, {scard::kSuccess}, {"取消し", "cancelling"});
  run.expect(PcscCall::kGetStatusChange, cancelled, {scard::kCancelled},
             {"取り消された呼出し", "the call that was cancelled"});
  run.judge(cancelled.ended_us < cancel.begun_us + kSoonUs,
            {"5 秒以内に戻る", "it returns within 5 s"},
            say("{} ms", "{} ms", (cancelled.ended_us - cancel.begun_us) / 1000), cancelled);

  if (!run.has_hands()) {
    return run.left_out({"カードとリーダーを抜き差しする人がいない",
                         "nobody can place and take the card, and pull the plug"});
  }
  run.need_card();
  with_hands(run, where);
  plug_and_play(run, where);
  if (!await_listed(run, true))
    run.inconclusive({"リーダーが戻らない", "the reader does not come back"});
  run.need_card();
}

void check_insertions(PcscRun& run) {
  run.need_card();
  run.hands(PcscCall::kRemove);
  if (!run.await_card(false)) run.inconclusive({"カードが残っている", "the card is still seen"});
  const std::uint32_t where = run.context();
  PcscReply last = run.main().change(where, run.reader(), 0, 0);
  // Ten cycles with pauses that follow no rhythm, within 15 s.
  constexpr std::array<std::uint32_t, 10> kThereMs{900, 400, 650, 350, 800,
                                                   500, 700, 450, 600, 550};
  std::uint32_t cycle = 0;
  for (const std::uint32_t there_ms : kThereMs) {
    run.step(say("{} 回目の抜き差し", "insertion {}", ++cycle));
    for (const bool in : {true, false}) {
      run.hands(in ? PcscCall::kPlace : PcscCall::kRemove);
      const std::uint32_t wanted = in ? scard::kStatePresent : scard::kStateEmpty;
      PcscReply now = run.main().change(where, run.reader(), known(last), 3000);
      for (int i = 0; i < 5 && now.ok() && (event_of(now) & wanted) == 0; ++i)
        now = run.main().change(where, run.reader(), known(now), 1000);
      judge_shows(run, now, wanted,
                  in ? Text{"カードが見える", "the card is seen"}
                     : Text{"カードがなくなったことが見える", "it is seen that the card is gone"});
      run.judge(count_of(now) > count_of(last),
                say("変化の数が {} より大きい", "a count of events above {}", count_of(last)),
                say("{}", "{}", count_of(now)), now);
      last = now;
      run.main().wait(in ? there_ms : 150);
    }
  }
  run.hands(PcscCall::kPlace);
  run.await_card(true);
}

void check_removal_in_transmit(PcscRun& run) {
  run.step({"命令の途中でカードを取り出す", "the card is taken during a command"});
  const PcscCard card = run.connect();
  std::vector<PcscReply> replies;
  auto transmits = run.start("transmits", [&](PcscActor& actor) {
    // Long answers; after the removal until it is told, for five seconds at most.
    int errors = 0;
    while (replies.size() < 5'000 && errors < 25) {
      replies.push_back(actor.transmit(card.card, card.protocol, get_challenge(0xF0)));
      if (replies.back().ok()) continue;
      if (replies.back().code == scard::kRemovedCard || replies.back().ended != Ended::kDone) break;
      ++errors;
      actor.wait(200);
    }
  });
  run.main().wait(400);
  const PcscReply removed = run.hands(PcscCall::kRemove);
  transmits->join();
  const PcscReply& last = replies.back();
  run.expect(PcscCall::kTransmit, last, {scard::kRemovedCard},
             {"取り出された後", "after the card was taken"});
  run.judge(last.ended_us < removed.ended_us + kSoonUs,
            {"取り出しから 5 秒以内", "within 5 s of the removal"},
            say("{} ms", "{} ms", (last.ended_us - removed.ended_us) / 1000), last);

  run.step({"次の接続", "the next connection"});
  run.hands(PcscCall::kPlace);
  if (!run.await_card(true)) run.inconclusive({"カードが見えない", "the card is not seen"});
  const PcscCard again = run.connect();
  run.expect(PcscCall::kTransmit,
             run.main().transmit(again.card, again.protocol, get_challenge(8)), {scard::kSuccess},
             {"置き直した後", "after it was placed again"});
}

void check_reader_removed(PcscRun& run) {
  for (int time = 1; time <= 5; ++time) {
    run.step(say("{} 回目：待っている間にリーダーを抜く", "time {}: unplugged while a call waits", time));
    const std::uint32_t where = run.context();
    const PcscReply now = run.main().change(where, run.reader(), 0, 0);
    PcscReply waited;
    auto waits = run.start("waits " + std::to_string(time), [&](PcscActor& actor) {
      waited = actor.change(where, run.reader(), known(now), scard::kInfinite);
    });
    waits->await_waiting(200);
    const PcscReply pulled = run.hands(PcscCall::kUnplug);
    waits->join();
    const bool left = await_listed(run, false);
    run.hands(PcscCall::kPlug);
    const bool back = await_listed(run, true);
    run.main().release(where);
    constexpr std::uint32_t kGone = scard::kStateUnknown | scard::kStateUnavailable;
    const bool told = waited.ok() && (event_of(waited) & kGone) != 0;
    const bool refused = waited.ended == Ended::kDone &&
                         (waited.code == scard::kUnknownReader ||
                          waited.code == scard::kReaderUnavailable);
    run.judge(told || refused,
              {"UNKNOWN か UNAVAILABLE、または SCARD_E_READER_UNAVAILABLE",
               "UNKNOWN or UNAVAILABLE, or SCARD_E_READER_UNAVAILABLE"},
              shown(waited), waited);
    run.judge(waited.ended_us < pulled.ended_us + kSoonUs,
              {"抜いてから 5 秒以内に戻る", "it returns within 5 s of the removal"},
              say("{} ms", "{} ms", (waited.ended_us - pulled.ended_us) / 1000), waited);
    if (!left) run.inconclusive({"リーダーが残っている", "it is still listed"});
    run.judge(back, {"戻したリーダーが現れる", "plugged in again it is listed"},
              {"現れない", "it is not"}, waited);
  }
  run.step({"その後の接続", "connecting afterwards"});
  run.need_card();
  if (!run.await_card(true)) run.inconclusive({"カードが見えない", "the card is not seen"});
  const PcscCard card = run.connect();
  run.expect(PcscCall::kTransmit, run.main().transmit(card.card, card.protocol, get_challenge(8)),
             {scard::kSuccess}, {"最後に", "in the end"});
}

}  // namespace uketsuke::conformance
