// What all scenarios of a process share: cards, readers, screens, releases, the hospital. Loaded
// once from the data folder (scenarios/), immutable afterwards.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/bench/hospital_file.h"
#include "harness/scenario/catalog.h"
#include "models/backend/parameters.h"
#include "models/card/profile.h"
#include "models/face_reader/face_reader.h"
#include "models/generic_reader/profile.h"
#include "models/terminal/parameters.h"

namespace uketsuke::bench {

struct PersonCard {
  std::shared_ptr<const card::Profile> profile;
  std::string patient_name;       // in the EHR; empty: not insured (no My Number Card)
  std::string auth_pin;           // secret
  std::string printed_number_b;   // what optics read off the card face; secret
};

struct Assets {
  Hospital hospital;
  std::map<std::string, backend::Release> releases;
  std::map<std::string, PersonCard> cards;
  std::shared_ptr<const std::vector<backend::InsuredPerson>> insured;
  std::vector<std::string> revoked_serials;
  wire::Bytes ca_certificate;                         // DER
  std::shared_ptr<crypto::CertificateCache> certificates =
      std::make_shared<crypto::CertificateCache>();
  terminal::TerminalCredential credential;
  std::map<std::string, generic_reader::Profile> readers;
  face_reader::Profile face_reader;
  scenario::Catalog catalog;
};

// Throws yaml::Error or std::runtime_error with the file's name.
std::shared_ptr<const Assets> load_assets(const std::string& data_folder);
// The same; those of a folder are loaded once in this process. Any thread.
std::shared_ptr<const Assets> shared_assets(const std::string& data_folder);

// The data folder of this program: `wanted` if not empty, else $UKETSUKE_DATA, else that of
// run::this_program(), else scenarios/ beside the build folder or share/uketsuke/scenarios of the
// installation. Throws std::runtime_error.
std::string find_data_folder(const std::string& wanted);

}  // namespace uketsuke::bench
