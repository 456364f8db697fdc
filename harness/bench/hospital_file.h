// The hospital of a scenario and the features of a release, from YAML
// (scenarios/hospital/*.yaml, scenarios/releases/*.yaml).
#pragma once

#include <string>
#include <vector>

#include "models/backend/parameters.h"
#include "models/ehr/parameters.h"
#include "sim/wire/oqs/calendar.h"

namespace uketsuke::bench {

struct Hospital {
  std::string institution, other_institution;  // ten digits
  wire::oqs::Seconds start = 0;
  std::vector<backend::AccountRow> accounts;
  std::vector<ehr::Clinician> clinicians;
  std::vector<backend::MedicalEntry> records;  // of every insured person

  // The first account of that kind; nullptr: none.
  const backend::AccountRow* account(wire::backend_api::Account kind) const;
  const ehr::Clinician* clinician(const std::string& id) const;
};
// Both throw yaml::Error.
Hospital load_hospital(const std::string& path);
backend::Release load_release(const std::string& path);

// "YYYY-MM-DDThh:mm:ss" -> seconds; -1 if it is none.
wire::oqs::Seconds seconds_from_iso(const std::string& text);
// The feature of that name in a release; nullptr: there is none.
backend::Feature* find_feature(backend::Release& release, const std::string& name);
const std::vector<std::string>& feature_names();

}  // namespace uketsuke::bench
