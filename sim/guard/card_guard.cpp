#include "sim/guard/card_guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/guard/allow_list.h"

namespace uketsuke::guard {

using wire::Bytes;
using wire::ByteView;
using wire::iso7816::CommandApdu;
using wire::mynumber::Application;
namespace ef = wire::mynumber::ef;

namespace {

constexpr std::uint8_t kVerify = 0x20, kChange = 0x24, kChangeKey = 0x32, kGetChallenge = 0x84,
                       kSelect = 0xA4, kReadBinary = 0xB0, kReadRecord = 0xB2, kGetResponse = 0xC0,
                       kEnvelope = 0xC2, kGetData = 0xCA;
constexpr std::uint8_t kByIdentifier = 0x00, kShortEf = 0x02, kByAid = 0x04;
constexpr std::uint8_t kWithFci = 0x00, kNoFci = 0x0C;
constexpr std::uint16_t kMasterFile = 0x3F00;
constexpr std::uint8_t kMostShortIdentifier = 30;  // ISO/IEC 7816-4:2013, 7.2.2
constexpr std::size_t kLeastKey = 16;
constexpr unsigned kUnlimited = 15;
constexpr std::size_t kEnvelopeSegment = 255;

bool is_short(const CommandApdu& command) { return !command.extended; }
bool is_case1(const CommandApdu& c) { return c.data.empty() && c.ne == 0; }
bool is_case2(const CommandApdu& c) { return is_short(c) && c.data.empty() && c.ne != 0; }

std::uint16_t identifier_of(ByteView data) {
  return static_cast<std::uint16_t>(data[0] << 8 | data[1]);
}

// ISO/IEC 7816-3:2006, 10.3.2: an INS cannot be 6X or 9X; 7816-4, 5.4.1: nor CLA FF.
bool header_is_possible(std::uint8_t cla, std::uint8_t ins) {
  return cla != 0xFF && (ins & 0xF0) != 0x60 && (ins & 0xF0) != 0x90;
}

Judgement refuse(std::uint8_t cla, std::uint8_t ins, std::string_view why_ja,
                 std::string_view why_en) {
  return refused(command_name_ja(cla, ins), command_name_en(cla, ins), why_ja, why_en);
}
Judgement refuse(const CommandApdu& command, std::string_view why_ja, std::string_view why_en) {
  return refuse(command.cla, command.ins, why_ja, why_en);
}

}  // namespace

CardGuard::CardGuard(std::vector<Release> releases) : releases_(std::move(releases)) {}

void CardGuard::activated(Activation kind) {
  deactivated();
  active_ = true;
  if (kind == Activation::kReset) selection_ = {Application::kCardManager, std::uint16_t{0}};
}

void CardGuard::deactivated() {
  active_ = anything_passed_ = false;
  selection_ = {};
  awaits_ = Awaits::kNothing;
  pending_ = {};
  identification_ = {};
  release_ = -1;
  tries_.clear();
  envelope_.clear();
}

const std::string* CardGuard::released_as() const {
  return release_ < 0 ? nullptr : &release().name;
}

// ---- commands
Judgement CardGuard::command(ByteView apdu) {
  if (awaits_ == Awaits::kResponse) response_lost();
  const auto command = wire::iso7816::decode_command(apdu);
  if (!command)
    return refused("不正な形のコマンド", "malformed command",
                   fmt::format("{}バイトがAPDUになっていません", apdu.size()),
                   fmt::format("{} bytes are no command APDU", apdu.size()));
  if (!active_)
    return refuse(*command, "カードの活性化が確認されていません",
                  "no activation of the card was seen");
  if (command->ins == kGetResponse &&
      (command->cla == 0x00 || (command->cla == 0x80 && release_ >= 0)))
    return judge_get_response(*command);
  Pending pending;
  Judgement judgement = judge(*command, pending);
  if (!judgement && release_ >= 0) judgement = judge_released(*command, pending);
  if (!judgement) return judgement;
  if (const auto tries = pending.reference ? tries_.find(*pending.reference) : tries_.end();
      tries != tries_.end() && !command->data.empty() && tries->second > 0) {
    --tries->second;  // until its answer says otherwise
    pending.compares = true;
  }
  if (!pending.envelope) envelope_.clear();
  pending_ = std::move(pending);
  awaits_ = Awaits::kResponse;
  anything_passed_ = true;
  return passes();
}

// Its answer belongs to the command before, which has passed.
Judgement CardGuard::judge_get_response(const Command& command) {
  if (!anything_passed_ || command.p1 != 0 || command.p2 != 0 || !is_case2(command))
    return refuse(command, "許可されたコマンドの続きではありません",
                  "it continues no command that passed");
  if (awaits_ == Awaits::kGetResponse) awaits_ = Awaits::kResponse;
  return passes();
}

Judgement CardGuard::judge(const Command& command, Pending& pending) const {
  pending.success = pending.failure = after_other(command);
  if (command.cla != 0x00)
    return refuse(command, "許可されているクラスは00だけです", "no class but 00 is allowed");
  switch (command.ins) {
    case kSelect:
      return judge_select(command, pending);
    case kReadBinary:
    case kReadRecord:
      return judge_read(command, pending);
    case kVerify:
      return judge_query(command, pending);
    case kGetChallenge:
      pending.success = pending.failure = selection_;
      if (command.p1 == 0 && command.p2 == 0 && is_case2(command)) return passes();
      break;
    case kGetData:
      pending.success = pending.failure = selection_;
      if (!is_case2(command)) break;
      if (selection_.application != Application::kCardManager)
        return refuse(command, "カードマネージャが選択されているとは限りません",
                      "it is not certain that the card manager is selected");
      if (is_harmless_object(static_cast<std::uint16_t>(command.p1 << 8 | command.p2)))
        return passes();
      return refuse(command, "無害と分かっているデータオブジェクトではありません",
                    "the data object is not known to be harmless");
    default:
      return refuse(command, "許可されたコマンドではありません", "not on the allow-list");
  }
  return refuse(command, "許可された形ではありません", "not in the form that is allowed");
}

// What is selected after a command that only a released card gets (facts/domain.md 1.3).
CardGuard::Selection CardGuard::after_other(const Command& command) const {
  const bool known = command.cla == 0x80
                         ? command.ins == 0x2A || command.ins == kChangeKey ||
                               command.ins == 0xA2 || command.ins == 0xAE
                         : command.cla == 0x00 && (command.ins == kChange || command.ins == 0x82 ||
                                                   command.ins == 0x88);
  if (!known) return {};
  Selection then = selection_;
  if (command.p2 != 0x80 && (command.p2 & 0xE0) == 0x80) then.file = std::nullopt;
  return then;
}

Judgement CardGuard::judge_select(const Command& command, Pending& pending) const {
  pending.success = pending.failure = {};
  const bool known_p2 = command.p2 == kWithFci || command.p2 == kNoFci;
  const std::size_t nc = command.data.size();
  if (is_short(command) && known_p2) {
    if (command.p1 == kByAid) {
      // Only a whole name: a shorter one may mean several applications, and after an exchange over
      // T=0 that broke off the bytes of a name of anybody's making may be taken for a header.
      const auto application = wire::mynumber::application_with_aid(command.data);
      if (!application)
        return refuse(command, "知られているAPの名前ではありません",
                      "not the whole name of a known application");
      pending.success = {*application, std::uint16_t{0}};
      return passes();
    }
    if (command.p1 == kShortEf && nc == 2) {
      // All known files have short identifiers. Others, taken for a header by a card whose T=0
      // exchange broke off, could be a command (00 20).
      const std::uint16_t file = identifier_of(command.data);
      if (file == 0 || file > kMostShortIdentifier)
        return refuse(command, "知られているファイルの範囲ではありません",
                      "not within the range of the known files");
      pending.success = {selection_.application, file};
      pending.failure = {selection_.application, std::nullopt};
      return passes();
    }
    // Without effect or refused, as far as is known (facts/domain.md 1.1); nothing is built on it.
    const bool master = nc == 0 || (nc == 2 && identifier_of(command.data) == kMasterFile);
    if (command.p1 == kByIdentifier && master) return passes();
  }
  return refuse(command, "知られている選択の形ではありません", "not a known form of selection");
}

Judgement CardGuard::judge_read(const Command& command, Pending& pending) const {
  const bool record = command.ins == kReadRecord;
  // READ BINARY: P1 100sssss, READ RECORD: P2 sssss100; 0: the current EF.
  const bool by_identifier = record ? command.p2 >> 3 != 0 : (command.p1 & 0x80) != 0;
  const std::uint8_t identifier = record ? command.p2 >> 3 : command.p1 & 0x1F;
  pending.success = pending.failure = selection_;
  std::optional<std::uint16_t> file = selection_.file;
  if (by_identifier) {
    file = identifier;
    pending.success.file = file;
    pending.failure.file = std::nullopt;
  }
  const bool form = record ? (command.p2 & 0x07) == 0x04 && command.p1 != 0
                           : !by_identifier || (command.p1 & 0x60) == 0;
  const bool identifier_valid =
      !by_identifier || (identifier != 0 && identifier <= kMostShortIdentifier);
  if (!form || !identifier_valid) {
    pending.success = pending.failure = {};
    return refuse(command, "知られている読み出しの形ではありません", "not a known form of reading");
  }
  if (!selection_.application || !file)
    return refuse(command, "選択されているファイルが確実には分かりません",
                  "it is not certain which file is selected");
  const std::uint8_t record_number = record ? command.p1 : 0;
  const std::uint32_t offset = record || by_identifier ? command.p2 : command.p1 << 8 | command.p2;
  for (std::size_t item = 0; item < Identification::kItems; ++item) {
    const Identification::Place& place = Identification::place(item);
    const bool at_begin = record || offset == 0;
    if (place.application == selection_.application && place.file == *file && at_begin &&
        place.record == record_number && place.length == command.ne)
      pending.item = static_cast<int>(item);
  }
  if (!is_case2(command))
    return refuse(command, "許可された形ではありません", "not in the form that is allowed");
  if (is_harmless_file(*selection_.application, *file, record_number)) return passes();
  return refuse(command,
                fmt::format("{}のEF {:04X}は無害と分かっているファイルではありません",
                            to_string(*selection_.application), *file),
                fmt::format("EF {:04X} of {} is not known to be harmless", *file,
                            to_string(*selection_.application)));
}

// The query of the tries left, and only where it is known to be one.
Judgement CardGuard::judge_query(const Command& command, Pending& pending) const {
  pending.reference = reference_of(command);
  pending.success = pending.failure = selection_;
  if (const bool by_identifier = command.p2 != 0x80; by_identifier) {
    pending.success.file = pending.failure.file = std::nullopt;
    if (pending.reference) pending.success.file = pending.reference->file;
  }
  if (command.p1 != 0x00 || command.p2 != 0x80 || !is_case1(command))
    return refuse(command, "残り回数の照会（データなし）だけが許可されています",
                  "nothing but the retry query without data is allowed");
  if (selection_.application != Application::kJpki || !selection_.file)
    return refuse(command, "公的個人認証APの選択が9000で確認されていません",
                  "SELECT JPKI has not been answered 9000 in this activation");
  return passes();
}

std::optional<CardGuard::Reference> CardGuard::reference_of(const Command& command) const {
  if (!selection_.application) return std::nullopt;
  if (command.p2 == 0x80) {
    if (!selection_.file) return std::nullopt;
    return Reference{*selection_.application, *selection_.file};
  }
  const std::uint8_t identifier = command.p2 & 0x1F;
  if ((command.p2 & 0xE0) != 0x80 || identifier > kMostShortIdentifier) return std::nullopt;
  return Reference{*selection_.application, identifier};
}

// ---- a released test card
Judgement CardGuard::judge_released(const Command& command, Pending& pending) {
  if (!header_is_possible(command.cla, command.ins))
    return refuse(command, "コマンドにならないヘッダです", "no command has such a header");
  if (command.ins == kEnvelope) return judge_envelope(command, pending);
  if (!may_cost_a_try(command.ins)) return passes();
  if (command.ins == kChange || command.ins == kChangeKey)
    pending.reference = reference_of(command);
  if (release().may_lock) return passes();
  return judge_tries(command, pending);
}

Judgement CardGuard::judge_tries(const Command& command, const Pending& pending) const {
  const bool verify = command.cla == 0x00 && command.ins == kVerify && command.p1 == 0x00;
  const bool change = command.cla == 0x00 && command.ins == kChange && command.p1 == 0x01;
  const bool change_key = command.cla == 0x80 && command.ins == kChangeKey && command.p1 == 0x00;
  if (!is_short(command) || command.ne != 0 || !(verify || change || change_key))
    return refuse(command, "ロックしてよいカードにしか送らない形です",
                  "this form goes only to a card that may be locked");
  if (!pending.reference)
    return refuse(command, "どの暗証番号かが確実には分かりません",
                  "it is not certain which reference data is meant");
  if (verify && command.data.empty()) return passes();
  const Reference& reference = *pending.reference;
  if (!reference_length_fits(reference.application, reference.file, command.data.size()))
    return refuse(command, "この暗証番号の長さではありません",
                  "the length is none of this reference data");
  const auto tries = tries_.find(reference);
  if (tries == tries_.end())
    return refuse(command, "この活性化で残り回数が確認されていません",
                  "the tries left have not been asked for in this activation");
  if (tries->second > release().keep_tries) return passes();
  return refuse(command,
                fmt::format("残り{}回です（{}回は残します）", tries->second, release().keep_tries),
                fmt::format("{} tries left, {} are kept", tries->second, release().keep_tries));
}

// An extended command in T=0 (ISO/IEC 7816-3:2006, 12.2.5), in segments of 255 bytes and a shorter
// last one. No command that may cost a try needs one. What may be the beginning of a command for
// the card is judged as one.
Judgement CardGuard::judge_envelope(const Command& command, Pending& pending) {
  Bytes whole = envelope_;
  whole.insert(whole.end(), command.data.begin(), command.data.end());
  const bool base_class = command.cla == 0x00 || command.cla == 0x80;
  if (!base_class || command.p1 != 0 || command.p2 != 0 ||
      (!whole.empty() && !envelope_is_allowed(whole))) {
    envelope_.clear();
    return refuse(command, "中のコマンドが許可されていません", "the command inside is not allowed");
  }
  pending.envelope = true;
  if (!whole.empty())
    pending.success = pending.failure =
        after_other(Command::case1(whole[0], whole[1], whole[2], whole[3]));
  const bool ends = command.data.size() < kEnvelopeSegment ||
                    whole.size() >= std::size_t{7} + (whole[5] << 8 | whole[6]);
  envelope_ = ends ? Bytes() : std::move(whole);
  return passes();
}

bool CardGuard::envelope_is_allowed(ByteView apdu) const {
  if (apdu.size() < 7 || apdu[4] != 0 || !fits_so_far(apdu)) return false;
  if (!header_is_possible(apdu[0], apdu[1]) || apdu[1] == kEnvelope) return false;
  return !may_cost_a_try(apdu[1]) || release().may_lock;
}

Judgement CardGuard::begins(ByteView first_part) const {
  constexpr std::size_t kHeaderAndLc = 5;
  if (first_part.size() < kHeaderAndLc)
    return refused("分割されたコマンド", "command in parts", "先頭の部分が短すぎます",
                   "its first part is too short to judge");
  const std::uint8_t cla = first_part[0], ins = first_part[1];
  if (!active_ || release_ < 0)
    return refuse(cla, ins, "分割して送ることは許可されていません", "it is sent in parts");
  if (!header_is_possible(cla, ins) || ins == kEnvelope)
    return refuse(cla, ins, "コマンドにならないヘッダです", "no command has such a header");
  if (may_cost_a_try(ins) && !release().may_lock)
    return refuse(cla, ins, "ロックしてよいカードにしか送らない形です",
                  "this form goes only to a card that may be locked");
  return passes();
}

bool CardGuard::fits_so_far(ByteView parts) {
  if (parts.size() <= 5) return true;
  if (parts[4] != 0) return parts.size() <= std::size_t{5} + parts[4] + 1;
  if (parts.size() <= 7) return true;
  return parts.size() <= std::size_t{7} + (parts[5] << 8 | parts[6]) + 2;
}

// ---- answers
void CardGuard::response(ByteView apdu) {
  if (awaits_ != Awaits::kResponse) return;
  if (apdu.size() < 2) return response_lost();
  const std::size_t size = apdu.size() - 2;
  const auto sw = static_cast<std::uint16_t>(apdu[size] << 8 | apdu[size + 1]);
  const ByteView data = apdu.first(size);
  pending_.data.insert(pending_.data.end(), data.begin(), data.end());
  settle(sw);
}

void CardGuard::response_lost() {
  if (awaits_ == Awaits::kNothing) return;
  awaits_ = Awaits::kNothing;
  pending_ = {};
  selection_ = {};
  envelope_.clear();
}

void CardGuard::settle(std::uint16_t sw) {
  const bool more = sw >> 8 == 0x61;
  const bool succeeded = more || sw == 0x9000;
  selection_ = succeeded ? pending_.success : pending_.failure;
  awaits_ = more ? Awaits::kGetResponse : Awaits::kNothing;
  if (sw != 0x9000) envelope_.clear();
  if (more) return;
  if (pending_.reference) settle_tries(*pending_.reference, sw);
  if (succeeded && pending_.item >= 0) {
    identification_.set(static_cast<std::size_t>(pending_.item), pending_.data);
    identify();
  }
  pending_ = {};
}

// facts/domain.md 1.4. Every other status word leaves what was assumed when the command passed.
void CardGuard::settle_tries(const Reference& reference, std::uint16_t sw) {
  if ((sw & 0xFFF0) == 0x63C0) {
    tries_[reference] = sw & 0x000F;
  } else if (sw == 0x6300) {
    tries_[reference] = kUnlimited;
  } else if (sw == 0x6983 || sw == 0x6984) {
    tries_[reference] = 0;
  } else if (sw == 0x9000 && tries_.count(reference) != 0 && pending_.compares) {
    ++tries_[reference];  // the counter is back at its limit: at least what it was before
  }
}

void CardGuard::identify() {
  release_ = -1;
  if (!identification_.complete() || identification_.hierarchy() != Hierarchy::kTest) return;
  for (std::size_t i = 0; i < releases_.size() && release_ < 0; ++i) {
    const Release& candidate = releases_[i];
    if (candidate.key.size() < kLeastKey) continue;
    if (same_digest(identification_.digest(candidate.key), candidate.digest))
      release_ = static_cast<int>(i);
  }
}

}  // namespace uketsuke::guard
