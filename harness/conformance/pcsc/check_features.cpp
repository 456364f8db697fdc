// Features of a reader and their properties. PC/SC Workgroup Specifications, Part 10, 2.2 to 2.6.
#include <map>

#include "harness/conformance/pcsc/checks.h"
#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;

constexpr std::uint8_t kVerifyStart = 0x01, kVerifyFinish = 0x02, kModifyStart = 0x03,
                       kModifyFinish = 0x04, kVerifyDirect = 0x06, kModifyDirect = 0x07,
                       kTlvProperties = 0x12;
// Tags of FEATURE_GET_TLV_PROPERTIES and how long their values are.
constexpr std::uint8_t kLcdLayout = 0x01, kMinPin = 0x06, kMaxPin = 0x07, kMaxApdu = 0x0A,
                       kIdVendor = 0x0B, kIdProduct = 0x0C;
const std::map<std::uint8_t, std::size_t> kLengths{{kLcdLayout, 2}, {0x02, 1}, {0x03, 1},
                                                   {0x04, 2},       {0x05, 2}, {kMinPin, 1},
                                                   {kMaxPin, 1},    {0x09, 1}, {kMaxApdu, 4},
                                                   {kIdVendor, 2},  {kIdProduct, 2}};

using Values = std::map<std::uint8_t, wire::Bytes>;

// Tag, length, value. `problem` says what is wrong with them.
Values read_tlv(const wire::Bytes& bytes, Text& problem) {
  Values values;
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (bytes.size() - at < 2 || bytes.size() - at - 2 < bytes[at + 1]) {
      problem = say("{} バイト目で途切れる", "it breaks off at byte {}", at);
      return values;
    }
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at) + 2;
    if (!values.emplace(bytes[at], wire::Bytes(begin, begin + bytes[at + 1])).second)
      problem = say("タグ {:02X}h が二度ある", "the tag {:02X}h is there twice", bytes[at]);
    at += 2U + bytes[at + 1];
  }
  return values;
}

std::uint32_t little_endian(const wire::Bytes& bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8U | bytes[i];
  return value;
}

std::uint32_t big_endian(const wire::Bytes& bytes) {
  std::uint32_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8U | byte;
  return value;
}

struct Listed {
  PcscReply reply;
  Values values;
};

Listed features_of(PcscRun& run, const PcscCard& card) {
  Listed listed;
  listed.reply = run.main().control(card.card, scard::kGetFeatureRequest, {});
  run.expect(PcscCall::kControl, listed.reply, {scard::kSuccess},
             {"CM_IOCTL_GET_FEATURE_REQUEST", "CM_IOCTL_GET_FEATURE_REQUEST"});
  Text problem;
  listed.values = read_tlv(listed.reply.data, problem);
  run.judge(problem.empty(), {"タグ、長さ、値の列", "tag, length and value in turn"}, problem,
            listed.reply);
  for (const auto& [tag, value] : listed.values) {
    run.judge(value.size() == 4, say("機能 {:02X}h：4 バイトの制御コード",
                                     "feature {:02X}h: a control code of 4 bytes", tag),
              say("{} バイト", "{} bytes", value.size()), listed.reply);
  }
  return listed;
}

Listed properties_of(PcscRun& run, const PcscCard& card, const Listed& features) {
  Listed listed;
  const auto found = features.values.find(kTlvProperties);
  if (found == features.values.end()) return listed;
  listed.reply = run.main().control(card.card, big_endian(found->second), {});
  run.expect(PcscCall::kControl, listed.reply, {scard::kSuccess},
             {"GET_TLV_PROPERTIES", "GET_TLV_PROPERTIES"});
  Text problem;
  listed.values = read_tlv(listed.reply.data, problem);
  run.judge(problem.empty(), {"タグ、長さ、値の列", "tag, length and value in turn"}, problem,
            listed.reply);
  return listed;
}

// A reader is asked without its card, if it lies there or not.
PcscCard direct(PcscRun& run) { return run.connect(scard::kShareDirect); }

void judge_pad(PcscRun& run, const Listed& listed, const char* fact, std::uint8_t whole,
               std::uint8_t start, std::uint8_t finish) {
  const bool has = listed.values.count(whole) != 0 ||
                   (listed.values.count(start) != 0 && listed.values.count(finish) != 0);
  if (!run.knows(fact)) {
    return run.left_out(say("PIN パッドの有無（{}）が申告されていない",
                            "nobody has claimed whether there is a PIN pad ({})", fact));
  }
  const bool claimed = run.fact(fact);
  run.judge(has == claimed,
            claimed ? say("機能 {:02X}h がある（{}）", "feature {:02X}h is listed ({})", whole, fact)
                    : say("機能 {:02X}h はない（{} でない）", "feature {:02X}h is not listed (not {})",
                          whole, fact),
            has ? Text{"ある", "it is"} : Text{"ない", "it is not"}, listed.reply);
}

void judge_number(PcscRun& run, const Listed& listed, std::uint8_t tag, const char* fact) {
  const auto found = listed.values.find(tag);
  const auto known = run.number(fact);
  if (found == listed.values.end() || !known) return;
  run.judge(little_endian(found->second) == *known, say("{} {:04X}h", "{} {:04X}h", fact, *known),
            say("{:04X}h", "{:04X}h", little_endian(found->second)), listed.reply);
}

}  // namespace

std::optional<std::uint32_t> pcsc_max_apdu(PcscRun& run, const PcscCard& card) {
  const Listed listed = properties_of(run, card, features_of(run, card));
  const auto found = listed.values.find(kMaxApdu);
  if (found == listed.values.end()) return std::nullopt;
  return little_endian(found->second);
}

void check_features(PcscRun& run) {
  run.step({"機能の一覧", "the list of features"});
  const Listed listed = features_of(run, direct(run));
  run.step({"PIN パッドの機能", "features of a PIN pad"});
  judge_pad(run, listed, "pin_verify", kVerifyDirect, kVerifyStart, kVerifyFinish);
  judge_pad(run, listed, "pin_modify", kModifyDirect, kModifyStart, kModifyFinish);
}

void check_properties(PcscRun& run) {
  run.step({"機能の一覧", "the list of features"});
  const PcscCard card = direct(run);
  const Listed features = features_of(run, card);
  if (features.values.count(kTlvProperties) == 0) {
    run.not_applicable({"FEATURE_GET_TLV_PROPERTIES がない",
                        "there is no FEATURE_GET_TLV_PROPERTIES"});
  }
  run.step({"性質の一覧", "the list of properties"});
  const Listed listed = properties_of(run, card, features);
  for (const auto& [tag, value] : listed.values) {
    const auto length = kLengths.find(tag);
    if (length == kLengths.end()) continue;
    run.judge(value.size() == length->second,
              say("性質 {:02X}h は {} バイト", "property {:02X}h has {} bytes", tag,
                  length->second),
              say("{} バイト", "{} bytes", value.size()), listed.reply);
  }
  run.step({"装置と一致する値", "values that fit the device"});
  judge_number(run, listed, kIdVendor, "idVendor");
  judge_number(run, listed, kIdProduct, "idProduct");
  judge_number(run, listed, kLcdLayout, "wLcdLayout");
  const auto minimum = listed.values.find(kMinPin), maximum = listed.values.find(kMaxPin);
  if (minimum != listed.values.end() && maximum != listed.values.end()) {
    const std::uint32_t low = little_endian(minimum->second), high = little_endian(maximum->second);
    run.judge(low <= high && high <= 16, {"最小と最大の PIN の長さ", "least and greatest PIN length"},
              say("{} と {}", "{} and {}", low, high), listed.reply);
  }
  const auto longest = listed.values.find(kMaxApdu);
  const auto level = run.facts().find("level");
  if (longest == listed.values.end() || level == run.facts().end()) return;
  const std::uint32_t bytes = little_endian(longest->second);
  const std::string name = to_string(level->second);
  if (name == "extended") {
    run.judge(bytes > 256, {"拡張長（dwMaxAPDUDataSize > 256）",
                            "extended length (dwMaxAPDUDataSize > 256)"},
              say("{}", "{}", bytes), listed.reply);
  } else if (name == "short") {
    run.judge(bytes <= 256, {"短い APDU だけ（dwMaxAPDUDataSize ≤ 256）",
                             "short APDUs only (dwMaxAPDUDataSize <= 256)"},
              say("{}", "{}", bytes), listed.reply);
  }
}

}  // namespace uketsuke::conformance
