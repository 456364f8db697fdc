// Buffers that are too small, commands that are none, commands that are long.
// PC/SC Workgroup Specifications, Part 5 and Part 3; ISO/IEC 7816-3:2006, 12.1.
#include <algorithm>

#include "harness/conformance/pcsc/checks.h"
#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;

void judge_whole(PcscRun& run, const PcscReply& reply) {
  run.judge(!reply.overrun, {"バッファの後ろは変わらない", "nothing is written beyond the buffer"},
            {"バッファの後ろに書かれた", "bytes beyond the buffer were changed"}, reply);
}

// The same call with exactly as much room as it needs, and with one byte less.
void judge_room(PcscRun& run, PcscCall call, std::uint32_t needed,
                const std::function<PcscReply(std::uint32_t room)>& ask) {
  const PcscReply exact = ask(needed);
  run.expect(call, exact, {scard::kSuccess}, say("{} バイトちょうど", "room for {} bytes", needed));
  judge_whole(run, exact);
  if (needed < 2) return;
  const PcscReply small = ask(needed - 1);
  run.expect(call, small, {scard::kInsufficientBuffer},
             say("{} バイト（1 足りない）", "room for {} bytes, one too few", needed - 1));
  judge_whole(run, small);
}

// Lc and Le in three bytes: GET CHALLENGE of so many bytes.
wire::Bytes long_challenge(std::uint32_t bytes) {
  return {0x00, 0x84, 0x00, 0x00, 0x00, static_cast<std::uint8_t>(bytes >> 8U),
          static_cast<std::uint8_t>(bytes)};
}

// ECHO of the test cards (models/test_card).
wire::Bytes long_echo(std::uint32_t bytes) {
  const auto high = static_cast<std::uint8_t>(bytes >> 8U), low = static_cast<std::uint8_t>(bytes);
  wire::Bytes apdu{0x80, 0x10, 0x00, 0x00, 0x00, high, low};
  for (std::uint32_t i = 0; i < bytes; ++i) apdu.push_back(static_cast<std::uint8_t>(i % 251));
  apdu.insert(apdu.end(), {high, low});
  return apdu;
}

}  // namespace

void check_buffers(PcscRun& run) {
  const PcscCard card = run.connect();
  PcscActor& main = run.main();
  run.step({"SCardTransmit", "SCardTransmit"});
  judge_room(run, PcscCall::kTransmit, 18, [&](std::uint32_t room) {
    return main.transmit(card.card, card.protocol, get_challenge(16), room);
  });
  run.step({"SCardGetAttrib", "SCardGetAttrib"});
  const PcscReply atr = main.attribute(card.card, scard::kAtrString);
  run.expect(PcscCall::kGetAttrib, atr, {scard::kSuccess}, {"ATR_STRING", "ATR_STRING"});
  judge_room(run, PcscCall::kGetAttrib, atr.length, [&](std::uint32_t room) {
    return main.attribute(card.card, scard::kAtrString, room);
  });
  run.step({"SCardControl", "SCardControl"});
  const PcscReply features = main.control(card.card, scard::kGetFeatureRequest, {});
  run.expect(PcscCall::kControl, features, {scard::kSuccess},
             {"CM_IOCTL_GET_FEATURE_REQUEST", "CM_IOCTL_GET_FEATURE_REQUEST"});
  judge_room(run, PcscCall::kControl, features.length, [&](std::uint32_t room) {
    return main.control(card.card, scard::kGetFeatureRequest, {}, room);
  });
  run.step({"SCardListReaders と SCardStatus", "SCardListReaders and SCardStatus"});
  const PcscReply list = main.list_readers(card.context);
  judge_room(run, PcscCall::kListReaders, list.length, [&](std::uint32_t room) {
    return main.list_readers(card.context, room);
  });
  const PcscReply status = main.status(card.card);
  judge_room(run, PcscCall::kStatus, status.length,
             [&](std::uint32_t room) { return main.status(card.card, room); });
}

void check_malformed_apdu(PcscRun& run) {
  const PcscCard card = run.connect();
  const wire::Bytes kMalformed[] = {
      {0x00, 0xA4, 0x00, 0x00, 0x08, 0x00},  // fewer bytes than Lc says
      {0x00, 0xA4, 0x00},                    // less than a header
      {0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00, 0x00, 0x00, 0x00},  // bytes after the end
  };
  for (const wire::Bytes& apdu : kMalformed) {
    run.step(say("APDU {}", "APDU {}", wire::to_hex(apdu)));
    const PcscReply reply = run.main().transmit(card.card, card.protocol, apdu);
    run.expect(PcscCall::kTransmit, reply,
               {scard::kSuccess, scard::kInvalidParameter, scard::kInvalidValue,
                scard::kNotTransacted, scard::kUnsupportedFeature},
               {"形の崩れた APDU", "a malformed APDU"});
    run.judge(!reply.ok() || reply.data.size() >= 2, {"応答があれば SW がある", "an answer has a SW"},
              say("{} バイト", "{} bytes", reply.data.size()), reply);
    const PcscReply after = run.main().transmit(card.card, card.protocol, get_challenge(8));
    run.judge(after.ended == Ended::kDone, {"次の命令が戻る", "the next command returns"},
              describe(PcscCall::kTransmit, after), after);
    if (after.ok()) continue;
    // The card may have lost its state; the reader must not have.
    run.expect(PcscCall::kReconnect,
               run.main().reconnect(card.card, scard::kShareShared, scard::kUnpower),
               {scard::kSuccess}, {"リーダーは動く", "the reader still works"});
    run.expect(PcscCall::kTransmit, run.main().transmit(card.card, card.protocol, get_challenge(8)),
               {scard::kSuccess}, {"リーダーは動く", "the reader still works"});
  }
}

void check_extended_apdu(PcscRun& run) {
  const bool echo = run.use_test_card();
  const PcscCard card = run.connect();
  run.step({"リーダーが示す最大長", "the length that the reader announces"});
  const auto longest = pcsc_max_apdu(run, card);
  if (longest && *longest <= 256) {
    run.not_applicable(say("リーダーは拡張長を示さない（dwMaxAPDUDataSize {}）",
                           "the reader announces no extended length (dwMaxAPDUDataSize {})",
                           *longest));
  }
  for (const std::uint32_t bytes : {256U, 257U, 258U, 1024U, 4096U}) {
    if (longest && bytes > *longest) continue;
    run.step(say("{} バイト", "{} bytes", bytes));
    const wire::Bytes apdu = echo ? long_echo(bytes) : long_challenge(bytes);
    const PcscReply reply = run.main().transmit(card.card, card.protocol, apdu);
    run.expect(PcscCall::kTransmit, reply, {scard::kSuccess}, {"拡張長の APDU", "an extended APDU"});
    const bool refused = reply.data.size() == 2 && reply.data[0] != 0x90;
    if (refused && !echo) {
      run.inconclusive({"このカードは拡張長の命令に応じない",
                        "this card does not take commands of extended length"});
    }
    run.judge(reply.data.size() == bytes + 2, say("{} バイトと SW", "{} bytes and the SW", bytes),
              say("{} バイト", "{} bytes", reply.data.size()), reply);
    if (!echo || reply.data.size() != bytes + 2) continue;
    const auto begin = apdu.begin() + 7;
    run.judge(std::equal(begin, begin + bytes, reply.data.begin()),
              {"送ったとおりのデータ", "the data that was sent"}, {"違うデータ", "other data"}, reply);
  }
}

}  // namespace uketsuke::conformance
