#include "sim/wire/hands/message.h"

#include <fmt/format.h>

#include <array>

#include "sim/wire/hands/codec.h"
#include "sim/wire/reader_link/codec.h"

namespace uketsuke::wire::hands {
namespace {

// In the order of the alternatives; "": does not travel, or not as a call.
constexpr std::array<std::string_view, std::variant_size_v<panel::Input>> kInputs{
    "press", "enter", "tick", "show_face", ""};
constexpr std::array<std::string_view, std::variant_size_v<Deed>> kDeeds{
    "",       "place", "place_second", "remove", "compare",
    "unplug", "plug",  "pad_pin",      "begin",  "confirm"};
constexpr std::array<std::string_view, std::variant_size_v<panel::Output>> kOutputs{"show",
                                                                                    "refused"};
constexpr std::array<std::string_view, std::variant_size_v<session::Request>> kCardRequests{
    "card.connect", "card.transmit", "card.verify_pin", "card.reset", "card.disconnect"};
constexpr std::array<std::string_view, std::variant_size_v<session::Event>> kCardEvents{
    "card.arrived", "card.gone", "card.present", "card.absent", "", "", "", ""};

std::string id_text(const Id& id) {
  const auto* number = std::get_if<std::uint64_t>(&id);
  return number != nullptr ? std::to_string(*number) : '"' + std::get<std::string>(id) + '"';
}

// Which control, card or slot; nothing that was typed.
std::string subject_of(const Body& body) {
  if (const auto* deed = std::get_if<Deed>(&body)) {
    if (const auto* place = std::get_if<PlaceCard>(deed)) return " " + place->card;
    if (const auto* place = std::get_if<PlaceSecondCard>(deed)) return " " + place->card;
    if (const auto* remove = std::get_if<RemoveCard>(deed)) return " " + remove->card;
    const auto* input = std::get_if<panel::Input>(deed);
    if (input == nullptr) return "";
    if (const auto* press = std::get_if<panel::Press>(input)) return " " + press->control;
    if (const auto* enter = std::get_if<panel::Enter>(input)) return " " + enter->control + " ****";
    if (const auto* tick = std::get_if<panel::Tick>(input)) return " " + tick->control;
  }
  if (const auto* output = std::get_if<panel::Output>(&body)) {
    if (const auto* refused = std::get_if<panel::Refused>(output)) return " " + refused->control;
    const auto& display = std::get<panel::Display>(*output);
    return fmt::format(" {} {}", display.screen, display.message);
  }
  if (const auto* link = std::get_if<reader_link::Body>(&body)) {
    const std::string text = reader_link::describe({0, *link});
    const auto fields = text.find('=');  // "request 0 set_mode mode=..."
    return fields == std::string::npos ? "" : text.substr(text.rfind(' ', fields));
  }
  return "";
}

std::string outcome_text(const Outcome& outcome) {
  if (const auto* welcome = std::get_if<Welcome>(&outcome)) return "welcome " + welcome->name;
  if (const auto* did = std::get_if<Did>(&outcome)) return "done by " + did->by;
  if (const auto* error = std::get_if<Error>(&outcome))
    return fmt::format("error {} {}", error->code, error->message);
  if (const auto* link = std::get_if<reader_link::Body>(&outcome))
    return reader_link::describe({0, *link});
  const auto& event = std::get<session::Event>(outcome);
  if (const auto* failed = std::get_if<session::Failed>(&event))
    return fmt::format("failed: {}", to_string(failed->failure));
  if (const auto* response = std::get_if<session::Response>(&event))
    return fmt::format("response of {} bytes", response->response.size());
  return std::holds_alternative<session::Connected>(event) ? "connected" : "disconnected";
}

}  // namespace

std::string method_of(const Body& body) {
  if (std::holds_alternative<Hello>(body)) return "hello";
  if (std::holds_alternative<PadAsks>(body)) return "pad_asks";
  if (const auto* deed = std::get_if<Deed>(&body)) {
    const auto* input = std::get_if<panel::Input>(deed);
    return std::string(input == nullptr ? kDeeds[deed->index()] : kInputs[input->index()]);
  }
  if (const auto* output = std::get_if<panel::Output>(&body))
    return std::string(kOutputs[output->index()]);
  if (const auto* request = std::get_if<session::Request>(&body))
    return std::string(kCardRequests[request->index()]);
  if (const auto* event = std::get_if<session::Event>(&body))
    return std::string(kCardEvents[event->index()]);
  const auto& link = std::get<reader_link::Body>(body);
  if (kind_of(link) == reader_link::Kind::kResponse) return "";
  return "link." + std::string(reader_link::name_of(link));
}

std::string capability_of(const Body& body) {
  const std::string method = method_of(body);
  return method.substr(0, method.find('.'));
}

std::optional<Asked> asked_of(const Body& body) {
  if (std::holds_alternative<Hello>(body)) return Asked::kHello;
  if (std::holds_alternative<Deed>(body)) return Asked::kDeed;
  if (const auto* link = std::get_if<reader_link::Body>(&body)) {
    if (kind_of(*link) != reader_link::Kind::kRequest) return std::nullopt;
    if (std::holds_alternative<reader_link::Hello>(*link)) return Asked::kLinkHello;
    if (std::holds_alternative<reader_link::CheckPasscode>(*link)) return Asked::kLinkPasscode;
    return Asked::kLinkOther;
  }
  const auto* request = std::get_if<session::Request>(&body);
  if (request == nullptr) return std::nullopt;
  if (std::holds_alternative<session::Disconnect>(*request)) return Asked::kCardOff;
  const bool transmits = std::holds_alternative<session::Transmit>(*request) ||
                         std::holds_alternative<session::VerifyPin>(*request);
  return transmits ? Asked::kCardTransmit : Asked::kCardOn;
}

std::string describe(const Message& message) {
  if (const auto* answer = std::get_if<Answer>(&message))
    return fmt::format("answer {}: {}", id_text(answer->id), outcome_text(answer->outcome));
  const auto* request = std::get_if<Request>(&message);
  const Body& body = request != nullptr ? request->call.body
                                        : std::get<Notification>(message).call.body;
  const std::string what = method_of(body) + subject_of(body);
  return request == nullptr ? what : fmt::format("{} {}", id_text(request->id), what);
}

std::optional<std::string> LineCutter::next() {
  while (true) {
    const auto end = bytes_.find('\n', begin_);
    if (end == std::string::npos || end - begin_ >= kMaxLine) break;
    std::string line = bytes_.substr(begin_, end - begin_);
    begin_ = end + 1;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) return line;
  }
  bytes_.erase(0, begin_);
  begin_ = 0;
  return std::nullopt;
}

}  // namespace uketsuke::wire::hands
