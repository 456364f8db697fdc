// The bench's side of one hands connection, without I/O and clock: lines in, lines and events out,
// time is told. What a peer may do wrong ends in RouteFailed, never in waiting without end
// (sim/gateway/README.md, "Hands protocol").
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/gateway/hands_route.h"
#include "sim/gateway/link_route.h"
#include "sim/gateway/session_route.h"
#include "sim/wire/hands/codec.h"

namespace uketsuke::gateway {

using Millis = std::uint64_t;  // of any monotonic clock

struct HandsLimits {
  Millis hello_ms = 10'000;    // until hello is answered
  Millis deed_ms = 60'000;     // until hands have done something, or said that they could not
  Millis link_ms = 10'000;     // until a request of the reader link is answered
  Millis card_ms = 60'000;     // until the card answers; PIN entry: its own time-out on top
  std::size_t open = 64;       // requests of either side without answer
  std::uint32_t burst = 500;       // notifications at once ...
  std::uint32_t per_second = 200;  // ... and for a longer time
};

struct HandsPeerSettings {
  std::string name;                   // of the route: "exec:./panel.py"
  std::string bench = "uketsuke";     // told in hello
  std::string reader;                 // which of several served ones; empty: the first
  HandsLimits limits;
  double speed = 0;  // simulated seconds in a second here; a peer that tells another is refused
};

class HandsPeer {
 public:
  using Event = std::variant<HandsEvent, SessionRouteEvent, LinkRouteEvent>;

  explicit HandsPeer(HandsPeerSettings settings) : settings_(std::move(settings)) {}

  void start(Millis now);  // says hello
  void ask(HandsRequest request, Millis now);
  void ask(wire::session::Request request, Millis now);
  void send(wire::reader_link::Message message, Millis now);
  void take_line(std::string_view line, Millis now);
  void tick(Millis now);
  std::optional<Millis> deadline() const;  // when tick() is needed
  // The peer is lost: the route fails, everything open ends. Only the first time counts.
  void fail(std::string ja, std::string en);
  bool failed() const { return state_ == State::kFailed; }
  bool ready() const { return state_ == State::kReady; }
  // "show" is in its `can`; true until that is known.
  bool sees_panel() const { return state_ != State::kReady || can_.count("show") != 0; }

  // What is to be sent (without line ends) and reported, in order.
  std::vector<std::string> take_lines() { return std::exchange(lines_, {}); }
  std::vector<Event> take_events() { return std::exchange(events_, {}); }

 private:
  enum class State : std::uint8_t { kNew, kHello, kReady, kFailed };
  struct HelloOpen {};
  struct DeedOpen { std::uint64_t id; };
  struct LinkOpen { std::uint16_t seq; };
  struct CardOpen { std::uint8_t slot; };
  struct OpenRequest {
    std::variant<HelloOpen, DeedOpen, LinkOpen, CardOpen> whose;
    wire::hands::Asked asked;
    std::string method;
    Millis until;
  };
  using Waiting = std::variant<HandsRequest, wire::session::Request, wire::reader_link::Message>;

  bool wait_for_hello(Waiting& request);
  bool request(wire::hands::Body body, OpenRequest open);
  bool can(const wire::hands::Body& body) const;
  void say(const wire::hands::Message& message);
  void welcome(const wire::hands::Welcome& welcome, Millis now);
  void answered(OpenRequest open, wire::hands::Outcome outcome, Millis now);
  void deed_answered(std::uint64_t id, wire::hands::Outcome outcome);
  void card_answered(std::uint8_t slot, wire::hands::Outcome outcome);
  void link_answered(std::uint16_t seq, wire::hands::Outcome outcome);
  void asked(wire::hands::Request request);
  void noticed(wire::hands::Call call, Millis now);
  void unreadable(const wire::hands::Problem& problem, Millis now);
  bool within_budget(Millis now);
  void fail_without_link(const std::string& method);
  void end(const OpenRequest& open);
  void end(const Waiting& request);
  void missed(std::uint64_t id, Missed::Why why, std::string ja, std::string en);
  void card_failed(std::uint8_t slot, wire::session::Failure failure, std::string what);
  void link_refused(const wire::reader_link::Message& message, std::string reason);

  HandsPeerSettings settings_;
  State state_ = State::kNew;
  std::string peer_;  // as it names itself
  std::set<std::string> can_;
  std::uint64_t next_id_ = 1;
  std::map<std::uint64_t, OpenRequest> open_;
  std::deque<Waiting> waiting_;                        // until hello is answered
  std::map<std::uint16_t, wire::hands::Id> asks_;      // requests of the peer, by our seq
  std::uint16_t next_seq_ = 1;
  bool link_up_ = false;
  double budget_ = 0;
  Millis budget_at_ = 0;
  std::string failed_ja_, failed_en_;
  std::vector<std::string> lines_;
  std::vector<Event> events_;
};

}  // namespace uketsuke::gateway
