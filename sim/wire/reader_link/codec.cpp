#include "sim/wire/reader_link/codec.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <type_traits>
#include <utility>

namespace uketsuke::wire::reader_link {
namespace {

using nlohmann::json;

// Names on the wire, in the order of Body's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<Body>> kNames{"hello",
                                                                         "set_mode",
                                                                         "ask_auth_method",
                                                                         "scan_card_face",
                                                                         "match_face",
                                                                         "ask_consent",
                                                                         "show",
                                                                         "end_reception",
                                                                         "check_passcode",
                                                                         "hello_answer",
                                                                         "done",
                                                                         "refused",
                                                                         "passcode_answer",
                                                                         "mode_changed",
                                                                         "auth_method_chosen",
                                                                         "card_face_scanned",
                                                                         "face_matched",
                                                                         "consent_chosen",
                                                                         "cancelled"};

constexpr int kMaxDepth = 8;  // of CBOR nesting; messages need 3

// ---- the fields of each message, once for writing, reading and describing
template <class A>
void fields(A& a, Hello& m) {
  a("version", m.version);
}
template <class A>
void fields(A& a, SetMode& m) {
  a("mode", m.mode);
}
template <class A>
void fields(A&, AskAuthMethod&) {}
template <class A>
void fields(A&, ScanCardFace&) {}
template <class A>
void fields(A& a, MatchFace& m) {
  a.secret("photo", m.photo);
}
template <class A>
void fields(A& a, AskConsent& m) {
  a("items", m.items);
}
template <class A>
void fields(A& a, Show& m) {
  a("notice", m.notice);
  a("code", m.code);
}
template <class A>
void fields(A&, EndReception&) {}
template <class A>
void fields(A& a, CheckPasscode& m) {
  a.secret("passcode", m.passcode);
}
template <class A>
void fields(A& a, HelloAnswer& m) {
  a("version", m.version);
  a("model", m.model);
  a("firmware", m.firmware);
  a("mode", m.mode);
}
template <class A>
void fields(A&, Done&) {}
template <class A>
void fields(A& a, Refused& m) {
  a("reason", m.reason);
}
template <class A>
void fields(A& a, PasscodeAnswer& m) {
  a("result", m.result);
  a("tries_left", m.tries_left);
}
template <class A>
void fields(A& a, ModeChanged& m) {
  a("mode", m.mode);
  a("cause", m.cause);
}
template <class A>
void fields(A& a, AuthMethodChosen& m) {
  a("method", m.method);
}
template <class A>
void fields(A& a, CardFaceScanned& m) {
  a.secret("verification_number_b", m.verification_number_b);
}
template <class A>
void fields(A& a, FaceMatched& m) {
  a("matched", m.matched);
  a("score", m.score);
}
template <class A>
void fields(A& a, ConsentChosen& m) {
  a("consent", m.consent);
}
template <class A>
void fields(A& a, Cancelled& m) {
  a("reason", m.reason);
}

// Enumerators are numbered from 0 without gaps: a text is looked up by trying them.
template <class E>
std::optional<E> enum_from(std::string_view text) {
  for (std::uint8_t i = 0; to_string(static_cast<E>(i)) != "?"; ++i) {
    if (to_string(static_cast<E>(i)) == text) return static_cast<E>(i);
  }
  return std::nullopt;
}

// Well-formed UTF-8 (RFC 3629); CBOR text strings must be (RFC 8949, 3.1).
bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<std::uint8_t>(text[i++]);
    if (byte < 0x80) continue;
    const int more = byte >= 0xC2 && byte < 0xE0   ? 1
                     : byte >= 0xE0 && byte < 0xF0 ? 2
                     : byte >= 0xF0 && byte < 0xF5 ? 3
                                                   : 0;
    if (more == 0) return false;
    std::uint32_t c = byte & (0x3F >> more);
    for (int k = 0; k < more; ++k) {
      if (i >= text.size() || (static_cast<std::uint8_t>(text[i]) & 0xC0) != 0x80) return false;
      c = c << 6 | (static_cast<std::uint8_t>(text[i++]) & 0x3F);
    }
    if ((more == 2 && (c < 0x800 || (c >= 0xD800 && c < 0xE000))) ||
        (more == 3 && (c < 0x10000 || c > 0x10FFFF))) {
      return false;
    }
  }
  return true;
}

struct Writer {
  json& out;
  std::optional<DecodeError> error;

  template <class T>
  void operator()(const char* name, const T& value) {
    if constexpr (std::is_enum_v<T>) {
      text(name, to_string(value));
    } else if constexpr (std::is_same_v<T, std::string>) {
      text(name, value);
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
      for (const std::string& item : value) check(name, item);
      out[name] = value;
    } else if constexpr (std::is_same_v<T, Bytes>) {
      out[name] = json::binary(value);
    } else {
      out[name] = value;
    }
  }
  template <class T>
  void secret(const char* name, const T& value) {
    (*this)(name, value);
  }
  void text(const char* name, std::string_view value) {
    if (value == "?" || !is_utf8(value)) check(name, "\xFF");
    out[name] = value;
  }
  void check(const char* name, std::string_view value) {
    if (!is_utf8(value)) error = DecodeError{DecodeErrc::kUnrepresentable, 0, name};
  }
};

struct Reader {
  const json& in;
  std::optional<DecodeError> error;

  template <class T>
  void operator()(const char* name, T& value) {
    if (error) return;
    const auto it = in.find(name);
    if (it == in.end()) return fail(DecodeErrc::kTooShort, name);
    if constexpr (std::is_same_v<T, bool>) {
      if (!it->is_boolean()) return fail(DecodeErrc::kBadValue, name);
      value = it->template get<bool>();
    } else if constexpr (std::is_enum_v<T>) {
      if (!it->is_string()) return fail(DecodeErrc::kBadValue, name);
      const auto known = enum_from<T>(it->template get_ref<const std::string&>());
      if (!known) return fail(DecodeErrc::kReservedValue, name);
      value = *known;
    } else if constexpr (std::is_same_v<T, std::string>) {
      text(name, *it, value);
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
      if (!it->is_array()) return fail(DecodeErrc::kBadValue, name);
      for (const json& item : *it) text(name, item, value.emplace_back());
    } else if constexpr (std::is_same_v<T, Bytes>) {
      if (!it->is_binary()) return fail(DecodeErrc::kBadValue, name);
      value = it->get_binary();
    } else {
      if (!it->is_number_unsigned() || it->template get<std::uint64_t>() > T(~T{0})) {
        return fail(DecodeErrc::kBadValue, name);
      }
      value = it->template get<T>();
    }
  }
  template <class T>
  void secret(const char* name, T& value) {
    (*this)(name, value);
  }
  void text(const char* name, const json& node, std::string& value) {
    if (!node.is_string() || !is_utf8(node.get_ref<const std::string&>())) {
      return fail(DecodeErrc::kBadValue, name);
    }
    value = node.get<std::string>();
  }
  void fail(DecodeErrc code, std::string_view name) {
    if (!error) error = DecodeError{code, 0, name};
  }
};

struct Describer {
  std::string& out;

  template <class T>
  void operator()(const char* name, const T& value) {
    if constexpr (std::is_enum_v<T>) {
      out += fmt::format(" {}={}", name, to_string(value));
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
      out += fmt::format(" {}={}", name, fmt::join(value, ","));
    } else {
      out += fmt::format(" {}={}", name, value);
    }
  }
  void secret(const char* name, const std::string& value) {
    out += fmt::format(" {}={}", name, value.empty() ? "(empty)" : "***");
  }
  void secret(const char* name, const Bytes& value) {
    out += fmt::format(" {}=({} bytes)", name, value.size());
  }
};

// Walks one CBOR item (RFC 8949, 3) without building it: definite lengths, no tags, bounded
// nesting. What passes here can be given to the recursive CBOR reader of the library.
bool skip_item(ByteView bytes, std::size_t& at, int depth) {
  if (at >= bytes.size() || depth > kMaxDepth) return false;
  const int major = bytes[at] >> 5, info = bytes[at] & 0x1F;
  ++at;
  std::uint64_t argument = static_cast<std::uint64_t>(info);
  if (info >= 24) {
    if (info > 27) return false;  // reserved, or indefinite length
    const std::size_t count = std::size_t{1} << (info - 24);
    if (bytes.size() - at < count) return false;
    argument = 0;
    for (std::size_t i = 0; i < count; ++i) argument = argument << 8 | bytes[at++];
  }
  switch (major) {
    case 0:
    case 1:
    case 7:
      return true;
    case 2:
    case 3:
      if (argument > bytes.size() - at) return false;
      at += static_cast<std::size_t>(argument);
      return true;
    case 4:
    case 5:
      if (argument > bytes.size() - at) return false;  // every item has at least one byte
      for (std::uint64_t i = 0; i < argument * (major == 5 ? 2 : 1); ++i) {
        if (!skip_item(bytes, at, depth + 1)) return false;
      }
      return true;
    default:
      return false;
  }
}

template <std::size_t... I>
Body body_of(std::size_t index, std::index_sequence<I...>) {
  Body body;
  ((index == I ? static_cast<void>(body.emplace<I>()) : static_cast<void>(0)), ...);
  return body;
}

DecodeError wrong(DecodeErrc code, std::string_view field) { return {code, 0, field}; }

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::kRequest:
      return "request";
    case Kind::kResponse:
      return "response";
    case Kind::kEvent:
      return "event";
  }
  return "?";
}

std::string_view name_of(const Body& body) { return kNames[body.index()]; }

Result<Bytes> encode_payload(const Message& message) {
  json body = json::object();
  Writer writer{body, std::nullopt};
  Body copy = message.body;
  std::visit([&](auto& m) { fields(writer, m); }, copy);
  if (writer.error) return *writer.error;
  const json map{{"k", to_string(kind_of(message.body))},
                 {"s", message.seq},
                 {"n", name_of(message.body)},
                 {"b", std::move(body)}};
  Bytes payload = json::to_cbor(map);
  if (payload.size() > kMaxPayload) return wrong(DecodeErrc::kUnrepresentable, "payload");
  return payload;
}

Result<Bytes> encode(const Message& message) {
  const Result<Bytes> payload = encode_payload(message);
  if (!payload) return payload.error();
  return frame(*payload);
}

Result<Message> decode(ByteView payload) {
  std::size_t end = 0;
  if (!skip_item(payload, end, 0)) return DecodeError{DecodeErrc::kBadValue, end, "CBOR"};
  if (end < payload.size()) return DecodeError{DecodeErrc::kTooLong, end, "CBOR"};
  const json map = json::from_cbor(payload.begin(), payload.end(), /*strict=*/true,
                                   /*allow_exceptions=*/false);
  if (!map.is_object()) return wrong(DecodeErrc::kBadValue, "message");
  const auto k = map.find("k"), s = map.find("s"), n = map.find("n"), b = map.find("b");
  if (k == map.end()) return wrong(DecodeErrc::kTooShort, "k");
  if (s == map.end()) return wrong(DecodeErrc::kTooShort, "s");
  if (n == map.end()) return wrong(DecodeErrc::kTooShort, "n");
  if (b == map.end()) return wrong(DecodeErrc::kTooShort, "b");
  if (!k->is_string()) return wrong(DecodeErrc::kBadValue, "k");
  if (!s->is_number_unsigned() || s->get<std::uint64_t>() > 0xFFFF) {
    return wrong(DecodeErrc::kBadValue, "s");
  }
  if (!n->is_string()) return wrong(DecodeErrc::kBadValue, "n");
  if (!b->is_object()) return wrong(DecodeErrc::kBadValue, "b");
  const auto kind = enum_from<Kind>(k->get_ref<const std::string&>());
  if (!kind) return wrong(DecodeErrc::kReservedValue, "k");
  const std::string& name = n->get_ref<const std::string&>();
  std::size_t index = 0;
  while (index < kNames.size() && kNames[index] != name) ++index;
  if (index == kNames.size()) return wrong(DecodeErrc::kUnknownType, "n");
  Message message;
  message.seq = s->get<std::uint16_t>();
  message.body = body_of(index, std::make_index_sequence<std::variant_size_v<Body>>{});
  if (kind_of(message.body) != *kind) return wrong(DecodeErrc::kBadValue, "k");
  Reader reader{*b, std::nullopt};
  std::visit([&](auto& m) { fields(reader, m); }, message.body);
  if (reader.error) return *reader.error;
  return message;
}

std::string describe(const Message& message) {
  std::string text =
      fmt::format("{} {} {}", to_string(kind_of(message.body)), message.seq, name_of(message.body));
  Describer describer{text};
  Body copy = message.body;
  std::visit([&](auto& m) { fields(describer, m); }, copy);
  return text;
}

}  // namespace uketsuke::wire::reader_link
