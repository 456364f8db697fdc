#include "sim/channel/session_channel.h"

#include <fmt/format.h>

#include <utility>

namespace uketsuke::channel {
namespace {

using namespace wire::session;

wire::Bytes& bytes_of(Request& request) { return std::get<Transmit>(request).command; }
wire::Bytes& bytes_of(Event& event) { return std::get<Response>(event).response; }

std::string_view name_of(const Request& request) {
  static constexpr std::string_view kNames[] = {"connect", "transmit", "verify_pin", "reset",
                                                "disconnect"};
  return kNames[request.index()];
}

std::string_view name_of(const Event& event) {
  static constexpr std::string_view kNames[] = {"reader_arrived", "reader_gone", "card_present",
                                                "card_absent",    "connected",   "response",
                                                "disconnected",   "failed"};
  return kNames[event.index()];
}

std::string text_of(const Event& event) {
  if (const auto* arrived = std::get_if<ReaderArrived>(&event)) {
    return fmt::format("{} {:04x}:{:04x} slots={} {}", arrived->name, arrived->idVendor,
                       arrived->idProduct, arrived->slots, arrived->exchange_level);
  }
  if (const auto* connected = std::get_if<Connected>(&event)) {
    return fmt::format("ATR={} {}", wire::to_hex(connected->atr),
                       connected->protocol == Protocol::kT0 ? "T=0" : "T=1");
  }
  if (const auto* failed = std::get_if<Failed>(&event))
    return fmt::format("{}: {}", to_string(failed->failure), failed->what);
  return {};
}

unsigned arriving(const fault::Fate& fate) {
  return fate.lost || fate.stalled ? 0 : fate.copies;
}

}  // namespace

SessionChannel::Program::Program(Context& context, std::string program, const std::string& reader,
                                 kernel::Mailbox<Request>& to_reader, const SessionTaps& taps)
    : name(std::move(program)),
      inbox(context.simulation),
      commands(context, {"session", "command", name, reader, taps.describe_command}, to_reader,
               &bytes_of, taps.command),
      responses(context, {"session", "response", reader, name, taps.describe_response}, inbox,
                &bytes_of, taps.response) {}

SessionChannel::SessionChannel(Context& context, std::string program, std::string reader,
                               const SessionTaps& taps)
    : context_(context), reader_(std::move(reader)), to_reader_(context.simulation),
      first_(context, std::move(program), reader_, to_reader_, taps) {}

SessionChannel::Program& SessionChannel::second() {
  if (!second_)
    second_ = std::make_unique<Program>(context_, invited_->first, reader_, to_reader_,
                                        invited_->second);
  return *second_;
}

// What has no bytes is a note; what a fault did to it stands in brackets.
void SessionChannel::note(std::string_view role, std::string_view event, std::string text,
                          std::string_view fault) {
  if (!fault.empty()) text += fmt::format("{}[{}]", text.empty() ? "" : " ", fault);
  context_.journal.note(role, context_.simulation.now_ns(), event, std::move(text));
}

void SessionChannel::ask(Request request) {
  if (invited_) return ask(first_, std::move(request));
  send(first_, std::move(request));
}

void SessionChannel::ask(Program& program, Request request) {
  Turn& turn = turns_[std::visit([](const auto& r) { return r.slot; }, request)];
  ++program.owed;
  if (turn.open != 0 && turn.asked != &program) {
    turn.waiting.emplace_back(&program, std::move(request));
    return;
  }
  take_turn(turn, program, std::move(request));
}

// What a fault takes on its way is never answered: it is nobody's turn then.
void SessionChannel::take_turn(Turn& turn, Program& program, Request request) {
  const unsigned copies = arriving(send(program, std::move(request)));
  turn.asked = &program;
  turn.open += copies;
  program.owed += copies;
  --program.owed;
}

fault::Fate SessionChannel::send(Program& program, Request request) {
  if (std::holds_alternative<Transmit>(request))
    return program.commands.send(std::move(request), 0);
  const std::string event = fmt::format("session_{}", name_of(request));
  return program.commands.send_noted(
      std::move(request), 0,
      [&](std::string_view fault) { note(program.name, event, reader_, fault); });
}

void SessionChannel::report(Event event) {
  if (watcher_) watcher_(event);
  if (!invited_) {
    deliver(first_, std::move(event));
    return;
  }
  follow(event);
  if (std::holds_alternative<ReaderGone>(event)) {
    deliver(first_, event);
    if (second_) second_->inbox.post(std::move(event));
    return reader_gone();
  }
  if (std::holds_alternative<ReaderArrived>(event) || std::holds_alternative<CardPresent>(event) ||
      std::holds_alternative<CardAbsent>(event)) {
    deliver(first_, event);
    if (second_) second_->inbox.post(std::move(event));
    return;
  }
  std::uint8_t slot = 0;
  if (const auto* connected = std::get_if<Connected>(&event)) slot = connected->slot;
  if (const auto* response = std::get_if<Response>(&event)) slot = response->slot;
  if (const auto* disconnected = std::get_if<Disconnected>(&event)) slot = disconnected->slot;
  if (const auto* failed = std::get_if<Failed>(&event)) slot = failed->slot;
  answered(slot, std::move(event));
}

fault::Fate SessionChannel::deliver(Program& program, Event event) {
  if (std::holds_alternative<Response>(event)) return program.responses.send(std::move(event), 0);
  const std::string name = fmt::format("session_{}", name_of(event));
  const std::string text = text_of(event);
  return program.responses.send_noted(
      std::move(event), 0, [&](std::string_view fault) { note(reader_, name, text, fault); });
}

// ---- with a second program

// To who asked; then it is the next one's turn.
void SessionChannel::answered(std::uint8_t slot, Event event) {
  Turn& turn = turns_[slot];
  Program& program = turn.asked == nullptr ? first_ : *turn.asked;
  const unsigned copies = arriving(deliver(program, std::move(event)));
  program.owed += copies;
  if (turn.open == 0) return;  // nobody asked for it
  --program.owed;
  --turn.open;
  while (turn.open == 0 && !turn.waiting.empty()) {
    auto [next, request] = std::move(turn.waiting.front());
    turn.waiting.pop_front();
    take_turn(turn, *next, std::move(request));
  }
}

// What was under way has no answer any more; what waits is refused by whoever is there.
void SessionChannel::reader_gone() {
  connected_.clear();
  for (auto& [slot, turn] : std::exchange(turns_, {})) {
    if (turn.asked != nullptr) turn.asked->owed -= turn.open;
    for (auto& [program, request] : turn.waiting) {
      --program->owed;
      ask(*program, std::move(request));
    }
  }
}

void SessionChannel::second_took() {
  if (second_->owed != 0) --second_->owed;
}

void SessionChannel::follow(const Event& event) {
  if (const auto* connected = std::get_if<Connected>(&event)) connected_.insert(connected->slot);
  if (const auto* absent = std::get_if<CardAbsent>(&event)) connected_.erase(absent->slot);
  if (const auto* gone = std::get_if<Disconnected>(&event)) connected_.erase(gone->slot);
}

}  // namespace uketsuke::channel
