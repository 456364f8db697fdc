// What the EHR model is told before it starts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/wire/network/backend_api.h"
#include "sim/wire/oqs/values.h"
#include "sim/wire/timer.h"

namespace uketsuke::ehr {

namespace api = wire::backend_api;

enum class Path : std::uint8_t { kFolder, kNetwork };
std::string_view to_string(Path);

struct Clinician {
  std::string id;              // "physician_1"; goes into requests
  std::string user, password;  // password: secret
  std::string second_factor;   // secret: what the token, card or finger yields; empty: has none
  bool emergency_permission = false;  // 救急時閲覧権限, given by the hospital's administrator
};

// A patient whom the EHR knows without a reception of today.
struct KnownPatient {
  api::InsuredKey key;
  std::string name, birth_date;
};  // personal data

struct Parameters {
  std::string institution;  // ten digits
  std::vector<Clinician> clinicians;
  std::vector<KnownPatient> known_patients;
  Path path = Path::kFolder;
  wire::oqs::CharacterCode encoding = wire::oqs::CharacterCode::kUtf8;
  wire::Micros answer_timeout_us = 30'000'000;
  bool require_permission = true;
  // Does the EHR itself refuse emergency requests of one-factor sign-ins? The seed makes it a check
  // of the backend (P2), so: no.
  bool require_two_factor = false;
  bool report_two_factor = true;    // the EHR reports the history
  bool send_emergency_mode = true;  // 救急時モードでの要求 (P2); false: a wrong EHR
};

}  // namespace uketsuke::ehr
