#include "sim/wire/ccid/message.h"

#include <fmt/format.h>

namespace uketsuke::wire::ccid {
namespace {

using Type = bMessageType;

// ---- which type a struct is
template <class T> constexpr Type kType = Type{};
template <> constexpr Type kType<PC_to_RDR_IccPowerOn> = Type::kPC_to_RDR_IccPowerOn;
template <> constexpr Type kType<PC_to_RDR_IccPowerOff> = Type::kPC_to_RDR_IccPowerOff;
template <> constexpr Type kType<PC_to_RDR_GetSlotStatus> = Type::kPC_to_RDR_GetSlotStatus;
template <> constexpr Type kType<PC_to_RDR_XfrBlock> = Type::kPC_to_RDR_XfrBlock;
template <> constexpr Type kType<PC_to_RDR_GetParameters> = Type::kPC_to_RDR_GetParameters;
template <> constexpr Type kType<PC_to_RDR_ResetParameters> = Type::kPC_to_RDR_ResetParameters;
template <> constexpr Type kType<PC_to_RDR_SetParameters> = Type::kPC_to_RDR_SetParameters;
template <> constexpr Type kType<PC_to_RDR_Escape> = Type::kPC_to_RDR_Escape;
template <> constexpr Type kType<PC_to_RDR_IccClock> = Type::kPC_to_RDR_IccClock;
template <> constexpr Type kType<PC_to_RDR_T0APDU> = Type::kPC_to_RDR_T0APDU;
template <> constexpr Type kType<PC_to_RDR_Secure> = Type::kPC_to_RDR_Secure;
template <> constexpr Type kType<PC_to_RDR_Mechanical> = Type::kPC_to_RDR_Mechanical;
template <> constexpr Type kType<PC_to_RDR_Abort> = Type::kPC_to_RDR_Abort;
template <> constexpr Type kType<PC_to_RDR_SetDataRateAndClockFrequency> =
    Type::kPC_to_RDR_SetDataRateAndClockFrequency;
template <> constexpr Type kType<RDR_to_PC_DataBlock> = Type::kRDR_to_PC_DataBlock;
template <> constexpr Type kType<RDR_to_PC_SlotStatus> = Type::kRDR_to_PC_SlotStatus;
template <> constexpr Type kType<RDR_to_PC_Parameters> = Type::kRDR_to_PC_Parameters;
template <> constexpr Type kType<RDR_to_PC_Escape> = Type::kRDR_to_PC_Escape;
template <> constexpr Type kType<RDR_to_PC_DataRateAndClockFrequency> =
    Type::kRDR_to_PC_DataRateAndClockFrequency;

// ---- the three bytes after bSeq, and the data. The reader stands at offset 7.
template <std::size_t N>
void read_rfu(ByteReader& in, std::array<std::uint8_t, N>& rfu) {
  for (std::uint8_t& byte : rfu) byte = in.read_u8("abRFU");
}
Bytes read_rest(ByteReader& in) { return in.read_bytes(in.left(), "abData"); }

template <class T>
void read_fields(ByteReader& in, T& m) { read_rfu(in, m.abRFU); }  // nothing but RFU
void read_fields(ByteReader& in, PC_to_RDR_IccPowerOn& m) {
  m.bPowerSelect = in.read_u8("bPowerSelect");
  read_rfu(in, m.abRFU);
}
template <class T>
void read_block(ByteReader& in, T& m) {
  m.bBWI = in.read_u8("bBWI");
  m.wLevelParameter = in.read_u16le("wLevelParameter");
  m.abData = read_rest(in);
}
void read_fields(ByteReader& in, PC_to_RDR_XfrBlock& m) { read_block(in, m); }
void read_fields(ByteReader& in, PC_to_RDR_Secure& m) { read_block(in, m); }
void read_protocol_data(ByteReader& in, std::uint8_t bProtocolNum, ProtocolData& data) {
  const auto decoded = decode_protocol_data(bProtocolNum, in.rest());
  if (!decoded) return in.fail(decoded.error().code, "abProtocolDataStructure");
  in.read_bytes(in.left(), "abProtocolDataStructure");
  data = *decoded;
}
void read_fields(ByteReader& in, PC_to_RDR_SetParameters& m) {
  m.bProtocolNum = in.read_u8("bProtocolNum");
  read_rfu(in, m.abRFU);
  if (m.bProtocolNum <= 1 && in.left() == 0) {
    return in.fail(DecodeErrc::kTooShort, "abProtocolDataStructure");
  }
  read_protocol_data(in, m.bProtocolNum, m.abProtocolDataStructure);
}
void read_fields(ByteReader& in, PC_to_RDR_Escape& m) {
  read_rfu(in, m.abRFU);
  m.abData = read_rest(in);
}
void read_fields(ByteReader& in, PC_to_RDR_IccClock& m) {
  m.bClockCommand = in.read_u8("bClockCommand");
  read_rfu(in, m.abRFU);
}
void read_fields(ByteReader& in, PC_to_RDR_T0APDU& m) {
  m.bmChanges = in.read_u8("bmChanges");
  m.bClassGetResponse = in.read_u8("bClassGetResponse");
  m.bClassEnvelope = in.read_u8("bClassEnvelope");
}
void read_fields(ByteReader& in, PC_to_RDR_Mechanical& m) {
  m.bFunction = in.read_u8("bFunction");
  read_rfu(in, m.abRFU);
}
void read_fields(ByteReader& in, PC_to_RDR_SetDataRateAndClockFrequency& m) {
  read_rfu(in, m.abRFU);
  m.dwClockFrequency = in.read_u32le("dwClockFrequency");
  m.dwDataRate = in.read_u32le("dwDataRate");
}
template <class T>
void read_status(ByteReader& in, T& m) {
  m.bStatus = in.read_u8("bStatus");
  m.bError = in.read_u8("bError");
}
template <class T>
bool leaves_out_data(const ByteReader& in, const T& m) {
  return in.left() == 0 && command_status(m.bStatus) != bmCommandStatus::kProcessed;
}
void read_fields(ByteReader& in, RDR_to_PC_DataBlock& m) {
  read_status(in, m);
  m.bChainParameter = in.read_u8("bChainParameter");
  m.abData = read_rest(in);
}
void read_fields(ByteReader& in, RDR_to_PC_SlotStatus& m) {
  read_status(in, m);
  m.bClockStatus = in.read_u8("bClockStatus");
}
void read_fields(ByteReader& in, RDR_to_PC_Parameters& m) {
  read_status(in, m);
  m.bProtocolNum = in.read_u8("bProtocolNum");
  if (in.left() == 0 && !leaves_out_data(in, m)) {
    return in.fail(DecodeErrc::kTooShort, "abProtocolDataStructure");
  }
  read_protocol_data(in, m.bProtocolNum, m.abProtocolDataStructure);
}
void read_fields(ByteReader& in, RDR_to_PC_Escape& m) {
  read_status(in, m);
  m.bRFU = in.read_u8("bRFU");
  m.abData = read_rest(in);
}
void read_fields(ByteReader& in, RDR_to_PC_DataRateAndClockFrequency& m) {
  read_status(in, m);
  m.bRFU = in.read_u8("bRFU");
  if (leaves_out_data(in, m)) return;
  m.dwClockFrequency = in.read_u32le("dwClockFrequency");
  m.dwDataRate = in.read_u32le("dwDataRate");
}

// ---- the same, written: the three bytes and the data
struct Body {
  std::array<std::uint8_t, 3> specific{};
  Bytes data;
};
std::uint8_t low(std::uint16_t value) { return static_cast<std::uint8_t>(value); }
std::uint8_t high(std::uint16_t value) { return static_cast<std::uint8_t>(value >> 8); }
Bytes two_dwords(std::uint32_t first, std::uint32_t second) {
  ByteWriter out;
  out.write_u32le(first);
  out.write_u32le(second);
  return out.take();
}
template <class T>
Body body_of(const T& m) { return {m.abRFU, {}}; }
Body body_of(const PC_to_RDR_IccPowerOn& m) {
  return {{m.bPowerSelect, m.abRFU[0], m.abRFU[1]}, {}};
}
Body body_of(const PC_to_RDR_XfrBlock& m) {
  return {{m.bBWI, low(m.wLevelParameter), high(m.wLevelParameter)}, m.abData};
}
Body body_of(const PC_to_RDR_Secure& m) {
  return {{m.bBWI, low(m.wLevelParameter), high(m.wLevelParameter)}, m.abData};
}
Body body_of(const PC_to_RDR_SetParameters& m) {
  return {{m.bProtocolNum, m.abRFU[0], m.abRFU[1]}, encode(m.abProtocolDataStructure)};
}
Body body_of(const PC_to_RDR_Escape& m) { return {m.abRFU, m.abData}; }
Body body_of(const PC_to_RDR_IccClock& m) {
  return {{m.bClockCommand, m.abRFU[0], m.abRFU[1]}, {}};
}
Body body_of(const PC_to_RDR_T0APDU& m) {
  return {{m.bmChanges, m.bClassGetResponse, m.bClassEnvelope}, {}};
}
Body body_of(const PC_to_RDR_Mechanical& m) { return {{m.bFunction, m.abRFU[0], m.abRFU[1]}, {}}; }
Body body_of(const PC_to_RDR_SetDataRateAndClockFrequency& m) {
  return {m.abRFU, two_dwords(m.dwClockFrequency, m.dwDataRate)};
}
Body body_of(const RDR_to_PC_DataBlock& m) {
  return {{m.bStatus, m.bError, m.bChainParameter}, m.abData};
}
Body body_of(const RDR_to_PC_SlotStatus& m) { return {{m.bStatus, m.bError, m.bClockStatus}, {}}; }
Body body_of(const RDR_to_PC_Parameters& m) {
  return {{m.bStatus, m.bError, m.bProtocolNum}, encode(m.abProtocolDataStructure)};
}
Body body_of(const RDR_to_PC_Escape& m) { return {{m.bStatus, m.bError, m.bRFU}, m.abData}; }
Body body_of(const RDR_to_PC_DataRateAndClockFrequency& m) {
  return {{m.bStatus, m.bError, m.bRFU}, two_dwords(m.dwClockFrequency, m.dwDataRate)};
}

std::size_t data_length(const ProtocolData& data) {
  if (std::holds_alternative<ProtocolDataT0>(data)) return 5;
  if (std::holds_alternative<ProtocolDataT1>(data)) return 7;
  const auto* other = std::get_if<Bytes>(&data);
  return other != nullptr ? other->size() : 0;
}
template <class T>
std::size_t data_length(const T&) { return 0; }
std::size_t data_length(const PC_to_RDR_XfrBlock& m) { return m.abData.size(); }
std::size_t data_length(const PC_to_RDR_Secure& m) { return m.abData.size(); }
std::size_t data_length(const PC_to_RDR_Escape& m) { return m.abData.size(); }
std::size_t data_length(const PC_to_RDR_SetParameters& m) {
  return data_length(m.abProtocolDataStructure);
}
std::size_t data_length(const PC_to_RDR_SetDataRateAndClockFrequency&) { return 8; }
std::size_t data_length(const RDR_to_PC_DataBlock& m) { return m.abData.size(); }
std::size_t data_length(const RDR_to_PC_Escape& m) { return m.abData.size(); }
std::size_t data_length(const RDR_to_PC_Parameters& m) {
  return data_length(m.abProtocolDataStructure);
}
std::size_t data_length(const RDR_to_PC_DataRateAndClockFrequency&) { return 8; }

// ---- generic halves
template <class T, class Variant>
Result<Variant> decode_as(ByteView bytes, const Header& header) {
  ByteReader in(bytes);
  in.read_bytes(7, "header");
  T message;
  message.bSlot = header.bSlot;
  message.bSeq = header.bSeq;
  read_fields(in, message);
  if (in.ok() && in.left() != 0) in.fail(DecodeErrc::kTooLong, "dwLength");
  if (!in.ok()) return in.error();
  return Variant{std::move(message)};
}

template <class Variant, class... Ts>
Result<Variant> decode_one_of(ByteView bytes) {
  const auto header = decode_header(bytes);
  if (!header) return header.error();
  const auto type = static_cast<Type>(header->bMessageType);
  const bool known = ((type == kType<Ts>) || ...);
  if (!known) return DecodeError{DecodeErrc::kUnknownType, 0, "bMessageType"};
  if (header->dwLength != bytes.size() - kHeaderLength) {
    return DecodeError{DecodeErrc::kLengthMismatch, kOffset_dwLength, "dwLength"};
  }
  Result<Variant> result = DecodeError{DecodeErrc::kUnknownType, 0, "bMessageType"};
  ((type == kType<Ts> ? (result = decode_as<Ts, Variant>(bytes, *header), true) : false) || ...);
  return result;
}

template <class T> struct Decoder;
template <class... Ts>
struct Decoder<std::variant<Ts...>> {
  static Result<std::variant<Ts...>> decode(ByteView bytes) {
    return decode_one_of<std::variant<Ts...>, Ts...>(bytes);
  }
};

bool protocol_matches(std::uint8_t bProtocolNum, const ProtocolData& data) {
  if (std::holds_alternative<ProtocolDataT0>(data)) return bProtocolNum == 0;
  if (std::holds_alternative<ProtocolDataT1>(data)) return bProtocolNum == 1;
  return std::holds_alternative<std::monostate>(data) || bProtocolNum > 1;
}
template <class T>
bool representable(const T& m) {
  if constexpr (std::is_same_v<T, PC_to_RDR_SetParameters> ||
                std::is_same_v<T, RDR_to_PC_Parameters>) {
    return protocol_matches(m.bProtocolNum, m.abProtocolDataStructure);
  } else {
    return data_length(m) <= 0xFFFFFFFF;
  }
}

template <class T>
Result<Bytes> encode_one(const T& m) {
  if (!representable(m)) {
    return DecodeError{DecodeErrc::kUnrepresentable, 0, "abProtocolDataStructure"};
  }
  const Body body = body_of(m);
  ByteWriter out;
  out.write_u8(static_cast<std::uint8_t>(kType<T>));
  out.write_u32le(static_cast<std::uint32_t>(body.data.size()));
  out.write_u8(m.bSlot);
  out.write_u8(m.bSeq);
  out.write_bytes(body.specific);
  out.write_bytes(body.data);
  return out.take();
}

template <class T>
Header header_of_one(const T& m) {
  return {static_cast<std::uint8_t>(kType<T>), static_cast<std::uint32_t>(data_length(m)), m.bSlot,
          m.bSeq};
}

}  // namespace

std::string to_string(bMessageType type) {
  switch (type) {
    case Type::kPC_to_RDR_SetParameters: return "PC_to_RDR_SetParameters";
    case Type::kPC_to_RDR_IccPowerOn: return "PC_to_RDR_IccPowerOn";
    case Type::kPC_to_RDR_IccPowerOff: return "PC_to_RDR_IccPowerOff";
    case Type::kPC_to_RDR_GetSlotStatus: return "PC_to_RDR_GetSlotStatus";
    case Type::kPC_to_RDR_Secure: return "PC_to_RDR_Secure";
    case Type::kPC_to_RDR_T0APDU: return "PC_to_RDR_T0APDU";
    case Type::kPC_to_RDR_Escape: return "PC_to_RDR_Escape";
    case Type::kPC_to_RDR_GetParameters: return "PC_to_RDR_GetParameters";
    case Type::kPC_to_RDR_ResetParameters: return "PC_to_RDR_ResetParameters";
    case Type::kPC_to_RDR_IccClock: return "PC_to_RDR_IccClock";
    case Type::kPC_to_RDR_XfrBlock: return "PC_to_RDR_XfrBlock";
    case Type::kPC_to_RDR_Mechanical: return "PC_to_RDR_Mechanical";
    case Type::kPC_to_RDR_Abort: return "PC_to_RDR_Abort";
    case Type::kPC_to_RDR_SetDataRateAndClockFrequency:
      return "PC_to_RDR_SetDataRateAndClockFrequency";
    case Type::kRDR_to_PC_DataBlock: return "RDR_to_PC_DataBlock";
    case Type::kRDR_to_PC_SlotStatus: return "RDR_to_PC_SlotStatus";
    case Type::kRDR_to_PC_Parameters: return "RDR_to_PC_Parameters";
    case Type::kRDR_to_PC_Escape: return "RDR_to_PC_Escape";
    case Type::kRDR_to_PC_DataRateAndClockFrequency: return "RDR_to_PC_DataRateAndClockFrequency";
    case Type::kRDR_to_PC_NotifySlotChange: return "RDR_to_PC_NotifySlotChange";
    case Type::kRDR_to_PC_HardwareError: return "RDR_to_PC_HardwareError";
  }
  return fmt::format("message type {:02X}", static_cast<unsigned>(type));
}

Result<Header> decode_header(ByteView bytes) {
  if (bytes.size() < kHeaderLength) {
    return DecodeError{DecodeErrc::kTooShort, bytes.size(), "header"};
  }
  ByteReader in(bytes);
  Header header;
  header.bMessageType = in.read_u8("bMessageType");
  header.dwLength = in.read_u32le("dwLength");
  header.bSlot = in.read_u8("bSlot");
  header.bSeq = in.read_u8("bSeq");
  return header;
}

Result<CommandMessage> decode_command(ByteView bytes) {
  return Decoder<CommandMessage>::decode(bytes);
}
Result<ResponseMessage> decode_response(ByteView bytes) {
  return Decoder<ResponseMessage>::decode(bytes);
}

Result<Bytes> encode(const CommandMessage& message) {
  return std::visit([](const auto& m) { return encode_one(m); }, message);
}
Result<Bytes> encode(const ResponseMessage& message) {
  return std::visit([](const auto& m) { return encode_one(m); }, message);
}

Header header_of(const CommandMessage& message) {
  return std::visit([](const auto& m) { return header_of_one(m); }, message);
}
Header header_of(const ResponseMessage& message) {
  return std::visit([](const auto& m) { return header_of_one(m); }, message);
}
std::uint8_t bStatus_of(const ResponseMessage& message) {
  return std::visit([](const auto& m) { return m.bStatus; }, message);
}
std::uint8_t bError_of(const ResponseMessage& message) {
  return std::visit([](const auto& m) { return m.bError; }, message);
}

bMessageType response_type(std::uint8_t command_bMessageType) {
  switch (static_cast<Type>(command_bMessageType)) {
    case Type::kPC_to_RDR_IccPowerOn:
    case Type::kPC_to_RDR_XfrBlock:
    case Type::kPC_to_RDR_Secure: return Type::kRDR_to_PC_DataBlock;
    case Type::kPC_to_RDR_GetParameters:
    case Type::kPC_to_RDR_ResetParameters:
    case Type::kPC_to_RDR_SetParameters: return Type::kRDR_to_PC_Parameters;
    case Type::kPC_to_RDR_Escape: return Type::kRDR_to_PC_Escape;
    case Type::kPC_to_RDR_SetDataRateAndClockFrequency:
      return Type::kRDR_to_PC_DataRateAndClockFrequency;
    default: return Type::kRDR_to_PC_SlotStatus;
  }
}

}  // namespace uketsuke::wire::ccid
