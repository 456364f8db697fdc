#include "sim/gateway/hands_peer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace uketsuke::gateway {
namespace {

namespace hands = wire::hands;
namespace session = wire::session;
namespace link = wire::reader_link;

std::uint8_t slot_of(const session::Request& request) {
  return std::visit([](const auto& r) { return r.slot; }, request);
}

session::Event at_slot(session::Event event, std::uint8_t slot) {
  if (auto* on = std::get_if<session::Connected>(&event)) on->slot = slot;
  if (auto* response = std::get_if<session::Response>(&event)) response->slot = slot;
  if (auto* off = std::get_if<session::Disconnected>(&event)) off->slot = slot;
  if (auto* failed = std::get_if<session::Failed>(&event)) failed->slot = slot;
  return event;
}

Missed::Why why_of(int code) {
  switch (static_cast<hands::Code>(code)) {
    case hands::Code::kTimeOut: return Missed::Why::kTimeOut;
    case hands::Code::kNoOperator: return Missed::Why::kNoOperator;
    case hands::Code::kUnknown:
    case hands::Code::kMethodNotFound: return Missed::Why::kUnknown;
    default: return Missed::Why::kNotPossible;
  }
}

}  // namespace

void HandsPeer::start(Millis now) {
  if (state_ != State::kNew) return;
  state_ = State::kHello;
  budget_ = settings_.limits.burst;
  budget_at_ = now;
  request(hands::Hello{hands::kProtocol, settings_.bench},
          {HelloOpen{}, hands::Asked::kHello, "hello", now + settings_.limits.hello_ms});
}

// ---- what the bench wants

bool HandsPeer::wait_for_hello(Waiting& request) {
  if (state_ == State::kReady) return false;
  if (state_ == State::kFailed || waiting_.size() >= settings_.limits.open) {
    end(request);
  } else {
    waiting_.push_back(std::move(request));
  }
  return true;
}

bool HandsPeer::can(const hands::Body& body) const {
  return can_.count(hands::capability_of(body)) != 0;
}

void HandsPeer::say(const hands::Message& message) {
  if (auto line = hands::encode(message)) lines_.push_back(std::move(*line));
}

// False: it cannot be said, or too much is open already.
bool HandsPeer::request(hands::Body body, OpenRequest open) {
  if (open_.size() >= settings_.limits.open) return false;
  const bool hello = std::holds_alternative<HelloOpen>(open.whose);
  auto line = hands::encode(
      hands::Request{next_id_, {std::move(body), hello ? std::string() : settings_.reader}});
  if (!line) return false;
  lines_.push_back(std::move(*line));
  open_.emplace(next_id_++, std::move(open));
  return true;
}

void HandsPeer::ask(HandsRequest asked, Millis now) {
  if (Waiting waiting(asked); wait_for_hello(waiting)) return;
  const std::string method = hands::method_of(asked.deed);
  if (method.empty() || !can(asked.deed)) {
    return missed(asked.id, Missed::Why::kUnknown,
                  fmt::format("{}（{}）は「{}」を行えない", settings_.name, peer_, method),
                  fmt::format("{} ({}) cannot do '{}'", settings_.name, peer_, method));
  }
  const Millis until = now + settings_.limits.deed_ms;
  if (request(asked.deed, {DeedOpen{asked.id}, hands::Asked::kDeed, method, until})) return;
  missed(asked.id, Missed::Why::kNotPossible,
         fmt::format("{}: 「{}」の依頼を送れない（長すぎる語、または未回答の依頼が多すぎる）",
                     settings_.name, method),
         fmt::format("{}: '{}' cannot be asked (a word too long, or too many open requests)",
                     settings_.name, method));
}

void HandsPeer::ask(session::Request asked, Millis now) {
  if (Waiting waiting(asked); wait_for_hello(waiting)) return;
  const std::uint8_t slot = slot_of(asked);
  const auto busy = [&](const auto& open) {
    const auto* card = std::get_if<CardOpen>(&open.second.whose);
    return card != nullptr && card->slot == slot;
  };
  if (!can(asked)) return card_failed(slot, session::Failure::kUnsupported, "no 'card' in can");
  if (std::any_of(open_.begin(), open_.end(), busy))
    return card_failed(slot, session::Failure::kBusy, "a request is under way");
  Millis until = now + settings_.limits.card_ms;
  if (const auto* pin = std::get_if<session::VerifyPin>(&asked)) until += pin->timeout_s * 1000ull;
  const OpenRequest open{CardOpen{slot}, *hands::asked_of(asked), hands::method_of(asked), until};
  if (!request(asked, open))
    card_failed(slot, session::Failure::kUnsupported, "it does not fit into a line");
}

void HandsPeer::send(link::Message message, Millis now) {
  if (Waiting waiting(message); wait_for_hello(waiting)) return;
  const link::Kind kind = kind_of(message.body);
  if (kind == link::Kind::kResponse) {
    const auto ask = asks_.find(message.seq);
    if (ask == asks_.end()) return;
    say(hands::Answer{ask->second, message.body});
    asks_.erase(ask);
    return;
  }
  if (kind == link::Kind::kEvent) return;  // a terminal has none
  if (!link_up_) return link_refused(message, "link_down");
  const OpenRequest open{LinkOpen{message.seq}, *hands::asked_of(message.body),
                         hands::method_of(message.body), now + settings_.limits.link_ms};
  if (!request(message.body, open)) link_refused(message, "unsupported");
}

// ---- what the peer says

void HandsPeer::take_line(std::string_view line, Millis now) {
  if (state_ != State::kHello && state_ != State::kReady) return;
  const hands::Open open = [this](const hands::Id& id) -> std::optional<hands::Asked> {
    const auto* number = std::get_if<std::uint64_t>(&id);
    const auto found = number == nullptr ? open_.end() : open_.find(*number);
    if (found == open_.end()) return std::nullopt;
    return found->second.asked;
  };
  auto read = hands::decode(line, open);
  if (const auto* problem = std::get_if<hands::Problem>(&read)) return unreadable(*problem, now);
  auto& message = std::get<hands::Message>(read);
  if (auto* answer = std::get_if<hands::Answer>(&message)) {
    const auto found = open_.find(std::get<std::uint64_t>(answer->id));
    OpenRequest whose = std::move(found->second);
    open_.erase(found);
    return answered(std::move(whose), std::move(answer->outcome), now);
  }
  if (state_ == State::kHello) {
    return fail(fmt::format("helloに答える前に「{}」を送ってきた。最初の行はhelloの回答でなければならない",
                            hands::describe(message)),
                fmt::format("it sent '{}' before it answered hello; the answer to hello must be "
                            "its first line",
                            hands::describe(message)));
  }
  if (auto* request = std::get_if<hands::Request>(&message)) return asked(std::move(*request));
  noticed(std::move(std::get<hands::Notification>(message).call), now);
}

void HandsPeer::unreadable(const hands::Problem& problem, Millis now) {
  const hands::Error error{static_cast<int>(problem.code), problem.what, "", "", ""};
  if (problem.code == hands::Code::kMethodNotFound && state_ == State::kReady) {
    if (!within_budget(now)) return;
    if (problem.id) say(hands::Answer{*problem.id, error});
    return;  // a notification that is not known: perhaps of a later version
  }
  if (problem.id && !problem.answer) {
    say(hands::Answer{*problem.id, error});
  } else if (!problem.answer) {
    if (auto line = hands::encode_unreadable(error)) lines_.push_back(std::move(*line));
  }
  fail(fmt::format("正しくない行を送ってきた: {}。標準出力にはプロトコルの行だけを書くこと"
                   "（sim/gateway/README.md）",
                   problem.what),
       fmt::format("it sent a line that is none of the protocol: {}. Write nothing else to "
                   "standard output (sim/gateway/README.md)",
                   problem.what));
}

void HandsPeer::answered(OpenRequest open, hands::Outcome outcome, Millis now) {
  if (const auto* deed = std::get_if<DeedOpen>(&open.whose))
    return deed_answered(deed->id, std::move(outcome));
  if (const auto* card = std::get_if<CardOpen>(&open.whose))
    return card_answered(card->slot, std::move(outcome));
  if (const auto* asked = std::get_if<LinkOpen>(&open.whose))
    return link_answered(asked->seq, std::move(outcome));
  if (const auto* accepted = std::get_if<hands::Welcome>(&outcome)) return welcome(*accepted, now);
  const auto* error = std::get_if<hands::Error>(&outcome);
  const std::string why = error == nullptr ? "?" : error->message;
  fail(fmt::format("helloを断った: {}", why), fmt::format("it refused hello: {}", why));
}

void HandsPeer::welcome(const hands::Welcome& welcome, Millis now) {
  if (welcome.protocol == 0 || welcome.protocol > hands::kProtocol) {
    return fail(fmt::format("プロトコルの版{}は使えない。使えるのは版{}まで", welcome.protocol,
                            hands::kProtocol),
                fmt::format("it wants version {} of the protocol; spoken here: up to {}",
                            welcome.protocol, hands::kProtocol));
  }
  const auto& readers = welcome.readers;
  if (!settings_.reader.empty() &&
      std::find(readers.begin(), readers.end(), settings_.reader) == readers.end()) {
    return fail(fmt::format("リーダー「{}」はそこにない。あるのは: {}", settings_.reader,
                            fmt::join(readers, ", ")),
                fmt::format("there is no reader '{}'; there are: {}", settings_.reader,
                            fmt::join(readers, ", ")));
  }
  if (settings_.speed > 0 && welcome.speed > 0 && settings_.speed != welcome.speed) {
    return fail(fmt::format("速度が違う：そこでは {0:g}、こちらでは {1:g}。serve --speed {1:g} で始め直すか、"
                            "ベンチのファイルに speed: {0:g} と書くこと",
                            welcome.speed, settings_.speed),
                fmt::format("the speeds differ: {0:g} there, {1:g} here. Start it again as 'serve "
                            "--speed {1:g}', or write 'speed: {0:g}' into the bench file",
                            welcome.speed, settings_.speed));
  }
  if (settings_.reader.empty() && !readers.empty()) settings_.reader = readers.front();
  state_ = State::kReady;
  peer_ = welcome.name;
  can_.insert(welcome.can.begin(), welcome.can.end());
  if (can_.count("link") != 0 && can_.count("card") == 0) {
    link_up_ = true;
    events_.emplace_back(LinkRouteEvent{LinkUp{}});
  }
  for (Waiting& waiting : std::exchange(waiting_, {})) {
    if (auto* deed = std::get_if<HandsRequest>(&waiting)) ask(std::move(*deed), now);
    if (auto* card = std::get_if<session::Request>(&waiting)) ask(std::move(*card), now);
    if (auto* message = std::get_if<link::Message>(&waiting)) send(std::move(*message), now);
  }
}

void HandsPeer::deed_answered(std::uint64_t id, hands::Outcome outcome) {
  if (const auto* did = std::get_if<hands::Did>(&outcome)) {
    events_.emplace_back(HandsEvent{Attested{id, did->by + " (" + settings_.name + ")"}});
    return;
  }
  const auto& error = std::get<hands::Error>(outcome);
  missed(id, why_of(error.code),
         fmt::format("{}: {}", settings_.name, error.ja.empty() ? error.message : error.ja),
         fmt::format("{}: {}", settings_.name, error.en.empty() ? error.message : error.en));
}

void HandsPeer::card_answered(std::uint8_t slot, hands::Outcome outcome) {
  if (auto* event = std::get_if<session::Event>(&outcome)) {
    events_.emplace_back(SessionRouteEvent{at_slot(std::move(*event), slot)});
    return;
  }
  const auto& error = std::get<hands::Error>(outcome);
  const bool unknown = why_of(error.code) == Missed::Why::kUnknown;
  card_failed(slot,
              unknown ? session::Failure::kUnsupported : session::Failure::kCommunication,
              error.message);
}

void HandsPeer::link_answered(std::uint16_t seq, hands::Outcome outcome) {
  if (auto* body = std::get_if<link::Body>(&outcome)) {
    events_.emplace_back(LinkRouteEvent{link::Message{seq, std::move(*body)}});
    return;
  }
  const auto& error = std::get<hands::Error>(outcome);
  const bool unknown = why_of(error.code) == Missed::Why::kUnknown;
  events_.emplace_back(LinkRouteEvent{
      link::Message{seq, link::Refused{unknown ? "unsupported" : error.message}}});
}

// The one request that a reader has: check_passcode.
void HandsPeer::asked(hands::Request request) {
  const auto* body = std::get_if<link::Body>(&request.call.body);
  const bool passcode = body != nullptr && std::holds_alternative<link::CheckPasscode>(*body);
  if (!passcode || !can(request.call.body)) {
    return say(hands::Answer{
        request.id,
        hands::Error{static_cast<int>(hands::Code::kMethodNotFound),
                     "not a request that a reader has, or 'link' is not in can", "", "", ""}});
  }
  if (!link_up_) return fail_without_link("link.check_passcode");
  const auto same = [&](const auto& ask) { return ask.second == request.id; };
  if (std::any_of(asks_.begin(), asks_.end(), same)) {
    return fail("まだ回答していない依頼と同じidの依頼を送ってきた",
                "it sent a request with the id of one that is not answered yet");
  }
  if (asks_.size() >= settings_.limits.open)
    return fail("回答を待たずに依頼を送りすぎる", "it sends too many requests without waiting");
  while (asks_.count(next_seq_) != 0) ++next_seq_;
  asks_[next_seq_] = request.id;
  events_.emplace_back(LinkRouteEvent{link::Message{next_seq_++, *body}});
}

void HandsPeer::fail_without_link(const std::string& method) {
  fail(fmt::format("リンクがないのに「{}」を送ってきた（canに link、先に card.arrived）", method),
       fmt::format("it sent '{}' without a link ('link' in can, card.arrived first)", method));
}

void HandsPeer::noticed(hands::Call call, Millis now) {
  if (!within_budget(now)) return;
  if (!call.reader.empty() && call.reader != settings_.reader) return;  // another reader's
  if (auto* output = std::get_if<wire::panel::Output>(&call.body)) {
    events_.emplace_back(HandsEvent{Shown{std::move(*output)}});
  } else if (const auto* pad = std::get_if<PadAsks>(&call.body)) {
    events_.emplace_back(HandsEvent{*pad});
  } else if (auto* body = std::get_if<link::Body>(&call.body)) {
    if (!link_up_) return fail_without_link(hands::method_of(*body));
    events_.emplace_back(LinkRouteEvent{link::Message{next_seq_++, *body}});
  } else if (auto* event = std::get_if<session::Event>(&call.body)) {
    if (!can(*event)) return;
    const bool up = std::holds_alternative<session::ReaderArrived>(*event);
    const bool down = std::holds_alternative<session::ReaderGone>(*event);
    events_.emplace_back(SessionRouteEvent{std::move(*event)});
    if ((up || down) && can_.count("link") != 0 && link_up_ != up) {
      link_up_ = up;
      if (down) asks_.clear();
      events_.emplace_back(up ? LinkRouteEvent{LinkUp{}} : LinkRouteEvent{LinkDown{}});
    }
  }
}

bool HandsPeer::within_budget(Millis now) {
  const HandsLimits& limits = settings_.limits;
  const double gained = static_cast<double>(now - budget_at_) * limits.per_second / 1000;
  budget_ = std::min<double>(limits.burst, budget_ + gained);
  budget_at_ = now;
  budget_ -= 1;
  if (budget_ >= 0) return true;
  fail(fmt::format("通知が多すぎる（続けて{}件、または毎秒{}件を超えた）", limits.burst,
                   limits.per_second),
       fmt::format("it floods: more than {} notifications at once, or {} a second", limits.burst,
                   limits.per_second));
  return false;
}

// ---- time and the end

std::optional<Millis> HandsPeer::deadline() const {
  std::optional<Millis> first;
  for (const auto& [id, open] : open_) first = std::min(first.value_or(open.until), open.until);
  return first;
}

void HandsPeer::tick(Millis now) {
  for (const auto& [id, open] : open_) {
    if (open.until > now) continue;
    const std::string method = open.method;
    return fail(fmt::format("「{}」に時間内に答えなかった。固まっていないか、標準出力を書き出し"
                            "（flush）しているかを確認すること",
                            method),
                fmt::format("it did not answer '{}' in time. See whether it hangs, and whether it "
                            "flushes its standard output",
                            method));
  }
}

void HandsPeer::fail(std::string ja, std::string en) {
  if (state_ == State::kFailed) return;
  state_ = State::kFailed;
  failed_ja_ = fmt::format("{}: {}", settings_.name, ja);
  failed_en_ = fmt::format("{}: {}", settings_.name, en);
  const RouteFailed failed{std::move(ja), std::move(en)};  // whoever reports it knows the name
  events_.emplace_back(HandsEvent{failed});
  events_.emplace_back(SessionRouteEvent{failed});
  events_.emplace_back(LinkRouteEvent{failed});
  for (const auto& [id, open] : std::exchange(open_, {})) end(open);
  for (const Waiting& waiting : std::exchange(waiting_, {})) end(waiting);
  asks_.clear();
}

void HandsPeer::end(const OpenRequest& open) {
  if (const auto* deed = std::get_if<DeedOpen>(&open.whose))
    end(Waiting(HandsRequest{deed->id, {}}));
  if (const auto* card = std::get_if<CardOpen>(&open.whose))
    end(Waiting(session::Request(session::Connect{card->slot})));
  if (const auto* asked = std::get_if<LinkOpen>(&open.whose))
    end(Waiting(link::Message{asked->seq, link::Hello{}}));
}

void HandsPeer::end(const Waiting& request) {
  if (const auto* deed = std::get_if<HandsRequest>(&request))
    missed(deed->id, Missed::Why::kNotPossible, failed_ja_, failed_en_);
  if (const auto* card = std::get_if<session::Request>(&request))
    card_failed(slot_of(*card), session::Failure::kNoReader, failed_en_);
  if (const auto* message = std::get_if<link::Message>(&request))
    if (kind_of(message->body) == link::Kind::kRequest) link_refused(*message, "link_down");
}

void HandsPeer::missed(std::uint64_t id, Missed::Why why, std::string ja, std::string en) {
  if (ja.empty()) ja = settings_.name + ": 依頼が多すぎる";
  if (en.empty()) en = settings_.name + ": too many requests at once";
  events_.emplace_back(HandsEvent{Missed{id, why, std::move(ja), std::move(en)}});
}

void HandsPeer::card_failed(std::uint8_t slot, session::Failure failure, std::string what) {
  events_.emplace_back(
      SessionRouteEvent{session::Event{session::Failed{slot, failure, std::move(what)}}});
}

void HandsPeer::link_refused(const link::Message& message, std::string reason) {
  events_.emplace_back(
      LinkRouteEvent{link::Message{message.seq, link::Refused{std::move(reason)}}});
}

}  // namespace uketsuke::gateway
