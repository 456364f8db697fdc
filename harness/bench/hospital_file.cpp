#include "harness/bench/hospital_file.h"

#include <algorithm>
#include <array>
#include <utility>

#include "harness/yaml/yaml.h"

namespace uketsuke::bench {
namespace {

using wire::oqs::Seconds;

struct FeatureRow {
  const char* name;
  backend::Feature backend::Release::*member;
};
constexpr std::array<FeatureRow, 7> kFeatures{{
    {"emergency_view", &backend::Release::emergency_view},
    {"emergency_by_my_number_card", &backend::Release::emergency_by_my_number_card},
    {"emergency_by_four_items", &backend::Release::emergency_by_four_items},
    {"emergency_by_insured_number", &backend::Release::emergency_by_insured_number},
    {"search_by_four_items", &backend::Release::search_by_four_items},
    {"search_by_insured_number", &backend::Release::search_by_insured_number},
    {"visual_passcode", &backend::Release::visual_passcode},
}};

wire::oqs::Section section_of(const yaml::Node& node) {
  for (std::size_t i = 0; i < wire::oqs::kSections; ++i) {
    const auto section = static_cast<wire::oqs::Section>(i);
    if (wire::oqs::to_string(section) == node.text()) return section;
  }
  yaml::fail(node, std::string(node.text()) + ": no such section of the summary");
}

backend::AccountRow load_account(const yaml::Node& node, const std::string& institution) {
  yaml::Mapping map(node);
  backend::AccountRow row;
  row.institution = institution;
  const yaml::Node kind = map.require("account");
  if (kind.text() == "administrator") {
    row.account = wire::backend_api::Account::kAdministrator;
  } else if (kind.text() != "general") {
    yaml::fail(kind, std::string(kind.text()) + ": an account is general or administrator");
  }
  row.user = map.require("user").as_string();
  row.password = map.require("password").as_string();
  map.done();
  return row;
}

ehr::Clinician load_clinician(const yaml::Node& node) {
  yaml::Mapping map(node);
  ehr::Clinician clinician;
  clinician.id = map.require("id").as_string();
  clinician.user = map.require("user").as_string();
  clinician.password = map.require("password").as_string();
  if (const yaml::Node factor = map.find("second_factor"))
    clinician.second_factor = factor.as_string();
  if (const yaml::Node permission = map.find("emergency_permission"))
    clinician.emergency_permission = permission.as_bool();
  map.done();
  return clinician;
}

backend::MedicalEntry load_record(const yaml::Node& node, Seconds start) {
  yaml::Mapping map(node);
  backend::MedicalEntry record;
  record.section = section_of(map.require("section"));
  const std::string today = wire::oqs::time_of(start).substr(0, 8);
  const auto days = map.require("days_ago").as_int(0, 36500);
  record.entry.date = wire::oqs::date_minus_days(today, static_cast<int>(days));
  record.entry.institution = map.require("institution").as_string();
  record.entry.text = map.require("text").as_string();
  if (const yaml::Node dispensed = map.find("dispensed")) record.dispensed = dispensed.as_bool();
  map.done();
  return record;
}

}  // namespace

Seconds seconds_from_iso(const std::string& text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
               [](char c) { return c >= '0' && c <= '9'; });
  return wire::oqs::seconds_of(digits).value_or(-1);
}

const backend::AccountRow* Hospital::account(wire::backend_api::Account kind) const {
  const auto it = std::find_if(accounts.begin(), accounts.end(),
                               [&](const backend::AccountRow& row) { return row.account == kind; });
  return it == accounts.end() ? nullptr : &*it;
}

const ehr::Clinician* Hospital::clinician(const std::string& id) const {
  const auto it = std::find_if(clinicians.begin(), clinicians.end(),
                               [&](const ehr::Clinician& row) { return row.id == id; });
  return it == clinicians.end() ? nullptr : &*it;
}

Hospital load_hospital(const std::string& path) {
  const yaml::Document document = yaml::load_file(path);
  yaml::Mapping map(document.root());
  Hospital hospital;
  const yaml::Node institution = map.require("institution");
  hospital.institution = institution.as_string();
  if (hospital.institution.size() != 10) yaml::fail(institution, "an institution has ten digits");
  const yaml::Node other = map.require("other_institution");
  hospital.other_institution = other.as_string();
  if (hospital.other_institution.size() != 10) yaml::fail(other, "an institution has ten digits");
  const yaml::Node start = map.require("start_time");
  hospital.start = seconds_from_iso(start.as_string());
  if (hospital.start < 0) yaml::fail(start, "no date and time (YYYY-MM-DDThh:mm:ss)");
  const yaml::Node accounts = map.require("accounts");
  for (std::size_t i = 0; i < accounts.size(); ++i)
    hospital.accounts.push_back(load_account(accounts.at(i), hospital.institution));
  const yaml::Node clinicians = map.require("clinicians");
  for (std::size_t i = 0; i < clinicians.size(); ++i)
    hospital.clinicians.push_back(load_clinician(clinicians.at(i)));
  const yaml::Node records = map.require("medical_records");
  for (std::size_t i = 0; i < records.size(); ++i)
    hospital.records.push_back(load_record(records.at(i), hospital.start));
  map.done();
  return hospital;
}

backend::Release load_release(const std::string& path) {
  const yaml::Document document = yaml::load_file(path);
  yaml::Mapping map(document.root());
  backend::Release release;
  release.id = map.require("release").as_string();
  map.require("title");
  const yaml::Node features = map.require("features");
  yaml::Mapping rows(features);
  for (const FeatureRow& row : kFeatures) {
    yaml::Mapping feature(rows.require(row.name));
    (release.*row.member).enabled = feature.require("enabled").as_bool();
    (release.*row.member).source = feature.require("source").as_string();
    feature.done();
  }
  rows.done();
  map.done();
  return release;
}

backend::Feature* find_feature(backend::Release& release, const std::string& name) {
  for (const FeatureRow& row : kFeatures)
    if (name == row.name) return &(release.*row.member);
  return nullptr;
}

const std::vector<std::string>& feature_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const FeatureRow& row : kFeatures) names.emplace_back(row.name);
    return names;
  }();
  return kNames;
}

}  // namespace uketsuke::bench
