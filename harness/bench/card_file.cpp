#include "harness/bench/card_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "harness/yaml/yaml.h"
#include "models/crypto/x509_certificate.h"

namespace uketsuke::bench {
namespace {

namespace fs = std::filesystem;
using wire::Bytes;

constexpr std::uintmax_t kMaximumFile = 1u << 20;
// Issuer of terminal certificates, see make_fixtures.py.
constexpr std::string_view kTerminalCaNumber = "6000091";

std::string read_text(const fs::path& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) throw std::runtime_error(path.string() + ": cannot be read");
  if (size > kMaximumFile) throw std::runtime_error(path.string() + ": larger than 1 MiB");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Bytes read_bytes(const fs::path& path) {
  const std::string text = read_text(path);
  return {text.begin(), text.end()};
}

// The value, or an exception that names the file.
template <class T>
T need(wire::Result<T> result, const fs::path& path) {
  if (!result) throw std::runtime_error(path.string() + ": " + to_string(result.error()));
  return std::move(*result);
}

std::shared_ptr<const crypto::RsaPrivateKey> read_key(const fs::path& path) {
  return need(crypto::RsaPrivateKey::from_pem(read_text(path)), path);
}

// The value of a key that may be absent.
void take(yaml::Mapping& map, std::string_view key, std::string& target) {
  if (const yaml::Node node = map.find(key)) target = node.as_string();
}
void take(yaml::Mapping& map, std::string_view key, bool& target) {
  if (const yaml::Node node = map.find(key)) target = node.as_bool();
}
void take(yaml::Mapping& map, std::string_view key, std::uint8_t& target, std::uint8_t maximum) {
  if (const yaml::Node node = map.find(key)) {
    target = static_cast<std::uint8_t>(node.as_int(0, maximum));
  }
}
void take(yaml::Mapping& map, std::string_view key, wire::Micros& target) {
  if (const yaml::Node node = map.find(key)) {
    target = static_cast<wire::Micros>(node.as_int(0, 60'000'000));
  }
}
void take(yaml::Mapping& map, std::string_view key, Bytes& target) {
  if (const yaml::Node node = map.find(key)) target = node.as_hex();
}

struct Loader {
  const fs::path folder;
  const CardHierarchy& hierarchy;
  card::ProfileData data;
  CardFile file;

  void interfaces(const yaml::Node& node);
  void contactless(const yaml::Node& node);
  void behaviour(const yaml::Node& node);
  void retry_limits(const yaml::Node& node);
  void timing(const yaml::Node& node);
  void holder(yaml::Mapping& top);
  void reference_data(yaml::Mapping& top);
  void insured(const yaml::Node& node);
  void certificates(const yaml::Node& node);
  void certificate(const yaml::Node& node, Bytes& der,
                   std::shared_ptr<const crypto::RsaPrivateKey>& key);
  void my_number_card(yaml::Mapping& top);
  void foreign_card(yaml::Mapping& top);
};

void Loader::contactless(const yaml::Node& node) {
  yaml::Mapping map(node);
  card::Contactless contactless;
  if (const yaml::Node pupi = map.find("pupi")) {
    contactless.random_pupi = pupi.text() == "random";
    if (!contactless.random_pupi) contactless.pupi = pupi.as_hex();
  }
  take(map, "application_data", contactless.application_data);
  take(map, "protocol_info", contactless.protocol_info);
  take(map, "mbli", contactless.mbli, 15);
  take(map, "pupi_as_application_data", contactless.pupi_as_application_data);
  map.done();
  data.contactless = std::move(contactless);
}

void Loader::interfaces(const yaml::Node& node) {
  yaml::Mapping map(node);
  if (const yaml::Node contact = map.find("contact")) {
    yaml::Mapping fields(contact);
    data.contact = card::Contact{fields.require("atr").as_hex()};
    fields.done();
  }
  if (const yaml::Node field = map.find("contactless")) contactless(field);
  map.done();
  if (!data.contact && !data.contactless) yaml::fail(node, "a card has at least one interface");
}

void Loader::retry_limits(const yaml::Node& node) {
  yaml::Mapping map(node);
  card::RetryLimits& limits = data.behaviour.retry_limits;
  take(map, "auth_pin", limits.auth_pin, 15);
  take(map, "sign_pin", limits.sign_pin, 15);
  take(map, "verification_a", limits.verification_a, 15);
  take(map, "verification_b", limits.verification_b, 15);
  take(map, "birth_date", limits.birth_date, 15);
  take(map, "text_pin", limits.text_pin, 15);
  take(map, "juki_pin", limits.juki_pin, 15);
  map.done();
}

void Loader::behaviour(const yaml::Node& node) {
  yaml::Mapping map(node);
  card::Behaviour& behaviour = data.behaviour;
  take(map, "without_pin", behaviour.without_pin);
  take(map, "fci", behaviour.fci);
  take(map, "select_application_clears_status", behaviour.select_application_clears_status);
  take(map, "terminal_authentication", behaviour.terminal_authentication);
  take(map, "query_of_verified_key_is_9000", behaviour.query_of_verified_key_is_9000);
  take(map, "first_command_after_power_down_fails", behaviour.first_command_after_power_down_fails);
  if (const yaml::Node limits = map.find("retry_limits")) retry_limits(limits);
  map.done();
}

void Loader::timing(const yaml::Node& node) {
  yaml::Mapping map(node);
  take(map, "command", data.timing.command_us);
  take(map, "read_per_byte", data.timing.read_us_per_byte);
  take(map, "verify", data.timing.verify_us);
  take(map, "private_key", data.timing.private_key_us);
  take(map, "public_key", data.timing.public_key_us);
  map.done();
}

void Loader::holder(yaml::Mapping& top) {
  yaml::Mapping map(top.require("holder"));
  data.name = map.require("name").as_string();
  data.address = map.require("address").as_string();
  data.birth_date = map.require("birth_date").as_string();
  data.sex = map.require("sex").as_string();
  file.insured.emplace();
  file.insured->holder = file.id;
  file.insured->person = {data.name, data.birth_date, data.sex, data.address};
  take(map, "name_kana", file.insured->name_kana);
  map.done();
}

void Loader::insured(const yaml::Node& node) {
  yaml::Mapping map(node);
  backend::InsuredPerson& person = *file.insured;
  const yaml::Node insurer = map.require("insurer_number");
  person.key.insurer_number = insurer.as_string();
  if (person.key.insurer_number.size() != 8) yaml::fail(insurer, "an insurer number has 8 digits");
  take(map, "insurer_name", person.insurer_name);
  take(map, "symbol", person.key.symbol);
  person.key.number = map.require("number").as_string();
  take(map, "branch", person.key.branch);
  take(map, "validity", person.validity);
  map.done();
}

void Loader::reference_data(yaml::Mapping& top) {
  if (const yaml::Node node = top.find("reference_data")) {
    yaml::Mapping map(node);
    take(map, "auth_pin", data.auth_pin);
    take(map, "sign_pin", data.sign_pin);
    take(map, "text_pin", data.text_pin);
    take(map, "juki_pin", data.juki_pin);
    map.done();
  }
  if (const yaml::Node node = top.find("tries_used")) {
    yaml::Mapping map(node);
    take(map, "auth_pin", data.auth_pin_tries_used, 15);
    take(map, "sign_pin", data.sign_pin_tries_used, 15);
    take(map, "verification_b", data.verification_b_tries_used, 15);
    map.done();
  }
}

void Loader::certificate(const yaml::Node& node, Bytes& der,
                         std::shared_ptr<const crypto::RsaPrivateKey>& key) {
  yaml::Mapping map(node);
  der = read_bytes(folder / map.require("certificate").as_string());
  key = read_key(folder / map.require("key").as_string());
  map.done();
}

void Loader::certificates(const yaml::Node& node) {
  yaml::Mapping map(node);
  if (const yaml::Node auth = map.find("auth")) {
    certificate(auth, data.auth_certificate, data.auth_key);
    data.auth_ca_certificate = hierarchy.auth_ca_certificate;
    const auto parsed = crypto::X509Certificate::from_der(data.auth_certificate);
    if (!parsed) yaml::fail(auth, "the certificate cannot be read: " + to_string(parsed.error()));
    file.insured->certificate_serials = {(*parsed)->serial_hex()};
  }
  if (const yaml::Node sign = map.find("sign")) {
    certificate(sign, data.sign_certificate, data.sign_key);
    data.sign_ca_certificate = hierarchy.sign_ca_certificate;
  }
  map.done();
}

void Loader::my_number_card(yaml::Mapping& top) {
  holder(top);
  insured(top.require("insured"));
  data.personal_number = top.require("personal_number").as_string();
  data.expiry = top.require("expiry").as_string();
  data.security_code = top.require("security_code").as_string();
  take(top, "municipality", data.municipality);
  take(top, "serial", data.serial);
  if (const yaml::Node photo = top.find("photo"))
    data.photo = read_bytes(folder / photo.as_string());
  reference_data(top);
  if (const yaml::Node node = top.find("certificates")) certificates(node);
  data.card_key = hierarchy.card_key;
  data.issuer = hierarchy.issuer;
  data.terminal_ca = hierarchy.terminal_ca;
}

void Loader::foreign_card(yaml::Mapping& top) {
  data.kind = card::Kind::kForeign;
  yaml::Mapping map(top.require("application"));
  data.foreign_aid = map.require("aid").as_hex();
  take(map, "content", data.foreign_content);
  map.done();
}

void titles(const yaml::Node& node, CardFile& file) {
  yaml::Mapping map(node);
  file.title_ja = map.require("ja").as_string();
  file.title_en = map.require("en").as_string();
  map.done();
}

std::vector<std::string> load_revoked(const fs::path& path) {
  const yaml::Document document = yaml::load_file(path.string());  // JSON is YAML
  yaml::Mapping top(document.root());
  top.find("note");
  top.find("issuer");
  std::vector<std::string> serials;
  const yaml::Node revoked = top.require("revoked");
  for (std::size_t i = 0; i < revoked.size(); ++i) {
    yaml::Mapping row(revoked.at(i));
    serials.push_back(row.require("serial").as_string());
    row.find("person");
    row.find("since");
    row.done();
  }
  top.done();
  return serials;
}

}  // namespace

CardHierarchy load_card_hierarchy(const std::string& fixtures) {
  const fs::path folder(fixtures);
  CardHierarchy hierarchy;
  hierarchy.issuer = {read_key(folder / "issuer_key.pem"), read_bytes(folder / "issuer_face.cv"),
                      read_bytes(folder / "issuer_text.cv")};
  hierarchy.terminal_ca = {need(crypto::make_key_id(kTerminalCaNumber, "001"), folder),
                           read_key(folder / "terminal_ca_key.pem")->public_key()};
  hierarchy.card_key = read_key(folder / "card_key.pem");
  hierarchy.auth_ca_certificate = read_bytes(folder / "ca_auth.der");
  hierarchy.sign_ca_certificate = read_bytes(folder / "ca_sign.der");
  const fs::path terminal = folder / "terminal.cv";
  hierarchy.terminal_certificate =
      need(crypto::decode_cv_certificate(read_bytes(terminal)), terminal);
  hierarchy.terminal_key = read_key(folder / "terminal_key.pem");
  hierarchy.revoked_serials = load_revoked(folder / "revocation_list.json");
  return hierarchy;
}

CardFile load_card_file(const std::string& path, const CardHierarchy& hierarchy) {
  const yaml::Document document = yaml::load_file(path);
  yaml::Mapping top(document.root());
  Loader loader{fs::path(path).parent_path(), hierarchy, {}, {}};
  loader.file.id = top.require("card").as_string();
  loader.data.id = loader.file.id;
  titles(top.require("title"), loader.file);
  const yaml::Node kind = top.find("kind");
  const yaml::Node chip = top.find("chip");
  if (chip && chip.text() != "working" && chip.text() != "damaged") {
    yaml::fail(chip, "a chip is working or damaged");
  }
  loader.data.mute = chip && chip.text() == "damaged";
  if (!kind || kind.text() == "my_number_card") {
    loader.my_number_card(top);
  } else if (kind.text() == "foreign") {
    loader.foreign_card(top);
  } else {
    yaml::fail(kind, "a card is of kind my_number_card or foreign");
  }
  loader.interfaces(top.require("interfaces"));
  if (const yaml::Node node = top.find("behaviour")) loader.behaviour(node);
  if (const yaml::Node node = top.find("timing")) loader.timing(node);
  top.done();
  auto profile = card::make_profile(std::move(loader.data));
  if (!profile) {
    yaml::fail(document.root(), std::string(profile.error().field) + ": no value for a card");
  }
  loader.file.profile = std::move(*profile);
  return std::move(loader.file);
}

std::map<std::string, CardFile> load_card_files(const std::string& folder,
                                                const CardHierarchy& hierarchy) {
  std::vector<fs::path> paths;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::map<std::string, CardFile> cards;
  for (const fs::path& path : paths) {
    CardFile file = load_card_file(path.string(), hierarchy);
    const std::string id = file.id;
    if (!cards.emplace(id, std::move(file)).second) {
      throw std::runtime_error(path.string() + ": another file is the card " + id + " already");
    }
  }
  return cards;
}

}  // namespace uketsuke::bench
