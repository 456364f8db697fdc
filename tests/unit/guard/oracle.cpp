#include "tests/unit/guard/oracle.h"

#include <algorithm>
#include <utility>

namespace uketsuke::guard::test {

using wire::Bytes;
using wire::ByteView;

namespace {

constexpr std::size_t kInformation = 254;

struct Name {
  char application;
  Bytes aid;
};
const std::vector<Name>& names() {
  static const std::vector<Name> kNames = {
      {'J', {0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01}},
      {'F', {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02}},
      {'T', {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08}},
      {'C', {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00}},
      {'U', {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01}},
      {'M', {0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00}},
  };
  return kNames;
}

bool harmless(char application, std::uint16_t file) {
  switch (application) {
    case 'J':
      return file == 6 || file == 8;
    case 'F':
      return file == 3 || file == 4;
    case 'T':
      return file == 4 || file == 5;
    case 'C':
      return file == 1;
    default:
      return false;
  }
}

// What may lock, sign, write or open something, in any class.
bool dangerous(std::uint8_t ins) {
  switch (ins) {
    case 0x0E:
    case 0x10:
    case 0x20:
    case 0x21:
    case 0x22:
    case 0x24:
    case 0x25:
    case 0x26:
    case 0x28:
    case 0x2A:
    case 0x2C:
    case 0x2D:
    case 0x32:
    case 0x33:
    case 0x44:
    case 0x46:
    case 0x54:
    case 0x70:
    case 0x82:
    case 0x86:
    case 0x87:
    case 0x88:
    case 0xA2:
    case 0xAE:
    case 0xC2:
    case 0xC3:
    case 0xD0:
    case 0xD6:
    case 0xD7:
    case 0xDA:
    case 0xDB:
    case 0xDC:
    case 0xDD:
    case 0xE0:
    case 0xE2:
    case 0xE4:
    case 0xE6:
    case 0xF0:
      return true;
    default:
      return false;
  }
}

bool compares(std::uint8_t ins) {
  return (ins & 0xFE) == 0x20 || (ins & 0xFE) == 0x24 || (ins & 0xFE) == 0x2C ||
         (ins & 0xFE) == 0x32 || ins == 0x54;
}

Bytes status(std::uint16_t sw) {
  return {static_cast<std::uint8_t>(sw >> 8), static_cast<std::uint8_t>(sw)};
}

std::uint8_t xor_of(ByteView bytes) {
  std::uint8_t value = 0;
  for (const std::uint8_t byte : bytes) value ^= byte;
  return value;
}

}  // namespace

const char* to_string(Level level) {
  switch (level) {
    case Level::kTpduT1:
      return "TPDU T=1";
    case Level::kTpduT0:
      return "TPDU T=0";
    case Level::kShort:
      return "short APDU";
    case Level::kExtended:
      return "extended APDU";
  }
  return "?";
}

// ---- the card
void OracleCard::reset() {
  application_ = 'M';
  file_ = 0;
  jpki_selected_ = false;
}

void OracleCard::offence(const std::string& what, ByteView apdu) {
  offences_.push_back(what + ": " + wire::to_hex(apdu));
}

Bytes OracleCard::transmit(ByteView apdu) {
  ++commands_;
  if (!allow_everything) judge(apdu);
  if (player) {
    if (auto played = player(apdu)) return *played;
  }
  return answer(apdu);
}

void OracleCard::judge(ByteView apdu) {
  if (apdu.size() < 4) return;
  const std::uint8_t cla = apdu[0], ins = apdu[1], p1 = apdu[2], p2 = apdu[3];
  if (cla == 0x00 && ins == 0x20 && p1 == 0x00 && p2 == 0x80 && apdu.size() == 4) {
    if (!jpki_selected_) offence("retry query without JPKI", apdu);
    return;
  }
  if (dangerous(ins)) return offence("dangerous command", apdu);
  const bool known =
      ins == 0xA4 || ins == 0xB0 || ins == 0xB2 || ins == 0x84 || ins == 0xCA || ins == 0xC0;
  if (known && (cla & 0xFC) == 0 && cla != 0) return offence("logical channel", apdu);
  if (!unknown_is_fine_ && (!known || cla != 0)) offence("not on the list", apdu);
}

Bytes OracleCard::read(std::uint16_t file) {
  file_ = file;
  if (!harmless(application_, file) && !allow_everything)
    offences_.push_back(std::string("read of ") + application_ + " EF " + std::to_string(file));
  Bytes response(16, 0x00);
  response.insert(response.end(), {0x90, 0x00});
  return response;
}

// The last try is used up like the others: whether that may be is the test's business.
Bytes OracleCard::compare(ByteView apdu) {
  const std::uint8_t p2 = apdu[3];
  const std::uint16_t file = (p2 & 0x9F) != 0x80 ? p2 & 0x1F : file_;
  int& left = tries_.emplace(std::make_pair(application_, file), 3).first->second;
  if (apdu.size() > 5 && left > 0) {
    ++comparisons;
    least_tries = std::min(least_tries, --left);
  }
  return status(static_cast<std::uint16_t>(0x63C0 | left));
}

// Understands more than the guard lets through: short and extended lengths, cut names, SFI.
Bytes OracleCard::answer(ByteView apdu) {
  if (apdu.size() < 4) return status(0x6700);
  const std::uint8_t ins = apdu[1], p1 = apdu[2], p2 = apdu[3];
  if (ins == 0xA4) {
    ByteView data;
    if (apdu.size() > 7 && apdu[4] == 0)
      data = apdu.subspan(7);
    else if (apdu.size() > 5)
      data = apdu.subspan(5);
    const std::size_t lc = apdu.size() > 7 && apdu[4] == 0 ? std::size_t{apdu[6]}
                           : apdu.size() > 5               ? std::size_t{apdu[4]}
                                                           : 0;
    data = data.first(std::min(lc, data.size()));
    if (p1 == 0x04) {
      for (const Name& name : names()) {
        if (data.empty() || data.size() > name.aid.size() ||
            !std::equal(data.begin(), data.end(), name.aid.begin()))
          continue;
        application_ = name.application;
        file_ = 0;
        jpki_selected_ = jpki_selected_ || application_ == 'J';
        return status(0x9000);
      }
      return status(0x6A82);
    }
    if (data.size() < 2) return status(0x6A86);
    const auto file = static_cast<std::uint16_t>(data[data.size() - 2] << 8 | data.back());
    if (file == 0 || file > 0x20) return status(0x6A82);  // and the current EF stays
    file_ = file;
    return status(0x9000);
  }
  if (ins == 0xB0) return read((p1 & 0x80) != 0 ? p1 & 0x1F : file_);
  if (ins == 0xB2) return read(p2 >> 3 != 0 ? p2 >> 3 : file_);
  if (compares(ins)) return compare(apdu);
  if (ins == 0x84) return {1, 2, 3, 4, 5, 6, 7, 8, 0x90, 0x00};
  return status(dangerous(ins) || ins == 0xCA || ins == 0xC0 ? 0x9000 : 0x6D00);
}

// ---- the reader
Bytes OracleReader::atr() const {
  if (level_ == Level::kTpduT0) return {0x3B, 0x16, 0x13, 0x80, 0x54, 0x45, 0x53, 0x54, 0x53};
  return {0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14};
}

void OracleReader::power_on() {
  card_.reset();
  powered_ = true;
  parts_.clear();
  t1_command_.clear();
  t1_response_.clear();
  t1_last_.clear();
  t1_send_ = t1_receive_ = false;
  t0_waits_.clear();
}

std::vector<Bytes> OracleReader::bulk_out(ByteView bytes) {
  stream_.insert(stream_.end(), bytes.begin(), bytes.end());
  std::vector<Bytes> answers;
  while (stream_.size() >= 10) {
    const std::size_t length = stream_[1] | stream_[2] << 8 | stream_[3] << 16;
    if (stream_[4] != 0 || length > 70000) {  // nonsense: give up what is there
      stream_.clear();
      break;
    }
    if (stream_.size() < 10 + length) break;
    const Bytes whole(stream_.begin(), stream_.begin() + static_cast<std::ptrdiff_t>(10 + length));
    stream_.erase(stream_.begin(), stream_.begin() + static_cast<std::ptrdiff_t>(10 + length));
    answers.push_back(message(whole));
  }
  return answers;
}

Bytes OracleReader::data_block(ByteView command, ByteView data, bool failed,
                               std::uint8_t chain) const {
  const std::size_t n = data.size();
  Bytes bytes = {0x80,
                 static_cast<std::uint8_t>(n),
                 static_cast<std::uint8_t>(n >> 8),
                 0,
                 0,
                 command[5],
                 command[6],
                 static_cast<std::uint8_t>(failed     ? 0x40
                                           : powered_ ? 0x00
                                                      : 0x01),
                 static_cast<std::uint8_t>(failed ? 0xFE : 0x00),
                 chain};
  bytes.insert(bytes.end(), data.begin(), data.end());
  return bytes;
}

Bytes OracleReader::message(ByteView bytes) {
  const ByteView data = bytes.subspan(10);
  Bytes slot_status = {
      0x81, 0, 0, 0, 0, bytes[5], bytes[6], static_cast<std::uint8_t>(powered_ ? 0 : 1), 0, 0};
  switch (bytes[0]) {
    case 0x62:
      power_on();
      return data_block(bytes, atr());
    case 0x63:
      powered_ = false;
      slot_status[7] = 1;
      return slot_status;
    case 0x69:  // Secure: the template reaches the card with digits
      if (data.size() > 15) card_.transmit(data.subspan(15));
      return data_block(bytes, Bytes{0x90, 0x00});
    case 0x6B:  // Escape: whatever the vendor does with it, say the card gets it
      card_.transmit(data);
      return slot_status;
    case 0x6F:
      if (!powered_) return data_block(bytes, {}, true);
      return xfr(bytes);
    default:
      return slot_status;
  }
}

Bytes OracleReader::xfr(ByteView command) {
  const ByteView data = command.subspan(10);
  if (swallow_next || fail_next) {
    const bool reaches = fail_next;
    swallow_next = fail_next = false;
    if (reaches) {
      Bytes ignored = xfr(command);
    }
    return data_block(command, {}, true);
  }
  switch (level_) {
    case Level::kTpduT1:
      return data_block(command, t1(data));
    case Level::kTpduT0: {
      const auto answer = t0(data);
      return data_block(command, answer.value_or(Bytes()), !answer);
    }
    case Level::kShort:
      return data_block(command, card_.transmit(data));
    case Level::kExtended:
      break;
  }
  const unsigned level = command[8] | command[9] << 8;
  if (alone) return data_block(command, card_.transmit(data));
  if (level == 0x10) return data_block(command, Bytes{0x90, 0x00}, false, 2);
  if (level == 0 || level == 1) parts_.clear();
  parts_.insert(parts_.end(), data.begin(), data.end());
  if (level == 1 || level == 3) return data_block(command, {}, false, 0x10);
  const Bytes whole = std::exchange(parts_, {});
  return data_block(command, card_.transmit(whole));
}

// Takes any information block: checksum, NAD and sequence number are not looked at.
Bytes OracleReader::t1(ByteView block) {
  if (block.size() < 3) return {};
  const std::uint8_t pcb = block[1];
  const std::size_t length = std::min<std::size_t>(block[2], block.size() - 3);
  const ByteView information = block.subspan(3, length);
  if (strict && !t1_is_due(block))
    return t1_block(static_cast<std::uint8_t>(t1_receive_ ? 0x92 : 0x82), {});
  if ((pcb & 0x80) == 0) {
    t1_command_.insert(t1_command_.end(), information.begin(), information.end());
    if ((pcb & 0x20) != 0 && !alone)
      return t1_last_ = t1_block(static_cast<std::uint8_t>((pcb & 0x40) != 0 ? 0x80 : 0x90), {});
    t1_response_ = card_.transmit(std::exchange(t1_command_, {}));
    return t1_answer();
  }
  if ((pcb & 0xC0) == 0x80) {  // R: the next part, or the last block again
    return (pcb & 0x0F) == 0 && !t1_response_.empty() ? t1_answer() : t1_last_;
  }
  if ((pcb & 0x20) != 0) return t1_last_;
  if ((pcb & 0x1F) == 0) {
    t1_command_.clear();
    t1_send_ = t1_receive_ = false;
  }
  if ((pcb & 0x1F) == 2) t1_command_.clear();
  return t1_last_ = t1_block(static_cast<std::uint8_t>(pcb | 0x20), information);
}

// ISO/IEC 7816-3:2006, 11.6.3: what is not due is asked for again and not carried out.
bool OracleReader::t1_is_due(ByteView block) {
  if (block[0] != 0 || block.size() != std::size_t{4} + block[2] || xor_of(block) != 0)
    return false;
  if ((block[1] & 0x80) != 0) return true;
  if (((block[1] & 0x40) != 0) != t1_receive_) return false;
  t1_receive_ = !t1_receive_;
  return true;
}

Bytes OracleReader::t1_answer() {
  const std::size_t count = std::min(kInformation, t1_response_.size());
  const Bytes part(t1_response_.begin(), t1_response_.begin() + static_cast<std::ptrdiff_t>(count));
  t1_response_.erase(t1_response_.begin(),
                     t1_response_.begin() + static_cast<std::ptrdiff_t>(count));
  const auto pcb =
      static_cast<std::uint8_t>((t1_send_ ? 0x40 : 0) | (t1_response_.empty() ? 0 : 0x20));
  t1_send_ = !t1_send_;
  return t1_last_ = t1_block(pcb, part);
}

// A card that waits for the data of a header takes the next bytes for them, whatever they are. What
// stands behind a whole command is the next one.
std::optional<Bytes> OracleReader::t0(ByteView tpdu) {
  Bytes bytes = std::exchange(t0_waits_, {});
  bytes.insert(bytes.end(), tpdu.begin(), tpdu.end());
  std::optional<Bytes> answer;
  while (bytes.size() >= 4) {
    if (bytes.size() == 4) bytes.push_back(0x00);
    const bool takes_data = bytes[1] == 0xA4 || dangerous(bytes[1]);
    const std::size_t size = 5 + (takes_data ? std::size_t{bytes[4]} : 0);
    const bool cut = std::exchange(cut_t0_next, false);
    if (cut) bytes.resize(5);
    if (cut || bytes.size() < size) {
      t0_waits_ = bytes;
      return std::nullopt;
    }
    const bool case1 = bytes[4] == 0 && takes_data;
    answer = card_.transmit(ByteView(bytes).first(case1 ? 4 : size));
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
  }
  return answer;
}

// ---- messages
Bytes ccid_message(std::uint8_t type, std::uint8_t seq, ByteView data, std::uint8_t slot) {
  const std::size_t n = data.size();
  Bytes bytes = {type,
                 static_cast<std::uint8_t>(n),
                 static_cast<std::uint8_t>(n >> 8),
                 static_cast<std::uint8_t>(n >> 16),
                 0,
                 slot,
                 seq,
                 0,
                 0,
                 0};
  bytes.insert(bytes.end(), data.begin(), data.end());
  return bytes;
}

Bytes xfr_block(ByteView data, std::uint8_t seq, std::uint16_t level, std::uint8_t slot) {
  Bytes bytes = ccid_message(0x6F, seq, data, slot);
  bytes[8] = static_cast<std::uint8_t>(level);
  bytes[9] = static_cast<std::uint8_t>(level >> 8);
  return bytes;
}

Bytes t1_block(std::uint8_t pcb, ByteView information, std::uint8_t nad) {
  Bytes block = {nad, pcb, static_cast<std::uint8_t>(information.size())};
  block.insert(block.end(), information.begin(), information.end());
  block.push_back(xor_of(block));
  return block;
}

}  // namespace uketsuke::guard::test
