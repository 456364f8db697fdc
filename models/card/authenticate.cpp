// GET CHALLENGE, and the authentication of a terminal that may use the auth key without PIN. Only
// the first command of the latter is public (80 A2 with a card-verifiable certificate:
// facts/domain.md 1.6); the rest is assumed: GET CHALLENGE, then EXTERNAL AUTHENTICATE 00 82
// 00 00|80|96 with the terminal's PKCS #1 v1.5 SHA-256 signature over the challenge.
#include <algorithm>
#include <array>

#include "models/card/command_table.h"

namespace uketsuke::card {

using wire::Bytes;
using wire::ByteView;
using wire::iso7816::CommandApdu;

namespace {

constexpr std::size_t kSmallestChallenge = 8;  // of an external authentication
// A certificate can come in two blocks: body with or without the header of 7F21 (307 or 302 bytes),
// then the signature (261 bytes). 307 bytes were seen in public traces.
constexpr std::size_t kBodyBlock = 302;
constexpr std::size_t kSignatureBlock = 261;
// 7F21 82 nnnn: the length is that of both blocks.
constexpr std::array<std::uint8_t, 5> kHeader = {
    0x7F, 0x21, 0x82, (kBodyBlock + kSignatureBlock) >> 8, (kBodyBlock + kSignatureBlock) & 0xFF};

bool begins(ByteView bytes, std::uint8_t first, std::uint8_t second) {
  return bytes.size() >= 2 && bytes[0] == first && bytes[1] == second;
}

}  // namespace

Answer Handlers::get_challenge(Card& card, const Command& command) {
  const CommandApdu& apdu = command.apdu;
  if (apdu.p1 != 0x00 || apdu.p2 != 0x00) return answer(kBadP1P2);
  if (apdu.extended) return answer(kConditionsOfUse);
  if (!apdu.data.empty() || apdu.ne == 0) return answer(kWrongLength);
  card.status_.challenge = card.random_bytes(apdu.ne);
  return answer(card.status_.challenge);
}

Answer Handlers::accept_terminal_certificate(Card& card, ByteView certificate) {
  const ProfileData& data = card.profile_->data;
  auto decoded = crypto::decode_cv_certificate(certificate);
  if (!decoded) return answer(kWrongLength);  // as a card answers to meaningless data
  if (!data.terminal_ca.key) return answer(kNoReferenceData);
  const wire::Micros work_us = data.timing.public_key_us;
  if (!crypto::verify(*decoded, data.terminal_ca.key_id, *data.terminal_ca.key)) {
    return answer(kBadData, work_us);
  }
  card.status_.terminal_key = decoded->key;
  return answer(kOk, work_us);
}

Answer Handlers::set_terminal_certificate(Card& card, const Command& command) {
  const CommandApdu& apdu = command.apdu;
  if (!card.profile_->data.behaviour.terminal_authentication) {
    ++card.unmodelled_;
    return answer(kNoInstruction);
  }
  if ((apdu.p1 != 0x00 && apdu.p1 != 0x06) || apdu.p2 != 0xC1) return answer(kBadP1P2);
  card.status_.terminal_key.reset();
  card.status_.terminal_authenticated = false;
  const ByteView block = apdu.data;
  Bytes first = std::move(card.terminal_certificate_);
  card.terminal_certificate_.clear();

  if (block.size() == kBodyBlock && begins(block, 0x5F, 0x4E)) {
    card.terminal_certificate_ = wire::to_bytes(block);
    return answer(kOk);
  }
  if (block.size() == kHeader.size() + kBodyBlock && begins(block, 0x7F, 0x21)) {
    if (!std::equal(kHeader.begin(), kHeader.end(), block.begin())) return answer(kWrongLength);
    card.terminal_certificate_ = wire::to_bytes(block.subspan(kHeader.size()));
    return answer(kOk);
  }
  if (block.size() == kSignatureBlock && begins(block, 0x5F, 0x37) && !first.empty()) {
    first.insert(first.end(), block.begin(), block.end());
    return accept_terminal_certificate(card, first);
  }
  return accept_terminal_certificate(card, block);
}

Answer Handlers::external_authenticate(Card& card, const Command& command) {
  const CommandApdu& apdu = command.apdu;
  if (!card.profile_->data.behaviour.terminal_authentication) {
    ++card.unmodelled_;
    return answer(kNoInstruction);
  }
  const bool names_terminal_ca =
      apdu.p2 == 0x00 || apdu.p2 == 0x80 || apdu.p2 == (0x80 | wire::mynumber::ef::kJpkiTerminalCa);
  if (apdu.p1 != 0x00 || !names_terminal_ca) return answer(kBadP1P2);
  SecurityStatus& status = card.status_;
  const Bytes challenge = std::move(status.challenge);  // serves once
  status.challenge.clear();
  status.terminal_authenticated = false;
  if (!status.terminal_key || challenge.size() < kSmallestChallenge) {
    return answer(kConditionsOfUse);
  }
  if (apdu.data.size() != status.terminal_key->size_bytes()) return answer(kWrongLength);
  const wire::Micros work_us = card.profile_->data.timing.public_key_us;
  if (!status.terminal_key->verify_pkcs1_sha256(challenge, apdu.data)) {
    return answer(kNoMatchUnlimited, work_us);
  }
  status.terminal_authenticated = true;
  return answer(kOk, work_us);
}

}  // namespace uketsuke::card
