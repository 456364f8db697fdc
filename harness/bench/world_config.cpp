#include "harness/bench/world_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "harness/bench/fault_rules.h"

namespace uketsuke::bench {
namespace {

using scenario::Scenario;
using scenario::Value;
namespace api = wire::backend_api;

constexpr const char* kDefaultGenericReader = "clean_extended_apdu";
constexpr const char* kDefaultRelease = "2024-12";
constexpr wire::oqs::Seconds kExpiredPasscodeLifetime = wire::oqs::kDay;

// given.assume: assumptions that do not hold as the register takes them by default.
bool assumed(const Scenario& scenario, const char* id, std::string_view word) {
  return scenario.given.text_at(std::string("assume.") + id) == word;
}

void add_card(WorldConfig& config, const Assets& assets, const std::string& holder) {
  for (const CardOnDesk& card : config.cards)
    if (card.holder == holder) return;
  const auto found = assets.cards.find(holder);
  if (found == assets.cards.end()) throw std::runtime_error(fmt::format("no card of {}", holder));
  config.cards.push_back({holder, found->second.printed_number_b, found->second.profile,
                          nullptr});
}

std::string holder_of(const Value& value) {
  return value.form == Value::Form::kMap ? value.text_at("holder") : value.text;
}

// Every card that a scenario mentions is at hand.
void add_cards(WorldConfig& config, const Assets& assets, const Scenario& scenario) {
  add_card(config, assets, main_holder(scenario));
  if (const Value* cards = scenario.given.find("cards"))
    for (const Value& item : cards->items) add_card(config, assets, holder_of(item));
  for (const scenario::Step& step : scenario.steps) {
    if (step.action.act != scenario::Act::kPlaceCard) continue;
    const Value& argument = step.action.argument;
    const std::string holder =
        argument.form == Value::Form::kMap ? argument.text_at("card") : argument.text;
    if (!holder.empty()) add_card(config, assets, holder);
    if (const std::string with = argument.text_at("with"); !with.empty())
      add_card(config, assets, with);
  }
}

terminal::Parameters terminal_parameters(const Assets& assets, const Scenario& scenario,
                                         wire::oqs::Seconds start) {
  terminal::Parameters parameters;
  parameters.institution = assets.hospital.institution;
  parameters.start_time = wire::oqs::time_of(start);
  parameters.card.credential = assets.credential;
  parameters.completion_before_consent = !assumed(scenario, "A-27", "after_consent");
  parameters.eligibility_needs_card = assumed(scenario, "A-28", "card_needed");
  const std::string account = scenario.given.text_at("terminal.signed_in", "general");
  if (account != "nobody") {
    const auto* row = assets.hospital.account(
        account == "administrator" ? api::Account::kAdministrator : api::Account::kGeneral);
    if (row == nullptr) throw std::runtime_error("the hospital has no account of that kind");
    parameters.sign_in_at_start = terminal::Credentials{row->user, row->password};
  }
  return parameters;
}

backend::Release release_with_features(const Assets& assets, const Scenario& scenario) {
  const auto found = assets.releases.find(release_of(scenario));
  if (found == assets.releases.end())
    throw std::runtime_error(fmt::format("no release {}", release_of(scenario)));
  backend::Release release = found->second;
  if (const Value* features = scenario.given.find("backend.features")) {
    for (const auto& [name, value] : features->fields) {
      backend::Feature* feature = find_feature(release, name);
      if (feature == nullptr) throw std::runtime_error(fmt::format("no feature {}", name));
      feature->enabled = value.truth;
    }
  }
  return release;
}

backend::Parameters backend_parameters(const Assets& assets, const Scenario& scenario,
                                       std::uint64_t seed) {
  backend::Parameters parameters;
  parameters.institutions = {assets.hospital.institution, assets.hospital.other_institution};
  parameters.accounts = assets.hospital.accounts;
  parameters.insured = assets.insured;
  parameters.ca_certificate = assets.ca_certificate;
  parameters.certificates = assets.certificates;
  parameters.revoked_serials = assets.revoked_serials;
  parameters.seed = seed;
  if (scenario.given.text_at("backend.visual_passcode") == "expired")
    parameters.passcode_lifetime = kExpiredPasscodeLifetime;
  if (scenario.given.find("backend.passcode_lifetime") != nullptr)
    parameters.passcode_lifetime = static_cast<wire::oqs::Seconds>(
        scenario.given.number_at("backend.passcode_lifetime", 0));
  parameters.require_visual_confirmation = assumed(scenario, "A-23", "checked");
  if (assumed(scenario, "A-24", "unbound")) parameters.binding = backend::Binding::kLenient;
  if (assumed(scenario, "A-24", "institution_and_day"))
    parameters.binding = backend::Binding::kStrict;
  parameters.release = release_with_features(assets, scenario);
  return parameters;
}

ehr::Parameters ehr_parameters(const Assets& assets, const Scenario& scenario) {
  ehr::Parameters parameters;
  const bool elsewhere = scenario.given.text_at("ehr.institution") == "other";
  parameters.institution =
      elsewhere ? assets.hospital.other_institution : assets.hospital.institution;
  const std::string path = scenario.given.text_at("ehr.path", "folder");
  if (path == "network" || assumed(scenario, "A-35", "network"))
    parameters.path = ehr::Path::kNetwork;
  if (scenario.given.text_at("ehr.encoding") == "shift_jis")
    parameters.encoding = wire::oqs::CharacterCode::kShiftJis;
  parameters.require_two_factor = assumed(scenario, "A-33", "ehr_requires_two_factors");
  parameters.clinicians = assets.hospital.clinicians;
  // The hospital has charts of all its patients; a reception adds nobody new.
  const bool charts = scenario.given.text_at("ehr.patients") != "none";
  for (const backend::InsuredPerson& person : *assets.insured)
    if (charts)
      parameters.known_patients.push_back(
          {person.key, person.person.name, person.person.birth_date});
  if (scenario.given.text_at("backend.two_factor_history") == "none")
    parameters.report_two_factor = false;
  const auto set_permission = [&](const std::string& clinician, bool permission) {
    for (ehr::Clinician& row : parameters.clinicians)
      if (clinician.empty() || row.id == clinician) row.emergency_permission = permission;
  };
  if (scenario.given.find("ehr.permission") != nullptr)
    set_permission(scenario.given.text_at("ehr.clinician"),
                   scenario.given.truth_at("ehr.permission", true));
  for (const scenario::Step& step : scenario.steps) {
    const Value& argument = step.action.argument;
    if (step.action.act == scenario::Act::kEhrSignIn && argument.find("permission") != nullptr)
      set_permission(argument.text_at("clinician"), argument.truth_at("permission", true));
    // An EHR that does not say "emergency mode" is a wrong EHR: it is so for the whole scenario.
    if (step.action.act == scenario::Act::kRequestEmergencyView)
      parameters.send_emergency_mode =
          parameters.send_emergency_mode && argument.truth_at("emergency_mode", true);
  }
  return parameters;
}

}  // namespace

std::string release_of(const Scenario& scenario) {
  if (!scenario.bench.release.empty()) return scenario.bench.release;
  return scenario.releases.empty() ? kDefaultRelease : scenario.releases.front();
}

verdict::Text not_of_release(const Scenario& scenario, const std::string& release) {
  if (!scenario.bench.release.empty() && scenario.bench.release != release) {
    return {fmt::format("bench.release = {}、選択されたリリース = {}", scenario.bench.release, release),
            fmt::format("bench.release = {}, selected = {}", scenario.bench.release, release)};
  }
  const auto& named = scenario.releases;
  if (named.empty() || std::find(named.begin(), named.end(), release) != named.end()) return {};
  return {fmt::format("releases = [{}]、選択されたリリース = {}", fmt::join(named, ", "), release),
          fmt::format("releases = [{}], selected = {}", fmt::join(named, ", "), release)};
}

std::string main_holder(const Scenario& scenario) {
  if (const Value* card = scenario.given.find("card")) return holder_of(*card);
  if (const Value* cards = scenario.given.find("cards"); cards != nullptr && !cards->items.empty())
    return holder_of(cards->items.front());
  return "hanako";
}

WorldConfig make_config(const Assets& assets, const Scenario& scenario, std::uint64_t seed,
                        const std::vector<fault::Rule>& faults) {
  WorldConfig config;
  config.seed = seed;
  FaultRules rules = fault_rules(scenario);
  if (!rules.problems.empty()) throw yaml::Error(std::move(rules.problems));
  config.faults = std::move(rules.rules);
  config.faults.insert(config.faults.end(), faults.begin(), faults.end());
  config.face_reader = scenario.bench.reader != "generic";
  config.start = assets.hospital.start;
  if (const std::string time = scenario.given.text_at("time"); !time.empty())
    config.start = seconds_from_iso(time);
  if (config.start < 0) throw std::runtime_error("given.time is no date and time");
  const std::string profile =
      scenario.bench.reader_profile.empty() ? kDefaultGenericReader : scenario.bench.reader_profile;
  if (config.face_reader) {
    config.face = assets.face_reader;
    config.face.panel.completion_before_consent = !assumed(scenario, "A-27", "after_consent");
    config.face.panel.return_at_card_removal = !assumed(scenario, "A-29", "stays");
    config.face.panel.passcode_switch =
        release_with_features(assets, scenario).visual_passcode.enabled;
  } else {
    const auto found = assets.readers.find(profile);
    if (found == assets.readers.end())
      throw std::runtime_error(fmt::format("no reader profile {}", profile));
    config.generic = found->second;
    config.reader_profile = profile;
  }
  add_cards(config, assets, scenario);
  config.terminal = terminal_parameters(assets, scenario, config.start);
  config.backend = backend_parameters(assets, scenario, seed);
  config.ehr = ehr_parameters(assets, scenario);
  return config;
}

namespace {

// "seconds_ago" or else "hours_ago" of a row, as a time.
std::string time_of(const World& world, const Value& item, wire::oqs::Seconds otherwise_ago) {
  auto ago = static_cast<wire::oqs::Seconds>(
      item.number_at("hours_ago", static_cast<double>(otherwise_ago) / 3600) * 3600);
  if (item.find("seconds_ago") != nullptr)
    ago = static_cast<wire::oqs::Seconds>(item.number_at("seconds_ago", 0));
  return wire::oqs::time_of(world.now() - ago);
}

backend::IdentityRecord identity_of(const World& world, const Hospital& hospital,
                                    const Value& item) {
  backend::IdentityRecord record;
  record.holder = item.text_at("holder");
  const std::string by = item.text_at("by", "my_number_card");
  record.by = by == "four_items"       ? api::IdentityBy::kFourItems
              : by == "insured_number" ? api::IdentityBy::kInsuredNumber
                                       : api::IdentityBy::kMyNumberCard;
  const std::string confirmed = item.text_at("confirmed");
  if (confirmed == "visually") record.confirmed = api::Confirmed::kVisually;
  if (confirmed == "face") record.confirmed = api::Confirmed::kFace;
  if (confirmed == "pin") record.confirmed = api::Confirmed::kPin;
  record.institution = item.text_at("institution") == "other" ? hospital.other_institution
                                                              : hospital.institution;
  record.time = time_of(world, item, 3600);
  record.confirmation_date = record.time.substr(0, 8);
  record.account = "general";
  return record;
}

backend::ConsentRow consent_of(const World& world, const Hospital& hospital, const Value& item) {
  backend::ConsentRow row{item.text_at("holder"), hospital.institution, {}, {}, {}};
  const std::string consent = item.text_at("consent");
  row.consent = consent == "granted"    ? api::ConsentRecord::kGranted
                : consent == "declined" ? api::ConsentRecord::kDeclined
                                        : api::ConsentRecord::kNotAsked;
  if (row.consent == api::ConsentRecord::kGranted) {
    row.consent_time = time_of(world, item, 3600);
    const wire::oqs::Seconds given = wire::oqs::seconds_of(row.consent_time).value_or(0);
    row.available_time = wire::oqs::time_of(given + world.config().backend.consent_lifetime);
  }
  return row;
}

backend::TwoFactorRow two_factor_of(const World& world, const Hospital& hospital,
                                    const Value& item) {
  backend::TwoFactorRow row;
  row.institution = hospital.institution;
  row.clinician = item.text_at("clinician");
  row.factors = {"password"};
  if (item.number_at("factors", 2) >= 2) row.factors.emplace_back("token");
  row.time = time_of(world, item, 0);
  return row;
}

}  // namespace

void preset_backend(World& world, const Assets& assets, const Scenario& scenario) {
  backend::Backend& backend = world.backend().backend();
  const Hospital& hospital = assets.hospital;
  if (const Value* history = scenario.given.find("backend.identity_history"))
    for (const Value& item : history->items)
      backend.add_identity(identity_of(world, hospital, item));
  if (const Value* consents = scenario.given.find("backend.consents"))
    for (const Value& item : consents->items)
      backend.add_consent(consent_of(world, hospital, item));
  if (const Value* history = scenario.given.find("backend.two_factor_history"))
    for (const Value& item : history->items)
      backend.add_two_factor(two_factor_of(world, hospital, item));
}

}  // namespace uketsuke::bench
