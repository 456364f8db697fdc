#include <boost/test/unit_test.hpp>

#include "models/iso7816/card_contact.h"
#include "models/iso7816/reader_atr.h"
#include "models/iso7816/reader_pps.h"

using namespace uketsuke;
using namespace uketsuke::iso7816;
using wire::Bytes;
using wire::field::Burst;

namespace {

Bytes hex(std::string_view text) { return wire::from_hex(text).value(); }
Burst burst(std::string_view text) { return Burst{hex(text), 1000, {}}; }

template <class T, class Actions>
const T* find(const Actions& actions) {
  for (const auto& action : actions) {
    if (const auto* found = std::get_if<T>(&action)) return found;
  }
  return nullptr;
}

AtrFailureReason failure_of(const Burst& answer, bool refuse_reserved = false) {
  AtrReceiverConfig config;
  config.refuse_reserved = refuse_reserved;
  AtrReceiver receiver(config);
  receiver.start();
  auto actions = receiver.handle(answer);
  if (find<AtrFailure>(actions) == nullptr) actions = receiver.handle(wire::TimerExpired{0});
  const auto* failure = find<AtrFailure>(actions);
  BOOST_REQUIRE(failure != nullptr);
  BOOST_TEST(!receiver.listening());
  return failure->reason;
}

ContactConfig card_with(std::string_view atr) {
  ContactConfig config;
  config.cold_atr = hex(atr);
  return config;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reader_atr)

BOOST_AUTO_TEST_CASE(an_atr_is_complete_with_its_last_byte_however_it_is_cut) {
  const Bytes bytes =
      hex("3BDA13FF8131FB46801239"
          "2F31C173C601C03B");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    AtrReceiver receiver{AtrReceiverConfig{}};
    BOOST_CHECK(find<wire::StartTimer>(receiver.start()) != nullptr);
    const auto middle = bytes.begin() + static_cast<std::ptrdiff_t>(cut);
    auto actions = receiver.handle(Burst{Bytes(bytes.begin(), middle), 1000, {}});
    if (cut < bytes.size()) {
      BOOST_CHECK(find<AtrReceived>(actions) == nullptr);
      actions = receiver.handle(Burst{Bytes(middle, bytes.end()), 1000, {}});
    }
    const auto* received = find<AtrReceived>(actions);
    BOOST_REQUIRE(received != nullptr);
    BOOST_TEST(received->bytes == bytes);
    BOOST_TEST(received->atr.ifsc() == 0xFB);
    BOOST_CHECK(find<wire::StopTimer>(actions) != nullptr);
  }
}

BOOST_AUTO_TEST_CASE(each_failure_has_its_reason) {
  BOOST_CHECK(failure_of(burst("")) == AtrFailureReason::kMute);
  BOOST_CHECK(failure_of(burst("3BE000FF")) == AtrFailureReason::kIncomplete);
  BOOST_CHECK(failure_of(burst("3BE000FF8131FE45")) == AtrFailureReason::kIncomplete);
  BOOST_CHECK(failure_of(burst("03")) == AtrFailureReason::kBadTs);
  BOOST_CHECK(failure_of(burst("3BE000FF8131FE4515")) == AtrFailureReason::kBadTck);
  BOOST_CHECK(failure_of(burst("3B0000")) == AtrFailureReason::kMalformed);
  BOOST_CHECK(failure_of(burst("3B80" + std::string(80, 'F'))) == AtrFailureReason::kMalformed);
  BOOST_CHECK(failure_of(burst("3B1071"), true) == AtrFailureReason::kReserved);
  Burst parity = burst("3BE000FF8131FE4514");
  parity.parity_errors = {3};
  BOOST_CHECK(failure_of(parity) == AtrFailureReason::kParity);
}

BOOST_AUTO_TEST_CASE(events_out_of_season_are_ignored) {
  AtrReceiver receiver{AtrReceiverConfig{}};
  BOOST_TEST(receiver.handle(burst("3B00")).empty());
  BOOST_TEST(receiver.handle(wire::TimerExpired{0}).empty());
  receiver.start();
  BOOST_TEST(receiver.handle(wire::TimerExpired{7}).empty());
  BOOST_TEST(receiver.listening());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(card_atr)

// 372 clock cycles at 4 MHz: 93 us; 12 etu a character, in both directions the same.
BOOST_AUTO_TEST_CASE(the_clock_of_power_on_makes_the_etu_of_the_card) {
  CardContact card(card_with("3BE000FF8131FE4514"));
  wire::field::PowerOn on;
  on.clock_hz = 4000000;
  const auto atr = card.handle(on);
  BOOST_TEST(find<Burst>(atr)->character_ns == 1116000u);
  BOOST_TEST(find<Burst>(atr)->delay_ns == atr_delay_ns(4000000));
  const auto ifs = card.handle(burst("00C101FE3E"));
  BOOST_TEST(find<Burst>(ifs)->data == hex("00E101FE1E"));
  BOOST_TEST(find<Burst>(ifs)->character_ns == 1116000u);
  BOOST_TEST(find<Burst>(ifs)->delay_ns == 1023000u);  // 11 of the 22 etu of BGT
}

BOOST_AUTO_TEST_CASE(cold_and_warm_reset_send_their_atr) {
  auto config = card_with("3B00");
  config.warm_atr = hex("3B02AABB");
  CardContact card(config);
  BOOST_TEST(card.handle(wire::field::WarmReset{}).empty());
  auto actions = card.handle(wire::field::PowerOn{});
  BOOST_CHECK(find<PoweredOn>(actions) != nullptr);
  BOOST_TEST(find<Burst>(actions)->data == hex("3B00"));
  actions = card.handle(wire::field::WarmReset{});
  BOOST_CHECK(find<ResetDone>(actions) != nullptr);
  BOOST_TEST(find<Burst>(actions)->data == hex("3B02AABB"));
  actions = card.handle(wire::field::PowerOff{});
  BOOST_CHECK(find<PoweredDown>(actions) != nullptr);
  BOOST_TEST(card.handle(wire::field::PowerOff{}).empty());
  BOOST_TEST(card.handle(burst("00B0000004")).empty());
}

BOOST_AUTO_TEST_CASE(faults_are_parameters) {
  auto config = card_with("3BE000FF8131FE4514");
  config.faults.mute_atr = true;
  BOOST_CHECK(find<Burst>(CardContact(config).handle(wire::field::PowerOn{})) == nullptr);
  config.faults = {};
  config.faults.atr_truncated_to = 4;
  BOOST_TEST(find<Burst>(CardContact(config).handle(wire::field::PowerOn{}))->data ==
             hex("3BE000FF"));
  config.faults = {};
  config.faults.atr_parity_error_at = 2;
  const auto actions = CardContact(config).handle(wire::field::PowerOn{});
  BOOST_TEST(find<Burst>(actions)->parity_errors == std::vector<std::uint16_t>{2});
  config.faults = {};
  config.cold_atr = hex("3BE000FF8131FE4515");  // wrong TCK: sent as it is, then mute
  CardContact broken(config);
  BOOST_TEST(find<Burst>(broken.handle(wire::field::PowerOn{}))->data == config.cold_atr);
  BOOST_TEST(broken.state_name() == "mute");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(pps_exchange)

// ISO/IEC 7816-3:2006, 9.3: what the card answers.
BOOST_AUTO_TEST_CASE(the_card_answers_as_the_clause_says) {
  // T=0 and T=1 offered, TA1 = 95 (512 / 16).
  const auto atr = wire::iso7816::AtrBuilder()
                       .ta1(0x95)
                       .protocol(0)
                       .protocol(1)
                       .protocol(1, 254, 0x45)
                       .build()
                       .value();
  const struct {
    std::string_view request, response, state;
  } rows[] = {
      {"FF11957B", "FF11957B", "t1 ready"},  // accepted
      {"FF1095 7A", "FF10957A", "t0 header"},
      {"FF1194 7A", "FF11947A", "t1 ready"},  // slower is within the range
      {"FF1196 78", "FF01FE", "t1 ready"},    // faster than TA1: defaults stay
      {"FF01FE", "FF01FE", "t1 ready"},
      {"FF00FF", "FF00FF", "t0 header"},
      {"FF02FD", "", "mute"},    // protocol not offered
      {"FF11957C", "", "mute"},  // PCK
      {"FF807F", "", "mute"},    // reserved bit
  };
  for (const auto& row : rows) {
    BOOST_TEST_CONTEXT(row.request) {
      ContactConfig config;
      config.cold_atr = atr;
      CardContact card(config);
      card.handle(wire::field::PowerOn{});
      const auto actions = card.handle(burst(row.request));
      const auto* response = find<Burst>(actions);
      BOOST_TEST((response != nullptr ? response->data : Bytes{}) == hex(row.response));
      BOOST_TEST(card.state_name() == row.state);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_reader_takes_only_an_answer_to_its_request) {
  const struct {
    std::string_view answer;
    int agreed;  // PPS1, -1: failed
    ExchangeFailure reason;
  } rows[] = {
      {"FF11957B", 0x95, {}},
      {"FF01FE", 0x11, {}},
      {"FF11947A", -1, ExchangeFailure::kRefused},  // another PPS1
      {"FF10957A", -1, ExchangeFailure::kRefused},  // another protocol
      {"FF11957C", -1, ExchangeFailure::kTransmission},
      {"3B11957B", -1, ExchangeFailure::kProtocol},
      {"FF", -1, ExchangeFailure::kMute},
      {"", -1, ExchangeFailure::kMute},
  };
  for (const auto& row : rows) {
    BOOST_TEST_CONTEXT(row.answer) {
      PpsExchange exchange{PpsExchangeConfig{}};
      const auto sent = exchange.start({1, 0x95, {}, {}});
      BOOST_TEST(find<Burst>(sent)->data == hex("FF11957B"));
      auto actions = exchange.handle(burst(row.answer));
      if (exchange.busy()) actions = exchange.handle(wire::TimerExpired{0});
      BOOST_TEST(!exchange.busy());
      if (row.agreed >= 0) {
        BOOST_REQUIRE(find<PpsAgreed>(actions) != nullptr);
        BOOST_TEST(find<PpsAgreed>(actions)->protocol == 1);
        BOOST_TEST(find<PpsAgreed>(actions)->fi_di == row.agreed);
      } else {
        BOOST_REQUIRE(find<PpsFailed>(actions) != nullptr);
        BOOST_CHECK(find<PpsFailed>(actions)->reason == row.reason);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_pps_is_due_only_when_something_is_to_change) {
  using wire::iso7816::decode_atr;
  const auto plain = decode_atr(hex("3BE000FF8131FE4514")).value();
  BOOST_CHECK(!pps_request_for(plain, 1, true));
  BOOST_CHECK(!pps_request_for(plain, 0, true));  // not offered
  const auto fast = decode_atr(hex("3BDA13FF8131FB468012392F31C173C601C03B")).value();
  BOOST_CHECK(!pps_request_for(fast, 1, false));
  BOOST_REQUIRE(pps_request_for(fast, 1, true));
  BOOST_TEST(*pps_request_for(fast, 1, true)->pps1 == 0x13);
  const auto specific = decode_atr(hex("3BF59100FF918171FE400042000100D1D6")).value();
  BOOST_CHECK(!pps_request_for(specific, 1, true));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(timing)

// At 3.5712 MHz one initial etu is 1/9600 s.
BOOST_AUTO_TEST_CASE(durations_are_those_of_the_formulas) {
  const EtuClock clock;
  BOOST_TEST(etu_to_micros(9600, clock) == 1000000u);
  BOOST_TEST(etu_to_micros(1, clock) == 105u);             // 104.17, rounded up
  BOOST_TEST(character_ns(clock, 0, false) == 1250000u);   // 12 etu
  BOOST_TEST(character_ns(clock, 2, false) == 1458334u);   // 14 etu
  BOOST_TEST(character_ns(clock, 255, true) == 1145834u);  // 11 etu
  BOOST_TEST(character_ns(clock, 255, false) == 1250000u);
  BOOST_TEST(t1_block_guard_ns(clock) == 1145834u);  // BGT 22 etu less the last character's 11
  BOOST_TEST(atr_delay_ns(4000000) >= 100000u);      // 400 clock cycles
  BOOST_TEST(atr_delay_ns(4000000) <= 10000000u);    // 40 000 clock cycles
  BOOST_TEST(t0_waiting_time(10, clock) == 1000000u);  // 960 * 10 * 372 / f
  BOOST_TEST(t1_block_waiting_time(4, clock) == 1600000u + 1146u);
  BOOST_TEST(t1_character_waiting_time(13, clock) == 854480u);  // (11 + 8192) etu = 854479.17
  BOOST_TEST(frame_waiting_time(10) == 309315u);                // 4096 * 1024 / 13.56 MHz
  BOOST_TEST(frame_waiting_time(13) == 2474516u);
  const EtuClock fast{4000000, 512, 16};
  BOOST_TEST(etu_to_micros(1000, fast) == 8000u);
}

BOOST_AUTO_TEST_SUITE_END()
