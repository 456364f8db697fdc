// What the backend model is told before it starts: institutions, accounts, insured persons, the
// trust anchor, the release and the numbers that neither seed nor public source gives (A-nn).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/crypto/certificate_cache.h"
#include "sim/wire/bytes.h"
#include "sim/wire/network/backend_api.h"
#include "sim/wire/oqs/calendar.h"
#include "sim/wire/oqs/summary.h"

namespace uketsuke::backend {

namespace api = wire::backend_api;
using wire::oqs::Seconds;

// One switch of a release, with where its setting comes from ("P1", "A-26").
struct Feature {
  bool enabled = true;
  std::string source;
};

// Defaults: release 2024-12.
struct Release {
  std::string id = "2024-12";
  Feature emergency_view{true, "P1"};
  Feature emergency_by_my_number_card{true, "P1"};
  Feature emergency_by_four_items{false, "P1"};  // P1: 令和7年度以降
  Feature emergency_by_insured_number{false, "P1"};
  Feature search_by_four_items{true, "A-53"};  // the search as such, outside the emergency view
  Feature search_by_insured_number{true, "A-53"};
  Feature visual_passcode{true, "A-26"};  // P3; a public slide planned it for March 2025
};

struct AccountRow {
  std::string institution, user, password;  // password: secret
  api::Account account = api::Account::kGeneral;
};

// One entry of a person's medical record, as claims and prescriptions tell it.
struct MedicalEntry {
  wire::oqs::Section section = wire::oqs::Section::kConsultations;
  wire::oqs::Entry entry;
  bool dispensed = true;  // prescriptions: dispensing data (the emergency summary shows only these)
};

struct InsuredPerson {
  std::string holder;  // name in scenarios: "hanako"
  api::InsuredKey key;
  api::FourItems person;
  std::string name_kana, insurer_name;
  std::string validity = "1";                    // OQSCD006
  std::vector<std::string> certificate_serials;  // of the auth certificates: hex, any case
  std::vector<MedicalEntry> entries;
};

// How far back a section goes. Zero months and days: not shown.
struct Window {
  int months = 0;
  int days = 0;
};
using Windows = std::array<Window, wire::oqs::kSections>;
Windows emergency_windows();  // W18002 (2024-12-12), facts/domain.md 4
Windows ordinary_windows();   // the same source, the ordinary periods

// what binds the emergency request to a reception: nothing, the institution, or that and the
// day.
enum class Binding : std::uint8_t { kLenient, kInstitution, kStrict };
std::string_view to_string(Binding);

struct Parameters {
  std::vector<std::string> institutions;  // ten digits each
  std::vector<AccountRow> accounts;
  // Shared between worlds: built once from data files.
  std::shared_ptr<const std::vector<InsuredPerson>> insured;
  wire::Bytes ca_certificate;                // DER, trust anchor of auth certificates
  // Shared between worlds; empty: one of its own.
  std::shared_ptr<crypto::CertificateCache> certificates;
  std::vector<std::string> revoked_serials;  // hex
  Release release;
  std::uint64_t seed = 1;  // of challenges, passcodes, transaction names

  unsigned passcode_digits = 6;
  unsigned passcode_tries = 3;
  Seconds passcode_lifetime = 0;       // A-20; 0: until the next one is issued
  Seconds transaction_lifetime = 600;
  // Insurance use goes on for three months after the certificate's end (mhlw newpage_50657).
  int expired_certificate_grace_months = 3;
  Seconds consent_lifetime = wire::oqs::kDay;   // facts 2.4, PQ A3
  Seconds emergency_window = wire::oqs::kDay;
  Binding binding = Binding::kInstitution;
  bool require_visual_confirmation = false;
  Seconds two_factor_window = wire::oqs::kDay;
  unsigned two_factors = 2;
  Windows emergency = emergency_windows();
  Windows ordinary = ordinary_windows();
};

}  // namespace uketsuke::backend
