// Attributes of a reader, without and with a card. PC/SC Workgroup Specifications, Part 3, 4.4.
#include "harness/conformance/pcsc/checks.h"
#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;

struct Attribute {
  std::uint32_t id;
  const char* name;
  bool wanted;  // programs rely on it: missing, it is a warning
};
constexpr Attribute kAttributes[] = {
    {scard::kVendorName, "VENDOR_NAME", true},
    {scard::kVendorIfdType, "VENDOR_IFD_TYPE", false},
    {scard::kVendorIfdVersion, "VENDOR_IFD_VERSION", false},
    {scard::kDeviceUnit, "DEVICE_UNIT", false},
    {scard::kDeviceFriendlyName, "DEVICE_FRIENDLY_NAME", true},
};

bool is_unsupported(const PcscReply& reply) {
  return reply.ended == Ended::kDone && (reply.code == scard::kUnsupportedFeature ||
                                         reply.code == scard::kInvalidParameter);
}

void judge_attributes(PcscRun& run, std::uint32_t card) {
  for (const Attribute& attribute : kAttributes) {
    const PcscReply reply = run.main().attribute(card, attribute.id);
    run.judge(reply.ok() || is_unsupported(reply),
              say("{}：値か SCARD_E_UNSUPPORTED_FEATURE",
                  "{}: a value, or SCARD_E_UNSUPPORTED_FEATURE", attribute.name),
              describe(PcscCall::kGetAttrib, reply), reply);
    run.judge(!reply.ok() || (!reply.data.empty() && reply.data.size() == reply.length),
              say("{}：空でない値", "{}: a value that is not empty", attribute.name),
              say("{} バイト", "{} bytes", reply.data.size()), reply);
    run.advise(reply.ok() || !attribute.wanted, say("{} がある", "there is a {}", attribute.name),
               describe(PcscCall::kGetAttrib, reply), reply);
  }
}

}  // namespace

void check_attributes(PcscRun& run) {
  const std::uint32_t where = run.context();
  PcscReply now = run.main().change(where, run.reader(), 0, 0);
  const auto lies = [&now] {
    return !now.states.empty() && (now.states.front().event & scard::kStatePresent) != 0;
  };
  if (lies() && run.has_hands()) {
    run.hands(PcscCall::kRemove);
    if (!run.await_card(false)) run.inconclusive({"カードが残っている", "the card is still seen"});
    now = run.main().change(where, run.reader(), 0, 0);
  }
  if (lies()) {
    run.left_out({"カードを取り出す人がいないため、カードのない場合を試せない",
                  "nobody can take the card out: the case without a card is not tried"});
  }
  run.step(lies() ? Text{"カードに触れずに読む属性", "attributes read without touching the card"}
                  : Text{"カードのないときの属性", "attributes without a card"});
  const PcscCard direct = run.connect_in(where, scard::kShareDirect);
  judge_attributes(run, direct.card);
  if (!lies()) {
    const PcscReply atr = run.main().attribute(direct.card, scard::kAtrString);
    run.judge(atr.ended == Ended::kDone && (!atr.ok() || atr.data.empty()),
              {"カードがなければ ATR_STRING はない", "no ATR_STRING without a card"},
              describe(PcscCall::kGetAttrib, atr), atr);
  }
  run.main().disconnect(direct.card);

  run.step({"カードの ATR", "the ATR of the card"});
  run.need_card();
  const PcscCard card = run.connect_in(where);
  const PcscReply status = run.main().status(card.card);
  run.expect(PcscCall::kStatus, status, {scard::kSuccess}, {"接続の後", "after connecting"});
  const PcscReply atr = run.main().attribute(card.card, scard::kAtrString);
  run.expect(PcscCall::kGetAttrib, atr, {scard::kSuccess}, {"ATR_STRING", "ATR_STRING"});
  run.judge(!atr.data.empty() && atr.data == status.atr,
            say("SCardStatus と同じ ATR {}", "the ATR of SCardStatus, {}",
                wire::to_hex(status.atr)),
            Text(wire::to_hex(atr.data)), atr);
}

}  // namespace uketsuke::conformance
