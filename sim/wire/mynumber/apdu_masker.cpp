#include "sim/wire/mynumber/apdu_masker.h"

#include <algorithm>

namespace uketsuke::wire::mynumber {

namespace {

constexpr std::uint8_t kMask = '*';
constexpr std::size_t kHeader = 4;
constexpr std::uint16_t kUnknownFile = 0xFFFF;

std::uint8_t bit(Application application) {
  return static_cast<std::uint8_t>(1u << static_cast<unsigned>(application));
}
constexpr std::uint8_t kEveryApplication = (1u << kApplicationCount) - 1;

// Where the data field begins: behind an extended Lc only if that Lc fits the length of the
// command.
std::size_t data_begin(ByteView command) {
  if (command.size() > kHeader + 3 && command[kHeader] == 0x00) {
    const std::size_t lc = command[kHeader + 1] << 8 | command[kHeader + 2];
    const std::size_t rest = command.size() - (kHeader + 3);
    if (lc == rest || lc + 2 == rest) return kHeader + 3;
  }
  return std::min(kHeader + 1, command.size());
}

// Everything behind the length field, a trailing Le included: a wrong Lc hides nothing.
MaskRanges data_ranges(ByteView command) {
  const std::size_t begin = data_begin(command);
  if (begin == command.size()) return {};
  return {{begin, command.size() - begin}};
}

// The data field as far as lengths can be believed; for SELECT.
ByteView data_field(ByteView command) {
  const std::size_t begin = data_begin(command);
  std::size_t size = command.size() - begin;
  if (begin == kHeader + 3) {
    size = std::min<std::size_t>(size, command[kHeader + 1] << 8 | command[kHeader + 2]);
  } else if (begin == kHeader + 1) {
    size = std::min<std::size_t>(size, command[kHeader]);
  }
  return command.subspan(begin, size);
}

// INS of commands that carry reference data: VERIFY 20, 21, CHANGE REFERENCE DATA 24, 25, RESET
// RETRY COUNTER 2C, 2D, CHANGE KEY 32, UNLOCK KEY 54.
bool carries_reference_data(std::uint8_t ins) {
  switch (ins) {
    case 0x20:
    case 0x21:
    case 0x24:
    case 0x25:
    case 0x2C:
    case 0x2D:
    case 0x32:
    case 0x33:
    case 0x54:
      return true;
    default:
      return false;
  }
}

// INS whose data field is known to be harmless: SELECT A4, EXTERNAL AUTHENTICATE 82 (a signature),
// SET TERMINAL CERTIFICATE A2, PERFORM SECURITY OPERATION 2A and INTERNAL AUTHENTICATE 88 (a hash
// or challenge), READ RECORD, READ BINARY and GET CHALLENGE (none). Of any other command the data
// is masked: a damaged INS may be that of VERIFY.
bool data_is_harmless(std::uint8_t ins) {
  switch (ins) {
    case 0x2A:
    case 0x82:
    case 0x84:
    case 0x88:
    case 0xA2:
    case 0xA4:
    case 0xB0:
    case 0xB2:
      return true;
    default:
      return false;
  }
}

// Commands whose P2 = 100sssss makes the file with this short identifier the current one, beside
// those that carry reference data.
bool names_file_in_p2(std::uint8_t ins) { return ins == 0x2A || ins == 0x88; }

// Applications that a SELECT with this name can mean: the name may be cut (JICSAP 1.1, 4.2).
std::uint8_t applications_named(ByteView name) {
  std::uint8_t found = 0;
  for (std::size_t i = 0; i + 1 < kApplicationCount; ++i) {
    const auto application = static_cast<Application>(i);
    const ByteView known = aid_of(application);
    const std::size_t common = std::min(known.size(), name.size());
    if (std::equal(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(common),
                   name.begin())) {
      found |= bit(application);
    }
  }
  return found != 0 ? found : bit(Application::kOther);
}

}  // namespace

void apply_mask(Bytes& bytes, const MaskRanges& ranges) {
  for (const MaskRange& range : ranges) {
    const std::size_t begin = std::min(range.offset, bytes.size());
    const std::size_t end = begin + std::min(range.length, bytes.size() - begin);
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
              bytes.begin() + static_cast<std::ptrdiff_t>(end), kMask);
  }
}

void Masker::on_reset() { *this = Masker(); }

Application Masker::current() const {
  for (std::size_t i = 0; i < kApplicationCount; ++i) {
    if (applications_ == 1u << i) return static_cast<Application>(i);
  }
  return Application::kOther;
}

bool Masker::read_is_personal(std::uint16_t explicit_file) const {
  const std::uint16_t file = explicit_file != 0 ? explicit_file : file_;
  const bool unknown = explicit_file == 0 && file_unknown_;
  constexpr std::uint16_t kLargestPersonal = 0x0005;
  for (std::size_t i = 0; i < kApplicationCount; ++i) {
    const auto application = static_cast<Application>(i);
    if ((applications_ & bit(application)) == 0) continue;
    if (!unknown && is_personal(application, file)) return true;
    for (std::uint16_t id = 1; unknown && id <= kLargestPersonal; ++id) {
      if (is_personal(application, id)) return true;
    }
  }
  return false;
}

void Masker::note_select(std::uint8_t p1, ByteView data) {
  if (p1 == 0x04) {
    pending_ = Pending::kSelectApplication;
    pending_applications_ = applications_named(data);
    return;
  }
  if (p1 == 0x00 && data.empty()) return;  // accepted by the card without any effect
  pending_ = Pending::kSelectFile;
  // 08 and 09 name a path: its last identifier is the file, if it is one.
  const bool path = p1 == 0x08 || p1 == 0x09;
  const bool names_file = data.size() == 2 || (path && data.size() >= 2 && data.size() % 2 == 0);
  pending_file_ = kUnknownFile;
  if (names_file) {
    pending_file_ = static_cast<std::uint16_t>(data[data.size() - 2] << 8 | data[data.size() - 1]);
  }
  pending_applications_ = p1 == 0x02 ? applications_ : kEveryApplication;
}

// The last command was never answered: it may have been carried out or not.
void Masker::settle_missing_answer() {
  if (pending_ == Pending::kSelectApplication || pending_ == Pending::kSelectFile) {
    applications_ |= pending_applications_;
    file_unknown_ = true;
  } else if (pending_ == Pending::kFile && pending_file_ != 0) {
    file_unknown_ = true;
  }
  pending_ = Pending::kNone;
}

MaskRanges Masker::on_command(ByteView command) {
  settle_missing_answer();
  pending_file_ = 0;
  if (command.size() < kHeader) {  // cut short by a fault; nothing of a data field is there
    mask_answer_ = false;
    return {};
  }
  const std::uint8_t ins = command[1];
  const std::uint8_t p1 = command[2];
  const std::uint8_t p2 = command[3];
  if (ins == 0xC0) return {};  // GET RESPONSE: the answer belongs to the command before
  mask_answer_ = false;
  if (carries_reference_data(ins) || names_file_in_p2(ins)) {
    pending_ = Pending::kFile;
    pending_file_ = (p2 & 0xE0) == 0x80 ? p2 & 0x1F : 0;
    return carries_reference_data(ins) ? data_ranges(command) : MaskRanges{};
  }
  switch (ins) {
    case 0xA4:
      note_select(p1, data_field(command));
      break;
    case 0xB0:
      pending_ = Pending::kFile;
      pending_file_ = (p1 & 0x80) != 0 ? p1 & 0x1F : 0;
      mask_answer_ = read_is_personal(pending_file_);
      break;
    case 0xB2:
      pending_ = Pending::kFile;
      pending_file_ = p2 >> 3;
      mask_answer_ = read_is_personal(pending_file_);
      break;
    case 0xB1:
    case 0xB3:
      // Odd INS: the file is in P1-P2 or the offset in the data; no card of this kind knows them.
      pending_ = Pending::kFile;
      mask_answer_ = true;
      break;
    default:
      pending_ = Pending::kOther;
      break;
  }
  return data_is_harmless(ins) ? MaskRanges{} : data_ranges(command);
}

void Masker::settle_select(bool succeeded) {
  if (!succeeded) return;
  if (pending_ == Pending::kSelectApplication) {
    applications_ = pending_applications_;
    file_ = 0;
    file_unknown_ = false;
  } else {
    applications_ = pending_applications_;
    file_ = pending_file_;
    file_unknown_ = pending_file_ == kUnknownFile;
  }
}

MaskRanges Masker::on_response(ByteView response) {
  if (response.size() < 2) {
    // Cut short: whether the card carried the command out is not known.
    settle_missing_answer();
    return mask_answer_ && !response.empty() ? MaskRanges{{0, response.size()}} : MaskRanges{};
  }
  const std::uint8_t sw1 = response[response.size() - 2];
  const bool succeeded = sw1 == 0x90 || sw1 == 0x91 || (sw1 >= 0x61 && sw1 <= 0x63);
  const Pending pending = pending_;
  if (pending == Pending::kSelectApplication || pending == Pending::kSelectFile) {
    settle_select(succeeded);
  } else if (pending == Pending::kFile && pending_file_ != 0) {
    // A short identifier selects its file; a failed one may have done so.
    if (succeeded) {
      file_ = pending_file_;
      file_unknown_ = false;
    } else {
      file_unknown_ = file_unknown_ || file_ != pending_file_;
    }
  }
  pending_ = Pending::kNone;
  const std::size_t size = response.size() - 2;
  return mask_answer_ && size != 0 ? MaskRanges{{0, size}} : MaskRanges{};
}

}  // namespace uketsuke::wire::mynumber
