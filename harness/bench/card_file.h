// Cards as data: scenarios/cards/*.yaml and the keys and certificates beside them. What a card file
// may say is listed in scenarios/cards/README.md.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/backend/parameters.h"
#include "models/card/profile.h"
#include "models/crypto/cv_certificate.h"
#include "models/crypto/rsa.h"

namespace uketsuke::bench {

// What all cards of the test hierarchy share.
struct CardHierarchy {
  card::Issuer issuer;
  card::TerminalCa terminal_ca;
  std::shared_ptr<const crypto::RsaPrivateKey> card_key;
  wire::Bytes auth_ca_certificate, sign_ca_certificate;  // DER
  // The terminal's half of A-06.
  crypto::CvCertificate terminal_certificate;
  std::shared_ptr<const crypto::RsaPrivateKey> terminal_key;
  std::vector<std::string> revoked_serials;  // hex, of auth certificates
};

struct CardFile {
  std::string id, title_ja, title_en;
  std::shared_ptr<const card::Profile> profile;
  // Absent: no My Number Card. Medical entries are not of the card and left empty.
  std::optional<backend::InsuredPerson> insured;
};

// `fixtures`: the folder scenarios/cards/fixtures. Throws yaml::Error, or std::runtime_error naming
// the file that is missing or unreadable.
CardHierarchy load_card_hierarchy(const std::string& fixtures);
// One card; paths in it are relative to its folder. Throws yaml::Error with the place in the file.
CardFile load_card_file(const std::string& path, const CardHierarchy& hierarchy);
// Every *.yaml of the folder, by `card:`. Throws as above, and if two files name the same card.
std::map<std::string, CardFile> load_card_files(const std::string& folder,
                                                const CardHierarchy& hierarchy);

}  // namespace uketsuke::bench
