#include "models/card/security_status.h"

#include <algorithm>

#include "models/card/profile.h"
#include "models/card/references.h"

namespace uketsuke::card {

using wire::mynumber::Application;
namespace ef = wire::mynumber::ef;

namespace {

constexpr std::array<ReferenceFormat, 10> kFormats = {{
    {{Application::kJpki, ef::kJpkiAuthPin}, 4, 4, Alphabet::kDigits},
    {{Application::kJpki, ef::kJpkiSignPin}, 6, 16, Alphabet::kUpperCaseAndDigits},
    {{Application::kCardFace, ef::kFaceBirthKey}, 6, 6, Alphabet::kDigits},
    {{Application::kCardFace, ef::kFaceVerificationB}, 14, 14, Alphabet::kDigits},
    {{Application::kCardFace, ef::kFaceVerificationA}, 12, 12, Alphabet::kDigits},
    {{Application::kCardText, ef::kTextPin}, 4, 4, Alphabet::kDigits},
    {{Application::kCardText, ef::kTextBlockedPin}, 4, 4, Alphabet::kDigits},
    {{Application::kCardText, ef::kTextVerificationA}, 12, 12, Alphabet::kDigits},
    {{Application::kCardText, ef::kTextVerificationB}, 14, 14, Alphabet::kDigits},
    {{Application::kJuki, ef::kJukiPin}, 4, 4, Alphabet::kDigits},
}};

bool same(ReferenceId a, ReferenceId b) {
  return a.application == b.application && a.file == b.file;
}

}  // namespace

const ReferenceFormat* find_reference_format(ReferenceId id) {
  const auto found = std::find_if(kFormats.begin(), kFormats.end(),
                                  [&](const ReferenceFormat& row) { return same(row.id, id); });
  return found == kFormats.end() ? nullptr : &*found;
}

bool fits(const ReferenceFormat& format, wire::ByteView value) {
  return value.size() >= format.minimum && value.size() <= format.maximum &&
         std::all_of(value.begin(), value.end(), [&](std::uint8_t c) {
           return (c >= '0' && c <= '9') ||
                  (format.alphabet == Alphabet::kUpperCaseAndDigits && c >= 'A' && c <= 'Z');
         });
}

PersistentState::PersistentState(const Profile& profile) {
  const ProfileData& data = profile.data;
  if (data.kind != Kind::kMyNumberCard) return;
  const RetryLimits& limits = data.behaviour.retry_limits;
  const auto add = [this](Application application, std::uint16_t file, const std::string& value,
                          std::uint8_t limit, std::uint8_t used = 0) {
    const bool blocked = value.empty() || used >= limit;
    const auto left = static_cast<std::uint8_t>(blocked ? 0 : limit - used);
    references_[{application, file}] = {left, limit, value};
  };
  add(Application::kJpki, ef::kJpkiAuthPin, data.auth_pin, limits.auth_pin,
      data.auth_pin_tries_used);
  add(Application::kJpki, ef::kJpkiSignPin, data.sign_pin, limits.sign_pin,
      data.sign_pin_tries_used);
  add(Application::kCardFace, ef::kFaceBirthKey, profile.birth_key, limits.birth_date);
  add(Application::kCardFace, ef::kFaceVerificationB, profile.verification_b, limits.verification_b,
      data.verification_b_tries_used);
  add(Application::kCardFace, ef::kFaceVerificationA, profile.verification_a,
      limits.verification_a);
  add(Application::kCardText, ef::kTextPin, data.text_pin, limits.text_pin);
  add(Application::kCardText, ef::kTextBlockedPin, {}, 0);
  add(Application::kCardText, ef::kTextVerificationA, profile.verification_a,
      limits.verification_a);
  add(Application::kCardText, ef::kTextVerificationB, profile.verification_b,
      limits.verification_b);
  add(Application::kJuki, ef::kJukiPin, data.juki_pin, limits.juki_pin);
}

ReferenceState* PersistentState::find(ReferenceId id) {
  const auto found = references_.find(id);
  return found == references_.end() ? nullptr : &found->second;
}

const ReferenceState* PersistentState::find(ReferenceId id) const {
  const auto found = references_.find(id);
  return found == references_.end() ? nullptr : &found->second;
}

void SecurityStatus::clear() { *this = SecurityStatus(); }

void SecurityStatus::set_verified(ReferenceId id, bool verified) {
  std::uint32_t& bits = verified_[static_cast<std::size_t>(id.application)];
  const std::uint32_t bit = 1u << (id.file & 0x1F);
  bits = verified ? bits | bit : bits & ~bit;
}

bool SecurityStatus::verified(ReferenceId id) const {
  return (verified_[static_cast<std::size_t>(id.application)] >> (id.file & 0x1F) & 1u) != 0;
}

}  // namespace uketsuke::card
