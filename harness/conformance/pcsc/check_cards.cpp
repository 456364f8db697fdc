// Cards on a reader: what a contactless one shows of them, two at once, orientation, endurance.
// PC/SC Workgroup Specifications, Part 3, 3.1.3.2.3; ISO/IEC 14443-3.
#include "harness/conformance/pcsc/checks.h"
#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;

constexpr std::uint32_t kFiveMinutesMs = 300'000;
constexpr std::uint32_t kPlacements = 10, kNeeded = 9;

struct Orientation {
  const char* ja;
  const char* en;
};
constexpr Orientation kOrientations[] = {
    {"表を上、そのままの向き", "face up, forwards"},
    {"表を上、逆の向き", "face up, backwards"},
    {"裏を上、そのままの向き", "face down, forwards"},
    {"裏を上、逆の向き", "face down, backwards"},
};

// Connected, and a command was answered; no judgement.
bool communicates(PcscRun& run, PcscReply& last) {
  PcscActor& main = run.main();
  PcscCard card;
  last = main.establish(card.context);
  if (!last.ok()) return false;
  last = main.connect(card.context, run.reader(), scard::kShareShared, scard::kAny, card.card);
  const bool connected = last.ok();
  if (connected) last = main.transmit(card.card, last.protocol, get_challenge(8));
  const bool answered = connected && last.ok() && last.data.size() >= 2;
  main.release(card.context);
  return answered;
}

void judge_atr(PcscRun& run, const PcscReply& status) {
  const wire::Bytes& atr = status.atr;
  const bool begins = atr.size() >= 5 && atr[0] == 0x3B && (atr[1] & 0xF0U) == 0x80 &&
                      atr[2] == 0x80 && atr[3] == 0x01;
  run.judge(begins, {"ATR 3B 8n 80 01 ...", "an ATR 3B 8n 80 01 ..."}, Text(wire::to_hex(atr)),
            status);
  if (!begins) return;
  const std::size_t historical = atr[1] & 0x0FU;
  run.judge(atr.size() == 4 + historical + 1,
            say("歴史的バイト {} 個と TCK", "{} historical bytes and TCK", historical),
            Text(wire::to_hex(atr)), status);
  std::uint8_t sum = 0;
  for (std::size_t i = 1; i < atr.size(); ++i) sum = static_cast<std::uint8_t>(sum ^ atr[i]);
  run.judge(sum == 0, {"正しい TCK", "a right TCK"}, Text(wire::to_hex(atr)), status);
}

}  // namespace

void check_contactless(PcscRun& run) {
  run.step({"非接触カードの ATR", "the ATR of a contactless card"});
  const PcscCard card = run.connect();
  const PcscReply status = run.main().status(card.card);
  run.expect(PcscCall::kStatus, status, {scard::kSuccess}, {"接続の後", "after connecting"});
  judge_atr(run, status);
  run.step({"UID または PUPI", "UID or PUPI"});
  const PcscReply uid =
      run.main().transmit(card.card, card.protocol, {0xFF, 0xCA, 0x00, 0x00, 0x00});
  run.expect(PcscCall::kTransmit, uid, {scard::kSuccess}, {"FF CA 00 00 00", "FF CA 00 00 00"});
  const std::size_t size = uid.data.size();
  const bool good = size >= 2 && uid.data[size - 2] == 0x90 && uid.data[size - 1] == 0x00;
  run.judge(good, {"9000", "9000"},
            Text(size < 2 ? std::string() : wire::to_hex(wire::ByteView(uid.data).last(2))), uid);
  run.judge(!good || size == 6 || size == 9 || size == 10 || size == 12,
            {"4、7、8 または 10 バイト", "4, 7, 8 or 10 bytes"},
            say("{} バイト", "{} bytes", size - std::min<std::size_t>(size, 2)), uid);
}

void check_two_cards(PcscRun& run) {
  PcscReply last;
  const auto clear = [&run] {
    PcscDeed remove;
    remove.call = PcscCall::kRemove;
    // One or two lie there; that none is left is seen by the reader.
    run.main().perform(remove);
    run.main().perform(remove);
    if (!run.await_card(false)) run.inconclusive({"カードが残っている", "a card is still seen"});
  };
  const auto alone = [&](const char* which) {
    run.hands(PcscCall::kPlace, which);
    run.judge(run.await_card(true), {"カードが見える", "the card is seen"},
              {"見えない", "it is not"}, last);
    run.judge(communicates(run, last), {"カードが応答する", "the card answers"},
              describe(PcscCall::kTransmit, last), last);
    clear();
  };
  clear();
  run.step({"交互に置く", "placed alternately"});
  for (int i = 0; i < 2; ++i) {
    alone("first");
    alone("second");
  }
  run.step({"二枚を同時に", "two at once"});
  run.hands(PcscCall::kPlace, "first");
  run.hands(PcscCall::kPlaceSecond, "second");
  run.await_card(true);
  communicates(run, last);
  run.judge(last.ended == Ended::kDone,
            {"一枚が使えるか、エラーが返る", "one can be used, or an error comes back"},
            describe(PcscCall::kTransmit, last), last);
  clear();
  run.step({"その後一枚だけ", "one alone afterwards"});
  alone("first");
}

void check_orientations(PcscRun& run) {
  PcscReply last;
  const std::uint32_t where = run.context();
  last = run.main().change(where, run.reader(), 0, 0);
  if (!last.states.empty() && (last.states.front().event & scard::kStatePresent) != 0) {
    run.hands(PcscCall::kRemove);
    run.await_card(false);
  }
  for (const Orientation& orientation : kOrientations) {
    const Text name(orientation.ja, orientation.en);
    run.step(name);
    if (run.setting().person) {
      run.ask(say("これから {} 回、カードを「{}」で置いてください。準備はよいですか",
                  "place the card {} times {}. Ready?", kPlacements, name));
    }
    std::uint32_t good = 0;
    for (std::uint32_t i = 0; i < kPlacements; ++i) {
      run.hands(PcscCall::kPlace);
      if (run.await_card(true) && communicates(run, last)) ++good;
      run.hands(PcscCall::kRemove);
      run.await_card(false);
    }
    run.judge(good >= kNeeded, say("{} 回のうち {} 回以上", "at least {1} of {0}", kPlacements, kNeeded),
              say("{} 回", "{}", good), last);
  }
}

void check_five_minutes(PcscRun& run) {
  run.step({"カードに電源を入れる", "the card is powered"});
  const PcscCard card = run.connect();
  PcscActor& main = run.main();
  run.expect(PcscCall::kTransmit, main.transmit(card.card, card.protocol, get_challenge(8)),
             {scard::kSuccess}, {"はじめに", "to begin with"});
  run.step({"五分後", "five minutes later"});
  const double speed = run.setting().simulated ? std::max(1.0, run.setting().speed) : 1;
  main.wait(static_cast<std::uint32_t>(kFiveMinutesMs / speed));
  run.expect(PcscCall::kTransmit, main.transmit(card.card, card.protocol, get_challenge(8)),
             {scard::kSuccess}, {"五分後", "five minutes later"});
  if (!run.setting().person) return;
  run.ask({"カードの温度を記録しましたか（参考値）",
           "was the temperature of the card noted (for reference)?"});
}

}  // namespace uketsuke::conformance
