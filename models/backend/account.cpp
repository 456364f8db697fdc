// Accounts, sessions and the visual passcode (P3-2, P4-1, P4-2; アカウント情報管理).
#include "models/backend/state.h"

namespace uketsuke::backend {
namespace {

constexpr std::size_t kMaxSessions = 1000;

std::string hex16(std::uint64_t value) {
  std::string out(16, '0');
  for (std::size_t i = 16; i-- > 0; value >>= 4) out[i] = "0123456789abcdef"[value & 0x0F];
  return out;
}

}  // namespace

std::string Backend::State::issue_passcode(const std::string& institution, Seconds now) {
  Passcode& passcode = passcodes[institution];
  passcode.digits.clear();
  for (unsigned i = 0; i < parameters.passcode_digits; ++i) {
    passcode.digits += static_cast<char>('0' + random() % 10);
  }
  passcode.issued = now;
  passcode.tries_left = parameters.passcode_tries;
  return passcode.digits;
}

api::Answer answer(State& state, const api::SignIn& request, Seconds, Records& records) {
  for (const AccountRow& row : state.parameters.accounts) {
    if (row.institution != request.institution || row.user != request.user) continue;
    if (row.password != request.password) break;
    if (state.sessions.size() >= kMaxSessions) return api::Refusal{"too_many_sessions"};
    const std::string session = hex16(state.random());
    state.sessions[session] = Session{row.institution, row.user, row.account};
    records.push_back(SignedIn{row.institution, row.user, session, row.account});
    return api::SignInAnswer{session, row.account};
  }
  return api::Refusal{"wrong_user_or_password"};  // not telling which
}

api::Answer answer(State& state, const api::SignOut& request, Seconds, Records& records) {
  const auto it = state.sessions.find(request.session);
  if (it == state.sessions.end() || it->second.institution != request.institution) {
    return api::Refusal{"not_signed_in"};
  }
  state.sessions.erase(it);
  records.push_back(SignedOut{request.session});
  return api::Done{};
}

// only the administrator issues; a new passcode replaces the old one and its tries.
api::Answer answer(State& state, const api::IssueVisualPasscode& request, Seconds now,
                   Records& records) {
  const auto it = state.sessions.find(request.session);
  if (it == state.sessions.end() || it->second.institution != request.institution) {
    return api::Refusal{"not_signed_in"};
  }
  if (!state.parameters.release.visual_passcode.enabled) return api::Refusal{"not_released"};
  if (it->second.account != api::Account::kAdministrator) {
    return api::Refusal{"administrator_only"};
  }
  records.push_back(PasscodeIssuedFor{request.institution, it->second.user});
  return api::PasscodeIssued{state.issue_passcode(request.institution, now)};
}

// P3-2. The try that uses up the last one is answered "wrong, 0 left", every later one "locked",
// until a new passcode is issued. A right entry gives all tries back.
api::Answer answer(State& state, const api::CheckVisualPasscode& request, Seconds now,
                   Records& records) {
  using Result = api::PasscodeResult;
  const Parameters& p = state.parameters;
  if (!p.release.visual_passcode.enabled) return api::Refusal{"not_released"};
  const auto it = state.passcodes.find(request.institution);
  Result result = Result::kWrong;
  unsigned left = 0;
  if (it == state.passcodes.end()) {
    result = Result::kNotIssued;
  } else if (p.passcode_lifetime > 0 && now - it->second.issued > p.passcode_lifetime) {
    result = Result::kExpired;
  } else if (it->second.tries_left == 0) {
    result = Result::kLocked;
  } else if (it->second.digits == request.passcode) {
    result = Result::kAccepted;
    left = it->second.tries_left = p.passcode_tries;
  } else {
    left = --it->second.tries_left;
  }
  records.push_back(PasscodeTried{request.institution, result, left});
  return api::PasscodeChecked{result, static_cast<std::uint8_t>(left > 255 ? 255 : left)};
}

}  // namespace uketsuke::backend
