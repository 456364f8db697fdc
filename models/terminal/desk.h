// What the terminal's parts share while one event is handled: parameters, the time, the screen, and
// the way out to backend and reader with the bookkeeping of who asked what.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "models/terminal/event.h"
#include "models/terminal/parameters.h"
#include "sim/wire/network/backend_api.h"

namespace uketsuke::terminal {

namespace backend_api = wire::backend_api;

// The part of the terminal that an answer belongs to.
enum class Owner : std::uint8_t { kNobody, kAccount, kPasscode, kReception, kEhr, kReaderMode };

inline constexpr std::uint32_t kCardTimer = 1;      // one session request
inline constexpr std::uint32_t kQuestionTimer = 2;  // an event of the reader

class Desk {
 public:
  explicit Desk(Parameters parameters);

  const Parameters& parameters() const { return parameters_; }
  void begin(wire::Micros now_us) { now_us_ = now_us; }
  Actions take();  // actions of this event; Display comes last if anything shown changed

  std::string now() const;    // yyyyMMddHHmmss
  std::string today() const;  // yyyyMMdd

  void act(Action action) { out_.push_back(std::move(action)); }
  void record(std::string name, std::vector<std::pair<std::string, std::string>> values = {});

  // Backend: one id per request; the answer comes back with its owner and tag.
  void ask_backend(Owner owner, const backend_api::Request& request, std::uint64_t tag = 0);
  std::uint64_t next_request_id() const { return next_backend_id_; }
  struct BackendAnswer { Owner owner = Owner::kNobody; std::uint64_t tag = 0; };
  std::optional<BackendAnswer> match(const network::Response& response);

  // Reader link: requests go out one at a time, in order.
  bool link_up() const { return link_up_; }
  void set_link(bool up);
  void ask_reader(Owner owner, link::Body body, std::uint64_t tag = 0);
  // The request that this response or time-out ends; the next request goes out.
  struct LinkPending {
    Owner owner = Owner::kNobody;
    link::Body body;
    std::uint64_t tag = 0;
  };
  LinkPending finish_link_request();
  // What this part has asked for and was not sent yet is not asked any more.
  void withdraw_waiting(Owner owner);
  // A request of this part is under way or waits to be.
  bool waits_for_link(Owner owner) const;
  bool waiting_for_link() const { return !link_queue_.empty(); }

  // Screen. show() forgets what the fields of the last screen held (not "account", "reader_mode");
  // say() keeps the screen and replaces the message.
  ScreenId screen() const { return screen_; }
  void show(ScreenId screen, std::string message = {});
  void say(std::string message);
  void set_value(const std::string& key, std::string value);
  void clear_value(const std::string& key);
  // A read-out for the person at the screen only; the values show "****".
  void set_secret(const std::string& key, std::string value);
  const std::string& message() const { return message_; }

 private:
  void flush();
  Parameters parameters_;
  wire::Micros now_us_ = 0;
  std::int64_t start_seconds_ = 0;
  Actions out_;
  std::uint64_t next_backend_id_ = 1;
  std::map<std::uint64_t, BackendAnswer> backend_pending_;
  bool link_up_ = false;
  std::deque<LinkPending> link_queue_;  // front: under way
  ScreenId screen_ = ScreenId::kSignedOut;
  std::string message_;
  std::map<std::string, std::string> values_, secrets_;
  bool dirty_ = false;           // what is shown has changed
  bool unseen_message_ = false;  // by a message that no Display has carried yet
};

// The decoded answer, or Refusal{"no_answer"} / Refusal{"bad_answer"}.
backend_api::Answer answer_of(const network::Response& response);

}  // namespace uketsuke::terminal
