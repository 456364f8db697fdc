#include "sim/guard/identifier.h"

#include <utility>

namespace uketsuke::guard {

using namespace wire::session;

Identifier::Step Identifier::asked(Request request) {
  Step out;
  const std::uint8_t slot = std::visit([](const auto& any) { return any.slot; }, request);
  // The program's Connect is still open: only Disconnect may come before its end.
  if (under_.count(slot) != 0 && !std::holds_alternative<Disconnect>(request)) {
    out.events.emplace_back(Failed{slot, Failure::kBusy, "the card is being identified"});
  } else {
    out.requests.push_back(std::move(request));
  }
  return out;
}

Identifier::Step Identifier::heard(Event event) {
  Step out;
  if (auto* connected = std::get_if<Connected>(&event); connected != nullptr && wanted_) {
    const std::uint8_t slot = connected->slot;
    under_[slot] = {std::move(*connected), 0};
    asked_one_ = true;
    last_ = {};
    go_on(slot, out);
    return out;
  }
  if (const auto* response = std::get_if<Response>(&event);
      response != nullptr && under_.count(response->slot) != 0) {
    answered(response->slot, response->response, out);
    return out;
  }
  if (const auto* failed = std::get_if<Failed>(&event)) under_.erase(failed->slot);
  if (const auto* left = std::get_if<Disconnected>(&event)) under_.erase(left->slot);
  if (std::holds_alternative<ReaderGone>(event)) under_.clear();
  out.events.push_back(std::move(event));
  return out;
}

void Identifier::answered(std::uint8_t slot, const wire::Bytes& response, Step& out) {
  Under& under = under_.at(slot);
  const Identification::Step& step = Identification::steps().at(under.next - 1);
  const bool worked = response.size() >= 2 && response[response.size() - 2] == 0x90 &&
                      response.back() == 0x00;  // ISO/IEC 7816-4:2005, 5.1.3
  if (worked && step.item >= 0)
    last_.set(static_cast<std::size_t>(step.item),
              wire::ByteView(response).first(response.size() - 2));
  if (!worked && !step.optional) under.next = Identification::steps().size();
  go_on(slot, out);
}

void Identifier::go_on(std::uint8_t slot, Step& out) {
  Under& under = under_.at(slot);
  if (under.next < Identification::steps().size()) {
    out.requests.emplace_back(Transmit{slot, Identification::steps()[under.next++].command});
    return;
  }
  out.events.emplace_back(std::move(under.connected));
  under_.erase(slot);
}

}  // namespace uketsuke::guard
