// The visual passcode (目視確認用パスコード): checking it for the reader (P3-2), issuing it
// beforehand in アカウント情報管理 (P3 note).
#pragma once

#include "models/terminal/desk.h"

namespace uketsuke::terminal {

class PasscodeService {
 public:
  // The reader asks; its answer is sent when the backend's has come, kUnavailable if none comes.
  void check(Desk& desk, std::uint16_t seq, const link::CheckPasscode& request);
  void issue(Desk& desk, const std::string& session);
  void answer(Desk& desk, const backend_api::Answer& answer, std::uint64_t tag);
};

}  // namespace uketsuke::terminal
