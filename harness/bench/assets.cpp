#include "harness/bench/assets.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <stdexcept>

#include "harness/bench/card_file.h"
#include "harness/bench/reader_file.h"
#include "harness/run/this_program.h"
#include "models/terminal/credential.h"

namespace uketsuke::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFaceReaderFile = "face_reader";

void add_cards(Assets& assets, const std::string& folder) {
  const CardHierarchy hierarchy = load_card_hierarchy(folder + "/fixtures");
  auto insured = std::make_shared<std::vector<backend::InsuredPerson>>();
  for (const auto& [name, file] : load_card_files(folder, hierarchy)) {
    PersonCard card;
    card.profile = file.profile;
    card.auth_pin = file.profile->data.auth_pin;
    card.printed_number_b = file.profile->verification_b;
    if (file.insured) {
      card.patient_name = file.insured->person.name;
      insured->push_back(*file.insured);
      insured->back().entries = assets.hospital.records;
    }
    assets.cards.emplace(name, std::move(card));
    assets.catalog.people.push_back(name);
  }
  assets.insured = std::move(insured);
  assets.revoked_serials = hierarchy.revoked_serials;
  assets.ca_certificate = hierarchy.auth_ca_certificate;
  assets.credential =
      terminal::make_credential(hierarchy.terminal_certificate, hierarchy.terminal_key);
}

// Their names are in the catalog already.
void add_releases(Assets& assets, const std::string& folder) {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().extension() != ".yaml") continue;
    backend::Release release = load_release(entry.path().string());
    assets.releases.emplace(release.id, std::move(release));
  }
  std::sort(assets.catalog.releases.begin(), assets.catalog.releases.end());
  assets.catalog.features = feature_names();
}

void add_readers(Assets& assets, const std::string& folder) {
  assets.readers = load_reader_files(folder);
  // The CCID part of the face-auth reader is a profile like the others.
  const auto face = assets.readers.find(kFaceReaderFile);
  if (face == assets.readers.end())
    throw std::runtime_error(folder + "/" + kFaceReaderFile + ".yaml: not there");
  assets.face_reader.reader = face->second;
  if (face->second.speed == wire::usb::Speed::kHigh)
    assets.face_reader.link.max_packet_size = 512;  // USB 2.0, 5.8.3: the only one it may have
  assets.readers.erase(face);
  for (const auto& [name, profile] : assets.readers) assets.catalog.reader_profiles.push_back(name);
}

}  // namespace

std::shared_ptr<const Assets> load_assets(const std::string& data_folder) {
  auto assets = std::make_shared<Assets>();
  assets->catalog = scenario::load_catalog(data_folder);
  assets->hospital = load_hospital(data_folder + "/hospital/reference.yaml");
  for (const ehr::Clinician& clinician : assets->hospital.clinicians)
    assets->catalog.clinicians.push_back(clinician.id);
  add_releases(*assets, data_folder + "/releases");
  add_cards(*assets, data_folder + "/cards");
  add_readers(*assets, data_folder + "/readers");
  return assets;
}

std::shared_ptr<const Assets> shared_assets(const std::string& data_folder) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const Assets>> loaded;
  const std::lock_guard<std::mutex> lock(mutex);
  std::shared_ptr<const Assets>& assets = loaded[data_folder];
  if (!assets) assets = load_assets(data_folder);
  return assets;
}

std::string find_data_folder(const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  if (const char* variable = std::getenv("UKETSUKE_DATA"); variable != nullptr && *variable != '\0')
    return variable;
  if (const auto& folder = run::this_program().data_folder; !folder.empty()) return folder;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  for (const char* candidate : {"../scenarios", "../share/uketsuke/scenarios", "../../scenarios"}) {
    const fs::path folder = program.parent_path() / candidate;
    if (fs::is_directory(folder / "cards", error)) return folder.lexically_normal().string();
  }
  throw std::runtime_error("the data folder (scenarios/) was not found; set UKETSUKE_DATA");
}

}  // namespace uketsuke::bench
