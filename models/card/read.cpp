// READ BINARY, READ RECORD and GET DATA: facts/domain.md 1.3; JICSAP 1.1, 6.4.1 and 6.4.4.
#include <algorithm>

#include "models/card/command_table.h"

namespace uketsuke::card {

using wire::Bytes;
using wire::iso7816::CommandApdu;

bool Handlers::satisfied(const Card& card, const Condition& condition) {
  switch (condition.rule) {
    case Condition::Rule::kAlways:
      return true;
    case Condition::Rule::kNever:
      return false;
    case Condition::Rule::kAnyOf:
      break;
  }
  if (condition.or_terminal && card.status_.terminal_authenticated) return true;
  return std::any_of(condition.any_of.begin(), condition.any_of.end(), [&](std::uint16_t id) {
    return id != 0 && card.status_.verified({card.selected(), id});
  });
}

Answer Handlers::read_binary(Card& card, const Command& command) {
  if (command.file == nullptr) return answer(kNoCurrentFile);
  const CommandApdu& apdu = command.apdu;
  if (!apdu.data.empty() || apdu.ne == 0) return answer(kWrongLength);
  if (!satisfied(card, command.file->condition)) return answer(kSecurityStatus);
  const bool by_short_identifier = (apdu.p1 & 0x80) != 0;
  const std::size_t offset = by_short_identifier ? apdu.p2 : apdu.p1 << 8 | apdu.p2;
  const Bytes& content = command.file->content;
  if (offset >= content.size()) return answer(kOffset);
  // To the end of the file at most; fewer bytes than asked for are no warning on this card.
  const std::size_t count = std::min<std::size_t>(apdu.ne, content.size() - offset);
  Answer result{{}, card.profile_->data.timing.read_us_per_byte * count};
  result.response.reserve(count + 2);
  result.response.assign(content.begin() + static_cast<std::ptrdiff_t>(offset),
                         content.begin() + static_cast<std::ptrdiff_t>(offset + count));
  result.response.push_back(0x90);
  result.response.push_back(0x00);
  return result;
}

Answer Handlers::read_record(Card& card, const Command& command) {
  if (command.file == nullptr) return answer(kNoCurrentFile);
  const CommandApdu& apdu = command.apdu;
  if ((apdu.p2 & 0x07) == 0x05) return answer(kFunctionNotSupported);  // records P1 to last: A-46
  if ((apdu.p2 & 0x07) != 0x04) return answer(kBadP1P2);
  if (!apdu.data.empty() || apdu.ne == 0) return answer(kWrongLength);
  if (!satisfied(card, command.file->condition)) return answer(kSecurityStatus);
  // Record 0 is the current record; nothing on this card sets one.
  if (apdu.p1 == 0 || apdu.p1 > command.file->records.size()) return answer(kNoRecord);
  const Bytes& record = command.file->records[apdu.p1 - 1u];
  const std::size_t count = std::min<std::size_t>(apdu.ne, record.size());
  return answer(Bytes(record.begin(), record.begin() + static_cast<std::ptrdiff_t>(count)),
                card.profile_->data.timing.read_us_per_byte * count);
}

Answer Handlers::get_data(Card& card, const Command& command) {
  const CommandApdu& apdu = command.apdu;
  if (!apdu.data.empty() || apdu.ne == 0) return answer(kWrongLength);
  const auto tag = static_cast<std::uint16_t>(apdu.p1 << 8 | apdu.p2);
  const DataObject* object = card.profile_->files.object(tag);
  if (object == nullptr || (card.selected_ != nullptr && !object->in_applications)) {
    return answer(kNoReferenceData);
  }
  // Large objects are refused with a short Le instead of being cut (facts/domain.md 1.3).
  if (object->value.size() > apdu.ne) return answer(kWrongLength);
  return answer(object->value, card.profile_->data.timing.read_us_per_byte * object->value.size());
}

}  // namespace uketsuke::card
