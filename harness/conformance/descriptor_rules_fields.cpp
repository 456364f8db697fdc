// The rules on the fields of the class descriptor (CCID 1.1, 5.1, Table 5.1-1) and the two lists.
#include <iterator>

#include "harness/conformance/descriptor_judge.h"

namespace uketsuke::conformance::detail {

using namespace wire::ccid;

namespace {

constexpr std::uint16_t kReleases[] = {0x0100, 0x0110};
constexpr std::uint32_t kAnyLevel = kTpduLevel | kShortApduLevel | kExtendedApduLevel;
constexpr std::uint32_t kApduLevels = kShortApduLevel | kExtendedApduLevel;

bool is_release(std::uint16_t value) {
  return std::find(std::begin(kReleases), std::end(kReleases), value) != std::end(kReleases);
}

std::uint16_t swapped(std::uint16_t value) {
  return static_cast<std::uint16_t>(value << 8U | value >> 8U);
}

// GET_CLOCK_FREQUENCIES or GET_DATA_RATES against the count that the descriptor gives.
struct List {
  struct Seen {
    int count, size, stalled;  // of the public readers: another count, not of fours, stalled
  };
  const char* name;
  const std::optional<Bytes>& bytes;
  bool stalled;
  std::size_t declared;
  Field count;
  Seen seen;
};

void check_list(Judge& judge, const List& list) {
  if (!list.bytes && !list.stalled) return;  // not asked
  if (!judge.reaches(list.count)) return;
  const Text expected = say("{} 個の4バイト値", "{} values of four bytes", list.declared);
  if (list.stalled) {
    judge.seen(list.seen.stalled, "宣言しながら応答しない", "declare some and do not answer");
    if (list.declared != 0)
      judge.add_field(expected, say("{} は STALL", "{} is stalled", list.name), list.count);
    return;
  }
  const std::size_t size = list.bytes->size();
  if (size % 4 != 0) {
    judge.seen(list.seen.size, "4の倍数でない", "answer with no multiple of four bytes");
    judge.add_at({"4の倍数のバイト数", "a multiple of four bytes"},
                 say("{} バイト", "{} bytes", size), list.name, size - size % 4, *list.bytes, 4);
  } else if (list.declared != 0 && size / 4 != list.declared) {
    judge.seen(list.seen.count, "個数が合わない", "return another number");
    judge.add_at(expected, say("{} 個", "{} values", size / 4), list.name, 0, *list.bytes,
                 list.bytes->size());
  }
}

void check_member(Judge& judge, const char* name, std::uint32_t value, Field field,
                  const std::vector<std::uint32_t>& list, std::uint32_t rounding) {
  if (list.empty() || !judge.reaches(field)) return;
  for (const std::uint32_t entry : list)
    if (std::max(entry, value) - std::min(entry, value) <= rounding) return;
  judge.add_field(
      say("一覧にある {}", "a {} that is in the list", name),
      say("一覧の {} 個にない {}", "{1}, which none of the {0} entries is", list.size(), value),
      field);
}

}  // namespace

void check_release(Judge& judge) {
  if (!judge.reaches(kBcdCcid)) return;
  const std::uint16_t release = judge.d.ccid.bcdCCID;
  if (is_release(release)) return;
  Text got = hex16(release);
  if (release == 0x0200) judge.seen(5, "2.00", "give 2.00");
  if (is_release(swapped(release))) judge.seen(5, "バイトが逆", "have its bytes swapped");
  if (is_release(swapped(release)))
    got = got + Text("（上下のバイトが逆）", ", the bytes are swapped");
  judge.add_field({"bcdCCID 0100h または 0110h", "bcdCCID 0100h or 0110h"}, got, kBcdCcid);
}

void check_busy_slots(Judge& judge) {
  if (!judge.reaches(kBusySlots)) return;
  const unsigned busy = judge.d.ccid.bMaxCCIDBusySlots, slots = judge.d.slots();
  if (busy >= 1 && busy <= slots) return;
  if (busy == 0)
    judge.seen(6, "0", "give 0");
  else
    judge.seen(6, "スロット数より多い", "give more than they have slots");
  judge.add_field(say("bMaxCCIDBusySlots が1から{}まで（スロット数）",
                      "bMaxCCIDBusySlots from 1 to {} (the number of slots)", slots),
                  std::to_string(busy), kBusySlots);
}

void check_voltages(Judge& judge) {
  if (!judge.reaches(kVoltage)) return;
  const unsigned value = judge.d.ccid.bVoltageSupport;
  const Text expected("5 V、3 V、1.8 V のどれかで、ほかのビットは0",
                      "one of 5 V, 3 V and 1.8 V, other bits 0");
  if ((value & 7U) == 0) judge.seen(2, "電圧がない", "show no voltage");
  if ((value & 7U) == 0 || (value & ~7U) != 0)
    judge.add_field(expected, "bVoltageSupport " + hex8(value), kVoltage);
}

void check_protocols(Judge& judge) {
  if (!judge.reaches(kProtocols)) return;
  const std::uint32_t value = judge.d.ccid.dwProtocols;
  if ((value & 3U) != 0 && value >> 16U == 0) return;
  if ((value & 3U) == 0) judge.seen(1, "プロトコルがない", "shows no protocol");
  judge.add_field({"T=0 か T=1 を示し、上位16ビットが0", "T=0 or T=1, and the upper half 0"},
                  "dwProtocols " + hex32(value), kProtocols);
}

void check_clocks(Judge& judge) {
  if (!judge.reaches(kDefaultClock) || !judge.reaches(kMaximumClock)) return;
  const std::uint32_t standard = judge.d.ccid.dwDefaultClock, most = judge.d.ccid.dwMaximumClock;
  const auto plausible = [&judge](const char* name, std::uint32_t value, Field field) {
    if (value == 0 || value > kMaxPlausibleClock)
      judge.add_field(say("{} が1から{} kHz", "{} from 1 to {} kHz", name, kMaxPlausibleClock),
                      say("{} kHz", "{} kHz", value), field);
  };
  plausible("dwDefaultClock", standard, kDefaultClock);
  plausible("dwMaximumClock", most, kMaximumClock);
  if (standard > most) judge.seen(1, "標準値が最大値を超える", "has a default above its maximum");
  if (standard > most)
    judge.add_field(
        {"dwDefaultClock が dwMaximumClock 以下", "dwDefaultClock not above dwMaximumClock"},
        say("{} kHz と {} kHz", "{} kHz and {} kHz", standard, most), kDefaultClock);
}

void check_clock_list(Judge& judge) {
  check_list(judge, {"GET_CLOCK_FREQUENCIES",
                     judge.d.bytes.clock_frequencies,
                     judge.d.bytes.clocks_stalled,
                     judge.d.ccid.bNumClockSupported,
                     kNumClocks,
                     {31, 18, 6}});
}

void check_rate_list(Judge& judge) {
  check_list(judge, {"GET_DATA_RATES",
                     judge.d.bytes.data_rates,
                     judge.d.bytes.rates_stalled,
                     judge.d.ccid.bNumDataRatesSupported,
                     kNumRates,
                     {44, 22, 15}});
}

void check_membership(Judge& judge) {
  const ClassDescriptor& c = judge.d.ccid;
  check_member(judge, "dwDefaultClock", c.dwDefaultClock, kDefaultClock, judge.d.clocks, 0);
  check_member(judge, "dwMaximumClock", c.dwMaximumClock, kMaximumClock, judge.d.clocks, 0);
  check_member(judge, "dwDataRate", c.dwDataRate, kDataRate, judge.d.rates, kRateRounding);
  check_member(judge, "dwMaxDataRate", c.dwMaxDataRate, kMaxDataRate, judge.d.rates, kRateRounding);
}

void check_ifsd(Judge& judge) {
  if (!judge.reaches(kMaxIfsdField) || (judge.d.ccid.dwProtocols & kProtocolT1) == 0) return;
  const std::uint32_t value = judge.d.ccid.dwMaxIFSD;
  judge.seen(104, "T=1で0、または254を超える", "give 0 or more than 254 with T=1");
  if (value == 0 || value > kMaxIfsd)
    judge.add_field(say("T=1 で dwMaxIFSD が1から{}", "dwMaxIFSD from 1 to {} with T=1", kMaxIfsd),
                    std::to_string(value), kMaxIfsdField);
}

void check_levels(Judge& judge) {
  if (!judge.reaches(kFeatures)) return;
  const std::uint32_t levels = judge.d.ccid.dwFeatures & kAnyLevel;
  if ((levels & (levels - 1)) == 0) return;
  judge.add_field({"交換レベルは多くても一つ", "at most one exchange level"},
                  "dwFeatures " + hex32(judge.d.ccid.dwFeatures), kFeatures);
}

void check_apdu_level(Judge& judge) {
  if (!judge.reaches(kFeatures)) return;
  const std::uint32_t features = judge.d.ccid.dwFeatures;
  if ((features & kApduLevels) == 0) return;
  const bool configures = (features & kAutoParameters) != 0;
  const bool negotiates = (features & (kAutoNegotiation | kAutoPps)) != 0;
  if (configures && negotiates) return;
  if (!configures)
    judge.seen(95, "APDU レベルで02hがない", "are at APDU level without 02h");
  else
    judge.seen(5, "短縮 APDU レベルで40hも80hもない",
               "are at short APDU level with neither 40h nor 80h");
  Text missing;
  if (!configures)
    missing = missing + Text("02h（自動設定）がない", "02h (automatic parameters) is missing");
  if (!configures && !negotiates) missing = missing + Text("、", ", ");
  if (!negotiates)
    missing = missing + Text("40h も 80h（自動の PPS や交渉）もない",
                             "neither 40h nor 80h (automatic PPS or negotiation) is set");
  judge.add_field({"APDU レベルでは02hと、40hか80h", "at APDU level 02h, and 40h or 80h"},
                  Text("dwFeatures " + hex32(features)) + Text("：", ": ") + missing, kFeatures);
}

void check_negotiation(Judge& judge) {
  if (!judge.reaches(kFeatures)) return;
  const std::uint32_t features = judge.d.ccid.dwFeatures;
  judge.seen(24, "40hと80hの両方", "set both 40h and 80h");
  if ((features & kAutoNegotiation) != 0 && (features & kAutoPps) != 0)
    judge.add_field({"40h と 80h のどちらか一方", "one of 40h and 80h"},
                    "dwFeatures " + hex32(features), kFeatures);
}

void check_message_length(Judge& judge) {
  if (!judge.reaches(kMaxMessage)) return;
  const std::uint32_t length = judge.d.ccid.dwMaxCCIDMessageLength;
  if ((judge.d.ccid.dwFeatures & kExtendedApduLevel) != 0) {
    if (length >= kMinExtendedMessage && length <= kMaxExtendedMessage) return;
    if (length < kMinExtendedMessage)
      judge.seen(5, "拡張 APDU レベルで271より短い",
                 "are at extended APDU level with less than 271");
    judge.add_field(say("拡張 APDU レベルでは dwMaxCCIDMessageLength が{}から{}",
                        "dwMaxCCIDMessageLength from {} to {} at extended APDU level",
                        kMinExtendedMessage, kMaxExtendedMessage),
                    std::to_string(length), kMaxMessage);
    return;
  }
  const LocatedEndpoint* out = judge.d.bulk_out();
  const std::uint32_t packet = out != nullptr ? out->packet() : 0;
  if (length < packet)
    judge.add_field(say("bulk-OUT の1パケット（{}）以上の dwMaxCCIDMessageLength",
                        "a dwMaxCCIDMessageLength of at least a packet of bulk-OUT ({})", packet),
                    std::to_string(length), kMaxMessage);
}

void check_room_for_apdu(Judge& judge) {
  if (!judge.reaches(kMaxMessage)) return;
  const std::uint32_t features = judge.d.ccid.dwFeatures;
  if ((features & (kTpduLevel | kShortApduLevel)) == 0) return;
  const std::uint32_t length = judge.d.ccid.dwMaxCCIDMessageLength;
  judge.seen(24, "TPDU・短縮 APDU レベルで271より短い",
             "are at TPDU or short APDU level with less than 271");
  if (length < kMinExtendedMessage)
    judge.add_field(say("261バイトの APDU が通る {} 以上",
                        "{} or more, so that an APDU of 261 bytes passes", kMinExtendedMessage),
                    std::to_string(length), kMaxMessage);
}

void check_pin_support(Judge& judge) {
  if (!judge.reaches(kPinSupport)) return;
  const unsigned value = judge.d.ccid.bPINSupport;
  if ((value & ~3U) != 0)
    judge.add_field({"予約ビットが0の bPINSupport", "bPINSupport with its reserved bits 0"},
                    hex8(value), kPinSupport);
  if (judge.claims == nullptr) return;
  const auto compare = [&](const char* what, unsigned bit, const std::optional<bool>& claimed) {
    if ((value & bit) != 0 && claimed == false)
      judge.add_field(say("{} は申告されていない", "{} is not claimed", what),
                      say("bPINSupport {} が示す", "bPINSupport {} announces it", hex8(value)),
                      kPinSupport);
  };
  compare("pin.verify", kPinVerification, judge.claims->pin_verify);
  compare("pin.modify", kPinModification, judge.claims->pin_modify);
}

void check_layout(Judge& judge) {
  if (!judge.reaches(kLcdLayout)) return;
  const unsigned layout = judge.d.ccid.wLcdLayout;
  const bool half = layout != 0 && (layout >> 8U == 0 || (layout & 0xFFU) == 0);
  if (half)
    judge.add_field({"wLcdLayout は0000h、または行数も桁数も1以上",
                     "wLcdLayout 0000h, or both lines and characters above 0"},
                    hex16(layout), kLcdLayout);
  if (judge.claims != nullptr && judge.claims->display == false && layout != 0)
    judge.add_field({"表示器は申告されていない", "no display is claimed"}, hex16(layout),
                    kLcdLayout);
}

// 04h lets the card be active before the host has said anything, so the voltage cannot be its
// choice. Only what the descriptor shows; that PowerOn works is the case's own step.
void check_activation(Judge& judge) {
  if (!judge.reaches(kFeatures)) return;
  const std::uint32_t features = judge.d.ccid.dwFeatures;
  const unsigned voltages = judge.d.ccid.bVoltageSupport & 7U;
  const bool one = (voltages & (voltages - 1)) == 0;
  if ((features & kAutoActivation) != 0 && (features & kAutoVoltage) == 0 && !one)
    judge.add_field({"自動活性化（04h）には自動電圧選択（08h）か、一つだけの電圧",
                     "automatic activation (04h) with automatic voltage (08h) or a single voltage"},
                    "dwFeatures " + hex32(features), kFeatures);
}

void check_classes(Judge& judge) {
  if (!judge.reaches(kClassGetResponse) || !judge.reaches(kClassEnvelope)) return;
  if ((judge.d.ccid.dwFeatures & kApduLevels) == 0) return;
  // ISO/IEC 7816-4: a class byte of 001xxxxx is reserved.
  const auto look = [&judge](const char* name, unsigned value, Field field) {
    if (value >> 5U == 1)
      judge.add_field(
          say("{} は FFh か使えるクラスバイト", "{} FFh or a class byte that exists", name),
          hex8(value), field);
  };
  look("bClassGetResponse", judge.d.ccid.bClassGetResponse, kClassGetResponse);
  look("bClassEnvelope", judge.d.ccid.bClassEnvelope, kClassEnvelope);
}

}  // namespace uketsuke::conformance::detail
