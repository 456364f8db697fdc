#include "models/card/card.h"

#include <algorithm>
#include <utility>

#include "models/card/command_table.h"

namespace uketsuke::card {

using wire::Bytes;
using wire::ByteView;
using wire::iso7816::CommandApdu;

namespace {

constexpr std::uint8_t kChannelBits = 0x03;
constexpr std::uint8_t kSecureMessagingBits = 0x0C;
constexpr std::uint8_t kChainingBit = 0x10;
constexpr std::size_t kMaximumChain = 2048;  // bytes; far above a certificate (568)

// 00 or 80; anything else is no class of this card.
bool base_class(std::uint8_t cla, std::uint8_t& base) {
  base = cla & 0xE0;
  return base == 0x00 || base == 0x80;
}

std::size_t file_column(const File* file) {
  return file == nullptr ? 0 : static_cast<std::size_t>(file->kind) + 1;
}

// The short identifier that the parameters name: 0 the current EF, kDefault the default key, or a
// status word.
constexpr std::uint16_t kDefault = 0x20;
std::uint16_t short_identifier(FileFrom from, const CommandApdu& apdu, std::uint16_t& identifier) {
  switch (from) {
    case FileFrom::kNone:
      return kRun;
    case FileFrom::kBinaryP1:
      if ((apdu.p1 & 0x80) != 0 && (apdu.p1 & 0x60) != 0) return kBadP1P2;
      identifier = (apdu.p1 & 0x80) != 0 ? apdu.p1 & 0x1F : 0;
      return kRun;
    case FileFrom::kRecordP2:
      identifier = apdu.p2 >> 3;
      return kRun;
    case FileFrom::kKeyP2OrDefault:
      if (apdu.p2 == 0x00) {
        identifier = kDefault;
        return kRun;
      }
      [[fallthrough]];
    case FileFrom::kKeyP2:
      if ((apdu.p2 & 0xE0) != 0x80) return kBadP1P2;
      identifier = apdu.p2 & 0x1F;
      return kRun;
  }
  return kBadP1P2;
}

// 9000, 61xx, 62xx, 63xx; anything else is an aborted process.
bool completed(const Answer& answer) {
  const std::uint8_t sw1 = answer.response[answer.response.size() - 2];
  return sw1 == 0x90 || (sw1 >= 0x61 && sw1 <= 0x63);
}

std::uint32_t chain_header(const CommandApdu& apdu) {
  return static_cast<std::uint32_t>(apdu.cla & ~kChainingBit) << 24 |
         static_cast<std::uint32_t>(apdu.ins) << 16 | static_cast<std::uint32_t>(apdu.p1) << 8 |
         apdu.p2;
}

}  // namespace

Card::Card(std::shared_ptr<const Profile> profile, PersistentState& memory, std::uint64_t seed)
    : profile_(std::move(profile)), memory_(&memory), generator_(seed) {
  draw_pupi();
}

void Card::draw_pupi() {
  if (!profile_->data.contactless) return;
  const Contactless& contactless = *profile_->data.contactless;
  pupi_ = contactless.random_pupi ? random_bytes(4) : contactless.pupi;
}

void Card::power_on() {
  status_.clear();
  warm_reset();
  fresh_ = was_powered_down_;
  powered_ = true;
  draw_pupi();
}

void Card::warm_reset() {
  selected_ = nullptr;
  current_ = nullptr;
  chain_ = {};
  terminal_certificate_.clear();
  undo_ = {};
  last_work_us_ = 0;
}

void Card::power_off() {
  status_.clear();
  warm_reset();
  powered_ = false;
  was_powered_down_ = true;
}

void Card::power_lost_while_working() {
  if (undo_.armed) {
    if (ReferenceState* state = memory_->find(undo_.id)) *state = undo_.state;
  }
  power_off();
}

void Card::power_off_after(wire::Micros since_last_command_us) {
  if (since_last_command_us < last_work_us_) {
    power_lost_while_working();
  } else {
    power_off();
  }
}

Answer Card::transmit(ByteView bytes) {
  if (!powered_ || mute()) return {};
  undo_ = {};
  const wire::Micros base_us = profile_->data.timing.command_us;
  const bool first = std::exchange(fresh_, false);
  if (first && profile_->data.behaviour.first_command_after_power_down_fails) {
    return answer(kSelfDiagnosis, base_us);
  }
  auto decoded = wire::iso7816::decode_command(bytes);
  if (!decoded) {
    chain_ = {};
    return answer(kWrongLength, base_us);
  }
  Command command;
  command.apdu = std::move(*decoded);
  Answer result = dispatch(command);
  result.work_time_us += base_us;
  last_work_us_ = result.work_time_us;
  return result;
}

std::uint16_t Card::check_class(Command& command) {
  const std::uint8_t cla = command.apdu.cla;
  std::uint8_t base = 0;
  if (!base_class(cla, base)) return kNoClass;
  if ((cla & kChannelBits) != 0) return kNoSuchChannel;
  bool known_class = true;
  const auto& table = profile_->data.behaviour.commands;
  command.row = find_command(table ? *table : standard_command_table(), base, command.apdu.ins,
                             known_class);
  if (command.row == nullptr) {
    ++unmodelled_;
    return kNoInstruction;
  }
  if (!known_class) return kNoClass;
  if ((cla & kSecureMessagingBits) != 0) {
    if (command.apdu.ins == 0xA4) return kNoSecureMessaging;
    if (selected() != Application::kCardText) return kSecureMessagingClass;
    ++unmodelled_;  // the card text application has secure messaging, the model has not
    return kNoSecureMessagingObject;
  }
  if ((cla & kChainingBit) != 0 && !command.row->chaining) return kNoChaining;
  return kRun;
}

// ISO/IEC 7816-4:2013, 5.3.3: the data fields of a chain are one data field.
std::uint16_t Card::take_chain(Command& command) {
  CommandApdu& apdu = command.apdu;
  const std::uint32_t header = chain_header(apdu);
  const bool goes_on = (apdu.cla & kChainingBit) != 0;
  if (chain_.header != header) chain_ = {};
  if (!goes_on && chain_.header == 0) return kRun;
  if (chain_.data.size() + apdu.data.size() > kMaximumChain) {
    chain_ = {};
    return kWrongLength;
  }
  chain_.header = header;
  chain_.data.insert(chain_.data.end(), apdu.data.begin(), apdu.data.end());
  if (goes_on) return kOk;
  apdu.data = std::move(chain_.data);
  chain_ = {};
  return kRun;
}

std::uint16_t Card::find_file_of(Command& command) {
  std::uint16_t identifier = 0;
  const FileFrom from = command.row->file_from;
  if (const std::uint16_t sw = short_identifier(from, command.apdu, identifier); sw != kRun) {
    return sw;
  }
  if (from == FileFrom::kNone) return kRun;
  if (identifier == 0) {
    command.file = current_;
    return kRun;
  }
  if (selected_ == nullptr) return kNoFile;
  if (identifier == kDefault) {
    command.file = find_file(*selected_, kDefaultKey);
    return command.file != nullptr ? kRun : kBadP1P2;
  }
  const File* file = identifier == 0x1F ? nullptr : find_file(*selected_, identifier);
  if (file == nullptr) return kNoFile;
  command.file = file;
  return kRun;
}

Answer Card::dispatch(Command& command) {
  if (const std::uint16_t sw = check_class(command); sw != kRun) {
    chain_ = {};
    return answer(sw);
  }
  const CommandRow& row = *command.row;
  const std::uint16_t in_application = row.in_application[static_cast<std::size_t>(selected())];
  if (in_application != kRun) {
    chain_ = {};
    if (in_application == kNoInstruction) ++unmodelled_;
    return answer(in_application);
  }
  if (const std::uint16_t sw = take_chain(command); sw != kRun) return answer(sw);
  if (const std::uint16_t sw = find_file_of(command); sw != kRun) return answer(sw);
  if (row.file_from != FileFrom::kNone) {
    const std::uint16_t on_file = row.on_file[file_column(command.file)];
    if (on_file != kRun) return answer(on_file);
  }
  Answer result = row.handler(*this, command);
  // A short identifier makes its file the current one if the process is completed: normally or
  // with a warning (ISO/IEC 7816-4:2013, 5.6).
  if (command.file != nullptr && command.file->id != kDefaultKey && completed(result)) {
    current_ = command.file;
  }
  return result;
}

Bytes Card::atqb() const {
  if (!profile_->data.contactless) return {};
  const Contactless& contactless = *profile_->data.contactless;
  Bytes bytes = {0x50};
  bytes.insert(bytes.end(), pupi_.begin(), pupi_.end());
  const Bytes& data = contactless.pupi_as_application_data ? pupi_ : contactless.application_data;
  bytes.insert(bytes.end(), data.begin(), data.end());
  bytes.insert(bytes.end(), contactless.protocol_info.begin(), contactless.protocol_info.end());
  return bytes;
}

// SplitMix64 (public domain construction by Steele, Lea and Flood, 2014): reproducible, not secret.
std::uint64_t Card::random() {
  generator_ += 0x9E3779B97F4A7C15u;
  std::uint64_t z = generator_;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

Bytes Card::random_bytes(std::size_t count) {
  Bytes bytes(count);
  for (std::size_t i = 0; i < count; i += 8) {
    std::uint64_t value = random();
    for (std::size_t j = i; j < std::min(count, i + 8); ++j, value >>= 8) {
      bytes[j] = static_cast<std::uint8_t>(value);
    }
  }
  return bytes;
}

}  // namespace uketsuke::card
