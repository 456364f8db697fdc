#include "models/test_card/application.h"

#include <algorithm>
#include <array>

#include "sim/wire/iso7816/apdu.h"

namespace uketsuke::test_card {
namespace {

using iso7816::T0Direction;
using wire::Bytes;
using wire::iso7816::CommandApdu;

constexpr std::uint16_t kOk = 0x9000;
constexpr std::uint16_t kWrongLength = 0x6700;
constexpr std::uint16_t kWrongData = 0x6A80;
constexpr std::uint16_t kNoFile = 0x6A82;
constexpr std::uint16_t kWrongP1P2 = 0x6A86;
constexpr std::uint16_t kUnknownIns = 0x6D00;
constexpr std::uint16_t kUnknownCla = 0x6E00;
constexpr std::uint32_t kDelayUnit_us = 100'000;

std::uint16_t p1p2(const CommandApdu& command) {
  return static_cast<std::uint16_t>(command.p1 << 8 | command.p2);
}

Answer with_status(Bytes data, std::uint16_t sw) {
  data.push_back(static_cast<std::uint8_t>(sw >> 8));
  data.push_back(static_cast<std::uint8_t>(sw));
  return {std::move(data)};
}
Answer status(std::uint16_t sw) { return with_status({}, sw); }

Answer echo(const CommandApdu& command) {
  if (command.ne == 0) return status(kOk);
  const std::size_t count = std::min<std::size_t>(command.data.size(), command.ne);
  return with_status({command.data.begin(), command.data.begin() + std::ptrdiff_t(count)}, kOk);
}

// P1 P2 = 0: as many as Le asks for; else the card has exactly P1 P2 bytes.
Answer get(const CommandApdu& command) {
  if (!command.data.empty() || command.ne == 0) return status(kWrongLength);
  const std::uint16_t has = p1p2(command);
  if (has == 0 || has >= command.ne) return with_status(pattern(command.ne), kOk);
  return with_status(pattern(has), kOk);
}

Answer sink(const CommandApdu& command) {
  const std::uint16_t announced = p1p2(command);
  if (announced != 0 && announced != command.data.size()) return status(kWrongLength);
  return status(command.data == pattern(command.data.size()) ? kOk : kWrongData);
}

// P1: how many bytes should come, modulo 256; P2: all of them XORed.
Answer check(const CommandApdu& command) {
  if (command.p1 != static_cast<std::uint8_t>(command.data.size())) return status(kWrongLength);
  std::uint8_t sum = 0;
  for (const std::uint8_t byte : command.data) sum ^= byte;
  return status(sum == command.p2 ? kOk : kWrongData);
}

Answer delay(const CommandApdu& command) {
  if (!command.data.empty()) return status(kWrongLength);
  Answer answer = status(kOk);
  answer.work_time_us = wire::Micros{command.p2} * kDelayUnit_us;
  answer.wtx = command.p1;
  return answer;
}

Answer status_with_data(const CommandApdu& command) {
  if (!command.data.empty() || command.ne == 0) return status(kWrongLength);
  return with_status(pattern(command.ne), p1p2(command));
}

Answer count(const CommandApdu& command, std::uint32_t before) {
  if (!command.data.empty() || command.ne == 0) return status(kWrongLength);
  return with_status({static_cast<std::uint8_t>(before >> 24),
                      static_cast<std::uint8_t>(before >> 16),
                      static_cast<std::uint8_t>(before >> 8), static_cast<std::uint8_t>(before)},
                     kOk);
}

// The master file and nothing else. P2 00: FCI; 04: FCP; 0C: nothing (7816-4, 11.1.1).
Answer select(const CommandApdu& command) {
  if (command.p1 != 0x00) return status(kWrongP1P2);
  if (command.data != Bytes{0x3F, 0x00}) return status(kNoFile);
  if (command.p2 == 0x0C || command.ne == 0) return status(kOk);
  if (command.p2 != 0x00 && command.p2 != 0x04) return status(kWrongP1P2);
  const std::uint8_t tag = command.p2 == 0x00 ? 0x6F : 0x62;
  return with_status({tag, 0x04, 0x83, 0x02, 0x3F, 0x00}, kOk);
}

}  // namespace

wire::Bytes pattern(std::size_t count) {
  Bytes bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = pattern_byte(i);
  return bytes;
}

iso7816::T0Direction t0_direction(const iso7816::T0Header& header) {
  if (header[0] != kCla) return iso7816::default_t0_direction(header);
  switch (static_cast<Ins>(header[1])) {
    case Ins::kEcho:
      return T0Direction::kBoth;
    case Ins::kGet:
    case Ins::kStatusWithData:
    case Ins::kCount:
      return T0Direction::kOutgoing;
    case Ins::kSink:
    case Ins::kDelay:
    case Ins::kStatus:
    case Ins::kCheck:
      break;
  }
  return T0Direction::kIncoming;
}

Answer Application::handle(wire::ByteView command_apdu) {
  const std::uint32_t before = count_++;
  const auto command = wire::iso7816::decode_command(command_apdu);
  Answer answer = status(kUnknownIns);
  if (!command) {
    answer = status(kWrongLength);
  } else if (command->cla == 0x00 && command->ins == kSelectIns) {
    answer = select(*command);
  } else if (command->cla != kCla) {
    answer = status(command->cla == 0x00 ? kUnknownIns : kUnknownCla);
  } else {
    switch (static_cast<Ins>(command->ins)) {
      case Ins::kEcho:
        answer = echo(*command);
        break;
      case Ins::kGet:
        answer = get(*command);
        break;
      case Ins::kSink:
        answer = sink(*command);
        break;
      case Ins::kDelay:
        answer = delay(*command);
        break;
      case Ins::kStatus:
        answer = status(p1p2(*command));
        break;
      case Ins::kStatusWithData:
        answer = status_with_data(*command);
        break;
      case Ins::kCount:
        answer = count(*command, before);
        break;
      case Ins::kCheck:
        answer = check(*command);
        break;
    }
  }
  answer.work_time_us += command_us_;
  return answer;
}

}  // namespace uketsuke::test_card
