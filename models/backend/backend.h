// The オンライン資格確認等システム as far as the seed's pages P1 to P5 need it: accounts, visual
// passcode, identity by card, consents, eligibility, two-factor history, ordinary and emergency
// view. A model of the seed, not the ministry's system; its interface is backend_api.h. Reasons of
// refusals are identifiers of ours. Pure: time is an argument.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/backend/parameters.h"
#include "models/backend/record.h"
#include "sim/wire/network/envelope.h"

namespace uketsuke::backend {

enum class Sender : std::uint8_t { kTerminal, kEhr };
std::string_view to_string(Sender);

struct Reply {
  api::Answer answer;
  std::vector<Record> records;
};

class Backend {
 public:
  explicit Backend(Parameters parameters);
  ~Backend();
  Backend(Backend&&) noexcept;
  Backend& operator=(Backend&&) noexcept;

  // `now`: local time (calendar.h). Every request in every state has an answer.
  Reply handle(const api::Request& request, Sender from, Seconds now);
  // The same on bytes; bytes that do not decode are answered by Refusal "malformed:<member>".
  struct Response {
    wire::network::Response response;
    std::vector<Record> records;
  };
  Response handle(const wire::network::Request& request, Sender from, Seconds now);

  const std::vector<IdentityRecord>& identity_history() const;
  const std::vector<ConsentRow>& consents() const;  // in order of registration
  const std::vector<TwoFactorRow>& two_factor_history() const;
  const std::vector<ViewRow>& view_log() const;

  // For `given:` of a scenario: the state as if it had happened before.
  std::string issue_visual_passcode(const std::string& institution, Seconds now);  // the passcode
  void add_identity(IdentityRecord record);
  void add_consent(ConsentRow row);
  void add_two_factor(TwoFactorRow row);
  void revoke(const std::string& certificate_serial);

  struct State;  // internal

 private:
  std::unique_ptr<State> state_;
};

}  // namespace uketsuke::backend
