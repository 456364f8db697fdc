// Does the walk notice a change of the card's own data? Every cell of the command table, and every
// field of the behaviour, is changed, one at a time.
#include <boost/test/unit_test.hpp>
#include <functional>

#include "models/card/command_table.h"
#include "tests/matrix/card_desk.h"

using namespace uketsuke;
using card::CommandRow;
using card::CommandTable;
using card::FileFrom;

namespace {

constexpr std::uint16_t kWords[] = {
    card::kRun,           card::kNoInstruction,  card::kNoCurrentFile,
    card::kFileStructure, card::kSecurityStatus, card::kConditionsOfUse,
    card::kKeyDeliveryNotConfigured};
constexpr const char* kApplications[] = {"card manager", "JPKI", "card face", "card text",
                                         "common", "juki", "other card"};
constexpr const char* kStates[] = {"manager", "jpki", "face", "text", "common", "juki", "other"};
constexpr const char* kFiles[] = {"no file", "transparent", "record", "reference", "private key",
                                  "internal"};

struct Mutant {
  std::string name;
  std::uint8_t ins = 0;       // 0: any command may notice
  std::string states;         // of these, by their first letters, it is tried first
  std::function<void(card::Profile&)> change;
};

// The walk, able to be told another card.
class Teeth {
 public:
  Teeth()
      : file_(std::string(UKETSUKE_SOURCE_DIR) + "/tests/matrix/card.yaml"),
        table_(matrix::load_table(file_, UKETSUKE_SOURCE_DIR)),
        script_(matrix::load_card_script(file_)), profiles_(matrix::card_profiles()) {}

  bool notices(const Mutant& mutant) const {
    matrix::Profiles changed;
    for (const auto& [name, profile] : profiles_) {
      auto copy = std::make_shared<card::Profile>(*profile);
      mutant.change(*copy);
      changed[name] = std::move(copy);
    }
    std::map<std::string, matrix::CardDesk> desks;
    const bool hint = !mutant.states.empty();
    return (hint && notices(mutant, changed, desks, true)) ||
           notices(mutant, changed, desks, false);
  }

 private:
  // Only in the states of the hint, or in all others.
  bool notices(const Mutant& mutant, const matrix::Profiles& changed,
               std::map<std::string, matrix::CardDesk>& desks, bool hinted) const {
    for (const auto& [place, cell] : table_.cells) {
      const bool of_hint = !mutant.states.empty() && place.first.rfind(mutant.states, 0) == 0;
      if (of_hint != hinted) continue;
      const auto command = script_.commands.find(place.second);
      const bool bytes = command != script_.commands.end() && command->second.size() > 1;
      if (mutant.ins != 0 && (!bytes || command->second[1] != mutant.ins)) continue;
      auto desk = desks.find(place.first);
      if (desk == desks.end()) {
        desk = desks.try_emplace(place.first, script_, changed, place.first).first;
      }
      if (!matrix::difference(place, cell, desk->second.attempt(place.second)).empty()) return true;
    }
    return false;
  }

  std::string file_;
  matrix::Table table_;
  matrix::CardScript script_;
  matrix::Profiles profiles_;
};

std::vector<Mutant> mutants_of_rows() {
  std::vector<Mutant> mutants;
  const CommandTable& standard = card::standard_command_table();
  const auto add = [&](std::size_t row, const std::string& what, std::uint8_t ins,
                       const std::function<void(CommandRow&)>& change,
                       const char* states = "jpki") {
    auto table = std::make_shared<CommandTable>(standard);
    change(table->rows[row]);
    mutants.push_back({std::string(standard.rows[row].name) + ", " + what, ins, states,
                       [table](card::Profile& p) { p.data.behaviour.commands = table; }});
  };
  for (std::size_t i = 0; i < standard.rows.size(); ++i) {
    const CommandRow& row = standard.rows[i];
    const std::uint8_t ins = row.ins;
    add(i, "class", ins, [](CommandRow& r) { r.base_class ^= 0x80; });
    add(i, "INS", ins, [](CommandRow& r) { r.ins = 0x7E; });
    add(i, "chaining", ins, [](CommandRow& r) { r.chaining = !r.chaining; });
    for (int from = 0; from <= static_cast<int>(FileFrom::kKeyP2OrDefault); ++from) {
      if (static_cast<FileFrom>(from) == row.file_from) continue;
      add(i, "file from " + std::to_string(from), ins,
          [from](CommandRow& r) { r.file_from = static_cast<FileFrom>(from); });
    }
    for (const std::uint16_t word : kWords) {
      for (std::size_t c = 0; c < row.in_application.size(); ++c) {
        if (row.in_application[c] == word) continue;
        add(i, std::string("in ") + kApplications[c] + " " + std::to_string(word), ins,
            [c, word](CommandRow& r) { r.in_application[c] = word; }, kStates[c]);
      }
      for (std::size_t c = 0; c < row.on_file.size(); ++c) {
        if (row.on_file[c] == word) continue;
        add(i, std::string("on ") + kFiles[c] + " " + std::to_string(word), ins,
            [c, word](CommandRow& r) { r.on_file[c] = word; });
      }
    }
  }
  return mutants;
}

std::vector<Mutant> mutants_of_behaviour() {
  using card::Behaviour;
  std::vector<Mutant> mutants;
  const auto add = [&](const char* name, std::function<void(Behaviour&)> change) {
    mutants.push_back({name, 0, "", [change = std::move(change)](card::Profile& profile) {
                         change(profile.data.behaviour);
                       }});
  };
  for (const int by : {-1, 1}) {
    const auto limit = [&](const char* name, std::uint8_t card::RetryLimits::*field) {
      add(name, [=](Behaviour& b) {
        b.retry_limits.*field = static_cast<std::uint8_t>(b.retry_limits.*field + by);
      });
    };
    limit("limit of the auth PIN", &card::RetryLimits::auth_pin);
    limit("limit of the sign PIN", &card::RetryLimits::sign_pin);
    limit("limit of verification number A", &card::RetryLimits::verification_a);
    limit("limit of verification number B", &card::RetryLimits::verification_b);
    limit("limit of the birth-date key", &card::RetryLimits::birth_date);
    limit("limit of the text PIN", &card::RetryLimits::text_pin);
    limit("limit of the juki PIN", &card::RetryLimits::juki_pin);
  }
  add("SELECT keeps the status", [](Behaviour& b) { b.select_application_clears_status = false; });
  add("no terminal authentication", [](Behaviour& b) { b.terminal_authentication = false; });
  add("query says 9000", [](Behaviour& b) { b.query_of_verified_key_is_9000 = true; });
  add("the first command fails", [](Behaviour& b) {
    b.first_command_after_power_down_fails = !b.first_command_after_power_down_fails;
  });
  add("an FCI", [](Behaviour& b) { b.fci = {0x6F, 0x00}; });
  return mutants;
}

// What no command can show, and why. Names as above; 0 is kRun.
struct Excuse {
  const char* begins;
  const char* why;
};
constexpr Excuse kExcuses[] = {
    {"SELECT, on ", "takes no file"},
    {"GET DATA, on ", "takes no file"},
    {"GET CHALLENGE, on ", "takes no file"},
    {"SET SESSION KEY, on ", "takes no file"},
    {"SET PUBLIC IC KEY, on ", "takes no file"},
    {"EXTERNAL AUTHENTICATE, on ", "takes no file"},
    {"READ BINARY, on no file 0", "what runs without a file answers 6986 itself"},
    {"READ RECORD, on no file 0", "what runs without a file answers 6986 itself"},
    {"VERIFY, on no file 0", "what runs without a file answers 6986 itself"},
    {"CHANGE REFERENCE DATA, on no file 0", "what runs without a file answers 6986 itself"},
    {"CHANGE KEY, on no file 0", "what runs without a file answers 6986 itself"},
    {"COMPUTE DIGITAL SIGNATURE, on no file 0", "what runs without a file answers 6986 itself"},
    {"CHANGE REFERENCE DATA, on record", "JPKI and card text have no record"},
    {"COMPUTE DIGITAL SIGNATURE, on record", "JPKI, card face and card text have no record"},
    {"CHANGE KEY, on transparent", "common and juki have no transparent file"},
    {"CHANGE KEY, on internal", "common and juki have no file without use"},
    {"INTERNAL AUTHENTICATE, on transparent", "common has a record and a key"},
    {"INTERNAL AUTHENTICATE, on reference", "common has a record and a key"},
    {"INTERNAL AUTHENTICATE, on internal", "common has a record and a key"},
    {"CHANGE KEY, file from 4", "common and juki have no default key: 6A86 both ways"},
    {"INTERNAL AUTHENTICATE, file from 4", "common has no default key: 6A86 both ways"},
    {"SET SESSION KEY, file from 1", "its P1 and P2 are not public: the model takes all"},
    {"SET SESSION KEY, file from 2", "its P1 and P2 are not public: the model takes all"},
    {"SET SESSION KEY, file from 4", "its P1 and P2 are not public: the model takes all"},
    {"SET SESSION KEY, in JPKI 0", "the PIN of card text is not verified there: 6982 both ways"},
    {"SET SESSION KEY, in juki 0", "the PIN of card text is not verified there: 6982 both ways"},
};

const char* equivalent(const std::string& name) {
  for (const Excuse& excuse : kExcuses) {
    if (name.rfind(excuse.begins, 0) == 0) return excuse.why;
  }
  return nullptr;
}

void require_noticed(const std::vector<Mutant>& mutants) {
  const Teeth teeth;
  std::size_t excused = 0;
  for (const Mutant& mutant : mutants) {
    const char* why = equivalent(mutant.name);
    if (why != nullptr) ++excused;
    BOOST_TEST(teeth.notices(mutant) == (why == nullptr), mutant.name);
  }
  BOOST_TEST_MESSAGE(mutants.size() << " changes, " << excused << " without an effect");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(card_teeth)

BOOST_AUTO_TEST_CASE(every_cell_of_the_command_table_is_noticed) {
  require_noticed(mutants_of_rows());
}

BOOST_AUTO_TEST_CASE(every_field_of_the_behaviour_is_noticed) {
  require_noticed(mutants_of_behaviour());
}

BOOST_AUTO_TEST_SUITE_END()
