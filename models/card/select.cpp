// SELECT: facts/domain.md 1.1 and 1.3; JICSAP 1.1, 6.4.8.
#include "models/card/command_table.h"

namespace uketsuke::card {

using wire::iso7816::CommandApdu;

namespace {

constexpr std::uint8_t kByAid = 0x04;
constexpr std::uint8_t kEfInApplication = 0x02;
constexpr std::uint8_t kByIdentifier = 0x00;
constexpr std::uint8_t kNoAnswer = 0x0C;
constexpr std::uint8_t kWithFci = 0x00;

std::uint16_t identifier_of(const CommandApdu& apdu) {
  return static_cast<std::uint16_t>(apdu.data[0] << 8 | apdu.data[1]);
}

}  // namespace

Answer Handlers::select(Card& card, const Command& command) {
  const CommandApdu& apdu = command.apdu;
  if (apdu.p1 == kByIdentifier) {
    // 00 A4 00 00: refused after a reset, accepted and without effect in an application.
    if (apdu.p2 != kWithFci && apdu.p2 != kNoAnswer) return answer(kBadP1P2);
    if (!apdu.data.empty()) return answer(kNoFile);
    return answer(card.selected_ == nullptr ? kBadP1P2 : kOk);
  }
  if (apdu.p2 != kNoAnswer && apdu.p2 != kWithFci) return answer(kBadP1P2);

  if (apdu.p1 == kEfInApplication) {
    if (apdu.data.size() != 2) return answer(kWrongLength);
    const std::uint16_t id = identifier_of(apdu);
    const File* file =
        card.selected_ == nullptr || id == kDefaultKey ? nullptr : find_file(*card.selected_, id);
    if (file == nullptr) return answer(kNoFile);
    card.current_ = file;
    return answer(kOk);
  }
  if (apdu.p1 != kByAid) return answer(kBadP1P2);
  if (apdu.data.empty() || apdu.data.size() > 16) return answer(kWrongLength);

  const bool has_manager = card.profile_->data.kind == Kind::kMyNumberCard;
  const bool manager =
      has_manager && wire::mynumber::application_with_aid(apdu.data) == Application::kCardManager;
  const Directory* directory = card.profile_->files.directory_with_aid(apdu.data);
  if (!manager && directory == nullptr) return answer(kNoFile);
  card.selected_ = directory;
  card.current_ = nullptr;
  card.terminal_certificate_.clear();
  if (card.profile_->data.behaviour.select_application_clears_status) card.status_.clear();
  if (apdu.p2 == kWithFci) return answer(card.profile_->data.behaviour.fci);
  return answer(kOk);
}

}  // namespace uketsuke::card
