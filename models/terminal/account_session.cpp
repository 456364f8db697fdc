#include "models/terminal/account_session.h"

namespace uketsuke::terminal {

void AccountSession::set_user(Desk& desk, std::string user) {
  user_ = std::move(user);
  desk.set_value("user_id", user_);
}

void AccountSession::set_password(Desk& desk, std::string password) {
  password_ = std::move(password);
  desk.set_value("password", password_.empty() ? "" : "****");
}

void AccountSession::sign_in(Desk& desk) {
  if (state_ == State::kSigningIn) return desk.say("please_wait");
  if (user_.empty() || password_.empty()) return desk.say("user_and_password_required");
  sign_in_with(desk, Credentials{user_, password_});
}

void AccountSession::sign_in_at_start(Desk& desk, const Credentials& credentials) {
  at_start_ = true;
  sign_in_with(desk, credentials);
}

void AccountSession::sign_in_with(Desk& desk, const Credentials& credentials) {
  state_ = State::kSigningIn;
  desk.ask_backend(Owner::kAccount,
                   backend_api::SignIn{desk.parameters().institution, credentials.user,
                                       credentials.password},
                   ++attempt_);
  forget_credentials(desk);
  desk.say("please_wait");
}

// P4-1.
void AccountSession::sign_out(Desk& desk) {
  if (state_ != State::kSignedIn) return desk.say("please_wait");
  state_ = State::kSignedOut;
  desk.ask_backend(Owner::kAccount,
                   backend_api::SignOut{desk.parameters().institution, session_}, ++attempt_);
  session_.clear();
  desk.record("signed_out");
  desk.clear_value("account");
  desk.show(ScreenId::kSignedOut);
}

void AccountSession::answer(Desk& desk, const backend_api::Answer& answer, std::uint64_t tag) {
  if (tag != attempt_) return;
  if (state_ != State::kSigningIn) return;
  if (const auto* given = std::get_if<backend_api::SignInAnswer>(&answer)) {
    state_ = State::kSignedIn;
    session_ = given->session;
    account_ = given->account;
    desk.record("signed_in", {{"account", std::string(to_string(account_))}});
    desk.set_value("account", std::string(to_string(account_)));
    const ScreenId first = at_start_ ? desk.parameters().first_screen : ScreenId::kMenu;
    at_start_ = false;
    return desk.show(first);
  }
  state_ = State::kSignedOut;
  at_start_ = false;
  const auto* refusal = std::get_if<backend_api::Refusal>(&answer);
  const std::string code = refusal != nullptr ? refusal->reason : "bad_answer";
  desk.record("sign_in_failed", {{"code", code}});
  desk.show(ScreenId::kSignedOut, "sign_in_failed");
  desk.set_value("code", code);
}

bool AccountSession::administrator() const {
  return state_ == State::kSignedIn && account_ == backend_api::Account::kAdministrator;
}

void AccountSession::forget_credentials(Desk& desk) {
  password_.assign(password_.size(), '\0');
  password_.clear();
  user_.clear();
  desk.clear_value("user_id");
  desk.clear_value("password");
}

}  // namespace uketsuke::terminal
