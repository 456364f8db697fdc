// VERIFY, CHANGE REFERENCE DATA and CHANGE KEY: facts/domain.md 1.3 and 1.4; JICSAP 1.1, 6.4.9.
#include <algorithm>

#include "models/card/command_table.h"
#include "models/card/references.h"

namespace uketsuke::card {

using wire::ByteView;
using wire::iso7816::CommandApdu;

namespace {

std::uint16_t tries_left(const ReferenceState& state) {
  return static_cast<std::uint16_t>(kVerificationFailed | std::min<int>(state.tries_left, 15));
}

// Equal length and bytes; looks at every byte whatever the first difference is.
bool matches(const std::string& value, ByteView candidate) {
  if (value.size() != candidate.size()) return false;
  std::uint8_t difference = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    difference |= static_cast<std::uint8_t>(static_cast<std::uint8_t>(value[i]) ^ candidate[i]);
  }
  return difference == 0;
}

}  // namespace

Answer Handlers::verify(Card& card, const Command& command) {
  if (command.file == nullptr) return answer(kNoCurrentFile);
  const CommandApdu& apdu = command.apdu;
  if (apdu.p1 != 0x00) return answer(kBadP1P2);
  const ReferenceId id{card.selected(), command.file->id};
  ReferenceState* state = card.memory_->find(id);
  if (state == nullptr) return answer(kNoReferenceData);

  if (apdu.data.empty()) {  // asks for the tries that are left, uses none
    const bool verified = card.status_.verified(id);
    const bool says_ok = card.profile_->data.behaviour.query_of_verified_key_is_9000;
    return verified && says_ok ? answer(kOk) : answer(tries_left(*state));
  }
  if (state->tries_left == 0) return answer(kBlocked);

  const wire::Micros work_us = card.profile_->data.timing.verify_us;
  card.status_.set_verified(id, false);
  --state->tries_left;  // written before the comparison; a wrong length is a wrong value
  if (!matches(state->value, apdu.data)) return answer(tries_left(*state), work_us);
  card.undo_ = {true, id, *state};
  state->tries_left = state->limit;
  card.status_.set_verified(id, true);
  return answer(kOk, work_us);
}

// The present value has to be verified. A value of the wrong form: 6A80.
Answer Handlers::replace_value(Card& card, const Command& command, std::uint8_t p1) {
  if (command.file == nullptr) return answer(kNoCurrentFile);
  const CommandApdu& apdu = command.apdu;
  if (apdu.p1 != p1) return answer(kBadP1P2);
  if (apdu.data.empty()) return answer(kWrongLength);
  const ReferenceId id{card.selected(), command.file->id};
  ReferenceState* state = card.memory_->find(id);
  const ReferenceFormat* format = find_reference_format(id);
  if (state == nullptr || format == nullptr) return answer(kNoReferenceData);
  if (state->tries_left == 0) return answer(kBlocked);
  if (!card.status_.verified(id)) return answer(kSecurityStatus);
  if (!fits(*format, apdu.data)) return answer(kBadData);
  card.undo_ = {true, id, *state};
  state->value.assign(apdu.data.begin(), apdu.data.end());
  return answer(kOk, card.profile_->data.timing.verify_us);
}

Answer Handlers::change_reference_data(Card& card, const Command& command) {
  return replace_value(card, command, 0x01);
}

Answer Handlers::change_key(Card& card, const Command& command) {
  return replace_value(card, command, 0x00);
}

}  // namespace uketsuke::card
