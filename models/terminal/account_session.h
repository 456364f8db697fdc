// Who is signed in at the terminal: general or administrator account (P4-1, P4-2), through the
// backend.
#pragma once

#include <string>

#include "models/terminal/desk.h"

namespace uketsuke::terminal {

class AccountSession {
 public:
  enum class State : std::uint8_t { kSignedOut, kSigningIn, kSignedIn };

  void set_user(Desk& desk, std::string user);
  void set_password(Desk& desk, std::string password);  // secret
  void sign_in(Desk& desk);
  void sign_in_at_start(Desk& desk, const Credentials& credentials);
  // At once, whatever the backend answers.
  void sign_out(Desk& desk);
  void answer(Desk& desk, const backend_api::Answer& answer, std::uint64_t tag);

  State state() const { return state_; }
  bool signed_in() const { return state_ == State::kSignedIn; }
  bool administrator() const;
  const std::string& session() const { return session_; }  // empty unless signed in

 private:
  void sign_in_with(Desk& desk, const Credentials& credentials);
  void forget_credentials(Desk& desk);

  State state_ = State::kSignedOut;
  bool at_start_ = false;  // Parameters::first_screen is shown after it
  std::uint64_t attempt_ = 0;  // answers to earlier ones are ignored
  std::string user_, password_, session_;
  backend_api::Account account_ = backend_api::Account::kGeneral;
};

}  // namespace uketsuke::terminal
