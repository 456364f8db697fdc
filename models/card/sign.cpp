// COMPUTE DIGITAL SIGNATURE, INTERNAL AUTHENTICATE, SET SESSION KEY: facts/domain.md 1.3 and 1.4.
#include <algorithm>

#include "models/card/command_table.h"
#include "models/crypto/digest.h"

namespace uketsuke::card {

using wire::Bytes;
using wire::ByteView;
using wire::iso7816::CommandApdu;

namespace {

constexpr std::size_t kVerbatimMaximum = 245;  // RSA-2048: 256 - 11

enum class Padding : std::uint8_t { kPkcs1, kPss };
// What the card does with the data before it pads.
enum class Input : std::uint8_t { kVerbatim, kHashBare, kGivenHash, kHash };
struct Scheme {
  Input input;
  Padding padding;
};
// P1 of 80 2A.
constexpr Scheme kSchemes[] = {
    {Input::kVerbatim, Padding::kPkcs1},  {Input::kHashBare, Padding::kPkcs1},
    {Input::kGivenHash, Padding::kPkcs1}, {Input::kHash, Padding::kPkcs1},
    {Input::kGivenHash, Padding::kPss},   {Input::kHash, Padding::kPss},
};

std::uint16_t check_length(Input input, std::size_t size) {
  if (size == 0) return kWrongLength;
  if (input == Input::kVerbatim && size > kVerbatimMaximum) return kWrongLength;
  if (input == Input::kGivenHash && size != sizeof(crypto::Sha256Digest)) return kConditionsOfUse;
  return kRun;
}

Bytes block_for(Input input, ByteView data) {
  switch (input) {
    case Input::kVerbatim:
      return wire::to_bytes(data);
    case Input::kHashBare:
      return wire::to_bytes(crypto::sha256(data));
    case Input::kHash:
      return crypto::sha256_digest_info_of(data);
    case Input::kGivenHash:
      break;
  }
  crypto::Sha256Digest digest{};
  std::copy_n(data.begin(), digest.size(), digest.begin());
  return crypto::sha256_digest_info(digest);
}

const crypto::RsaPrivateKey* key_of(const ProfileData& data, Application application,
                                    std::uint16_t file) {
  if (application != Application::kJpki) return data.card_key.get();
  return (file == wire::mynumber::ef::kJpkiAuthKey ? data.auth_key : data.sign_key).get();
}

// No Le means as much as there is: a T=0 command with data cannot carry one.
bool too_small(const CommandApdu& apdu, std::size_t size) { return apdu.ne != 0 && apdu.ne < size; }

}  // namespace

Answer Handlers::compute_signature(Card& card, const Command& command) {
  if (command.file == nullptr) return answer(kNoCurrentFile);
  const CommandApdu& apdu = command.apdu;
  if (apdu.p1 >= std::size(kSchemes)) return answer(kBadP1P2);
  const Scheme& scheme = kSchemes[apdu.p1];
  if (!satisfied(card, command.file->condition)) return answer(kSecurityStatus);
  const ProfileData& data = card.profile_->data;
  const crypto::RsaPrivateKey* key = key_of(data, card.selected(), command.file->id);
  if (key == nullptr) return answer(kNoReferenceData);
  if (const auto sw = check_length(scheme.input, apdu.data.size()); sw != kRun) return answer(sw);
  if (too_small(apdu, key->size_bytes())) return answer(kWrongLength);

  wire::Result<Bytes> signature = Bytes{};
  if (scheme.padding == Padding::kPkcs1) {
    signature = key->sign_pkcs1(block_for(scheme.input, apdu.data));
  } else {
    crypto::Sha256Digest digest{};
    if (scheme.input == Input::kHash) {
      digest = crypto::sha256(apdu.data);
    } else {
      std::copy_n(apdu.data.begin(), digest.size(), digest.begin());
    }
    signature = key->sign_pss_sha256(digest, card.random_bytes(32));
  }
  if (!signature) return answer(kConditionsOfUse);
  return answer(std::move(*signature), data.timing.private_key_us);
}

// Signs DigestInfo(SHA-256(challenge)) with the key of common 0019; nothing has to be verified.
Answer Handlers::internal_authenticate(Card& card, const Command& command) {
  const CommandApdu& apdu = command.apdu;
  if (apdu.p1 != 0x00) return answer(kBadP1P2);
  const ProfileData& data = card.profile_->data;
  if (!data.card_key) return answer(kNoReferenceData);
  if (apdu.data.empty() || apdu.data.size() > 255 || too_small(apdu, data.card_key->size_bytes())) {
    return answer(kWrongLength);
  }
  auto signature = data.card_key->sign_pkcs1(crypto::sha256_digest_info_of(apdu.data));
  if (!signature) return answer(kConditionsOfUse);
  return answer(std::move(*signature), data.timing.private_key_us);
}

// Card text application only. The model does no secure messaging: with the PIN verified it answers
// as for a cryptogram made with the wrong key.
Answer Handlers::set_session_key(Card& card, const Command&) {
  const ReferenceId pin{Application::kCardText, wire::mynumber::ef::kTextPin};
  if (!card.status_.verified(pin)) return answer(kSecurityStatus);
  ++card.unmodelled_;
  return answer(kBadData);
}

}  // namespace uketsuke::card
