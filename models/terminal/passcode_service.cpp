#include "models/terminal/passcode_service.h"

namespace uketsuke::terminal {
namespace {

// Tags of the two questions; seq of the reader's request has 16 bits.
constexpr std::uint64_t kIssueTag = 1ULL << 32;

link::PasscodeResult to_link(backend_api::PasscodeResult result) {
  switch (result) {
    case backend_api::PasscodeResult::kAccepted: return link::PasscodeResult::kAccepted;
    case backend_api::PasscodeResult::kWrong: return link::PasscodeResult::kWrong;
    case backend_api::PasscodeResult::kLocked: return link::PasscodeResult::kLocked;
    case backend_api::PasscodeResult::kNotIssued: return link::PasscodeResult::kNotIssued;
    case backend_api::PasscodeResult::kExpired: return link::PasscodeResult::kExpired;
  }
  return link::PasscodeResult::kUnavailable;
}

}  // namespace

void PasscodeService::check(Desk& desk, std::uint16_t seq, const link::CheckPasscode& request) {
  desk.ask_backend(Owner::kPasscode,
                   backend_api::CheckVisualPasscode{desk.parameters().institution,
                                                    request.passcode},
                   seq);
}

void PasscodeService::issue(Desk& desk, const AccountSession& account) {
  desk.say("please_wait");
  if (issuing_) return;
  issuing_ = true;
  desk.ask_backend(Owner::kPasscode,
                   backend_api::IssueVisualPasscode{desk.parameters().institution,
                                                    account.session()},
                   kIssueTag);
}

// The administrator reads it from the screen where it was asked for; nobody else ever sees it.
void PasscodeService::issued(Desk& desk, const backend_api::Answer& answer,
                             const AccountSession& account) {
  const auto* refusal = std::get_if<backend_api::Refusal>(&answer);
  const std::string code = refusal != nullptr ? refusal->reason : "bad_answer";
  const auto* given = std::get_if<backend_api::PasscodeIssued>(&answer);
  issuing_ = false;
  desk.record("visual_passcode_issued", {{"outcome", given != nullptr ? "issued" : code}});
  if (desk.screen() != ScreenId::kAccountManagement || !account.administrator()) {
    return desk.record("visual_passcode_not_shown");
  }
  desk.say(given != nullptr ? "visual_passcode_issued" : "visual_passcode_refused");
  if (given != nullptr) {
    desk.set_secret("visual_passcode", given->passcode);
  } else {
    desk.set_value("code", code);
  }
}

void PasscodeService::answer(Desk& desk, const backend_api::Answer& answer, std::uint64_t tag,
                             const AccountSession& account) {
  if (tag == kIssueTag) return issued(desk, answer, account);
  link::PasscodeAnswer reply{link::PasscodeResult::kUnavailable, 0};
  if (const auto* checked = std::get_if<backend_api::PasscodeChecked>(&answer)) {
    reply = {to_link(checked->result), checked->tries_left};
  }
  desk.record("passcode_checked", {{"result", std::string(to_string(reply.result))}});
  if (desk.link_up()) desk.act(LinkRespond{static_cast<std::uint16_t>(tag), reply});
}

}  // namespace uketsuke::terminal
