// The hospital's electronic health record system (電子カルテ) as far as the emergency view needs
// it: sign-in with one or two factors, 救急時閲覧権限, the physician's judgement, requests through
// the folder of the terminal (or the network, A-35), and the answer reflected in the chart (P2).
// Screens, with their controls and messages: scenarios/screens/ehr.yaml. The seed names none of
// them; its words 同意あり and 同意取得困難 are the two buttons of consent_statement.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/ehr/parameters.h"
#include "sim/wire/network/backend_api.h"
#include "sim/wire/network/envelope.h"
#include "sim/wire/oqs/calendar.h"
#include "sim/wire/oqs/message.h"
#include "sim/wire/panel/message.h"
#include "sim/wire/timer.h"

namespace uketsuke::ehr {

namespace panel = wire::panel;
namespace oqs = wire::oqs;

inline constexpr std::uint32_t kAnswerTimer = 1;

enum class Folder : std::uint8_t { kReq, kRes, kFace };
std::string_view to_string(Folder);  // "req", "res", "face"

struct FileArrived {
  Folder folder = Folder::kRes;
  std::string name;
  wire::Bytes bytes;
};
using Event = std::variant<panel::Input, FileArrived, wire::network::Response, wire::TimerExpired>;

struct WriteFile {
  Folder folder = Folder::kReq;
  std::string name;
  wire::Bytes bytes;
};

// What happened, as data for the journal and a scenario's `then:`.
struct SignedIn {
  std::string clinician;
  std::vector<std::string> factors;
};
struct SignInFailed {
  std::string user;
};
struct SignedOut {
  std::string clinician;
};
struct TwoFactorReported {
  std::string clinician;
  bool accepted = false;
};
struct PatientArrived {
  std::string via;
  api::ConsentRecord consent = api::ConsentRecord::kNotAsked;
};
struct Judged {
  std::string clinician;
  bool necessary = false;
};  // ☑生命、身体の保護 (P2)
struct PermissionMissing {
  std::string clinician;
};  // 救急時閲覧権限
struct Requested {
  bool emergency = false;
  std::string clinician, reference;
  std::optional<api::ConsentStatement> statement;
  Path path = Path::kFolder;
};
struct Reflected {
  bool emergency = false;
  std::string clinician;
  std::vector<std::string> sections;  // "drugs:2/20210909": name, entries, first day
};
struct RefusedByBackend {
  bool emergency = false;
  std::vector<std::string> reasons;
};
struct TimedOut {
  bool emergency = false;
};
struct FileIgnored {
  std::string name, why;
};
using Record =
    std::variant<SignedIn, SignInFailed, SignedOut, TwoFactorReported, PatientArrived, Judged,
                 PermissionMissing, Requested, Reflected, RefusedByBackend, TimedOut, FileIgnored>;
std::string_view name_of(const Record& record);  // "signed_in", "judged", "reflected", ...
std::string describe(const Record& record);

using Action = std::variant<WriteFile, wire::network::Request, panel::Display, panel::Refused,
                            wire::StartTimer, wire::StopTimer, Record>;
using Actions = std::vector<Action>;

// A patient of the list: from face/ files and res/ results.
struct Patient {
  api::InsuredKey key;
  std::string name, birth_date;  // personal data
  api::ConsentRecord consent = api::ConsentRecord::kNotAsked;
  std::optional<oqs::Summary> chart;  // what was reflected last
};

class Ehr {
 public:
  explicit Ehr(Parameters parameters);
  // Not copied: clinician_ points into parameters_, whose vector keeps its elements when moved.
  Ehr(const Ehr&) = delete;
  Ehr& operator=(const Ehr&) = delete;
  Ehr(Ehr&&) = default;
  Ehr& operator=(Ehr&&) = default;
  Actions start();  // shows the first screen
  // `now`: local time (sim/wire/oqs/calendar.h), for dates and file names.
  Actions handle(const Event& event, oqs::Seconds now);

  const std::string& screen() const { return shown_.screen; }
  const std::vector<Patient>& patients() const { return patients_; }
  const Clinician* signed_in() const { return clinician_; }
  bool waiting() const { return pending_.has_value(); }  // for the answer to a request

 private:
  struct Button;  // screen, control, what happens
  static const Button kButtons[];
  struct Pending {  // one request at a time
    bool emergency = false;
    std::string token;             // of the file; also its ArbitraryFileIdentifier
    std::uint64_t network_id = 0;  // if over the network
    std::size_t patient = 0;
    oqs::ConsFlg consent = oqs::ConsFlg::kNo;
  };

  void on(const panel::Input& input, oqs::Seconds now, Actions& out);
  void on(const FileArrived& file, oqs::Seconds now, Actions& out);
  void on(const wire::network::Response& response, oqs::Seconds now, Actions& out);
  void on(const wire::TimerExpired& timer, oqs::Seconds now, Actions& out);

  void press(std::string_view control, oqs::Seconds now, Actions& out);
  void enter(const panel::Enter& input, Actions& out);
  // Buttons.
  void sign_in(oqs::Seconds now, Actions& out);
  void sign_out(oqs::Seconds now, Actions& out);
  void open_patient(oqs::Seconds now, Actions& out);
  void ask_ordinary(oqs::Seconds now, Actions& out);
  void ask_emergency(oqs::Seconds now, Actions& out);
  void judge_necessary(oqs::Seconds now, Actions& out);
  void judge_not_necessary(oqs::Seconds now, Actions& out);
  void state_given(oqs::Seconds now, Actions& out);
  void state_unobtainable(oqs::Seconds now, Actions& out);
  void cancel(oqs::Seconds now, Actions& out);
  void back_to_patients(oqs::Seconds now, Actions& out);
  void back_to_chart(oqs::Seconds now, Actions& out);

  void request(bool emergency, std::optional<api::ConsentStatement> statement, oqs::Seconds now,
               Actions& out);
  bool send_file(Pending& pending, oqs::Seconds now, Actions& out);
  void send_network(Pending& pending, api::Request request, Actions& out);
  void end_request(Actions& out);
  void take_patients(const oqs::QualificationResult& result, const FileArrived& file, Actions& out);
  void take_result(const oqs::ViewResult& result, const FileArrived& file, const std::string& token,
                   Actions& out);
  void reflect(oqs::Summary summary, Actions& out);
  void refuse(std::vector<std::string> reasons, Actions& out);
  void unusable(Actions& out);
  void ignore(const std::string& name, std::string why, Actions& out);
  void show(std::string screen, std::string message, Actions& out);

  Parameters parameters_;
  panel::Display shown_;
  std::string user_, password_, second_factor_, wanted_patient_;  // what the fields hold
  const Clinician* clinician_ = nullptr;                          // into parameters_
  std::vector<std::string> factors_;                              // of the sign-in
  std::vector<Patient> patients_;
  std::size_t open_ = 0;    // the patient whose chart is shown
  std::size_t newest_ = 0;  // the last one who arrived
  std::optional<Pending> pending_;
  std::optional<std::uint64_t> two_factor_report_;  // network id awaiting Done
  std::uint64_t next_network_id_ = 1;
  std::uint32_t next_file_ = 1;
};

}  // namespace uketsuke::ehr
