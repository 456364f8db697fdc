// The same table (card.yaml) over contacts (T=1) and over the field (ISO/IEC 14443-4): a reader,
// the protocol machines of both sides, and the card. What the card answers has to arrive unchanged.
#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/matrix/card_desk.h"
#include "tests/unit/ccid_function/bench.h"

using namespace uketsuke;
using namespace uketsuke::ccid_function;

namespace {

const std::string kFile = std::string(UKETSUKE_SOURCE_DIR) + "/tests/matrix/card.yaml";

Parameters reader(field::Medium medium) {
  Parameters parameters = medium == field::Medium::kContact
                              ? apdu_reader(ccid::kExtendedApduLevel) : contactless_reader();
  parameters.descriptor.dwMaxCCIDMessageLength = 65556;
  return parameters;
}

// A card in one state in a reader.
class Wire {
 public:
  Wire(const matrix::CardScript& script, const matrix::Profiles& profiles, const std::string& state,
       field::Medium medium)
      : desk_(script, profiles, state), bench_(reader(medium)) {
    const Application application = [this](const Bytes& command) {
      return Answer{desk_.card().transmit(command).response};
    };
    if (medium == field::Medium::kContact) {
      bench_.insert(t1_card(), application);
    } else {
      bench_.insert(iso7816::ContactlessConfig{}, application);
    }
    BOOST_REQUIRE(bench_.power_on(0) == "ok");
    desk_.go([this](const Bytes& command) {
      refused_ = bench_.transmit(command);
      return refused_ == "ok" ? bench_.block.abData : Bytes{};
    });
  }
  matrix::Outcome attempt(const std::string& event) { return desk_.attempt(event); }
  const std::string& refused() const { return refused_; }

 private:
  matrix::CardDesk desk_;
  Bench bench_;
  std::string refused_;
};

// Not by this way: what happens to contacts and field, and what the reader keeps to itself.
const std::set<std::string> kOther = {"power_on", "warm_reset", "power_off",
                                      "power_lost_verifying", "class_FF"};
const std::set<std::string> kMalformed = {"too_short", "lc_too_large", "byte_after_le",
                                          "extended_lc_0"};

void walk(field::Medium medium) {
  const matrix::Table table = matrix::load_table(kFile, UKETSUKE_SOURCE_DIR);
  const matrix::CardScript script = matrix::load_card_script(kFile);
  const matrix::Profiles profiles = matrix::card_profiles();
  std::size_t cells = 0;
  for (const std::string& state : table.states) {
    if (state == "off" || state == "damaged") continue;
    Wire wire(script, profiles, state, medium);
    for (const std::string& event : table.events) {
      if (kOther.count(event) != 0) continue;
      const matrix::Outcome outcome = wire.attempt(event);
      ++cells;
      if (kMalformed.count(event) != 0) {  // no command APDU: CCID 1.1, 6.1.4, dwLength
        BOOST_TEST(wire.refused() == "01", state << " x " << event);
        continue;
      }
      const std::string line =
          matrix::difference({state, event}, table.at(state, event), outcome);
      BOOST_TEST(line.empty(), line);
    }
  }
  BOOST_TEST_MESSAGE(cells << " cells "
                           << (medium == field::Medium::kContact ? " over contacts"
                                                                 : " over the field"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(card_matrix_on_the_wire)

BOOST_AUTO_TEST_CASE(a_card_in_contacts_answers_as_the_table_says) {
  walk(field::Medium::kContact);
}

BOOST_AUTO_TEST_CASE(a_card_in_the_field_answers_as_the_table_says) {
  walk(field::Medium::kContactless);
}

BOOST_AUTO_TEST_SUITE_END()
