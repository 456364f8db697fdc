#include "models/ehr/ehr.h"

#include <algorithm>
#include <array>

#include "sim/wire/oqs/calendar.h"

namespace uketsuke::ehr {
namespace {

// Screens, as in scenarios/screens/ehr.yaml.
constexpr const char* kSignIn = "sign_in";
constexpr const char* kPatients = "patients";
constexpr const char* kChart = "chart";
constexpr const char* kJudgement = "judgement";
constexpr const char* kStatement = "consent_statement";
constexpr const char* kWaiting = "waiting";
constexpr const char* kSummary = "summary";
constexpr const char* kRefused = "refused";

constexpr std::size_t kMaxPatients = 1000;

// A file says "no" for a choice that was declined and for one that was never asked.
api::ConsentRecord consent_of(const oqs::ResultOfQualificationConfirmation& result) {
  bool present = false;
  for (const oqs::Consent& consent : result.consents) {
    if (consent.present && consent.flag == oqs::ConsFlg::kYes) return api::ConsentRecord::kGranted;
    present = present || consent.present;
  }
  return present ? api::ConsentRecord::kDeclined : api::ConsentRecord::kNotAsked;
}

bool same_key(const api::InsuredKey& a, const api::InsuredKey& b) {
  return a.insurer_number == b.insurer_number && a.symbol == b.symbol && a.number == b.number &&
         a.branch == b.branch;
}

std::string padded(std::uint32_t number) {
  std::string text = std::to_string(number);
  return std::string(text.size() < 4 ? 4 - text.size() : 0, '0') + text;
}

}  // namespace

// Which button each screen has; any other is refused.
struct Ehr::Button {
  std::string_view screen, control;
  void (Ehr::*press)(oqs::Seconds now, Actions& out);
};
const Ehr::Button Ehr::kButtons[] = {
    {kSignIn, "sign_in", &Ehr::sign_in},
    {kPatients, "open_patient", &Ehr::open_patient},
    {kPatients, "sign_out", &Ehr::sign_out},
    {kChart, "ordinary_view", &Ehr::ask_ordinary},
    {kChart, "emergency_view", &Ehr::ask_emergency},
    {kChart, "back", &Ehr::back_to_patients},
    {kChart, "sign_out", &Ehr::sign_out},
    {kJudgement, "necessary", &Ehr::judge_necessary},
    {kJudgement, "not_necessary", &Ehr::judge_not_necessary},
    {kJudgement, "back", &Ehr::back_to_chart},
    {kStatement, "consent_given", &Ehr::state_given},
    {kStatement, "consent_unobtainable", &Ehr::state_unobtainable},
    {kStatement, "back", &Ehr::back_to_chart},
    {kWaiting, "cancel", &Ehr::cancel},
    {kSummary, "close", &Ehr::back_to_chart},
    {kRefused, "close", &Ehr::back_to_chart},
};

Ehr::Ehr(Parameters parameters) : parameters_(std::move(parameters)) {
  for (const KnownPatient& known : parameters_.known_patients) {
    patients_.push_back(
        {known.key, known.name, known.birth_date, api::ConsentRecord::kNotAsked, std::nullopt});
  }
  if (!patients_.empty()) newest_ = patients_.size() - 1;
}

Actions Ehr::start() {
  Actions out;
  show(kSignIn, {}, out);
  return out;
}

Actions Ehr::handle(const Event& event, oqs::Seconds now) {
  Actions out;
  std::visit([&](const auto& e) { on(e, now, out); }, event);
  return out;
}

// ---- input

void Ehr::on(const panel::Input& input, oqs::Seconds now, Actions& out) {
  if (const auto* press_input = std::get_if<panel::Press>(&input)) {
    press(press_input->control, now, out);
  } else if (const auto* enter_input = std::get_if<panel::Enter>(&input)) {
    enter(*enter_input, out);
  } else if (const auto* tick = std::get_if<panel::Tick>(&input)) {
    out.push_back(panel::Refused{tick->control, "not_on_this_screen"});
  } else {
    out.push_back(panel::Refused{"camera", "device_has_none"});
  }
}

void Ehr::press(std::string_view control, oqs::Seconds now, Actions& out) {
  for (const Button& button : kButtons) {
    if (button.screen == shown_.screen && button.control == control) {
      return (this->*button.press)(now, out);
    }
  }
  out.push_back(panel::Refused{std::string(control), "not_on_this_screen"});
}

void Ehr::enter(const panel::Enter& input, Actions& out) {
  struct Field {
    std::string_view screen, control;
    std::string Ehr::*text;
    bool secret;
  };
  static constexpr std::array<Field, 4> kFields = {{
      {kSignIn, "user", &Ehr::user_, false},
      {kSignIn, "password", &Ehr::password_, true},
      {kSignIn, "second_factor", &Ehr::second_factor_, true},
      {kPatients, "patient", &Ehr::wanted_patient_, true},  // may be a name
  }};
  for (const Field& field : kFields) {
    if (field.screen != shown_.screen || field.control != input.control) continue;
    this->*field.text = input.text;
    shown_.values[input.control] = field.secret && !input.text.empty() ? "****" : input.text;
    shown_.message.clear();
    out.push_back(shown_);
    return;
  }
  out.push_back(panel::Refused{input.control, "not_on_this_screen"});
}

// ---- sign-in and patients

// One factor is the password; the second is asked on the same screen and may be left out. A-33: a
// sign-in with two is reported to the backend.
void Ehr::sign_in(oqs::Seconds, Actions& out) {
  const auto& all = parameters_.clinicians;
  const auto it = std::find_if(all.begin(), all.end(), [&](const Clinician& clinician) {
    return clinician.user == user_ && clinician.password == password_ &&
           (second_factor_.empty() || clinician.second_factor == second_factor_);
  });
  const bool two = !second_factor_.empty();
  const std::string user = user_;
  user_.clear();
  password_.clear();
  second_factor_.clear();
  if (it == all.end()) {
    out.push_back(Record(SignInFailed{user}));
    return show(kSignIn, "sign_in_failed", out);
  }
  clinician_ = &*it;
  factors_ = {"password"};
  if (two) factors_.push_back("second_factor");
  out.push_back(Record(SignedIn{clinician_->id, factors_}));
  if (two && parameters_.report_two_factor) {
    two_factor_report_ = next_network_id_++;
    out.push_back(wire::network::Request{*two_factor_report_,
                                         api::encode(api::Request(api::RecordTwoFactor{
                                             parameters_.institution, clinician_->id, factors_}))});
  }
  show(kPatients, {}, out);
}

void Ehr::sign_out(oqs::Seconds, Actions& out) {
  end_request(out);
  if (clinician_ != nullptr) out.push_back(Record(SignedOut{clinician_->id}));
  clinician_ = nullptr;
  factors_.clear();
  two_factor_report_.reset();
  wanted_patient_.clear();
  show(kSignIn, {}, out);
}

// The field may hold a name, an insured number or a place in the list; empty: who arrived last.
void Ehr::open_patient(oqs::Seconds, Actions& out) {
  if (patients_.empty()) return show(kPatients, "no_patient", out);
  std::size_t found = patients_.size();
  if (wanted_patient_.empty()) found = newest_;
  for (std::size_t i = 0; i < patients_.size() && found == patients_.size(); ++i) {
    const Patient& patient = patients_[i];
    if (patient.name == wanted_patient_ || patient.key.number == wanted_patient_) found = i;
  }
  for (std::size_t i = 0; i < patients_.size() && found == patients_.size(); ++i) {
    if (std::to_string(i + 1) == wanted_patient_) found = i;
  }
  wanted_patient_.clear();
  if (found == patients_.size()) return show(kPatients, "patient_not_found", out);
  open_ = found;
  show(kChart, {}, out);
}

void Ehr::back_to_patients(oqs::Seconds, Actions& out) { show(kPatients, {}, out); }
void Ehr::back_to_chart(oqs::Seconds, Actions& out) { show(kChart, {}, out); }

// ---- requests

void Ehr::ask_ordinary(oqs::Seconds now, Actions& out) { request(false, std::nullopt, now, out); }

// 救急時閲覧権限; the two factors are a check of the backend unless the hospital wants more.
void Ehr::ask_emergency(oqs::Seconds, Actions& out) {
  if (parameters_.require_permission && !clinician_->emergency_permission) {
    out.push_back(Record(PermissionMissing{clinician_->id}));
    return show(kChart, "emergency_permission_missing", out);
  }
  if (parameters_.require_two_factor && factors_.size() < 2) {
    return show(kChart, "two_factor_missing", out);
  }
  show(kJudgement, {}, out);
}

// P2: ☑生命、身体の保護のために救急時医療情報閲覧が必要か判断. Not necessary: no request leaves.
void Ehr::judge_necessary(oqs::Seconds, Actions& out) {
  out.push_back(Record(Judged{clinician_->id, true}));
  show(kStatement, {}, out);
}

void Ehr::judge_not_necessary(oqs::Seconds, Actions& out) {
  out.push_back(Record(Judged{clinician_->id, false}));
  show(kChart, "view_not_necessary", out);
}

// P2: ※ 同意情報(同意あり/同意取得困難)の入力.
void Ehr::state_given(oqs::Seconds now, Actions& out) {
  request(true, api::ConsentStatement::kConsentGiven, now, out);
}
void Ehr::state_unobtainable(oqs::Seconds now, Actions& out) {
  request(true, api::ConsentStatement::kConsentUnobtainable, now, out);
}

void Ehr::request(bool emergency, std::optional<api::ConsentStatement> statement, oqs::Seconds now,
                  Actions& out) {
  Pending pending;
  pending.emergency = emergency;
  pending.patient = open_;
  if (statement) pending.consent = oqs::cons_flg(*statement);
  const api::InsuredKey& patient = patients_[open_].key;
  if (parameters_.path == Path::kFolder) {
    if (!send_file(pending, now, out)) return show(kChart, "request_not_possible", out);
  } else if (emergency) {
    send_network(pending,
                 api::EmergencyView{parameters_.institution, clinician_->id, patient,
                                    parameters_.send_emergency_mode, *statement},
                 out);
  } else {
    send_network(pending, api::OrdinaryView{parameters_.institution, clinician_->id, patient}, out);
  }
  const std::string reference =
      pending.token.empty() ? std::to_string(pending.network_id) : pending.token;
  out.push_back(
      Record(Requested{emergency, clinician_->id, reference, statement, parameters_.path}));
  out.push_back(wire::StartTimer{kAnswerTimer, parameters_.answer_timeout_us});
  pending_ = std::move(pending);
  show(kWaiting, "waiting_for_answer", out);
}

// File name and identifier: yyyyMMddNNNN (facts/domain.md 2.1).
bool Ehr::send_file(Pending& pending, oqs::Seconds now, Actions& out) {
  const std::string today = oqs::time_of(now).substr(0, 8);
  pending.token = today + padded(next_file_);
  oqs::ViewRequest request;
  request.header.MedicalInstitutionCode = parameters_.institution;
  request.header.ArbitraryFileIdentifier = pending.token;
  request.header.encoding = parameters_.encoding;
  request.emergency = pending.emergency;
  request.patient = patients_[pending.patient].key;
  request.ViewerIdentifier = clinician_->id;
  if (pending.emergency) {
    request.header.QualificationConfirmationDate = today;
    request.EmergencyMode = parameters_.send_emergency_mode;
    request.consent = pending.consent;
  }
  auto bytes = oqs::encode(request);
  if (!bytes) return false;
  auto name = oqs::build_file_name({oqs::kind_of(request), pending.token, {}});
  if (!name) return false;
  ++next_file_;
  out.push_back(WriteFile{Folder::kReq, std::move(*name), std::move(*bytes)});
  return true;
}

void Ehr::send_network(Pending& pending, api::Request body, Actions& out) {
  pending.network_id = next_network_id_++;
  out.push_back(wire::network::Request{pending.network_id, api::encode(body)});
}

void Ehr::end_request(Actions& out) {
  if (!pending_) return;
  pending_.reset();
  out.push_back(wire::StopTimer{kAnswerTimer});
}

void Ehr::cancel(oqs::Seconds, Actions& out) {
  end_request(out);
  show(kChart, "request_cancelled", out);
}

void Ehr::on(const wire::TimerExpired& timer, oqs::Seconds, Actions& out) {
  if (timer.id != kAnswerTimer || !pending_) return;  // a timer that was stopped meanwhile
  out.push_back(Record(TimedOut{pending_->emergency}));
  pending_.reset();
  show(kChart, "no_answer", out);
}

// ---- answers

void Ehr::on(const FileArrived& file, oqs::Seconds, Actions& out) {
  const auto name = oqs::parse_file_name(file.name);
  if (!name) return ignore(file.name, "name", out);
  if (oqs::is_request(name->kind)) return ignore(file.name, "request", out);
  if ((file.folder == Folder::kFace) != (name->kind == oqs::FileKind::kFaceResult)) {
    return ignore(file.name, "folder", out);
  }
  const bool view = name->kind == oqs::FileKind::kEmergencyViewResult ||
                    name->kind == oqs::FileKind::kOrdinaryViewResult;
  const bool awaited = view && pending_ && pending_->token == name->token &&
                       pending_->emergency == (name->kind == oqs::FileKind::kEmergencyViewResult);
  if (view && !awaited) return ignore(file.name, "not_awaited", out);
  const auto message = oqs::decode(name->kind, file.bytes);
  if (!message) {
    ignore(file.name, to_string(message.error()), out);
    if (awaited) unusable(out);
    return;
  }
  if (const auto* patients = std::get_if<oqs::QualificationResult>(&*message)) {
    take_patients(*patients, file, out);
  } else if (const auto* result = std::get_if<oqs::ViewResult>(&*message)) {
    take_result(*result, file, name->token, out);
  } else {
    ignore(file.name, "kind", out);
  }
}

void Ehr::take_patients(const oqs::QualificationResult& result, const FileArrived& file,
                        Actions& out) {
  if (result.header.MedicalInstitutionCode != parameters_.institution) {
    return ignore(file.name, "other_institution", out);
  }
  if (result.header.SegmentOfResult != oqs::Segment::kNormal || result.ResultList.empty()) {
    return ignore(file.name, "no_result", out);
  }
  for (const auto& row : result.ResultList) {
    const auto it = std::find_if(patients_.begin(), patients_.end(), [&](const Patient& patient) {
      return same_key(patient.key, row.key());
    });
    if (it == patients_.end() && patients_.size() >= kMaxPatients) {
      return ignore(file.name, "list_full", out);
    }
    newest_ = static_cast<std::size_t>(it - patients_.begin());
    Patient& patient = it == patients_.end() ? patients_.emplace_back() : *it;
    patient.key = row.key();
    patient.name = row.Name.empty() ? row.InsuredName : row.Name;
    patient.birth_date = row.Birthdate;
    patient.consent = consent_of(row);
    out.push_back(Record(PatientArrived{std::string(to_string(file.folder)), patient.consent}));
  }
  if (shown_.screen == kPatients) show(kPatients, shown_.message, out);
}

void Ehr::take_result(const oqs::ViewResult& result, const FileArrived& file,
                      const std::string& token, Actions& out) {
  std::string wrong;
  if (result.header.MedicalInstitutionCode != parameters_.institution) wrong = "other_institution";
  if (result.header.ArbitraryFileIdentifier != token) wrong = "identifier_not_echoed";
  if (!same_key(result.patient, patients_[pending_->patient].key)) wrong = "other_patient";
  if (result.emergency && result.consent != pending_->consent) wrong = "consent_not_echoed";
  if (!wrong.empty()) {
    ignore(file.name, wrong, out);
    return unusable(out);
  }
  result.summary ? reflect(*result.summary, out) : refuse(result.reasons, out);
}

void Ehr::on(const wire::network::Response& response, oqs::Seconds, Actions& out) {
  const bool answered = response.outcome == wire::network::Outcome::kAnswered;
  const auto answer =
      answered ? api::decode_answer(response.body) : wire::Result<api::Answer>(wire::DecodeError{});
  if (two_factor_report_ == response.id) {
    two_factor_report_.reset();
    const bool done = answer && std::holds_alternative<api::Done>(*answer);
    out.push_back(Record(TwoFactorReported{clinician_ ? clinician_->id : "", done}));
    // Said where a screen is free to say it; a request under way says more soon.
    if (!done && (shown_.screen == kPatients || shown_.screen == kChart)) {
      show(shown_.screen, "two_factor_unreported", out);
    }
    return;
  }
  if (!pending_ || pending_->network_id != response.id || response.id == 0) {
    return ignore("network", "not_awaited", out);
  }
  if (!answered) {
    end_request(out);
    return show(kChart, "no_answer", out);
  }
  if (!answer) return unusable(out);
  if (const auto* returned = std::get_if<api::ViewReturned>(&*answer)) {
    auto summary = oqs::summary_from_json(returned->summary_json);
    return summary ? reflect(std::move(*summary), out) : unusable(out);
  }
  if (const auto* refused = std::get_if<api::ViewRefused>(&*answer)) {
    return refuse(refused->reasons, out);
  }
  if (const auto* refusal = std::get_if<api::Refusal>(&*answer)) {
    return refuse({refusal->reason}, out);
  }
  unusable(out);
}

// 電子カルテ反映 (P2).
void Ehr::reflect(oqs::Summary summary, Actions& out) {
  Reflected record{pending_->emergency, clinician_->id, {}};
  open_ = pending_->patient;
  end_request(out);
  show(kSummary, "view_returned", out);
  auto& values = std::get<panel::Display>(out.back()).values;
  for (const auto& section : summary.sections) {
    const std::string name(oqs::to_string(section.section));
    const std::string entries = std::to_string(section.entries.size());
    record.sections.push_back(name + ":" + entries + "/" + section.from);
    values[name] = entries;
  }
  shown_.values = values;
  patients_[open_].chart = std::move(summary);
  out.push_back(Record(std::move(record)));
}

void Ehr::refuse(std::vector<std::string> reasons, Actions& out) {
  const bool emergency = pending_->emergency;
  end_request(out);
  show(kRefused, "view_refused", out);
  std::string text;
  for (const std::string& reason : reasons) text += (text.empty() ? "" : ",") + reason;
  shown_.values["reasons"] = text;
  out.back() = shown_;
  out.push_back(Record(RefusedByBackend{emergency, std::move(reasons)}));
}

void Ehr::unusable(Actions& out) {
  end_request(out);
  show(kChart, "answer_unusable", out);
}

void Ehr::ignore(const std::string& name, std::string why, Actions& out) {
  out.push_back(Record(FileIgnored{name, std::move(why)}));
}

void Ehr::show(std::string screen, std::string message, Actions& out) {
  shown_.screen = std::move(screen);
  shown_.message = std::move(message);
  shown_.values.clear();
  if (shown_.screen == kPatients) {
    shown_.values["patients"] = std::to_string(patients_.size());
    if (!wanted_patient_.empty()) shown_.values["patient"] = "****";
  } else if (shown_.screen == kChart) {
    shown_.values["patient"] = "****";
    shown_.values["consent"] = api::to_string(patients_[open_].consent);
  }
  if (clinician_ != nullptr) shown_.values["clinician"] = clinician_->id;
  out.push_back(shown_);
}

}  // namespace uketsuke::ehr
