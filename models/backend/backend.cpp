#include "models/backend/backend.h"

#include <algorithm>
#include <cassert>

#include "models/backend/state.h"

namespace uketsuke::backend {
namespace {

// Who may ask what, in the order of api::Request. A-33: the EHR reports the two-factor history;
// views come through the terminal's folder or straight from the EHR.
struct Row {
  std::string_view op;
  bool terminal, ehr;
};
constexpr std::array<Row, 13> kTable = {{
    {"sign_in", true, false},
    {"sign_out", true, false},
    {"issue_visual_passcode", true, false},
    {"check_visual_passcode", true, false},
    {"begin_identity", true, false},
    {"complete_identity", true, false},
    {"identify_by_four_items", true, false},
    {"identify_by_insured_number", true, false},
    {"register_consent", true, false},
    {"check_eligibility", true, false},
    {"record_two_factor", false, true},
    {"ordinary_view", true, true},
    {"emergency_view", true, true},
}};
static_assert(kTable.size() == std::variant_size_v<api::Request>);

constexpr std::size_t kRememberedAnswers = 64;  // of one client, the latest

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string_view without_leading_zero_bytes(std::string_view hex) {
  while (hex.size() > 2 && hex.substr(0, 2) == "00") hex.remove_prefix(2);
  return hex;
}

}  // namespace

std::string_view to_string(Sender sender) {
  return sender == Sender::kTerminal ? "terminal" : "ehr";
}

bool same_key(const api::InsuredKey& a, const api::InsuredKey& b) {
  return a.insurer_number == b.insurer_number && a.symbol == b.symbol && a.number == b.number &&
         a.branch == b.branch;
}

bool same_serial(std::string_view a, std::string_view b) {
  a = without_leading_zero_bytes(a);
  b = without_leading_zero_bytes(b);
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

Backend::State::State(Parameters p) : parameters(std::move(p)), generator(parameters.seed) {
  if (!parameters.insured) {
    parameters.insured = std::make_shared<const std::vector<InsuredPerson>>();
  }
  if (!parameters.certificates)
    parameters.certificates = std::make_shared<crypto::CertificateCache>();
  if (auto parsed = parameters.certificates->parse(parameters.ca_certificate)) ca = *parsed;
}

// splitmix64: small, the same on every platform.
std::uint64_t Backend::State::random() {
  std::uint64_t z = (generator += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

const InsuredPerson* Backend::State::find_person(const api::InsuredKey& key) const {
  for (const InsuredPerson& person : *parameters.insured) {
    if (same_key(person.key, key)) return &person;
  }
  return nullptr;
}

const InsuredPerson* Backend::State::find_by_serial(std::string_view serial_hex) const {
  for (const InsuredPerson& person : *parameters.insured) {
    for (const std::string& serial : person.certificate_serials) {
      if (same_serial(serial, serial_hex)) return &person;
    }
  }
  return nullptr;
}

// A reception without a choice does not change the earlier one (facts/domain.md 2.4, PQ A2; A-54).
const ConsentRow* Backend::State::last_choice(const std::string& holder,
                                              const std::string& institution) const {
  for (auto row = consents.rbegin(); row != consents.rend(); ++row) {
    if (row->holder == holder && row->institution == institution &&
        row->consent != api::ConsentRecord::kNotAsked) {
      return &*row;
    }
  }
  return nullptr;
}

void Backend::State::write(IdentityRecord record, std::vector<Record>& out) {
  out.push_back(record);
  identities.push_back(std::move(record));
}

Backend::Backend(Parameters parameters) : state_(std::make_unique<State>(std::move(parameters))) {}
Backend::~Backend() = default;
Backend::Backend(Backend&&) noexcept = default;
Backend& Backend::operator=(Backend&&) noexcept = default;

Reply Backend::handle(const api::Request& request, Sender from, Seconds now) {
  Reply reply;
  const Row& row = kTable[request.index()];
  const auto& known = state_->parameters.institutions;
  const std::string& institution =
      std::visit([](const auto& r) -> const std::string& { return r.institution; }, request);
  if (std::find(known.begin(), known.end(), institution) == known.end()) {
    reply.answer = api::Refusal{"unknown_institution"};
  } else if (from == Sender::kTerminal ? !row.terminal : !row.ehr) {
    reply.answer = api::Refusal{"not_from_here"};
  } else {
    reply.answer =
        std::visit([&](const auto& r) { return answer(*state_, r, now, reply.records); }, request);
  }
  if (const auto* refusal = std::get_if<api::Refusal>(&reply.answer)) {
    reply.records.push_back(RequestRefused{row.op, refusal->reason});
  }
  return reply;
}

Backend::Response Backend::handle(const wire::network::Request& request, Sender from, Seconds now) {
  Response out;
  out.response.id = request.id;
  // A request that arrives twice is carried out once: its number is known.
  auto& answered = state_->answered[static_cast<std::size_t>(from)];
  if (const auto before = answered.find(request.id); before != answered.end()) {
    out.response.body = before->second;
    return out;
  }
  if (answered.size() >= kRememberedAnswers) answered.erase(answered.begin());
  const auto decoded = api::decode_request(request.body);
  if (!decoded) {
    const std::string reason = "malformed:" + std::string(decoded.error().field);
    out.records.push_back(RequestRefused{"unreadable", reason});
    out.response.body = api::encode(api::Answer(api::Refusal{reason}));
    answered[request.id] = out.response.body;
    return out;
  }
  Reply reply = handle(*decoded, from, now);
  out.response.body = api::encode(reply.answer);
  answered[request.id] = out.response.body;
  out.records = std::move(reply.records);
  return out;
}

const std::vector<IdentityRecord>& Backend::identity_history() const { return state_->identities; }
const std::vector<ConsentRow>& Backend::consents() const { return state_->consents; }
const std::vector<TwoFactorRow>& Backend::two_factor_history() const { return state_->two_factors; }
const std::vector<ViewRow>& Backend::view_log() const { return state_->views; }

std::string Backend::issue_visual_passcode(const std::string& institution, Seconds now) {
  return state_->issue_passcode(institution, now);
}
void Backend::add_identity(IdentityRecord record) {
  state_->identities.push_back(std::move(record));
}
void Backend::add_consent(ConsentRow row) { state_->consents.push_back(std::move(row)); }
void Backend::add_two_factor(TwoFactorRow row) { state_->two_factors.push_back(std::move(row)); }
void Backend::revoke(const std::string& serial) {
  state_->parameters.revoked_serials.push_back(serial);
}

}  // namespace uketsuke::backend
