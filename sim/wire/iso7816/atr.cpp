#include "sim/wire/iso7816/atr.h"

#include <fmt/format.h>

namespace uketsuke::wire::iso7816 {
namespace {

constexpr std::uint8_t kHasTa = 0x10, kHasTb = 0x20, kHasTc = 0x40, kHasTd = 0x80;

// Table 7 (8.3); 0 = reserved for future use.
struct FiRow {
  std::uint16_t fi;
  std::uint32_t fmax_hz;
};
constexpr FiRow kFi[16] = {{372, 4000000},   {372, 5000000},   {558, 6000000},   {744, 8000000},
                           {1116, 12000000}, {1488, 16000000}, {1860, 20000000}, {0, 0},
                           {0, 0},           {512, 5000000},   {768, 7500000},   {1024, 10000000},
                           {1536, 15000000}, {2048, 20000000}, {0, 0},           {0, 0}};
// Table 8 (8.3); 0 = reserved for future use.
constexpr std::uint8_t kDi[16] = {0, 1, 2, 4, 8, 16, 32, 64, 12, 20, 0, 0, 0, 0, 0, 0};

constexpr std::string_view kTa[] = {"TA1", "TA2", "TA3", "TA4", "TAi"};
constexpr std::string_view kTb[] = {"TB1", "TB2", "TB3", "TB4", "TBi"};
constexpr std::string_view kTc[] = {"TC1", "TC2", "TC3", "TC4", "TCi"};
constexpr std::string_view kTd[] = {"TD1", "TD2", "TD3", "TD4", "TDi"};

std::string_view name_of(const std::string_view (&names)[5], std::size_t group) {
  return names[group < 4 ? group : 4];
}

std::uint8_t presence(const InterfaceBytes& group) {
  return static_cast<std::uint8_t>((group.ta ? kHasTa : 0) | (group.tb ? kHasTb : 0) |
                                   (group.tc ? kHasTc : 0) | (group.td ? kHasTd : 0));
}

// The first group from TD2 on that names `protocol`: its first TA, TB, TC (8.2.3: i > 2).
const InterfaceBytes* first_specific_group(const Atr& atr, std::uint8_t protocol) {
  for (std::size_t i = 2; i < atr.groups.size(); ++i) {
    const auto& td = atr.groups[i - 1].td;
    if (td && (*td & 0x0F) == protocol) return &atr.groups[i];
  }
  return nullptr;
}

// TCK is absent only if nothing but T=0 is indicated (8.2.5).
bool needs_tck(const Atr& atr) {
  for (const auto& group : atr.groups) {
    if (group.td && (*group.td & 0x0F) != 0) return true;
  }
  return false;
}

// Offsets of the interface bytes are found again by counting, so the check can point at the byte.
class ReservedValueCheck {
 public:
  explicit ReservedValueCheck(const Atr& atr) : atr_(atr) {}

  std::optional<DecodeError> run() {
    std::uint8_t protocol = 0;
    bool seen_t1 = false, seen_t15 = false;
    for (std::size_t i = 0; i < atr_.groups.size() && !error_; ++i) {
      const InterfaceBytes& group = atr_.groups[i];
      const bool first_t1 = i >= 2 && protocol == 1 && !seen_t1;
      const bool first_t15 = i >= 2 && protocol == 15 && !seen_t15;
      if (group.ta) check_ta(i, *group.ta, first_t1, first_t15);
      if (group.tb) check_tb(i, *group.tb, first_t1);
      if (group.tc) check_tc(i, *group.tc, first_t1);
      if (group.td) check_td(i, *group.td, protocol);
      if (i >= 2 && protocol == 1) seen_t1 = true;
      if (i >= 2 && protocol == 15) seen_t15 = true;
      if (group.td) protocol = *group.td & 0x0F;
    }
    return error_;
  }

 private:
  void reject(bool reserved, std::string_view field) {
    if (reserved && !error_) error_ = DecodeError{DecodeErrc::kReservedValue, offset_, field};
  }
  void check_ta(std::size_t i, std::uint8_t ta, bool first_t1, bool first_t15) {
    if (i == 0) reject(!fi_of_index(ta >> 4) || !di_of_index(ta & 0x0F), "TA1");
    if (i == 1) reject((ta & 0x60) != 0, "TA2");
    if (first_t1) reject(ta == 0x00 || ta == 0xFF, name_of(kTa, i));
    if (first_t15) {
      const std::uint8_t classes = ta & 0x3F;  // 1 A, 2 B, 3 AB, 4 C, 6 BC, 7 ABC
      reject(classes == 0 || classes == 5 || classes > 7, name_of(kTa, i));
    }
    ++offset_;
  }
  void check_tb(std::size_t i, std::uint8_t tb, bool first_t1) {
    if (first_t1) reject(tb >> 4 > 9, name_of(kTb, i));
    ++offset_;
  }
  void check_tc(std::size_t i, std::uint8_t tc, bool first_t1) {
    if (i == 1) reject(tc == 0, "TC2");
    if (first_t1) reject((tc & 0xFE) != 0, name_of(kTc, i));
    ++offset_;
  }
  // T=0, 1, 14 and 15 have a meaning; the others are reserved, T=15 is not allowed in TD1, and the
  // types come in ascending order (8.2.3).
  void check_td(std::size_t i, std::uint8_t td, std::uint8_t before) {
    const std::uint8_t protocol = td & 0x0F;
    reject(protocol > 1 && protocol < 14, name_of(kTd, i));
    reject(i == 0 && protocol == 15, "TD1");
    reject(i > 0 && protocol < before, name_of(kTd, i));
    ++offset_;
  }

  const Atr& atr_;
  std::size_t offset_ = 2;
  std::optional<DecodeError> error_;
};

}  // namespace

std::string_view to_string(Edc edc) { return edc == Edc::kLrc ? "LRC" : "CRC"; }

std::vector<std::uint8_t> Atr::offered_protocols() const {
  std::vector<std::uint8_t> offered;
  for (const auto& group : groups) {
    if (!group.td) continue;
    const std::uint8_t protocol = *group.td & 0x0F;
    if (protocol == 15) continue;
    bool known = false;
    for (const auto other : offered) known = known || other == protocol;
    if (!known) offered.push_back(protocol);
  }
  if (offered.empty()) offered.push_back(0);
  return offered;
}

bool Atr::offers(std::uint8_t protocol) const {
  for (const auto other : offered_protocols()) {
    if (other == protocol) return true;
  }
  return false;
}

std::uint8_t Atr::fi_index() const {
  return !groups.empty() && groups[0].ta ? static_cast<std::uint8_t>(*groups[0].ta >> 4) : 1;
}
std::uint8_t Atr::di_index() const {
  return !groups.empty() && groups[0].ta ? static_cast<std::uint8_t>(*groups[0].ta & 0x0F) : 1;
}
std::uint8_t Atr::n() const { return !groups.empty() && groups[0].tc ? *groups[0].tc : 0; }
std::uint8_t Atr::wi() const { return groups.size() > 1 && groups[1].tc ? *groups[1].tc : 10; }

std::uint8_t Atr::ifsc() const {
  const InterfaceBytes* group = first_specific_group(*this, 1);
  return group != nullptr && group->ta ? *group->ta : 32;
}
std::uint8_t Atr::cwi() const {
  const InterfaceBytes* group = first_specific_group(*this, 1);
  return group != nullptr && group->tb ? static_cast<std::uint8_t>(*group->tb & 0x0F) : 13;
}
std::uint8_t Atr::bwi() const {
  const InterfaceBytes* group = first_specific_group(*this, 1);
  return group != nullptr && group->tb ? static_cast<std::uint8_t>(*group->tb >> 4) : 4;
}
Edc Atr::edc() const {
  const InterfaceBytes* group = first_specific_group(*this, 1);
  return group != nullptr && group->tc && (*group->tc & 0x01) != 0 ? Edc::kCrc : Edc::kLrc;
}

std::optional<SpecificMode> Atr::specific_mode() const {
  if (groups.size() < 2 || !groups[1].ta) return std::nullopt;
  const std::uint8_t ta2 = *groups[1].ta;
  SpecificMode mode;
  mode.protocol = ta2 & 0x0F;
  mode.may_change = (ta2 & 0x80) == 0;
  mode.implicit_fi_di = (ta2 & 0x10) != 0;
  return mode;
}

std::optional<ClassIndicator> Atr::class_indicator() const {
  const InterfaceBytes* group = first_specific_group(*this, 15);
  if (group == nullptr || !group->ta) return std::nullopt;
  ClassIndicator indicator;
  indicator.clock_stop = *group->ta >> 6;
  indicator.class_a = (*group->ta & 0x01) != 0;
  indicator.class_b = (*group->ta & 0x02) != 0;
  indicator.class_c = (*group->ta & 0x04) != 0;
  return indicator;
}

std::optional<std::uint16_t> fi_of_index(std::uint8_t fi_index) {
  if (fi_index > 15 || kFi[fi_index].fi == 0) return std::nullopt;
  return kFi[fi_index].fi;
}
std::optional<std::uint32_t> fmax_of_index(std::uint8_t fi_index) {
  if (fi_index > 15 || kFi[fi_index].fi == 0) return std::nullopt;
  return kFi[fi_index].fmax_hz;
}
std::optional<std::uint8_t> di_of_index(std::uint8_t di_index) {
  if (di_index > 15 || kDi[di_index] == 0) return std::nullopt;
  return kDi[di_index];
}

Result<Atr> decode_atr_structure(ByteView bytes) {
  ByteReader reader(bytes);
  Atr atr;
  atr.ts = reader.read_u8("TS");
  if (reader.ok() && atr.ts != kTsDirect && atr.ts != kTsInverse) {
    return DecodeError{DecodeErrc::kBadValue, 0, "TS"};
  }
  if (bytes.size() > kMaxAtrSize) return DecodeError{DecodeErrc::kTooLong, kMaxAtrSize, "ATR"};
  const std::uint8_t t0 = reader.read_u8("T0");
  std::uint8_t y = t0;
  for (std::size_t i = 0; reader.ok(); ++i) {
    InterfaceBytes group;
    if (y & kHasTa) group.ta = reader.read_u8(name_of(kTa, i));
    if (y & kHasTb) group.tb = reader.read_u8(name_of(kTb, i));
    if (y & kHasTc) group.tc = reader.read_u8(name_of(kTc, i));
    if (y & kHasTd) group.td = reader.read_u8(name_of(kTd, i));
    atr.groups.push_back(group);
    if (!group.td) break;
    y = *group.td;
  }
  atr.historical = reader.read_bytes(t0 & 0x0F, "historical bytes");
  if (reader.ok() && needs_tck(atr)) atr.tck = reader.read_u8("TCK");
  if (!reader.ok()) return reader.error();
  if (reader.left() != 0) {
    return DecodeError{DecodeErrc::kTooLong, reader.position(), "ATR"};
  }
  if (atr.tck) {
    std::uint8_t check = 0;
    for (const auto byte : bytes.subspan(1)) check ^= byte;
    if (check != 0) return DecodeError{DecodeErrc::kBadChecksum, bytes.size() - 1, "TCK"};
  }
  return atr;
}

Result<Atr> decode_atr(ByteView bytes) {
  auto atr = decode_atr_structure(bytes);
  if (!atr) return atr;
  if (const auto error = ReservedValueCheck(*atr).run()) return *error;
  return atr;
}

Result<Bytes> encode_atr(const Atr& atr) {
  if (atr.ts != kTsDirect && atr.ts != kTsInverse) {
    return DecodeError{DecodeErrc::kUnrepresentable, 0, "TS"};
  }
  if (atr.historical.size() > 15) {
    return DecodeError{DecodeErrc::kUnrepresentable, 0, "historical bytes"};
  }
  ByteWriter writer;
  writer.write_u8(atr.ts);
  std::uint8_t y = atr.groups.empty() ? 0 : presence(atr.groups[0]);
  writer.write_u8(static_cast<std::uint8_t>(y | atr.historical.size()));
  for (std::size_t i = 0; i < atr.groups.size(); ++i) {
    const InterfaceBytes& group = atr.groups[i];
    if (group.ta) writer.write_u8(*group.ta);
    if (group.tb) writer.write_u8(*group.tb);
    if (group.tc) writer.write_u8(*group.tc);
    if (group.td) writer.write_u8(*group.td);
    const bool last = i + 1 == atr.groups.size();
    if (last == group.td.has_value()) return DecodeError{DecodeErrc::kUnrepresentable, 0, "TDi"};
    if (!last && (*group.td & 0xF0) != presence(atr.groups[i + 1])) {
      return DecodeError{DecodeErrc::kUnrepresentable, 0, "TDi"};
    }
  }
  writer.write_bytes(atr.historical);
  if (atr.tck.has_value() != needs_tck(atr)) {
    return DecodeError{DecodeErrc::kUnrepresentable, 0, "TCK"};
  }
  Bytes bytes = writer.take();
  if (atr.tck) {
    std::uint8_t check = 0;
    for (std::size_t i = 1; i < bytes.size(); ++i) check ^= bytes[i];
    if (check != *atr.tck) return DecodeError{DecodeErrc::kUnrepresentable, 0, "TCK"};
    bytes.push_back(*atr.tck);
  }
  if (bytes.size() > kMaxAtrSize) return DecodeError{DecodeErrc::kUnrepresentable, 0, "ATR"};
  return bytes;
}

std::string describe(const Atr& atr) {
  std::string protocols;
  for (const auto protocol : atr.offered_protocols()) {
    protocols += fmt::format("{}T={}", protocols.empty() ? "" : ",", protocol);
  }
  std::string text =
      fmt::format("ATR {} F={} D={} N={}", protocols, fi_of_index(atr.fi_index()).value_or(0),
                  di_of_index(atr.di_index()).value_or(0), atr.n());
  if (atr.offers(0)) text += fmt::format(" WI={}", atr.wi());
  if (atr.offers(1)) {
    text += fmt::format(" IFSC={} CWI={} BWI={} {}", atr.ifsc(), atr.cwi(), atr.bwi(),
                        to_string(atr.edc()));
  }
  if (const auto mode = atr.specific_mode()) text += fmt::format(" specific T={}", mode->protocol);
  return text + " historical=" + to_hex(atr.historical);
}

std::optional<std::size_t> atr_size_so_far(ByteView bytes) {
  if (bytes.empty()) return 2;
  if (bytes[0] != kTsDirect && bytes[0] != kTsInverse) return std::nullopt;
  if (bytes.size() == 1) return 2;
  std::size_t size = 2;
  std::uint8_t y = bytes[1];
  bool tck = false;
  while ((y & 0xF0) != 0) {
    for (const std::uint8_t bit : {kHasTa, kHasTb, kHasTc, kHasTd}) {
      if (y & bit) ++size;
    }
    if (!(y & kHasTd)) break;
    if (size > kMaxAtrSize) return std::nullopt;
    if (size > bytes.size()) return size;  // TDi has not come yet
    y = bytes[size - 1];
    tck = tck || (y & 0x0F) != 0;
  }
  size += bytes[1] & 0x0F;
  if (tck) ++size;
  if (size > kMaxAtrSize) return std::nullopt;
  return size;
}

AtrBuilder& AtrBuilder::inverse_convention() {
  atr_.ts = kTsInverse;
  return *this;
}
AtrBuilder& AtrBuilder::ta1(std::uint8_t value) {
  if (atr_.groups.empty()) atr_.groups.emplace_back();
  atr_.groups[0].ta = value;
  return *this;
}
AtrBuilder& AtrBuilder::tb1(std::uint8_t value) {
  if (atr_.groups.empty()) atr_.groups.emplace_back();
  atr_.groups[0].tb = value;
  return *this;
}
AtrBuilder& AtrBuilder::tc1(std::uint8_t value) {
  if (atr_.groups.empty()) atr_.groups.emplace_back();
  atr_.groups[0].tc = value;
  return *this;
}
AtrBuilder& AtrBuilder::protocol(std::uint8_t protocol, std::optional<std::uint8_t> ta,
                                 std::optional<std::uint8_t> tb, std::optional<std::uint8_t> tc) {
  if (atr_.groups.empty()) atr_.groups.emplace_back();
  InterfaceBytes next;
  next.ta = ta;
  next.tb = tb;
  next.tc = tc;
  atr_.groups.back().td = protocol;
  atr_.groups.push_back(next);
  return *this;
}
AtrBuilder& AtrBuilder::historical(ByteView bytes) {
  atr_.historical = to_bytes(bytes);
  return *this;
}

Result<Bytes> AtrBuilder::build() const {
  Atr atr = atr_;
  for (std::size_t i = 0; i + 1 < atr.groups.size(); ++i) {
    if (*atr.groups[i].td > 0x0F) return DecodeError{DecodeErrc::kUnrepresentable, 0, "TDi"};
    atr.groups[i].td = static_cast<std::uint8_t>(*atr.groups[i].td | presence(atr.groups[i + 1]));
  }
  if (!needs_tck(atr)) return encode_atr(atr);
  std::uint8_t check =
      static_cast<std::uint8_t>(presence(atr.groups[0]) | (atr.historical.size() & 0x0F));
  for (const auto& group : atr.groups) {
    for (const auto& byte : {group.ta, group.tb, group.tc, group.td}) check ^= byte.value_or(0);
  }
  for (const auto byte : atr.historical) check ^= byte;
  atr.tck = check;
  return encode_atr(atr);
}

}  // namespace uketsuke::wire::iso7816
