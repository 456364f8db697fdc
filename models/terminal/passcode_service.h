// The visual passcode (目視確認用パスコード): checking it for the reader (P3-2), issuing it
// beforehand in アカウント情報管理 (P3 note).
#pragma once

#include "models/terminal/account_session.h"

namespace uketsuke::terminal {

class PasscodeService {
 public:
  // The reader asks; its answer is sent when the backend's has come, kUnavailable if none comes.
  void check(Desk& desk, std::uint16_t seq, const link::CheckPasscode& request);
  void issue(Desk& desk, const AccountSession& account);
  void answer(Desk& desk, const backend_api::Answer& answer, std::uint64_t tag,
              const AccountSession& account);

 private:
  void issued(Desk& desk, const backend_api::Answer& answer, const AccountSession& account);
  bool issuing_ = false;
};

}  // namespace uketsuke::terminal
