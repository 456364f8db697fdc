#include <fmt/format.h>

#include <array>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "sim/wire/hands/codec.h"
#include "sim/wire/reader_link/codec.h"

namespace uketsuke::wire::hands {
namespace {

using nlohmann::json;

// C0, DEL and C1 (as UTF-8): they have no business in names and could drive a terminal.
bool has_controls(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return true;
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<std::uint8_t>(text[i + 1]) < 0xA0)
      return true;
  }
  return false;
}

// RFC 8259, stricter: limited nesting, no member twice, no control characters in strings.
class StrictParser {
 public:
  std::variant<json, std::string> parse(std::string_view line) {
    const auto callback = [this](int depth, json::parse_event_t event, json& value) {
      return see(depth, event, value);
    };
    json parsed = json::parse(line.begin(), line.end(), callback, /*allow_exceptions=*/false);
    if (!wrong_.empty()) return wrong_;
    if (parsed.is_discarded()) return std::string("not JSON in UTF-8");
    return parsed;
  }

 private:
  bool see(int depth, json::parse_event_t event, json& value) {
    using Event = json::parse_event_t;
    if (!wrong_.empty()) return false;
    const bool opens = event == Event::object_start || event == Event::array_start;
    if (opens && depth >= static_cast<int>(kMaxNesting)) wrong_ = "nested too deeply";
    if (event == Event::object_start) members_.emplace_back();
    if (event == Event::object_end) members_.pop_back();
    if (event == Event::key && !members_.back().insert(value.get<std::string>()).second)
      wrong_ = "a member stands twice in one object";
    const bool text = event == Event::key || (event == Event::value && value.is_string());
    if (text && has_controls(value.get_ref<const std::string&>()))
      wrong_ = "a control character in a string";
    return wrong_.empty();
  }

  std::vector<std::set<std::string>> members_;
  std::string wrong_;
};

// Reads the members of one object; remembers the first that is missing or wrong.
class Fields {
 public:
  Fields(const json& object, std::string where) : object_(object), where_(std::move(where)) {}

  const std::string& wrong() const { return wrong_; }
  void fail(const std::string& name, const std::string& what) {
    if (wrong_.empty()) wrong_ = fmt::format("{}.{}: {}", where_, name, what);
  }
  bool has(const std::string& name) const { return object_.contains(name); }

  std::string word(const std::string& name, std::size_t limit = kMaxWord) {
    const json* value = find(name);
    if (value == nullptr) return "";
    if (!value->is_string()) return fail(name, "not a string"), "";
    if (value->get_ref<const std::string&>().size() > limit)
      return fail(name, fmt::format("longer than {} bytes", limit)), "";
    return value->get<std::string>();
  }
  std::string text(const std::string& name) { return word(name, kMaxText); }
  std::string some_word(const std::string& name) {
    std::string value = word(name);
    if (value.empty()) fail(name, "empty");
    return value;
  }
  std::string word_or(const std::string& name, std::string other) {
    return has(name) ? word(name) : std::move(other);
  }
  bool truth(const std::string& name) {
    const json* value = find(name);
    if (value != nullptr && !value->is_boolean()) fail(name, "not true or false");
    return value != nullptr && value->is_boolean() && value->get<bool>();
  }
  std::uint64_t number(const std::string& name, std::uint64_t highest) {
    const json* value = find(name);
    if (value == nullptr) return 0;
    if (!value->is_number_unsigned() || value->get<std::uint64_t>() > highest)
      return fail(name, fmt::format("not a whole number from 0 to {}", highest)), 0;
    return value->get<std::uint64_t>();
  }
  double positive(const std::string& name) {
    const json* value = find(name);
    if (value == nullptr) return 0;
    const double number = value->is_number() ? value->get<double>() : 0;
    if (!(number > 0 && number < 1e9)) return fail(name, "not a number above 0"), 0;
    return number;
  }
  std::uint8_t slot() { return has("slot") ? static_cast<std::uint8_t>(number("slot", 255)) : 0; }
  std::uint16_t u16_or_0(const std::string& name) {
    return has(name) ? static_cast<std::uint16_t>(number(name, 0xFFFF)) : 0;
  }
  Bytes hex(const std::string& name) {
    const auto bytes = from_hex(word(name, kMaxLine));
    if (!bytes) return fail(name, "not hexadecimal digits"), Bytes{};
    return *bytes;
  }
  std::vector<std::string> words(const std::string& name) {
    std::vector<std::string> list;
    const json* value = find(name);
    if (value == nullptr) return list;
    if (!value->is_array() || value->size() > kMaxList)
      return fail(name, fmt::format("not a list of at most {}", kMaxList)), list;
    for (const json& item : *value) {
      if (!item.is_string() || item.get_ref<const std::string&>().size() > kMaxWord)
        return fail(name, "holds what is no short string"), list;
      list.push_back(item.get<std::string>());
    }
    return list;
  }
  template <class E, std::size_t N>
  E one_of(const std::string& name, const std::array<std::string_view, N>& names) {
    const std::string value = word(name);
    for (std::size_t i = 0; i < N; ++i)
      if (names[i] == value) return static_cast<E>(i);
    fail(name, fmt::format("none of {}", fmt::join(names, ", ")));
    return E{};
  }
  const json* find(const std::string& name) {
    const auto it = object_.find(name);
    if (it == object_.end()) fail(name, "missing");
    return it == object_.end() ? nullptr : &*it;
  }
  const json& object() const { return object_; }

 private:
  const json& object_;
  std::string where_, wrong_;
};

constexpr std::array<std::string_view, 3> kDispositions{"leave", "reset", "unpower"};
constexpr std::array<std::string_view, 2> kProtocols{"T=0", "T=1"};
constexpr std::array<std::string_view, 3> kFaces{"seen", "hidden", "misread"};

Body read_place(Fields& f) {
  PlaceCard place{f.word("card"), f.word_or("face", "seen")};
  if (f.has("face")) f.one_of<int>("face", kFaces);
  return Deed{std::move(place)};
}

Body read_show(Fields& f) {
  panel::Display display{f.word("screen"), f.word_or("message", ""), {}, {}};
  if (!f.has("values")) return panel::Output{std::move(display)};
  const json& values = *f.find("values");
  if (!values.is_object() || values.size() > kMaxList) {
    f.fail("values", fmt::format("not an object of at most {} members", kMaxList));
    return panel::Output{};
  }
  for (const auto& [name, value] : values.items()) {
    if (name.size() > kMaxWord || !value.is_string() ||
        value.get_ref<const std::string&>().size() > kMaxText) {
      f.fail("values", "holds what is no short string");
      return panel::Output{};
    }
    display.values[name] = value.get<std::string>();
  }
  return panel::Output{std::move(display)};
}

Body read_verify_pin(Fields& f) {
  session::VerifyPin verify{f.slot(), f.hex("command"), 4, 4, 30};
  verify.min_digits = static_cast<std::uint8_t>(f.number("min_digits", 255));
  verify.max_digits = static_cast<std::uint8_t>(f.number("max_digits", 255));
  verify.timeout_s = static_cast<std::uint32_t>(f.number("timeout_s", 0xFFFFFFFF));
  return session::Request{std::move(verify)};
}

Body read_arrived(Fields& f) {
  session::ReaderArrived reader;
  reader.name = f.some_word("name");
  reader.idVendor = f.u16_or_0("idVendor");
  reader.idProduct = f.u16_or_0("idProduct");
  reader.bcdDevice = f.u16_or_0("bcdDevice");
  if (f.has("slots")) reader.slots = static_cast<std::uint8_t>(f.number("slots", 255));
  if (f.has("pin_pad")) reader.pin_pad = f.truth("pin_pad");
  reader.exchange_level = f.word_or("exchange_level", "");
  return session::Event{std::move(reader)};
}

struct Method {
  std::string_view name;
  Body (*read)(Fields&);
};
const Method kMethods[] = {
    {"hello",
     [](Fields& f) -> Body {
       return Hello{static_cast<unsigned>(f.number("protocol", 1000)), f.some_word("name")};
     }},
    {"press",
     [](Fields& f) -> Body { return Deed{panel::Input{panel::Press{f.word("control")}}}; }},
    {"enter",
     [](Fields& f) -> Body {
       return Deed{panel::Input{panel::Enter{f.word("control"), f.text("text")}}};
     }},
    {"tick",
     [](Fields& f) -> Body {
       return Deed{panel::Input{panel::Tick{f.word("control"), f.truth("on")}}};
     }},
    {"show_face",
     [](Fields& f) -> Body {
       return Deed{
           panel::Input{panel::ShowFace{static_cast<std::uint16_t>(f.number("score", 1000))}}};
     }},
    {"place", read_place},
    {"place_second", [](Fields& f) -> Body { return Deed{PlaceSecondCard{f.word("card")}}; }},
    {"remove", [](Fields& f) -> Body { return Deed{RemoveCard{f.word_or("card", "")}}; }},
    {"compare", [](Fields& f) -> Body { return Deed{ComparePhoto{f.truth("match")}}; }},
    {"unplug", [](Fields&) -> Body { return Deed{Unplug{}}; }},
    {"plug", [](Fields&) -> Body { return Deed{Plug{}}; }},
    {"pad_pin", [](Fields& f) -> Body { return Deed{PadPin{f.word("digits")}}; }},
    {"begin", [](Fields&) -> Body { return Deed{Begin{}}; }},
    {"confirm", [](Fields& f) -> Body { return Deed{Confirm{f.text("ja"), f.text("en")}}; }},
    {"show", read_show},
    {"refused",
     [](Fields& f) -> Body {
       return panel::Output{panel::Refused{f.word("control"), f.word("reason")}};
     }},
    {"pad_asks", [](Fields& f) -> Body { return PadAsks{f.truth("asks"), f.slot()}; }},
    {"card.connect",
     [](Fields& f) -> Body { return session::Request{session::Connect{f.slot()}}; }},
    {"card.transmit",
     [](Fields& f) -> Body {
       return session::Request{session::Transmit{f.slot(), f.hex("command")}};
     }},
    {"card.verify_pin", read_verify_pin},
    {"card.reset",
     [](Fields& f) -> Body {
       return session::Request{
           session::Reset{f.slot(), f.one_of<session::Disposition>("kind", kDispositions)}};
     }},
    {"card.disconnect",
     [](Fields& f) -> Body {
       return session::Request{session::Disconnect{
           f.slot(), f.one_of<session::Disposition>("disposition", kDispositions)}};
     }},
    {"card.arrived", read_arrived},
    {"card.gone", [](Fields&) -> Body { return session::Event{session::ReaderGone{}}; }},
    {"card.present",
     [](Fields& f) -> Body { return session::Event{session::CardPresent{f.slot()}}; }},
    {"card.absent",
     [](Fields& f) -> Body { return session::Event{session::CardAbsent{f.slot()}}; }},
};

// The link's own decoder judges names, kinds and fields. Empty: nothing of those kinds has that
// name.
std::optional<reader_link::Body> read_link(std::string_view name, const json& members, Fields& f,
                                           std::initializer_list<reader_link::Kind> kinds) {
  json fields = members;
  if (fields.contains("photo")) fields["photo"] = json::binary(f.hex("photo"));
  for (const auto kind : kinds) {
    const json map{{"k", to_string(kind)}, {"s", 0}, {"n", name}, {"b", fields}};
    const auto message = reader_link::decode(json::to_cbor(map));
    if (message) return message->body;
    if (message.error().field == "n") return std::nullopt;
    if (message.error().field == "k") continue;  // another kind has that name
    f.fail(std::string(message.error().field), std::string(to_string(message.error().code)));
    return reader_link::Body{};
  }
  return std::nullopt;
}

void check_link(const reader_link::Body& body, Fields& f) {
  if (const auto* ask = std::get_if<reader_link::AskConsent>(&body)) {
    if (ask->items.size() > kMaxList) f.fail("items", "too many");
    for (const std::string& item : ask->items)
      if (item.size() > kMaxText) f.fail("items", "too long");
  }
  for (const char* name : {"code", "passcode", "model", "firmware", "reason",
                           "verification_number_b"})
    if (f.has(name)) f.word(name);
}

using Read = std::variant<Message, Problem>;

Problem problem(Code code, std::string what, std::optional<Id> id = {}, bool answer = false) {
  return Problem{code, std::move(id), answer, std::move(what)};
}

std::optional<Id> read_id(const json& value) {
  if (value.is_number_unsigned() && value.get<std::uint64_t>() <= kMaxNumber)
    return value.get<std::uint64_t>();
  if (value.is_string() && value.get_ref<const std::string&>().size() <= kMaxWord)
    return value.get<std::string>();
  return std::nullopt;
}

Read read_call(const json& line, const std::optional<Id>& id) {
  const json& method = line["method"];
  if (!method.is_string()) return problem(Code::kInvalidRequest, "method: not a string", id);
  const std::string& name = method.get_ref<const std::string&>();
  const json none = json::object();
  const auto given = line.find("params");
  const json& members = given == line.end() ? none : *given;
  if (!members.is_object())
    return problem(Code::kInvalidParams, "params: not an object (given by name)", id);
  Fields fields(members, "params");
  Call call;
  if (name.rfind("link.", 0) == 0) {
    auto body = read_link(std::string_view(name).substr(5), members, fields,
                          {reader_link::Kind::kRequest, reader_link::Kind::kEvent});
    if (!body) return problem(Code::kMethodNotFound, "method: not known", id);
    if (fields.wrong().empty()) check_link(*body, fields);
    call.body = std::move(*body);
  } else {
    const Method* known = nullptr;
    for (const Method& m : kMethods)
      if (m.name == name) known = &m;
    if (known == nullptr) return problem(Code::kMethodNotFound, "method: not known", id);
    call.body = known->read(fields);
  }
  call.reader = fields.word_or("reader", "");
  if (!fields.wrong().empty()) return problem(Code::kInvalidParams, fields.wrong(), id);
  if (asked_of(call.body).has_value() != id.has_value())
    return problem(Code::kInvalidRequest,
                   id ? name + " is a notification: it has no id" : name + " needs an id", id);
  if (id) return Message{Request{*id, std::move(call)}};
  return Message{Notification{std::move(call)}};
}

Outcome read_result(Asked asked, Fields& f) {
  const auto link = [&](std::string_view name) -> Outcome {
    auto body = read_link(name, f.object(), f, {reader_link::Kind::kResponse});
    if (body) check_link(*body, f);
    return body ? *body : reader_link::Body{};
  };
  switch (asked) {
    case Asked::kHello: {
      Welcome welcome{static_cast<unsigned>(f.number("protocol", 1000)), f.some_word("name"),
                      f.words("can"), {}, 0};
      if (f.has("readers")) welcome.readers = f.words("readers");
      if (f.has("speed")) welcome.speed = f.positive("speed");
      return welcome;
    }
    case Asked::kDeed: return Did{f.some_word("by")};
    case Asked::kLinkHello: return link("hello_answer");
    case Asked::kLinkPasscode: return link("passcode_answer");
    case Asked::kLinkOther: return reader_link::Body{reader_link::Done{}};
    case Asked::kCardOn: {
      session::Connected on;
      on.atr = f.hex("atr");
      on.protocol = f.one_of<session::Protocol>("protocol", kProtocols);
      return session::Event{std::move(on)};
    }
    case Asked::kCardTransmit: return session::Event{session::Response{0, f.hex("response")}};
    case Asked::kCardOff: return session::Event{session::Disconnected{}};
  }
  return Error{};
}

std::variant<Outcome, std::string> read_error(Asked asked, const json& error) {
  if (!error.is_object()) return "error: not an object";
  Fields f(error, "error");
  const json* code = f.find("code");
  if (code == nullptr || !code->is_number_integer() || *code < -100'000 || *code > 100'000)
    return "error.code: not a whole number";
  Error read;
  read.code = code->get<int>();
  read.message = f.text("message");
  const json none = json::object();
  const json& data = error.contains("data") && error["data"].is_object() ? error["data"] : none;
  Fields d(data, "error.data");
  if (d.has("ja")) read.ja = d.text("ja");
  if (d.has("en")) read.en = d.text("en");
  if (d.has("reason")) read.reason = d.word("reason");
  if (!f.wrong().empty()) return f.wrong();
  if (!d.wrong().empty()) return d.wrong();
  const bool link = asked == Asked::kLinkHello || asked == Asked::kLinkPasscode ||
                    asked == Asked::kLinkOther;
  if (link && read.code == static_cast<int>(Code::kRefused))
    return Outcome{reader_link::Body{reader_link::Refused{read.reason}}};
  const bool card = asked == Asked::kCardOn || asked == Asked::kCardTransmit ||
                    asked == Asked::kCardOff;
  const int failure = read.code - static_cast<int>(Code::kFirstFailure);
  if (card && failure >= 0 && failure <= static_cast<int>(session::Failure::kBusy)) {
    return Outcome{session::Event{
        session::Failed{0, static_cast<session::Failure>(failure), read.message}}};
  }
  return Outcome{std::move(read)};
}

Read read_answer(const json& line, const std::optional<Id>& id, const Open& open) {
  const auto wrong = [&](std::string what) {
    return problem(Code::kInvalidRequest, std::move(what), id, true);
  };
  if (line.contains("result") == line.contains("error"))
    return wrong("neither a call (method) nor an answer (result or error)");
  if (!id) return wrong("an answer to nothing: the other side could not read a line");
  const auto asked = open(*id);
  if (!asked) return wrong("an answer to no open request (or a second one)");
  if (line.contains("error")) {
    auto error = read_error(*asked, line["error"]);
    if (const auto* what = std::get_if<std::string>(&error)) return wrong(*what);
    return Message{Answer{*id, std::get<Outcome>(std::move(error))}};
  }
  const json& result = line["result"];
  if (!result.is_object()) return wrong("result: not an object");
  Fields fields(result, "result");
  Outcome outcome = read_result(*asked, fields);
  if (!fields.wrong().empty()) return wrong(fields.wrong());
  return Message{Answer{*id, std::move(outcome)}};
}

}  // namespace

std::variant<Message, Problem> decode(std::string_view line, const Open& open) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (line.size() + 1 > kMaxLine) return problem(Code::kParseError, "line: too long");
  auto parsed = StrictParser().parse(line);
  if (const auto* what = std::get_if<std::string>(&parsed))
    return problem(Code::kParseError, *what);
  const json& object = std::get<json>(parsed);
  if (!object.is_object())
    return problem(Code::kInvalidRequest,
                   object.is_array() ? "batches are not spoken here" : "not an object");
  const auto version = object.find("jsonrpc");
  std::optional<Id> id;
  if (const auto given = object.find("id"); given != object.end()) {
    id = read_id(*given);
    if (!id && !given->is_null())
      return problem(Code::kInvalidRequest, "id: neither a string nor a number up to 2^53 - 1");
    if (!id && object.contains("method"))
      return problem(Code::kInvalidRequest, "id: null; a notification has no id");
  }
  if (version == object.end() || *version != "2.0")
    return problem(Code::kInvalidRequest, "jsonrpc: not \"2.0\"", id);
  return object.contains("method") ? read_call(object, id) : read_answer(object, id, open);
}

}  // namespace uketsuke::wire::hands
