#include "sim/wire/network/backend_api.h"

#include <algorithm>
#include <boost/mp11/utility.hpp>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <utility>

namespace uketsuke::wire::backend_api {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxBytes = 1024 * 1024;
constexpr std::size_t kMaxDepth = 4;
constexpr std::size_t kMaxText = 4096;           // of one string
constexpr std::size_t kMaxSummary = 768 * 1024;  // of summary_json
constexpr std::size_t kMaxItems = 64;            // of one array

template <class E, std::size_t N>
using Names = std::pair<E, std::string_view>[N];

constexpr Names<Account, 2> kAccounts = {{Account::kGeneral, "general"},
                                         {Account::kAdministrator, "administrator"}};
constexpr Names<Confirmed, 3> kConfirmed = {
    {Confirmed::kVisually, "visually"}, {Confirmed::kFace, "face"}, {Confirmed::kPin, "pin"}};
constexpr Names<IdentityBy, 3> kIdentityBy = {{IdentityBy::kMyNumberCard, "my_number_card"},
                                              {IdentityBy::kFourItems, "four_items"},
                                              {IdentityBy::kInsuredNumber, "insured_number"}};
constexpr Names<ConsentRecord, 3> kConsents = {{ConsentRecord::kGranted, "granted"},
                                               {ConsentRecord::kDeclined, "declined"},
                                               {ConsentRecord::kNotAsked, "not_asked"}};
constexpr Names<ConsentStatement, 2> kStatements = {
    {ConsentStatement::kConsentGiven, "consent_given"},
    {ConsentStatement::kConsentUnobtainable, "consent_unobtainable"}};
constexpr Names<PasscodeResult, 5> kPasscodeResults = {{PasscodeResult::kAccepted, "accepted"},
                                                       {PasscodeResult::kWrong, "wrong"},
                                                       {PasscodeResult::kLocked, "locked"},
                                                       {PasscodeResult::kNotIssued, "not_issued"},
                                                       {PasscodeResult::kExpired, "expired"}};

constexpr const auto& names_of(Account) { return kAccounts; }
constexpr const auto& names_of(Confirmed) { return kConfirmed; }
constexpr const auto& names_of(IdentityBy) { return kIdentityBy; }
constexpr const auto& names_of(ConsentRecord) { return kConsents; }
constexpr const auto& names_of(ConsentStatement) { return kStatements; }
constexpr const auto& names_of(PasscodeResult) { return kPasscodeResults; }

template <class E>
std::string_view name_in_table(E value) {
  for (const auto& [v, name] : names_of(value)) {
    if (v == value) return name;
  }
  return "?";
}

// The members of every message, once for both directions: f("member", reference).
template <class T>
struct Of {};

template <class M, class F>
void members(Of<InsuredKey>, M& m, F&& f) {
  f("insurer_number", m.insurer_number), f("symbol", m.symbol), f("number", m.number);
  f("branch", m.branch);
}
template <class M, class F>
void members(Of<FourItems>, M& m, F&& f) {
  f("name", m.name), f("birth_date", m.birth_date), f("sex", m.sex), f("address", m.address);
}
template <class M, class F>
void members(Of<SignIn>, M& m, F&& f) {
  f("institution", m.institution), f("user", m.user), f("password", m.password);
}
template <class M, class F>
void members(Of<SignOut>, M& m, F&& f) {
  f("institution", m.institution), f("session", m.session);
}
template <class M, class F>
void members(Of<IssueVisualPasscode>, M& m, F&& f) {
  f("institution", m.institution), f("session", m.session);
}
template <class M, class F>
void members(Of<CheckVisualPasscode>, M& m, F&& f) {
  f("institution", m.institution), f("passcode", m.passcode);
}
template <class M, class F>
void members(Of<BeginIdentity>, M& m, F&& f) {
  f("institution", m.institution), f("session", m.session), f("confirmed", m.confirmed);
  f("confirmation_date", m.confirmation_date);
}
template <class M, class F>
void members(Of<CompleteIdentity>, M& m, F&& f) {
  f("institution", m.institution), f("transaction", m.transaction);
  f("certificate", m.certificate), f("signature", m.signature);
}
template <class M, class F>
void members(Of<IdentifyByFourItems>, M& m, F&& f) {
  f("institution", m.institution), f("session", m.session), f("items", m.items);
  f("confirmation_date", m.confirmation_date);
}
template <class M, class F>
void members(Of<IdentifyByInsuredNumber>, M& m, F&& f) {
  f("institution", m.institution), f("session", m.session), f("key", m.key);
  f("confirmation_date", m.confirmation_date);
}
template <class M, class F>
void members(Of<RegisterConsent>, M& m, F&& f) {
  f("institution", m.institution), f("transaction", m.transaction), f("consent", m.consent);
}
template <class M, class F>
void members(Of<CheckEligibility>, M& m, F&& f) {
  f("institution", m.institution), f("transaction", m.transaction);
}
template <class M, class F>
void members(Of<RecordTwoFactor>, M& m, F&& f) {
  f("institution", m.institution), f("clinician", m.clinician), f("factors", m.factors);
}
template <class M, class F>
void members(Of<OrdinaryView>, M& m, F&& f) {
  f("institution", m.institution), f("clinician", m.clinician), f("patient", m.patient);
}
template <class M, class F>
void members(Of<EmergencyView>, M& m, F&& f) {
  f("institution", m.institution), f("clinician", m.clinician), f("patient", m.patient);
  f("emergency_mode", m.emergency_mode), f("statement", m.statement);
}
template <class M, class F>
void members(Of<Refusal>, M& m, F&& f) {
  f("reason", m.reason);
}
template <class M, class F>
void members(Of<SignInAnswer>, M& m, F&& f) {
  f("session", m.session), f("account", m.account);
}
template <class M, class F>
void members(Of<Done>, M&, F&&) {}
template <class M, class F>
void members(Of<PasscodeIssued>, M& m, F&& f) {
  f("passcode", m.passcode);
}
template <class M, class F>
void members(Of<PasscodeChecked>, M& m, F&& f) {
  f("result", m.result), f("tries_left", m.tries_left);
}
template <class M, class F>
void members(Of<IdentityChallenge>, M& m, F&& f) {
  f("transaction", m.transaction), f("challenge", m.challenge);
}
template <class M, class F>
void members(Of<IdentityAnswer>, M& m, F&& f) {
  f("transaction", m.transaction);
}
template <class M, class F>
void members(Of<Eligibility>, M& m, F&& f) {
  f("validity", m.validity), f("insured", m.insured), f("person", m.person);
  f("name_kana", m.name_kana), f("insurer_name", m.insurer_name);
  f("confirmation_date", m.confirmation_date), f("consent", m.consent);
  f("consent_time", m.consent_time), f("available_time", m.available_time);
}
template <class M, class F>
void members(Of<ViewReturned>, M& m, F&& f) {
  f("summary_json", m.summary_json);
}
template <class M, class F>
void members(Of<ViewRefused>, M& m, F&& f) {
  f("reasons", m.reasons);
}

// In the order of the variants.
constexpr std::string_view kRequestOps[] = {
    "sign_in",          "sign_out",          "issue_visual_passcode",  "check_visual_passcode",
    "begin_identity",   "complete_identity", "identify_by_four_items", "identify_by_insured_number",
    "register_consent", "check_eligibility", "record_two_factor",      "ordinary_view",
    "emergency_view"};
constexpr std::string_view kAnswerOps[] = {
    "refusal",         "sign_in_answer",   "done",
    "passcode_issued", "passcode_checked", "identity_challenge",
    "identity_answer", "eligibility",      "view_returned",
    "view_refused"};
static_assert(std::size(kRequestOps) == std::variant_size_v<Request>);
static_assert(std::size(kAnswerOps) == std::variant_size_v<Answer>);

// ---- encoding
// Text that is no UTF-8 goes out with U+FFFD in its place: a JSON text cannot carry it.
std::string json_string(const std::string& text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c < 0x7F && c != '"' && c != '\\';
  });
  if (plain) return '"' + text + '"';
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Writes members as text, without a tree of them.
struct Writer {
  std::string& out;

  void name(const char* member) {
    if (out.back() != '{') out += ',';
    out.append("\"").append(member).append("\":");
  }
  void operator()(const char* member, const std::string& text) {
    name(member);
    out += json_string(text);
  }
  void operator()(const char* member, bool value) {
    name(member);
    out += value ? "true" : "false";
  }
  void operator()(const char* member, std::uint8_t value) {
    name(member);
    out += std::to_string(value);
  }
  void operator()(const char* member, const Bytes& bytes) { (*this)(member, to_hex(bytes)); }
  void operator()(const char* member, const std::vector<std::string>& list) {
    name(member);
    out += '[';
    for (const std::string& item : list) {
      if (out.back() != '[') out += ',';
      out += json_string(item);
    }
    out += ']';
  }
  template <class T>
  void operator()(const char* member, const T& value) {
    if constexpr (std::is_enum_v<T>) {
      (*this)(member, std::string(name_in_table(value)));
    } else {
      name(member);
      out += '{';
      members(Of<T>{}, value, Writer{out});
      out += '}';
    }
  }
};

template <class Variant>
Bytes encode_any(const Variant& message, const std::string_view* ops) {
  std::string text = "{\"op\":\"" + std::string(ops[message.index()]) + '"';
  std::visit([&](const auto& m) { members(Of<std::decay_t<decltype(m)>>{}, m, Writer{text}); },
             message);
  text += '}';
  return Bytes(text.begin(), text.end());
}

// ---- decoding
struct Reader {
  const Json& object;
  DecodeError& error;
  bool& ok;
  std::size_t& read;

  void fail(DecodeErrc code, const char* member) {
    if (ok) error = DecodeError{code, 0, member};
    ok = false;
  }
  const Json* find(const char* member) {
    if (!ok) return nullptr;
    const auto it = object.find(member);
    if (it == object.end()) return fail(DecodeErrc::kTooShort, member), nullptr;
    ++read;
    return &*it;
  }
  const std::string* text(const char* member, std::size_t limit) {
    const Json* value = find(member);
    if (value == nullptr) return nullptr;
    const auto* string = value->get_ptr<const Json::string_t*>();
    if (string == nullptr) return fail(DecodeErrc::kBadValue, member), nullptr;
    if (string->size() > limit) return fail(DecodeErrc::kTooLong, member), nullptr;
    return string;
  }

  void operator()(const char* member, std::string& out) {
    const bool summary = std::string_view(member) == "summary_json";
    if (const auto* string = text(member, summary ? kMaxSummary : kMaxText)) out = *string;
  }
  void operator()(const char* member, bool& out) {
    const Json* value = find(member);
    if (value == nullptr) return;
    if (!value->is_boolean()) return fail(DecodeErrc::kBadValue, member);
    out = value->get<bool>();
  }
  void operator()(const char* member, std::uint8_t& out) {
    const Json* value = find(member);
    if (value == nullptr) return;
    if (!value->is_number_unsigned() || value->get<std::uint64_t>() > 255) {
      return fail(DecodeErrc::kBadValue, member);
    }
    out = static_cast<std::uint8_t>(value->get<std::uint64_t>());
  }
  void operator()(const char* member, Bytes& out) {
    const auto* string = text(member, 2 * kMaxText);
    if (string == nullptr) return;
    auto bytes = from_hex(*string);
    if (!bytes) return fail(DecodeErrc::kBadValue, member);
    out = std::move(*bytes);
  }
  void operator()(const char* member, std::vector<std::string>& out) {
    const Json* value = find(member);
    if (value == nullptr) return;
    if (!value->is_array()) return fail(DecodeErrc::kBadValue, member);
    if (value->size() > kMaxItems) return fail(DecodeErrc::kTooLong, member);
    for (const Json& item : *value) {
      const auto* string = item.get_ptr<const Json::string_t*>();
      if (string == nullptr) return fail(DecodeErrc::kBadValue, member);
      if (string->size() > kMaxText) return fail(DecodeErrc::kTooLong, member);
      out.push_back(*string);
    }
  }
  template <class T>
  void operator()(const char* member, T& out) {
    if constexpr (std::is_enum_v<T>) {
      const auto* string = text(member, kMaxText);
      if (string == nullptr) return;
      for (const auto& [value, name] : names_of(T{})) {
        if (name == *string) return void(out = value);
      }
      fail(DecodeErrc::kBadValue, member);
    } else {
      const Json* value = find(member);
      if (value == nullptr) return;
      if (!value->is_object()) return fail(DecodeErrc::kBadValue, member);
      std::size_t inner_read = 0;
      members(Of<T>{}, out, Reader{*value, error, ok, inner_read});
      if (ok && inner_read != value->size()) fail(DecodeErrc::kUnknownType, member);
    }
  }
};

// Brackets outside strings; the parser itself has no limit.
bool depth_is_fine(ByteView bytes) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = static_cast<char>(bytes[i]);
    if (in_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxDepth) return false;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return true;
}

Result<Json> parse(ByteView bytes) {
  if (bytes.size() > kMaxBytes) return DecodeError{DecodeErrc::kTooLong, kMaxBytes, "message"};
  if (!depth_is_fine(bytes)) return DecodeError{DecodeErrc::kBadValue, 0, "depth"};
  Json object = Json::parse(bytes.begin(), bytes.end(), nullptr, /*allow_exceptions=*/false);
  if (object.is_discarded() || !object.is_object()) {
    return DecodeError{DecodeErrc::kBadValue, 0, "message"};
  }
  return object;
}

template <class Variant, std::size_t... I>
Result<Variant> decode_body(const Json& object, std::size_t index, std::index_sequence<I...>) {
  Variant message;
  DecodeError error{};
  bool ok = true;
  std::size_t read = 1;  // op
  const auto read_as = [&](auto tag) {
    using T = typename decltype(tag)::type;
    T body;
    members(Of<T>{}, body, Reader{object, error, ok, read});
    message = std::move(body);
  };
  (void)((I == index
              ? (read_as(boost::mp11::mp_identity<std::variant_alternative_t<I, Variant>>{}), true)
              : false) ||
         ...);
  if (!ok) return error;
  if (read != object.size()) return DecodeError{DecodeErrc::kUnknownType, 0, "member"};
  return message;
}

template <class Variant, std::size_t N>
Result<Variant> decode_any(ByteView bytes, const std::string_view (&ops)[N]) {
  auto object = parse(bytes);
  if (!object) return object.error();
  const auto op = object->find("op");
  if (op == object->end()) return DecodeError{DecodeErrc::kTooShort, 0, "op"};
  const auto* name = op->get_ptr<const Json::string_t*>();
  if (name == nullptr) return DecodeError{DecodeErrc::kBadValue, 0, "op"};
  for (std::size_t i = 0; i < N; ++i) {
    if (ops[i] == *name) {
      return decode_body<Variant>(*object, i, std::make_index_sequence<N>{});
    }
  }
  return DecodeError{DecodeErrc::kUnknownType, 0, "op"};
}

// What the journal may show; every other member is masked.
bool may_be_shown(std::string_view member) {
  for (const std::string_view shown :
       {"institution", "user", "account", "confirmed", "confirmation_date", "transaction",
        "consent", "clinician", "factors", "emergency_mode", "statement", "reason", "reasons",
        "result", "tries_left", "validity", "consent_time", "available_time"}) {
    if (shown == member) return true;
  }
  return false;
}

bool is_op(std::string_view name) {
  for (const auto op : kRequestOps)
    if (op == name) return true;
  for (const auto op : kAnswerOps)
    if (op == name) return true;
  return false;
}

// Writes the message anew while it is read: no tree is built for a line of the journal.
class Masker : public nlohmann::json_sax<Json> {
 public:
  std::string take() { return std::move(text_); }
  const std::string& op() const { return op_; }

  bool null() override { return value("null", true); }
  bool boolean(bool given) override { return value(given ? "true" : "false", true); }
  bool number_integer(number_integer_t given) override {
    return value(std::to_string(given), true);
  }
  bool number_unsigned(number_unsigned_t given) override {
    return value(std::to_string(given), true);
  }
  bool number_float(number_float_t, const string_t& given) override { return value(given, true); }
  bool binary(binary_t&) override { return false; }
  bool string(string_t& given) override {
    if (depth_ == 1 && is_op_) op_ = given;
    return value(shown_ ? json_string(given) : std::string(), !given.empty());
  }
  bool key(string_t& given) override {
    if (hidden_ != 0) return true;
    separate();
    text_ += json_string(given);
    text_ += ':';
    fresh_ = true;
    is_op_ = given == "op";
    shown_ = is_op_ || may_be_shown(given);
    return true;
  }
  bool start_object(std::size_t) override { return open('{', depth_ > 0); }
  bool start_array(std::size_t) override { return open('[', !shown_ && depth_ > 0); }
  bool end_object() override { return close('}'); }
  bool end_array() override { return close(']'); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  void separate() {
    if (!fresh_) text_ += ',';
    fresh_ = false;
  }
  // An empty string tells nothing of anybody.
  bool value(const std::string& given, bool masks) {
    if (hidden_ != 0) return true;
    separate();
    text_ += shown_ ? given : masks ? "\"****\"" : "\"\"";
    return true;
  }
  bool open(char bracket, bool hides) {
    ++depth_;
    if (hidden_ != 0) return true;
    if (hides) {
      hidden_ = depth_;
      separate();
      text_ += "\"****\"";
      return true;
    }
    if (depth_ > 1) separate();
    text_ += bracket;
    fresh_ = true;
    return true;
  }
  bool close(char bracket) {
    const bool was_hidden = hidden_ != 0;
    if (hidden_ == depth_) hidden_ = 0;
    --depth_;
    if (was_hidden) return true;
    text_ += bracket;
    fresh_ = false;
    return true;
  }

  std::string text_, op_;
  std::size_t depth_ = 0, hidden_ = 0;  // hidden_: the depth at which something masked began
  bool shown_ = false, is_op_ = false;
  bool fresh_ = true;                   // nothing to be separated from
};

}  // namespace

std::string_view to_string(Account value) { return name_in_table(value); }
std::string_view to_string(Confirmed value) { return name_in_table(value); }
std::string_view to_string(IdentityBy value) { return name_in_table(value); }
std::string_view to_string(ConsentRecord value) { return name_in_table(value); }
std::string_view to_string(ConsentStatement value) { return name_in_table(value); }
std::string_view to_string(PasscodeResult value) { return name_in_table(value); }

Bytes encode(const Request& request) { return encode_any(request, kRequestOps); }
Bytes encode(const Answer& answer) { return encode_any(answer, kAnswerOps); }

Result<Request> decode_request(ByteView bytes) { return decode_any<Request>(bytes, kRequestOps); }
Result<Answer> decode_answer(ByteView bytes) { return decode_any<Answer>(bytes, kAnswerOps); }

std::string describe_masked(ByteView bytes) {
  const std::string none = "<" + std::to_string(bytes.size()) + " bytes that are no message>";
  const bool sane = bytes.size() <= kMaxBytes && depth_is_fine(bytes);
  Masker masker;
  if (!sane || !Json::sax_parse(bytes.begin(), bytes.end(), &masker)) return none;
  if (!is_op(masker.op())) return "<" + std::to_string(bytes.size()) + " bytes, unknown op>";
  return masker.take();
}

}  // namespace uketsuke::wire::backend_api
