// Test cards as data: scenarios/cards/conformance.
#include <boost/test/unit_test.hpp>

#include "harness/bench/test_card_file.h"
#include "harness/yaml/yaml.h"
#include "sim/wire/iso7816/atr.h"

namespace {

using namespace uketsuke;

const std::string kFolder = UKETSUKE_SOURCE_DIR "/scenarios/cards/conformance";

}  // namespace

BOOST_AUTO_TEST_SUITE(test_card_file)

BOOST_AUTO_TEST_CASE(every_card_of_the_folder_loads_and_says_what_it_is_for) {
  const auto cards = bench::load_test_card_files(kFolder);
  BOOST_TEST(cards.size() >= 5u);
  for (const auto& [id, card] : cards) {
    BOOST_TEST(!card.purposes.empty(), id);
    BOOST_TEST(!card.title_ja.empty(), id);
    BOOST_TEST(!card.title_en.empty(), id);
  }
}

BOOST_AUTO_TEST_CASE(the_plain_cards_have_an_answer_to_reset_that_the_standard_allows) {
  const auto cards = bench::load_test_card_files(kFolder);
  for (const char* id : {"plain_t0", "plain_t1", "plain_t0_t1"}) {
    const auto atr = wire::iso7816::decode_atr(cards.at(id).parameters->contact->cold_atr);
    BOOST_TEST(atr.has_value(), id);
  }
}

BOOST_AUTO_TEST_SUITE_END()
