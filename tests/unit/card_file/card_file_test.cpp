#include "harness/bench/card_file.h"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "harness/yaml/yaml.h"
#include "models/card/card.h"
#include "models/crypto/x509_certificate.h"

using namespace uketsuke;

namespace {

const std::string kFolder = UKETSUKE_SOURCE_DIR "/scenarios/cards";

const bench::CardHierarchy& hierarchy() {
  static const bench::CardHierarchy loaded = bench::load_card_hierarchy(kFolder + "/fixtures");
  return loaded;
}
const std::map<std::string, bench::CardFile>& cards() {
  static const auto loaded = bench::load_card_files(kFolder, hierarchy());
  return loaded;
}

std::string send(card::Card& card, std::string_view command) {
  return wire::to_hex(card.transmit(wire::from_hex(command).value()).response);
}

// hanako.yaml with one text replaced, in a folder of its own; the message of the error.
std::string error_of(const std::string& from, const std::string& to) {
  std::ifstream original(kFolder + "/hanako.yaml");
  std::string text((std::istreambuf_iterator<char>(original)), {});
  const std::size_t at = text.find(from);
  BOOST_REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  for (std::size_t p = 0; (p = text.find("fixtures/", p)) != std::string::npos;) {
    text.replace(p, 9, kFolder + "/fixtures/");
    p += kFolder.size() + 10;
  }
  const auto path = std::filesystem::temp_directory_path() / "uketsuke_card_file_test.yaml";
  std::ofstream(path) << text;
  std::string message = "no error";
  try {
    bench::load_card_file(path.string(), hierarchy());
  } catch (const std::exception& error) {
    message = error.what();
  }
  std::filesystem::remove(path);
  return message;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(card_file)

BOOST_AUTO_TEST_CASE(every_card_of_the_folder_is_loaded_under_its_name) {
  const std::set<std::string> wanted = {"child",   "damaged",      "expired", "foreign",
                                        "hanako",  "just_expired", "locked",  "no_pin",
                                        "revoked", "random_pupi",  "shiro_t0", "taro"};
  std::set<std::string> found;
  for (const auto& [id, file] : cards()) {
    found.insert(id);
    BOOST_TEST(file.profile->data.id == id);
    BOOST_TEST(!file.title_ja.empty());
    BOOST_TEST(file.profile->data.contact.has_value());
    BOOST_TEST(file.profile->data.contactless.has_value());
  }
  BOOST_TEST(found == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(everybody_is_a_test_person_with_a_number_that_nobody_has) {
  std::set<std::string> numbers, serials;
  for (const auto& [id, file] : cards()) {
    if (!file.insured) continue;
    BOOST_TEST(contains(file.profile->data.name, "テスト"));
    BOOST_TEST(numbers.insert(file.profile->data.personal_number).second);
    for (const auto& serial : file.insured->certificate_serials) {
      BOOST_TEST(serials.insert(serial).second);
    }
    // Check digit of a personal number (ordinance of 2014, article 5): it has to be wrong.
    const std::string& number = file.profile->data.personal_number;
    int sum = 0;
    for (int n = 1; n <= 11; ++n) {
      sum += (number[static_cast<std::size_t>(11 - n)] - '0') * (n <= 6 ? n + 1 : n - 5);
    }
    const int digit = sum % 11 <= 1 ? 0 : 11 - sum % 11;
    BOOST_TEST(number[11] - '0' != digit);
  }
}

BOOST_AUTO_TEST_CASE(certificates_belong_to_their_keys_and_authority) {
  const auto ca = crypto::X509Certificate::from_der(hierarchy().auth_ca_certificate).value();
  for (const auto& [id, file] : cards()) {
    const auto& data = file.profile->data;
    if (data.auth_certificate.empty()) continue;
    const auto certificate = crypto::X509Certificate::from_der(data.auth_certificate).value();
    BOOST_TEST(certificate->verify_signed_by(*ca));
    BOOST_TEST(certificate->public_key()->modulus() == data.auth_key->public_key()->modulus());
    BOOST_TEST(contains(certificate->subject(), "TEST"));
    BOOST_TEST(certificate->valid_on("20241209") == (id != "expired" && id != "just_expired"));
  }
}

BOOST_AUTO_TEST_CASE(each_card_does_what_it_is_for) {
  const auto open = [](const std::string& id, std::string_view command) {
    const auto& file = cards().at(id);
    card::PersistentState memory(*file.profile);
    card::Card card(file.profile, memory, 1);
    card.power_on();
    send(card, "00a4040c0ad392f000260100000001");
    return send(card, command);
  };
  BOOST_TEST(open("hanako", "00200098") == "63c3");
  BOOST_TEST(open("hanako", "002000980431323334") == "9000");
  BOOST_TEST(open("locked", "002000980431323334") == "6984");
  BOOST_TEST(open("no_pin", "002000980431323334") == "6984");
  BOOST_TEST(open("no_pin", "00b0880000") == "008f009000");
  BOOST_TEST(open("child", "00b0880000") == "008f009000");
  BOOST_TEST(open("damaged", "00200098") == "");
  BOOST_TEST(open("foreign", "00a4040c06f05445535401") == "9000");
  BOOST_TEST(open("foreign", "00a4040c0ad392f000260100000001") == "6a82");
  BOOST_TEST(cards().at("random_pupi").profile->data.contactless->random_pupi);
  BOOST_TEST(hierarchy().revoked_serials == cards().at("revoked").insured->certificate_serials);
  BOOST_TEST(!cards().at("foreign").insured.has_value());
}

BOOST_AUTO_TEST_CASE(the_insured_person_is_that_of_the_file) {
  const backend::InsuredPerson& person = *cards().at("hanako").insured;
  BOOST_TEST(person.holder == "hanako");
  BOOST_TEST(person.key.insurer_number == "99999991");
  BOOST_TEST(person.key.number == "0000001");
  BOOST_TEST(person.key.branch == "01");
  BOOST_TEST(person.person.name == "テスト　花子");
  BOOST_TEST(person.person.birth_date == "19800217");
  BOOST_TEST(person.name_kana == "テスト　ハナコ");
  BOOST_TEST(person.certificate_serials == std::vector<std::string>{"1001"});
  BOOST_TEST(cards().at("hanako").profile->verification_b == "55021720352285");
  BOOST_TEST(cards().at("child").insured->key.number == person.key.number);  // family
}

BOOST_AUTO_TEST_CASE(the_terminal_has_a_certificate_that_the_cards_accept) {
  const auto& h = hierarchy();
  BOOST_TEST(crypto::verify(h.terminal_certificate, h.terminal_ca.key_id, *h.terminal_ca.key));
  BOOST_TEST(h.terminal_certificate.key->modulus() == h.terminal_key->public_key()->modulus());
}

BOOST_AUTO_TEST_CASE(errors_name_the_place_and_the_nearest_spelling) {
  BOOST_TEST(error_of("hanako", "hanako") == "no error");
  const std::string misspelled = error_of("expiry:", "expiri:");
  BOOST_TEST(contains(misspelled, "uketsuke_card_file_test.yaml:"));
  BOOST_TEST(contains(misspelled, "expiry"));
  BOOST_TEST(contains(error_of("photo: fix", "phot: fix"), "did you mean photo?"));
  BOOST_TEST(contains(error_of("\"19800217\"", "\"19801317\""), "birth_date"));
  BOOST_TEST(contains(error_of("99999991", "9999999"), "8 digits"));
  BOOST_TEST(contains(error_of("hanako_auth.der", "nobody.der"), "nobody.der: cannot be read"));
  BOOST_TEST(contains(error_of("hanako_auth.der", "terminal.cv"), "certificate cannot be read"));
  BOOST_TEST(contains(error_of("hanako_auth_key.pem", "hanako_auth.der"), "private key"));
  BOOST_TEST(
      contains(error_of("card: hanako", "card: hanako\nchip: broken"), "working or damaged"));
  BOOST_TEST(contains(error_of("card: hanako", "card: hanako\nkind: visa"), "foreign"));
}

BOOST_AUTO_TEST_CASE(behaviour_and_timing_are_taken_over) {
  BOOST_TEST(error_of("card: hanako",
                      "card: hanako\n"
                      "behaviour: {fci: 6F00, without_pin: true, terminal_authentication: false,\n"
                      "  select_application_clears_status: false,\n"
                      "  query_of_verified_key_is_9000: true,\n"
                      "  first_command_after_power_down_fails: true,\n"
                      "  retry_limits: {auth_pin: 5, verification_b: 3}}\n"
                      "timing: {command: 1, read_per_byte: 2, verify: 3, private_key: 4}") ==
             "no error");
  BOOST_TEST(contains(
      error_of("card: hanako", "card: hanako\nbehaviour: {retry_limits: {auth_pin: 16}}"), "16"));
}

BOOST_AUTO_TEST_SUITE_END()
