#include "python/core/ccid_fields.h"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"
#include "python/core/errors.h"
#include "python/core/program.h"
#include "sim/wire/ccid/message.h"

namespace uketsuke::python {
namespace {

namespace py = pybind11;
using wire::ccid::bMessageType;

// How the three bytes between bSeq and the data are called: two names of one word cover two bytes.
// `data`: the name of what follows; empty: nothing follows.
struct Layout {
  bMessageType type;
  std::array<std::string_view, 3> bytes;
  std::string_view data;
};
constexpr std::string_view kRfu = "abRFU", kLevel = "wLevelParameter", kRates = "rates";

constexpr std::array<Layout, 19> kLayouts{{
    {bMessageType::kPC_to_RDR_IccPowerOn, {"bPowerSelect", kRfu, kRfu}, {}},
    {bMessageType::kPC_to_RDR_IccPowerOff, {kRfu, kRfu, kRfu}, {}},
    {bMessageType::kPC_to_RDR_GetSlotStatus, {kRfu, kRfu, kRfu}, {}},
    {bMessageType::kPC_to_RDR_XfrBlock, {"bBWI", kLevel, kLevel}, "abData"},
    {bMessageType::kPC_to_RDR_GetParameters, {kRfu, kRfu, kRfu}, {}},
    {bMessageType::kPC_to_RDR_ResetParameters, {kRfu, kRfu, kRfu}, {}},
    {bMessageType::kPC_to_RDR_SetParameters, {"bProtocolNum", kRfu, kRfu},
     "abProtocolDataStructure"},
    {bMessageType::kPC_to_RDR_Escape, {kRfu, kRfu, kRfu}, "abData"},
    {bMessageType::kPC_to_RDR_IccClock, {"bClockCommand", kRfu, kRfu}, {}},
    {bMessageType::kPC_to_RDR_T0APDU, {"bmChanges", "bClassGetResponse", "bClassEnvelope"}, {}},
    {bMessageType::kPC_to_RDR_Secure, {"bBWI", kLevel, kLevel}, "abData"},
    {bMessageType::kPC_to_RDR_Mechanical, {"bFunction", kRfu, kRfu}, {}},
    {bMessageType::kPC_to_RDR_Abort, {kRfu, kRfu, kRfu}, {}},
    {bMessageType::kPC_to_RDR_SetDataRateAndClockFrequency, {kRfu, kRfu, kRfu}, kRates},
    {bMessageType::kRDR_to_PC_DataBlock, {"bStatus", "bError", "bChainParameter"}, "abData"},
    {bMessageType::kRDR_to_PC_SlotStatus, {"bStatus", "bError", "bClockStatus"}, {}},
    {bMessageType::kRDR_to_PC_Parameters, {"bStatus", "bError", "bProtocolNum"},
     "abProtocolDataStructure"},
    {bMessageType::kRDR_to_PC_Escape, {"bStatus", "bError", "bRFU"}, "abData"},
    {bMessageType::kRDR_to_PC_DataRateAndClockFrequency, {"bStatus", "bError", "bRFU"}, kRates},
}};

constexpr std::size_t kRatesLength = 8;

template <class Matches>
const Layout* find(Matches&& matches) {
  for (const Layout& layout : kLayouts)
    if (matches(layout)) return &layout;
  return nullptr;
}

// Takes the fields one by one; what is left at the end is not of this message.
class Fields {
 public:
  explicit Fields(const py::dict& fields) : left_(fields.attr("copy")()) {}

  bool has(std::string_view name) const {
    return left_.contains(py::str(name.data(), name.size()));
  }
  py::object take(std::string_view name) {
    return left_.attr("pop")(py::str(name.data(), name.size()));
  }
  template <class Number>
  Number number(std::string_view name, Number otherwise = 0) {
    if (!has(name)) return otherwise;
    const py::object given = take(name);
    const auto largest = std::numeric_limits<Number>::max();
    if (!py::isinstance<py::int_>(given))
      throw ArgumentError(verdict::say("{} は整数です", "{} is an integer", name));
    const py::int_ zero(0), limit(static_cast<std::uint64_t>(largest));
    if (given < zero || given > limit) {
      throw ArgumentError(verdict::say("{} は 0 以上 {} 以下の数です",
                                       "{} is a number from 0 to {}", name, largest));
    }
    return given.cast<Number>();
  }
  wire::Bytes bytes(std::string_view name) {
    return has(name) ? bytes_from(take(name), std::string(name)) : wire::Bytes{};
  }
  void nothing_left(std::string_view message) const {
    if (left_.empty()) return;
    const std::string name = py::str(*left_.attr("__iter__")().cast<py::iterator>());
    throw ArgumentError(verdict::say("{} にフィールド {} はありません", "{} has no field {}",
                                     message, name));
  }

 private:
  py::dict left_;
};

// abRFU is one field of two or three bytes.
void write_between(Fields& fields, const Layout& layout, wire::ByteWriter& writer) {
  wire::Bytes rfu = fields.bytes(kRfu);
  std::size_t rfu_at = 0;
  for (std::size_t i = 0; i < layout.bytes.size(); ++i) {
    if (layout.bytes[i] == kRfu) {
      writer.write_u8(rfu_at < rfu.size() ? rfu[rfu_at] : std::uint8_t{0});
      ++rfu_at;
    } else if (layout.bytes[i] == kLevel) {
      writer.write_u16le(fields.number<std::uint16_t>(kLevel));
      ++i;
    } else {
      writer.write_u8(fields.number<std::uint8_t>(layout.bytes[i]));
    }
  }
  if (rfu.size() > rfu_at)
    throw ArgumentError(verdict::say("abRFU は {} バイトです", "abRFU has {} bytes", rfu_at));
}

wire::Bytes data_of(Fields& fields, const Layout& layout) {
  if (layout.data.empty()) return {};
  if (layout.data != kRates) return fields.bytes(layout.data);
  wire::ByteWriter writer;
  writer.write_u32le(fields.number<std::uint32_t>("dwClockFrequency"));
  writer.write_u32le(fields.number<std::uint32_t>("dwDataRate"));
  return writer.take();
}

void read_between(const Layout& layout, wire::ByteView message, py::dict& fields) {
  wire::Bytes rfu;
  for (std::size_t i = 0; i < layout.bytes.size(); ++i) {
    const std::uint8_t byte = message[7 + i];
    const py::str name(layout.bytes[i].data(), layout.bytes[i].size());
    if (layout.bytes[i] == kRfu) {
      rfu.push_back(byte);
    } else if (layout.bytes[i] == kLevel) {
      fields[name] = byte | message[7 + ++i] << 8;
    } else {
      fields[name] = byte;
    }
  }
  if (!rfu.empty()) fields["abRFU"] = plain_bytes(rfu);
}

void say_status(wire::ByteView message, py::dict& fields) {
  namespace ccid = wire::ccid;
  const std::uint8_t bStatus = message[7];
  fields["icc"] = std::string(to_string(ccid::icc_status(bStatus)));
  fields["command"] = std::string(to_string(ccid::command_status(bStatus)));
  const bool failed = ccid::command_status(bStatus) == ccid::bmCommandStatus::kFailed;
  fields["error"] = failed ? to_string(static_cast<ccid::bError>(message[8])) : std::string();
}

}  // namespace

wire::Bytes ccid_bytes(const py::dict& given) {
  Fields fields(given);
  if (!fields.has("message"))
    throw ArgumentError({"message：名前を指定してください（\"PC_to_RDR_GetSlotStatus\" など）",
                         "message: its name is wanted, such as \"PC_to_RDR_GetSlotStatus\""});
  const std::string name = py::str(fields.take("message"));
  const Layout* layout = find([&](const Layout& one) { return to_string(one.type) == name; });
  if (layout == nullptr) {
    std::vector<std::string> names;
    for (const Layout& one : kLayouts) names.emplace_back(to_string(one.type));
    throw ArgumentError(verdict::say("CCID のメッセージ {} はありません", "no CCID message {}",
                                     yaml::shortened(name)) +
                        yaml::hint(name, names));
  }
  wire::ByteWriter between;
  const auto type =
      fields.number<std::uint8_t>("bMessageType", static_cast<std::uint8_t>(layout->type));
  const auto bSlot = fields.number<std::uint8_t>("bSlot");
  const auto bSeq = fields.number<std::uint8_t>("bSeq");
  write_between(fields, *layout, between);
  const wire::Bytes data = data_of(fields, *layout);
  wire::ByteWriter writer;
  writer.write_u8(type);
  writer.write_u32le(
      fields.number<std::uint32_t>("dwLength", static_cast<std::uint32_t>(data.size())));
  fields.nothing_left(name);
  writer.write_u8(bSlot);
  writer.write_u8(bSeq);
  writer.write_bytes(between.take());
  writer.write_bytes(data);
  return writer.take();
}

py::dict ccid_fields(wire::ByteView message) {
  py::dict fields;
  const auto header = wire::ccid::decode_header(message);
  if (!header) return fields;
  const auto type = static_cast<bMessageType>(header->bMessageType);
  fields["message"] = to_string(type);
  fields["bMessageType"] = header->bMessageType;
  fields["dwLength"] = header->dwLength;
  fields["bSlot"] = header->bSlot;
  fields["bSeq"] = header->bSeq;
  const Layout* layout = find([&](const Layout& one) { return one.type == type; });
  if (layout == nullptr) return fields;
  read_between(*layout, message, fields);
  const wire::ByteView data = message.subspan(wire::ccid::kHeaderLength);
  if (layout->data == kRates && data.size() == kRatesLength) {
    wire::ByteReader reader(data);
    fields["dwClockFrequency"] = reader.read_u32le("dwClockFrequency");
    fields["dwDataRate"] = reader.read_u32le("dwDataRate");
  } else if (!layout->data.empty() && layout->data != kRates) {
    fields[py::str(layout->data.data(), layout->data.size())] = plain_bytes(data);
  }
  if (layout->bytes[0] == "bStatus") say_status(message, fields);
  return fields;
}

}  // namespace uketsuke::python
