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

}  // namespace

SessionChannel::SessionChannel(Context& context, std::string program, std::string reader,
                               trace::Describe command, trace::Describe response, Tap* command_tap,
                               Tap* response_tap)
    : context_(context), program_(std::move(program)), reader_(std::move(reader)),
      to_reader_(context.simulation), to_program_(context.simulation),
      commands_(context, {"session", "command", program_, reader_, command}, to_reader_, &bytes_of,
                command_tap),
      responses_(context, {"session", "response", reader_, program_, response}, to_program_,
                 &bytes_of, response_tap) {}

// What has no bytes is a note; what a fault did to it stands in brackets.
void SessionChannel::note(std::string_view role, std::string_view event, std::string text,
                          std::string_view fault) {
  if (!fault.empty()) text += fmt::format("{}[{}]", text.empty() ? "" : " ", fault);
  context_.journal.note(role, context_.simulation.now_ns(), event, std::move(text));
}

void SessionChannel::ask(Request request) {
  if (std::holds_alternative<Transmit>(request)) {
    commands_.send(std::move(request), 0);
    return;
  }
  const std::string event = fmt::format("session_{}", name_of(request));
  commands_.send_noted(std::move(request), 0,
                       [&](std::string_view fault) { note(program_, event, reader_, fault); });
}

void SessionChannel::report(Event event) {
  if (watcher_) watcher_(event);
  if (std::holds_alternative<Response>(event)) {
    responses_.send(std::move(event), 0);
    return;
  }
  const std::string name = fmt::format("session_{}", name_of(event));
  const std::string text = text_of(event);
  responses_.send_noted(std::move(event), 0,
                        [&](std::string_view fault) { note(reader_, name, text, fault); });
}

}  // namespace uketsuke::channel
