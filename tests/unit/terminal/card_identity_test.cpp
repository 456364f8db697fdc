// The identity sequence against the card model: both ends of A-06 agree, and what the card refuses
// arrives as the outcome that is meant.
#include "models/terminal/card_identity.h"

#include <boost/test/unit_test.hpp>
#include <optional>

#include "models/crypto/x509_certificate.h"
#include "models/terminal/credential.h"
#include "tests/unit/card/card_fixture.h"

using namespace uketsuke;
using namespace uketsuke::terminal;
namespace session = wire::session;
using card_fixture::Fixture;

namespace {

const wire::Bytes kBackendChallenge(32, 0x5A);

TerminalCredential credential(const char* certificate, const char* key) {
  return make_credential(
      crypto::decode_cv_certificate(fixtures::bytes(certificate)).value(), fixtures::key(key));
}

const CardParameters& trusted() {
  static const CardParameters parameters = [] {
    CardParameters result;
    result.credential = credential("terminal.cv", "terminal_key.pem");
    return result;
  }();
  return parameters;
}

// One identity, with the card answering; number B and face as given.
struct Run {
  explicit Run(Fixture& fixture, const CardParameters& parameters = trusted())
      : card(fixture), machine(parameters) {}

  void go(BeginCard task, const std::string& number_b = "55021720352285", bool matched = true) {
    CardNeeds needs = machine.handle(std::move(task));
    while (!needs.empty()) {
      CardNeeds next;
      for (const CardNeed& need : needs) {
        if (const auto* request = std::get_if<session::Request>(&need)) {
          next = machine.handle(answer(*request));
        } else if (std::holds_alternative<NeedChallenge>(need)) {
          next = machine.handle(ChallengeGiven{kBackendChallenge});
        } else if (std::holds_alternative<NeedVerificationNumber>(need)) {
          next = machine.handle(VerificationNumberGiven{number_b});
        } else if (const auto* match = std::get_if<NeedFaceMatch>(&need)) {
          photo = match->photo;
          next = machine.handle(FaceResult{matched});
        } else if (const auto* done = std::get_if<CardIdentified>(&need)) {
          identified = *done;
        } else {
          failed = std::get<CardFailed>(need);
        }
      }
      needs = std::move(next);
    }
  }

  CardEvent answer(const session::Request& request) {
    if (std::holds_alternative<session::Connect>(request)) {
      return session::Event{session::Connected{}};
    }
    if (std::holds_alternative<session::Disconnect>(request)) {
      card.card.power_off();
      disconnected = true;
      return session::Event{session::Disconnected{}};
    }
    wire::Bytes command;
    if (const auto* send = std::get_if<session::Transmit>(&request)) command = send->command;
    if (const auto* verify = std::get_if<session::VerifyPin>(&request)) {  // 1234 on the pad
      command = verify->command;
      command.insert(command.end(), {0x04, '1', '2', '3', '4'});
    }
    longest = std::max(longest, command.size());
    return session::Event{session::Response{0, card.send(command)}};
  }

  bool signature_is_right() const {
    if (!identified) return false;
    const auto certificate = crypto::X509Certificate::from_der(identified->certificate);
    return certificate.has_value() &&
           (*certificate)
               ->public_key()
               ->verify_pkcs1_sha256(kBackendChallenge, identified->signature);
  }

  Fixture& card;
  CardIdentity machine;
  std::optional<CardIdentified> identified;
  std::optional<CardFailed> failed;
  wire::Bytes photo;
  bool disconnected = false;
  std::size_t longest = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(card_identity)

BOOST_AUTO_TEST_CASE(every_method_ends_with_certificate_and_signature_and_unpowers_the_card) {
  for (const Method method : {Method::kVisually, Method::kFace, Method::kPin}) {
    for (const char* level : {"extended APDU", "short APDU", "TPDU"}) {
      Fixture fixture;
      Run run(fixture);
      run.go(BeginCard{method, level, true, {}});
      BOOST_CHECK_MESSAGE(run.signature_is_right(), to_string(method) << " " << level << " "
                                                    << (run.failed ? run.failed->code : ""));
      BOOST_CHECK(run.disconnected);
      BOOST_CHECK(!run.machine.running());
      BOOST_CHECK_EQUAL(run.longest > 261, std::string_view(level) != "short APDU" &&
                                               method != Method::kPin);
      BOOST_CHECK_EQUAL(run.photo == fixtures::bytes("photo.jp2"), method == Method::kFace);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_terminal_that_the_card_does_not_trust_gets_no_signature) {
  CardParameters parameters;
  parameters.credential = credential("untrusted_terminal.cv", "untrusted_terminal_key.pem");
  Fixture fixture;
  Run run(fixture, parameters);
  run.go(BeginCard{Method::kVisually, "extended APDU", false, {}});
  BOOST_REQUIRE(run.failed.has_value());
  BOOST_CHECK_EQUAL(run.failed->code, "terminal_authentication_failed");
  BOOST_CHECK(run.disconnected);
}

BOOST_AUTO_TEST_CASE(the_key_of_another_terminal_does_not_authenticate) {
  CardParameters parameters;
  parameters.credential = credential("terminal.cv", "untrusted_terminal_key.pem");
  Fixture fixture;
  Run run(fixture, parameters);
  run.go(BeginCard{Method::kVisually, "extended APDU", false, {}});
  BOOST_REQUIRE(run.failed.has_value());
  BOOST_CHECK_EQUAL(run.failed->code, "terminal_authentication_failed");
}

// Facts 1.4: 63C2, 63C1, 63C0, then 6984; the counter is the card's.
BOOST_AUTO_TEST_CASE(wrong_pins_count_down_to_a_blocked_one) {
  Fixture fixture;
  const struct { const char* code; int left; } expected[] = {
      {"pin_wrong", 2}, {"pin_wrong", 1}, {"pin_wrong", 0}, {"pin_blocked", 0}};
  for (const auto& row : expected) {
    fixture.card.power_on();
    Run run(fixture);
    run.go(BeginCard{Method::kPin, "extended APDU", false, "9999"});
    BOOST_REQUIRE(run.failed.has_value());
    BOOST_CHECK_EQUAL(run.failed->code, row.code);
    BOOST_CHECK_EQUAL(run.failed->tries_left, row.left);
  }
  // Face and visual confirmation need no PIN (facts 1.6).
  fixture.card.power_on();
  Run run(fixture);
  run.go(BeginCard{Method::kVisually, "extended APDU", false, {}});
  BOOST_CHECK(run.signature_is_right());
}

BOOST_AUTO_TEST_CASE(a_wrong_or_unreadable_number_b_does_not_open_the_photo) {
  Fixture fixture;
  Run wrong(fixture);
  wrong.go(BeginCard{Method::kFace, "extended APDU", false, {}}, "55021720352286");
  BOOST_REQUIRE(wrong.failed.has_value());
  BOOST_CHECK_EQUAL(wrong.failed->code, "verification_number_wrong");
  BOOST_CHECK_EQUAL(wrong.failed->tries_left, 9);
  fixture.card.power_on();
  Run unreadable(fixture);
  unreadable.go(BeginCard{Method::kFace, "extended APDU", false, {}}, "");
  BOOST_REQUIRE(unreadable.failed.has_value());
  BOOST_CHECK_EQUAL(unreadable.failed->code, "card_face_unreadable");
  BOOST_CHECK(unreadable.photo.empty());
}

BOOST_AUTO_TEST_CASE(a_face_that_does_not_match_gets_no_signature) {
  Fixture fixture;
  Run run(fixture);
  run.go(BeginCard{Method::kFace, "extended APDU", false, {}}, "55021720352285", false);
  BOOST_REQUIRE(run.failed.has_value());
  BOOST_CHECK_EQUAL(run.failed->code, "face_not_matched");
  BOOST_CHECK(run.disconnected);
}

BOOST_AUTO_TEST_CASE(a_foreign_card_is_not_a_my_number_card) {
  Fixture fixture([](card::ProfileData& data) {
    data.kind = card::Kind::kForeign;
    data.foreign_aid = wire::from_hex("F00102030405").value();
  });
  Run run(fixture);
  run.go(BeginCard{Method::kVisually, "extended APDU", false, {}});
  BOOST_REQUIRE(run.failed.has_value());
  BOOST_CHECK_EQUAL(run.failed->code, "not_my_number_card");
}

// The card removed after the n-th answer, for every n: one outcome, nothing left running.
BOOST_AUTO_TEST_CASE(a_card_gone_at_any_step_ends_the_sequence_once) {
  for (int n = 0; n < 40; ++n) {
    Fixture fixture;
    Run run(fixture);
    CardNeeds needs = run.machine.handle(BeginCard{Method::kVisually, "extended APDU", false, {}});
    int outcomes = 0;
    const auto count = [&](const CardNeeds& what) {
      for (const CardNeed& need : what) {
        const bool outcome = std::holds_alternative<CardIdentified>(need) ||
                             std::holds_alternative<CardFailed>(need);
        if (outcome) ++outcomes;
      }
    };
    for (int i = 0; i < n && !needs.empty() && run.machine.running(); ++i) {
      const auto* request = std::get_if<session::Request>(&needs.back());
      needs = run.machine.handle(request != nullptr ? run.answer(*request)
                                                    : CardEvent{ChallengeGiven{kBackendChallenge}});
      count(needs);
    }
    count(run.machine.handle(session::Event{session::CardAbsent{}}));
    count(run.machine.handle(session::Event{session::Response{0, {0x90, 0x00}}}));
    BOOST_CHECK_EQUAL(outcomes, 1);
    BOOST_CHECK(!run.machine.running());
  }
}

BOOST_AUTO_TEST_SUITE_END()
