// The reference models against the steps of the seed's pages, and their size.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "harness/explore/oracle.h"
#include "harness/explore/reference.h"

namespace uketsuke::explore {
namespace {

State start_of(const Model& model, Account account, std::uint8_t passcode = kNoPasscode) {
  for (const State& state : model.starts())
    if (state.account == account && state.passcode == passcode) return state;
  throw std::runtime_error("no such start");
}

// After all acts; none of them may be refused.
Oracle after(const Model& model, const State& start, const std::vector<Do>& acts) {
  Oracle oracle(model, start, {});
  for (const Do act : acts) {
    BOOST_TEST(oracle.possible(act));
    BOOST_TEST(!oracle.step(act).outcome.refused, act_of(act).act << " " << act_of(act).word);
  }
  return oracle;
}

std::size_t lines_of(const std::string& file) {
  std::ifstream in(std::string(UKETSUKE_SOURCE_DIR) + "/harness/explore/" + file);
  std::size_t count = 0;
  for (std::string line; std::getline(in, line);) ++count;
  BOOST_TEST(count > 0U, file);
  return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reference_models)

BOOST_AUTO_TEST_CASE(p3_ends_in_face_authentication_with_the_declined_choice_recorded) {
  const Oracle end = after(
      reference_p3(), start_of(reference_p3(), Account::kGeneral, kPasscodeTries),
      {Do::kPressStaffButton, Do::kEnterPasscode, Do::kComparePhoto, Do::kPlaceHanako,
       Do::kPressDeclined, Do::kRemoveCard});
  BOOST_TEST((end.state().mode == Mode::kFace));
  BOOST_TEST((end.state().screen == Screen::kInitial));
  BOOST_TEST((end.state().account == Account::kGeneral));  // P3-c1: nobody signed out or in
  BOOST_TEST(end.ledger().identities().size() == 1U);
  BOOST_TEST((end.ledger().identities()[0].confirmed == Confirmed::kVisually));
  BOOST_TEST((end.ledger().consents().at(0).consent == Consent::kDeclined));
  BOOST_TEST(end.ledger().checked().size() == 1U);  // P2: 資格確認を実施
  BOOST_TEST(end.ledger().emergency_reasons(Card::kHanako, true).empty());
  BOOST_TEST(end.ledger().ordinary_reasons(Card::kHanako).size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_third_wrong_passcode_locks_until_a_new_one_is_issued) {
  const State start = start_of(reference_p3(), Account::kAdministrator, kPasscodeTries);
  Oracle desk = after(reference_p3(), start,
                      {Do::kPressStaffButton, Do::kEnterWrongPasscode, Do::kEnterWrongPasscode,
                       Do::kEnterWrongPasscode, Do::kEnterPasscode});
  BOOST_TEST((desk.state().mode == Mode::kFace));
  for (const Do act : {Do::kIssuePasscode, Do::kPressStaffButton, Do::kEnterPasscode})
    desk.step(act);
  BOOST_TEST((desk.state().mode == Mode::kVisual));
}

BOOST_AUTO_TEST_CASE(p4_stays_in_visual_mode_until_somebody_clicks_unattended_operation) {
  Oracle desk = after(
      reference_p4(), start_of(reference_p4(), Account::kGeneral),
      {Do::kSignOut, Do::kSignInAdministrator, Do::kClickReaderOperation, Do::kClickVisual,
       Do::kDateToday, Do::kTickConfirmed, Do::kComparePhoto, Do::kPlaceHanako, Do::kPressDeclined,
       Do::kRemoveCard});
  BOOST_TEST((desk.state().mode == Mode::kVisual));
  BOOST_TEST(desk.ledger().identities().size() == 1U);
  desk.step(Do::kClickUnattended);
  BOOST_TEST((desk.state().mode == Mode::kFace));
}

BOOST_AUTO_TEST_CASE(p4_needs_the_administrator_account_and_the_form) {
  Oracle general(reference_p4(), start_of(reference_p4(), Account::kGeneral), {});
  BOOST_TEST(general.step(Do::kClickReaderOperation).outcome.refused);
  for (const Do form : {Do::kDateToday, Do::kTickConfirmed}) {
    Oracle desk = after(reference_p4(), start_of(reference_p4(), Account::kAdministrator),
                        {Do::kClickReaderOperation, Do::kClickVisual, form, Do::kPlaceHanako});
    BOOST_TEST(desk.ledger().identities().empty());
  }
}

BOOST_AUTO_TEST_CASE(p5_does_it_from_both_accounts_and_asks_for_no_choice) {
  for (const Account account : {Account::kGeneral, Account::kAdministrator}) {
    const Oracle end =
        after(reference_p5(), start_of(reference_p5(), account),
              {Do::kComparePhoto, Do::kClickConfirmByCard, Do::kClickCardFace, Do::kTickConfirmed,
               Do::kDateToday, Do::kPlaceHanako, Do::kRemoveCard});
    BOOST_TEST((end.state().terminal == Terminal::kDetail));  // P5-7
    BOOST_TEST((end.ledger().consents().at(0).consent == Consent::kNotAsked));
    BOOST_TEST(end.ledger().emergency_reasons(Card::kHanako, true).empty());
  }
}

BOOST_AUTO_TEST_CASE(a_view_names_all_its_reasons) {
  const Ledger nothing;
  BOOST_TEST(nothing.emergency_reasons(Card::kHanako, true).size() == 1U);
  BOOST_TEST(nothing.emergency_reasons(Card::kHanako, false).size() == 2U);
  BOOST_TEST(nothing.ordinary_reasons(Card::kHanako).size() == 2U);
}

BOOST_AUTO_TEST_CASE(each_has_under_300_lines) {
  for (const char* file : {"reference.h", "reference.cpp", "reference_reader.h",
                           "reference_reader.cpp", "reference_p3.cpp", "reference_p4.cpp",
                           "reference_p5.cpp"})
    BOOST_TEST(lines_of(file) < 300U, file);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace uketsuke::explore
