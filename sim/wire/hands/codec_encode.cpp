#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

#include "sim/wire/hands/codec.h"
#include "sim/wire/reader_link/codec.h"

namespace uketsuke::wire::hands {
namespace {

using Json = nlohmann::ordered_json;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

DecodeError unrepresentable(std::string_view field) {
  return {DecodeErrc::kUnrepresentable, 0, field};
}

Json params(const Hello& hello) {
  return Json{{"protocol", hello.protocol}, {"name", hello.name}};
}

Json params(const Deed& deed) {
  const Overloaded input{
      [](const panel::Press& p) { return Json{{"control", p.control}}; },
      [](const panel::Enter& p) { return Json{{"control", p.control}, {"text", p.text}}; },
      [](const panel::Tick& p) { return Json{{"control", p.control}, {"on", p.on}}; },
      [](const panel::ShowFace& p) { return Json{{"score", p.score}}; },
      [](const panel::CardFaceSeen&) { return Json::object(); }};
  return std::visit(
      Overloaded{[&](const panel::Input& i) { return std::visit(input, i); },
                 [](const PlaceCard& d) { return Json{{"card", d.card}, {"face", d.face}}; },
                 [](const PlaceSecondCard& d) { return Json{{"card", d.card}}; },
                 [](const RemoveCard& d) {
                   return d.card.empty() ? Json::object() : Json{{"card", d.card}};
                 },
                 [](const ComparePhoto& d) { return Json{{"match", d.match}}; },
                 [](const Unplug&) { return Json::object(); },
                 [](const Plug&) { return Json::object(); },
                 [](const PadPin& d) { return Json{{"digits", d.digits}}; },
                 [](const Begin&) { return Json::object(); },
                 [](const Confirm& d) { return Json{{"ja", d.ja}, {"en", d.en}}; }},
      deed);
}

Json params(const panel::Output& output) {
  if (const auto* refused = std::get_if<panel::Refused>(&output))
    return Json{{"control", refused->control}, {"reason", refused->reason}};
  const auto& display = std::get<panel::Display>(output);  // its secrets stay here
  Json values = Json::object();
  for (const auto& [name, value] : display.values) values[name] = value;
  return Json{{"screen", display.screen}, {"message", display.message}, {"values", values}};
}

Json params(const PadAsks& pad) { return Json{{"asks", pad.asks}, {"slot", pad.slot}}; }

// The fields are those of the link's own CBOR; bytes are hex here.
Json params(const reader_link::Body& body) {
  const auto payload = reader_link::encode_payload({0, body});
  if (!payload) return nullptr;
  Json fields = Json::from_cbor(*payload)["b"];
  for (auto& [name, value] : fields.items())
    if (value.is_binary()) value = to_hex(value.get_binary());
  return fields;
}

std::string_view name_of(session::Disposition disposition) {
  switch (disposition) {
    case session::Disposition::kLeave: return "leave";
    case session::Disposition::kReset: return "reset";
    case session::Disposition::kUnpower: return "unpower";
  }
  return "?";
}

Json params(const session::Request& request) {
  return std::visit(
      Overloaded{[](const session::Connect& r) { return Json{{"slot", r.slot}}; },
                 [](const session::Transmit& r) {
                   return Json{{"slot", r.slot}, {"command", to_hex(r.command)}};
                 },
                 [](const session::VerifyPin& r) {
                   return Json{{"slot", r.slot},
                               {"command", to_hex(r.command)},
                               {"min_digits", r.min_digits},
                               {"max_digits", r.max_digits},
                               {"timeout_s", r.timeout_s}};
                 },
                 [](const session::Reset& r) {
                   return Json{{"slot", r.slot}, {"kind", name_of(r.kind)}};
                 },
                 [](const session::Disconnect& r) {
                   return Json{{"slot", r.slot}, {"disposition", name_of(r.disposition)}};
                 }},
      request);
}

Json params(const session::Event& event) {
  if (const auto* reader = std::get_if<session::ReaderArrived>(&event)) {
    return Json{{"name", reader->name},           {"idVendor", reader->idVendor},
                {"idProduct", reader->idProduct}, {"bcdDevice", reader->bcdDevice},
                {"slots", reader->slots},         {"pin_pad", reader->pin_pad},
                {"exchange_level", reader->exchange_level}};
  }
  if (const auto* present = std::get_if<session::CardPresent>(&event))
    return Json{{"slot", present->slot}};
  if (const auto* absent = std::get_if<session::CardAbsent>(&event))
    return Json{{"slot", absent->slot}};
  return Json::object();
}

Json call_of(const Call& call) {
  Json fields = std::visit([](const auto& body) { return params(body); }, call.body);
  if (fields.is_object() && !call.reader.empty()) fields["reader"] = call.reader;
  return fields;
}

Json error_json(int code, const std::string& message, Json data = nullptr) {
  Json error{{"code", code}, {"message", message}};
  if (!data.is_null()) error["data"] = std::move(data);
  return error;
}

Json error_json(const Error& error) {
  Json data;
  if (!error.ja.empty()) data["ja"] = error.ja;
  if (!error.en.empty()) data["en"] = error.en;
  if (!error.reason.empty()) data["reason"] = error.reason;
  return error_json(error.code, error.message, std::move(data));
}

// {"result": ...} or {"error": ...}; null: the outcome does not travel.
Json outcome_json(const Outcome& outcome) {
  const auto result = [](Json value) { return Json{{"result", std::move(value)}}; };
  const auto link = [&](const reader_link::Body& body) {
    if (const auto* refused = std::get_if<reader_link::Refused>(&body)) {
      return Json{{"error", error_json(static_cast<int>(Code::kRefused), "refused",
                                       Json{{"reason", refused->reason}})}};
    }
    const bool response = reader_link::kind_of(body) == reader_link::Kind::kResponse;
    return response ? result(params(body)) : Json();
  };
  const auto card = [&](const session::Event& event) {
    if (const auto* on = std::get_if<session::Connected>(&event)) {
      const bool t0 = on->protocol == session::Protocol::kT0;
      return result(Json{{"atr", to_hex(on->atr)}, {"protocol", t0 ? "T=0" : "T=1"}});
    }
    if (const auto* response = std::get_if<session::Response>(&event))
      return result(Json{{"response", to_hex(response->response)}});
    if (std::holds_alternative<session::Disconnected>(event)) return result(Json::object());
    const auto* failed = std::get_if<session::Failed>(&event);
    if (failed == nullptr) return Json();
    const int code = static_cast<int>(Code::kFirstFailure) + static_cast<int>(failed->failure);
    const std::string what =
        failed->what.empty() ? std::string(to_string(failed->failure)) : failed->what;
    return Json{{"error", error_json(code, what)}};
  };
  return std::visit(Overloaded{[&](const Welcome& w) {
                                 Json json{{"protocol", w.protocol}, {"name", w.name}};
                                 json["can"] = w.can;
                                 if (!w.readers.empty()) json["readers"] = w.readers;
                                 if (w.speed > 0) json["speed"] = w.speed;
                                 return result(std::move(json));
                               },
                               [&](const Did& did) { return result(Json{{"by", did.by}}); }, link,
                               card, [](const Error& e) { return Json{{"error", error_json(e)}}; }},
                    outcome);
}

Result<std::string> line_of(const Json& json) {
  try {
    std::string line = json.dump();
    if (line.size() + 1 > kMaxLine) return unrepresentable("line");
    return line;
  } catch (const Json::type_error&) {
    return unrepresentable("UTF-8");
  }
}

Json id_json(const Id& id) {
  return std::visit([](const auto& value) { return Json(value); }, id);
}

}  // namespace

Result<std::string> encode(const Message& message) {
  Json json{{"jsonrpc", "2.0"}};
  // What the other side could not read is not written: the decoder has the last word.
  Open open = [](const Id&) { return std::nullopt; };
  if (const auto* answer = std::get_if<Answer>(&message)) {
    json["id"] = id_json(answer->id);
    const Json outcome = outcome_json(answer->outcome);
    if (outcome.is_null()) return unrepresentable("result");
    json.update(outcome);
    const auto asked =
        std::visit(Overloaded{[](const Welcome&) { return Asked::kHello; },
                              [](const Did&) { return Asked::kDeed; },
                              [](const reader_link::Body& b) {
                                return std::holds_alternative<reader_link::HelloAnswer>(b)
                                           ? Asked::kLinkHello
                                       : std::holds_alternative<reader_link::PasscodeAnswer>(b)
                                           ? Asked::kLinkPasscode
                                           : Asked::kLinkOther;
                              },
                              [](const session::Event& e) {
                                return std::holds_alternative<session::Connected>(e)
                                           ? Asked::kCardOn
                                       : std::holds_alternative<session::Response>(e)
                                           ? Asked::kCardTransmit
                                           : Asked::kCardOff;
                              },
                              [](const Error&) { return Asked::kDeed; }},
                   answer->outcome);
    open = [asked](const Id&) { return asked; };
  } else {
    const auto* request = std::get_if<Request>(&message);
    const Call& call = request != nullptr ? request->call : std::get<Notification>(message).call;
    if (request != nullptr) json["id"] = id_json(request->id);
    const std::string method = method_of(call.body);
    if (method.empty()) return unrepresentable("method");
    json["method"] = method;
    json["params"] = call_of(call);
  }
  Result<std::string> line = line_of(json);
  if (!line) return line;
  if (std::holds_alternative<Problem>(decode(*line, open))) return unrepresentable("value");
  return line;
}

Result<std::string> encode_unreadable(const Error& error) {
  return line_of(Json{{"jsonrpc", "2.0"}, {"id", nullptr}, {"error", error_json(error)}});
}

}  // namespace uketsuke::wire::hands
