// No journal and no report keeps what must stay with people and cards: PINs, passcodes, passwords,
// what is printed on a card, photo, certificate for signatures. Not when all goes well, and not
// when a bit is wrong or bytes are missing.
#include <fmt/format.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cctype>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/bench/world_config.h"
#include "tests/sim/flow.h"

BOOST_AUTO_TEST_SUITE(secrets)

namespace flow = uketsuke::flow;
namespace bench = uketsuke::bench;
namespace fault = uketsuke::fault;
namespace scenario = uketsuke::scenario;
namespace wire = uketsuke::wire;
using uketsuke::verdict::ScenarioResult;

struct Secret {
  std::string name, text;  // text: bytes as they are
  std::string hex;
};
using Secrets = std::vector<Secret>;

static std::string hex_of(std::string_view text) {
  return wire::to_hex(
      wire::ByteView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

static void add(Secrets& secrets, const std::string& name, const std::string& text) {
  const bool known = std::any_of(secrets.begin(), secrets.end(),
                                 [&](const Secret& secret) { return secret.text == text; });
  if (!text.empty() && !known) secrets.push_back({name, text, hex_of(text)});
}

static void add_text(Secrets& secrets, const std::string& name, const std::string& text) {
  add(secrets, name, text);
  // Family and given name for themselves, and written together.
  const std::string gap = "\u3000";
  if (const auto at = text.find(gap); at != std::string::npos) {
    add(secrets, name, text.substr(at + gap.size()));
    add(secrets, name, std::string(text).erase(at, gap.size()));
  }
}

// Certificates for authentication are public and share words with those for signatures.
static bool is_public(const std::string& piece) {
  const auto has = [&piece](const wire::Bytes& bytes) {
    return std::search(bytes.begin(), bytes.end(), piece.begin(), piece.end(),
                       [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); }) !=
           bytes.end();
  };
  const auto& cards = flow::assets().cards;
  return std::any_of(cards.begin(), cards.end(), [&](const auto& card) {
    const auto& data = card.second.profile->data;
    return has(data.auth_certificate) || has(data.auth_ca_certificate);
  });
}

// Pieces of sixteen bytes, a few of them, without those that could be anything.
static void add_bytes(Secrets& secrets, const std::string& name, const wire::Bytes& bytes) {
  constexpr std::size_t kPiece = 16, kPieces = 6;
  const std::size_t step = std::max(kPiece, bytes.size() / kPieces);
  for (std::size_t at = 0; at + kPiece <= bytes.size(); at += step) {
    const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const std::string piece(first, first + kPiece);
    if (std::set<char>(piece.begin(), piece.end()).size() < kPiece / 2 || is_public(piece))
      continue;
    add(secrets, fmt::format("{}, byte {}", name, at), piece);
  }
}

// Of one card: what is long enough to be looked for as it is, in UTF-8 and in hex.
static Secrets secrets_of(const std::string& holder) {
  Secrets secrets;
  const auto& person = flow::assets().cards.at(holder);
  const auto& data = person.profile->data;
  add_text(secrets, holder + " name", data.name);
  add_text(secrets, holder + " address", data.address);
  add_text(secrets, holder + " birth date", data.birth_date);
  add_text(secrets, holder + " verification number A", data.personal_number);
  add_text(secrets, holder + " verification number B", person.printed_number_b);
  add_text(secrets, holder + " sign PIN", data.sign_pin);
  add_text(secrets, holder + " name of the patient", person.patient_name);
  add_bytes(secrets, holder + " photo", data.photo);
  add_bytes(secrets, holder + " sign certificate", data.sign_certificate);
  for (const auto& insured : *flow::assets().insured) {
    if (insured.holder != holder) continue;
    add_text(secrets, holder + " kana", insured.name_kana);
    add_text(secrets, holder + " address of the insured", insured.person.address);
    add_text(secrets, holder + " birth date of the insured", insured.person.birth_date);
  }
  return secrets;
}

static const Secrets& all_secrets() {
  static const Secrets kSecrets = [] {
    Secrets secrets;
    for (const auto& [holder, person] : flow::assets().cards)
      for (const Secret& secret : secrets_of(holder)) add(secrets, secret.name, secret.text);
    for (const auto& account : flow::assets().hospital.accounts)
      add_text(secrets, account.user + " password", account.password);
    for (const auto& clinician : flow::assets().hospital.clinicians) {
      add_text(secrets, clinician.id + " password", clinician.password);
      add_text(secrets, clinician.id + " second factor", clinician.second_factor);
    }
    return secrets;
  }();
  return kSecrets;
}

// Four digits: too short to be looked for in hex anywhere.
static const std::set<std::string>& pins() {
  static const std::set<std::string> kPins = [] {
    std::set<std::string> pins;
    for (const auto& [holder, person] : flow::assets().cards) {
      const auto& data = person.profile->data;
      for (const std::string& pin :
           {person.auth_pin, data.auth_pin, data.text_pin, data.juki_pin, data.security_code})
        if (!pin.empty()) pins.insert(pin);
    }
    return pins;
  }();
  return kPins;
}

static bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// As a word of its own: "1234", not within 0x12345 or 81234.
static bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const bool begins = at == 0 || !is_word(text[at - 1]);
    const bool ends = at + word.size() == text.size() || !is_word(text[at + word.size()]);
    if (begins && ends) return true;
  }
  return false;
}

// A journal without bytes that carry no text of anybody: its lines, and the hex of its messages.
struct Journal {
  std::string lines;               // whole
  std::vector<std::string> texts;  // everything but times and hex
  std::vector<std::string> hexes;
};

static Journal read(const uketsuke::trace::Journal& journal) {
  Journal read;
  for (std::size_t i = 0; i < journal.size(); ++i) {
    const std::string line = journal.json_line(i);
    read.lines += line + "\n";
    const auto json = nlohmann::json::parse(line);
    for (const auto& [key, value] : json.items()) {
      if (key == "hex") read.hexes.push_back(value.get<std::string>());
      if (key != "hex" && value.is_string()) read.texts.push_back(value.get<std::string>());
    }
  }
  return read;
}

// ASCII digits at a byte boundary, with what stands around VERIFY and CHANGE REFERENCE DATA: a
// header 00 20 or 00 24 before, or the length 04, or the padding FF of a PIN block after.
static bool has_pin(const std::string& hex, const std::string& pin) {
  const std::string digits = hex_of(pin);
  for (std::size_t at = hex.find(digits); at != std::string::npos; at = hex.find(digits, at + 1)) {
    if (at % 2 != 0) continue;
    const std::string before = hex.substr(at >= 10 ? at - 10 : 0, std::min<std::size_t>(at, 10));
    const bool verify =
        before.find("0020") != std::string::npos || before.find("0024") != std::string::npos;
    const bool length = before.size() >= 2 && before.substr(before.size() - 2) == "04";
    if (verify || length || hex.substr(at + 8, 2) == "ff") return true;
  }
  return false;
}

static std::string leak(const Journal& journal, const Secrets& secrets) {
  for (const Secret& secret : secrets)
    if (journal.lines.find(secret.text) != std::string::npos ||
        journal.lines.find(secret.hex) != std::string::npos)
      return secret.name;
  for (const std::string& pin : pins()) {
    for (const std::string& text : journal.texts)
      if (has_word(text, pin)) return "PIN " + pin + " in: " + text;
    for (const std::string& hex : journal.hexes)
      if (has_pin(hex, pin)) return "PIN " + pin + " in: " + hex;
  }
  return {};
}

// The passcode that the backend issues first with this seed, as the stage has it issued.
static Secrets with_passcode(const scenario::Scenario& scenario, std::uint64_t seed) {
  const auto config = bench::make_config(flow::assets(), scenario, seed);
  uketsuke::backend::Backend backend(config.backend);
  Secrets secrets = all_secrets();
  add(secrets, "passcode",
      backend.issue_visual_passcode(flow::assets().hospital.institution, config.start));
  return secrets;
}

struct Kept {
  Journal journal;
  ScenarioResult result;
};

static Kept keep(const scenario::Scenario& scenario, std::vector<fault::Rule> faults = {}) {
  Kept kept;
  bench::RunSettings settings;
  settings.faults = std::move(faults);
  settings.wire_tail = 40;
  settings.at_end = [&kept](bench::World& world) { kept.journal = read(world.journal()); };
  kept.result = flow::run(scenario, settings);
  return kept;
}

// What a report shows of a result.
static std::string report_of(const ScenarioResult& result) {
  std::string text = result.reason.ja + "\n" + result.reason.en;
  for (const auto& step : result.steps) {
    for (const auto* part : {&step.title, &step.expected, &step.observed})
      text += "\n" + part->ja + "\n" + part->en;
    for (const std::string& line : step.wire_tail) text += "\n" + line;
  }
  return text;
}

static bool types_pin(const scenario::Scenario& scenario) {
  return std::any_of(scenario.steps.begin(), scenario.steps.end(), [](const scenario::Step& step) {
    return step.action.act == scenario::Act::kEnterPin;
  });
}

BOOST_AUTO_TEST_CASE(there_is_something_to_look_for) {
  BOOST_TEST(all_secrets().size() > 100U);
  BOOST_TEST(pins().size() >= 4U);
  BOOST_TEST(pins().count("1234") == 1U);
  BOOST_TEST(
      has_pin("0020008004"
              "31323334",
              "1234"));
  BOOST_TEST(
      !has_pin("0020008004"
               "********",
               "1234"));
  BOOST_TEST(has_word("PIN 1234.", "1234"));
  BOOST_TEST(!has_word("t=81234", "1234"));
}

BOOST_AUTO_TEST_CASE(no_journal_and_no_report_of_the_hospital_flow_keeps_a_secret) {
  for (const scenario::Scenario& scenario : flow::scenarios()) {
    if (flow::is_wrong_turn(scenario) && scenario.row > 1) continue;  // no other secrets
    const Kept kept = keep(scenario);
    const Secrets secrets = with_passcode(scenario, 1);
    BOOST_TEST(!kept.journal.hexes.empty());
    const std::string in_journal = leak(kept.journal, secrets);
    BOOST_TEST(in_journal.empty(), scenario.name() << ": journal: " << in_journal);
    Journal report;
    report.lines = report_of(kept.result);
    report.texts = {report.lines};
    const std::string in_report = leak(report, secrets);
    BOOST_TEST(in_report.empty(), scenario.name() << ": report: " << in_report);
  }
}

// The tail that a report shows of a deviation: every scenario is made to fail at every step.
BOOST_AUTO_TEST_CASE(no_report_of_a_deviation_keeps_a_secret) {
  for (const scenario::Scenario& scenario : flow::scenarios()) {
    if (flow::is_wrong_turn(scenario)) continue;  // for the sake of time
    for (std::size_t s = 0; s < scenario.steps.size(); ++s) {
      scenario::Scenario failing = scenario;
      scenario::Expectation absent;
      absent.outcome = scenario::Outcome::kCard;
      absent.name = "card";
      absent.value.form = scenario::Value::Form::kScalar;
      absent.value.text = "elsewhere";
      failing.steps[s].expect.push_back(absent);
      const Kept kept = keep(failing);
      BOOST_TEST((kept.result.verdict == uketsuke::verdict::Verdict::kFail));
      Journal report;
      report.lines = report_of(kept.result);
      for (const auto& step : kept.result.steps)
        for (const std::string& line : step.wire_tail) {
          const auto open = line.rfind('[');
          report.hexes.push_back(open == std::string::npos ? "" : line.substr(open + 1));
        }
      const std::string found = leak(report, with_passcode(scenario, 1));
      BOOST_TEST(found.empty(), scenario.name() << " step " << s + 1 << ": " << found);
    }
  }
}

// A message that is damaged is masked as well as a whole one: whoever sends a PIN does not know.
BOOST_AUTO_TEST_CASE(no_damaged_message_leaks_a_secret) {
  int runs = 0;
  for (const scenario::Scenario& scenario : flow::scenarios()) {
    if (!types_pin(scenario) || scenario.row > 2 || flow::is_wrong_turn(scenario)) continue;
    const Secrets secrets = secrets_of(bench::main_holder(scenario));
    for (const char* wire_name : {"usb", "field", "session"}) {
      for (std::uint32_t number = 1; number < 600; ++number) {
        fault::Rule rule;
        rule.wire = wire_name;
        rule.kind = number % 4 == 3 ? fault::Kind::kShorten : fault::Kind::kCorrupt;
        rule.first = number;
        rule.bit = number * 29 % 112;  // of the first fourteen bytes
        rule.bytes = 1 + number % 3;
        bool hit = false;
        Journal journal;
        bench::RunSettings settings;
        settings.faults = {rule};
        settings.at_end = [&](bench::World& world) {
          hit = world.faults().hits().front() != 0;
          if (hit) journal = read(world.journal());
        };
        flow::run(scenario, settings);
        if (!hit) break;
        ++runs;
        const std::string found = leak(journal, secrets);
        BOOST_TEST(found.empty(), scenario.name() << ", " << wire_name << " " << number << " "
                                                  << to_string(rule.kind) << " bit " << rule.bit
                                                  << ": " << found);
      }
    }
  }
  BOOST_TEST(runs > 500);
  BOOST_TEST_MESSAGE(runs << " runs with damaged messages");
}

BOOST_AUTO_TEST_SUITE_END()
