// Sharing, protocols, reconnecting. PC/SC Workgroup Specifications, Part 5: SCARDCOMM.
#include "harness/conformance/pcsc/checks.h"
#include "harness/verdict/format.h"
#include "sim/wire/iso7816/atr.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;

// The calls that another program tries while one has the reader for itself.
void expect_shut(PcscRun& run, std::uint32_t where, std::uint32_t share, const Text& when) {
  std::uint32_t card = 0;
  const PcscReply reply = run.main().connect(where, run.reader(), share, scard::kAny, card);
  run.expect(PcscCall::kConnect, reply, {scard::kSharingViolation}, when);
}

void transmit_works(PcscRun& run, const PcscCard& card, const Text& when) {
  const PcscReply reply = run.main().transmit(card.card, card.protocol, get_challenge(8));
  run.expect(PcscCall::kTransmit, reply, {scard::kSuccess}, when);
  run.judge(reply.data.size() >= 2, {"SW1 SW2 のある応答", "a response with SW1 SW2"},
            say("{} バイト", "{} bytes", reply.data.size()), reply);
}

// Contactless readers make an ATR of their own that names both protocols (Part 3).
bool is_made_by_reader(const wire::Bytes& atr) {
  return atr.size() >= 4 && atr[0] == 0x3B && (atr[1] & 0xF0U) == 0x80U && atr[2] == 0x80 &&
         atr[3] == 0x01;
}

}  // namespace

void check_sharing(PcscRun& run) {
  run.step({"共有の接続が二つ", "two shared connections"});
  const PcscCard one = run.connect();
  const PcscCard two = run.connect();
  transmit_works(run, one, {"最初の接続で", "on the first"});
  transmit_works(run, two, {"二つ目の接続で", "on the second"});

  run.step({"共有されている間の排他の接続", "an exclusive connection while it is shared"});
  const std::uint32_t third = run.context();
  expect_shut(run, third, scard::kShareExclusive, {"排他", "exclusive"});
  run.main().disconnect(two.card);
  expect_shut(run, third, scard::kShareExclusive, {"一つだけ残る", "with one of them left"});
  run.main().disconnect(one.card);

  run.step({"排他の接続", "an exclusive connection"});
  const PcscCard alone = run.connect_in(one.context, scard::kShareExclusive);
  transmit_works(run, alone, {"排他の接続で", "on the exclusive one"});
  expect_shut(run, third, scard::kShareShared, {"共有", "shared"});
  expect_shut(run, third, scard::kShareExclusive, {"二つ目の排他", "a second exclusive one"});
  run.expect(PcscCall::kDisconnect, run.main().disconnect(alone.card), {scard::kSuccess},
             {"排他を終える", "the exclusive one ends"});

  run.step({"排他が終わった後の接続", "connections after the exclusive one"});
  const PcscCard after = run.connect_in(third);
  transmit_works(run, after, {"共有で", "shared"});
  run.main().disconnect(after.card);
  const PcscCard direct = run.connect_in(third, scard::kShareDirect);
  run.expect(PcscCall::kDisconnect, run.main().disconnect(direct.card), {scard::kSuccess},
             {"直接の接続を終える", "the direct one ends"});
}

void check_protocols(PcscRun& run) {
  run.step({"T=0 か T=1 での接続", "connecting with T=0 or T=1"});
  const PcscCard any = run.connect(scard::kShareExclusive);
  const PcscReply status = run.main().status(any.card);
  run.expect(PcscCall::kStatus, status, {scard::kSuccess}, {"接続の後", "after connecting"});
  const auto atr = wire::iso7816::decode_atr_structure(status.atr);
  run.judge(static_cast<bool>(atr), {"読める ATR", "an ATR that can be read"},
            say("{} バイト", "{} bytes", status.atr.size()), status);
  if (!atr) return;
  const auto bit = [](std::uint8_t protocol) { return protocol == 0 ? scard::kT0 : scard::kT1; };
  std::uint32_t offered = 0;
  for (const std::uint8_t protocol : atr->offered_protocols())
    if (protocol <= 1) offered |= bit(protocol);
  run.judge((any.protocol & offered) != 0 && (any.protocol & (any.protocol - 1)) == 0,
            say("カードが示すプロトコル（ビット {}）の一つ", "one of the protocols offered (bits {})",
                offered),
            say("ビット {}", "bits {}", any.protocol), status);
  transmit_works(run, any, {"選ばれたプロトコルで", "with the protocol chosen"});
  run.main().disconnect(any.card, scard::kUnpower);

  if (!is_made_by_reader(status.atr)) {
    for (const std::uint32_t wanted : {scard::kT0, scard::kT1}) {
      run.step(say("{} だけでの接続", "connecting with {} alone", wanted == scard::kT0 ? "T=0" : "T=1"));
      std::uint32_t card = 0;
      const PcscReply reply = run.main().connect(any.context, run.reader(), scard::kShareExclusive,
                                                 wanted, card);
      if ((offered & wanted) == 0) {
        run.expect(PcscCall::kConnect, reply, {scard::kProtoMismatch},
                   {"カードが示さないプロトコル", "a protocol that the card does not offer"});
        continue;
      }
      run.expect(PcscCall::kConnect, reply, {scard::kSuccess},
                 {"カードが示すプロトコル", "a protocol that the card offers"});
      run.judge(reply.protocol == wanted, say("プロトコル {}", "protocol {}", wanted),
                say("プロトコル {}", "protocol {}", reply.protocol), reply);
      run.main().disconnect(card, scard::kUnpower);
    }
  }

  run.step({"カードのないリーダーへの直接の接続", "a direct connection without a card"});
  if (!run.has_hands()) {
    return run.left_out({"カードを取り出す人がいないため、カードのない場合を試せない",
                         "nobody can take the card out: the case without a card is not tried"});
  }
  run.hands(PcscCall::kRemove);
  if (!run.await_card(false)) run.inconclusive({"カードが残っている", "the card is still seen"});
  const PcscCard direct = run.connect_in(any.context, scard::kShareDirect);
  run.main().disconnect(direct.card);
  std::uint32_t card = 0;
  const PcscReply shared =
      run.main().connect(any.context, run.reader(), scard::kShareShared, scard::kAny, card);
  run.expect(PcscCall::kConnect, shared, {scard::kNoSmartcard, scard::kRemovedCard},
             {"カードなしの共有", "shared, without a card"});
  run.hands(PcscCall::kPlace);
  if (!run.await_card(true)) run.inconclusive({"カードが見えない", "the card is not seen"});
}

void check_reconnect(PcscRun& run) {
  run.step({"二つの共有の接続", "two shared connections"});
  const PcscCard one = run.connect();
  const PcscCard two = run.connect();
  transmit_works(run, two, {"二つ目で", "on the second"});

  run.step({"そのままの再接続", "reconnecting and leaving the card"});
  run.expect(PcscCall::kReconnect,
             run.main().reconnect(one.card, scard::kShareShared, scard::kLeave), {scard::kSuccess},
             {"そのまま", "leave"});
  transmit_works(run, two, {"もう一方の接続で", "on the other connection"});

  for (const std::uint32_t how : {scard::kReset, scard::kUnpower}) {
    run.step(how == scard::kReset
                 ? Text{"リセットを伴う再接続", "reconnecting with a reset"}
                 : Text{"電源断を伴う再接続", "reconnecting with the power taken away"});
    const PcscReply again = run.main().reconnect(one.card, scard::kShareShared, how);
    run.expect(PcscCall::kReconnect, again, {scard::kSuccess}, {"再接続", "reconnecting"});
    transmit_works(run, {one.context, one.card, again.protocol},
                   {"再接続した側で", "on the one that reconnected"});
    const PcscReply told =
        run.main().transmit(two.card, two.protocol, get_challenge(8));
    run.expect(PcscCall::kTransmit, told, {scard::kResetCard},
               {"もう一方の接続で", "on the other connection"});
    const PcscReply other = run.main().reconnect(two.card, scard::kShareShared, scard::kLeave);
    run.expect(PcscCall::kReconnect, other, {scard::kSuccess}, {"もう一方も", "the other, too"});
    transmit_works(run, {two.context, two.card, other.protocol},
                   {"その後もう一方で", "on the other, afterwards"});
  }

  run.step({"リセットを伴う切断", "disconnecting with a reset"});
  run.expect(PcscCall::kDisconnect, run.main().disconnect(one.card, scard::kReset),
             {scard::kSuccess}, {"切断", "disconnecting"});
  const PcscReply told = run.main().transmit(two.card, two.protocol, get_challenge(8));
  run.expect(PcscCall::kTransmit, told, {scard::kResetCard},
             {"残った接続で", "on the connection that is left"});
}

}  // namespace uketsuke::conformance
