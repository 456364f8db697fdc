// Card and reader side against each other: whatever happens on the field, an APDU arrives whole and
// once, or the exchange fails; a wrong one never.
#include "tests/unit/iso7816/duet_readers.h"

#include <boost/test/unit_test.hpp>

#include "models/iso7816/reader_atr.h"
#include "models/iso7816/reader_pps.h"

using namespace duet;

namespace {

Bytes hex(std::string_view text) { return wire::from_hex(text).value(); }

const Bytes kT1Atr = hex("3BE000FF8131FE4514");  // T=1, IFSC 254, LRC (facts 1.7)
const Bytes kT0Atr = hex("3B00");

std::vector<Bytes> commands_of_all_cases() {
  using wire::iso7816::CommandApdu;
  const Bytes small = hex("0102030405"), big(300, 0x3C);
  std::vector<Bytes> all;
  for (const auto& command :
       {CommandApdu::case1(0, 0x20, 0, 0x80), CommandApdu::case2_short(0, 0xB0, 0, 0, 4),
        CommandApdu::case2_short(0, 0xB0, 0, 0, 256),
        CommandApdu::case3_short(0, 0xD6, 0, 0, small),
        CommandApdu::case4_short(0x80, 0x2A, 0, 0x80, small, 256),
        CommandApdu::case2_extended(0, 0xB0, 0, 0, 700),
        CommandApdu::case3_extended(0, 0xD6, 0, 0, big),
        CommandApdu::case4_extended(0x80, 0xA2, 0, 0xC1, big, 65536)}) {
    all.push_back(wire::iso7816::encode_command(command).value());
  }
  return all;
}

struct T1Pair {
  explicit T1Pair(ContactConfig config = {}, T1HostConfig host = {}, T1FieldConfig field = {})
      : card(world, CardContact(with_atr(std::move(config)))), reader(world, host, field) {
    card.to_reader = [this](const Burst& burst) { reader.receive(burst); };
    reader.to_card = [this](const Burst& burst) { card.handle(burst); };
    card.handle(wire::field::PowerOn{});
    world.run_until([] { return false; });
  }
  static ContactConfig with_atr(ContactConfig config) {
    if (config.cold_atr.empty()) config.cold_atr = kT1Atr;
    return config;
  }
  bool exchange(const Bytes& apdu) {
    reader.send(apdu);
    return world.run_until([this] { return reader.outcome.index() != 0; });
  }
  World world;
  CardSide<CardContact> card;
  T1Reader reader;
};

struct T0Pair {
  explicit T0Pair(ContactConfig config = {}, T0TpduConfig tpdu = {})
      : card(world, CardContact(with_atr(std::move(config)))), reader(world, tpdu) {
    card.to_reader = [this](const Burst& burst) { reader.receive(burst); };
    reader.to_card = [this](const Burst& burst) { card.handle(burst); };
    reader.error_to_card = [this](const wire::field::ErrorSignal& signal) {
      ++error_signals;
      card.handle(signal);
    };
    card.error_to_reader = [this](const wire::field::ErrorSignal& signal) {
      ++error_signals;
      reader.receive(signal);
    };
    card.handle(wire::field::PowerOn{});
    world.run_until([] { return false; });
  }
  static ContactConfig with_atr(ContactConfig config) {
    if (config.cold_atr.empty()) config.cold_atr = kT0Atr;
    return config;
  }
  bool exchange(const Bytes& apdu) {
    reader.send(apdu);
    return world.run_until([this] { return reader.outcome.index() != 0; });
  }
  World world;
  CardSide<CardContact> card;
  T0Reader reader;
  unsigned error_signals = 0;
};

struct ContactlessPair {
  explicit ContactlessPair(ContactlessConfig config = {},
                           ReaderContactlessConfig reader_config = {})
      : card(world, CardContactless(config)), reader(world, reader_config) {
    card.to_reader = [this](const Burst& burst) { reader.handle(burst); };
    reader.to_card = [this](const Burst& burst) { card.handle(burst); };
  }
  bool activate() {
    card.handle(wire::field::PowerOn{});
    reader.handle(Activate{});
    world.run_until([this] { return reader.activated || reader.activation_failed; });
    return reader.activated.has_value();
  }
  bool exchange(const Bytes& apdu) {
    reader.handle(SendApdu{apdu});
    return world.run_until([this] { return reader.outcome.index() != 0; });
  }
  World world;
  CardSide<CardContactless> card;
  ContactlessReader reader;
};

template <class Pair>
void check_done(Pair& pair, const Bytes& apdu) {
  const auto* done = std::get_if<Done>(&pair.reader.outcome);
  BOOST_REQUIRE(done != nullptr);
  BOOST_TEST(done->response_apdu == answer_of(apdu));
  BOOST_REQUIRE(!pair.world.commands.empty());
  BOOST_TEST(pair.world.commands.back() == apdu);
}

// Never a wrong response, never a wrong command, never one twice.
template <class Pair>
bool check_never_wrong(Pair& pair, const Bytes& apdu) {
  BOOST_TEST(pair.world.commands.size() <= 1u);
  for (const auto& command : pair.world.commands) BOOST_TEST(command == apdu);
  const auto* done = std::get_if<Done>(&pair.reader.outcome);
  if (done != nullptr) BOOST_TEST(done->response_apdu == answer_of(apdu));
  return done != nullptr;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(duet_t1)

BOOST_AUTO_TEST_CASE(every_case_of_apdu_passes_in_a_row) {
  for (const std::uint8_t ifsd : {std::uint8_t{32}, std::uint8_t{254}}) {
    T1HostConfig host;
    host.ifsd = ifsd;
    host.ifsc = 254;
    T1Pair pair({}, host);
    for (const auto& apdu : commands_of_all_cases()) {
      BOOST_REQUIRE(pair.exchange(apdu));
      check_done(pair, apdu);
    }
    BOOST_TEST(pair.reader.host().ifsd() == ifsd);
  }
}

BOOST_AUTO_TEST_CASE(small_blocks_chain_both_ways) {
  ContactConfig config;
  config.cold_atr = wire::iso7816::AtrBuilder().protocol(1).protocol(1, 5, 0x45).build().value();
  T1HostConfig host;
  host.ifsc = 5;
  host.ifsd = 7;
  T1Pair pair(config, host);
  for (const auto& apdu : commands_of_all_cases()) {
    BOOST_REQUIRE(pair.exchange(apdu));
    check_done(pair, apdu);
  }
}

BOOST_AUTO_TEST_CASE(a_card_with_crc_and_its_own_ifs_request_works) {
  ContactConfig config;
  config.cold_atr =
      wire::iso7816::AtrBuilder().protocol(1).protocol(1, 40, 0x45, 0x01).build().value();
  config.t1_request_ifs = true;
  T1HostConfig host;
  host.edc = wire::iso7816::Edc::kCrc;
  T1FieldConfig field;
  field.edc = host.edc;
  T1Pair pair(config, host, field);
  for (const auto& apdu : commands_of_all_cases()) {
    BOOST_REQUIRE(pair.exchange(apdu));
    check_done(pair, apdu);
  }
  BOOST_TEST(pair.reader.host().ifsc() == 40);
}

BOOST_AUTO_TEST_CASE(one_damaged_character_is_always_recovered) {
  T1HostConfig host;
  host.ifsc = 8;
  host.ifsd = 9;
  const Bytes apdu = hex("802A00800A0102030405060708090A00");
  for (const auto damage : {Damage::kDrop, Damage::kFlip, Damage::kParity, Damage::kLoseBurst}) {
    bool reached = true;
    for (std::size_t position = 0; reached && position < 400; ++position) {
      ContactConfig config;
      config.cold_atr =
          wire::iso7816::AtrBuilder().protocol(1).protocol(1, 8, 0x45).build().value();
      T1Pair pair(config, host);
      std::size_t characters = 0;
      DamageAt at(position, damage);
      pair.world.fault = [&](Burst& burst, bool to_card) {
        characters += burst.data.size();
        at(burst, to_card);
      };
      BOOST_TEST_CONTEXT("position " << position << " damage " << static_cast<int>(damage)) {
        BOOST_REQUIRE(pair.exchange(apdu));
        BOOST_TEST(check_never_wrong(pair, apdu));
      }
      reached = position < characters;
    }
    BOOST_TEST(!reached);
  }
}

BOOST_AUTO_TEST_CASE(much_damage_never_gives_a_wrong_apdu) {
  const Bytes apdu = hex("802A00800A0102030405060708090A00");
  unsigned done = 0;
  for (std::uint32_t seed = 1; seed <= 400; ++seed) {
    ContactConfig config;
    config.cold_atr = wire::iso7816::AtrBuilder().protocol(1).protocol(1, 6, 0x45).build().value();
    T1HostConfig host;
    host.ifsc = 6;
    host.ifsd = 6;
    T1Pair pair(config, host);
    std::uint32_t random = seed * 2654435761u;
    pair.world.fault = [&](Burst& burst, bool) {
      random = random * 1664525u + 1013904223u;
      if (random >> 28 > 4) return;  // about a third of all blocks
      DamageAt((random >> 8) % burst.data.size(), static_cast<Damage>((random >> 20) % 3))(burst,
                                                                                           true);
    };
    BOOST_TEST_CONTEXT("seed " << seed) {
      BOOST_REQUIRE(pair.exchange(apdu));
      if (check_never_wrong(pair, apdu)) ++done;
    }
  }
  BOOST_TEST(done > 50u);
  BOOST_TEST(done < 400u);
}

BOOST_AUTO_TEST_CASE(long_work_is_announced_with_wtx) {
  T1Pair pair;
  const Bytes apdu = hex("00B0000004");
  for (const Micros work : {Micros{1}, Micros{400000}, Micros{1600000}, Micros{60000000}}) {
    pair.world.work_time = work;
    const Micros begin = pair.world.now;
    BOOST_REQUIRE(pair.exchange(apdu));
    check_done(pair, apdu);
    BOOST_TEST(pair.world.now - begin >= work);
  }
}

BOOST_AUTO_TEST_CASE(a_mute_card_fails_as_mute) {
  ContactConfig config;
  config.faults.mute_commands = true;
  T1Pair pair(config);
  BOOST_REQUIRE(pair.exchange(hex("00B0000004")));
  BOOST_REQUIRE(std::holds_alternative<Failed>(pair.reader.outcome));
  BOOST_CHECK(std::get<Failed>(pair.reader.outcome).reason == ExchangeFailure::kMute);
  pair.reader.send(hex("00B0000004"));
  BOOST_CHECK(std::holds_alternative<Failed>(pair.reader.outcome));
}

BOOST_AUTO_TEST_CASE(a_card_with_a_few_wrong_epilogues_is_recovered_and_with_many_not) {
  ContactConfig config;
  config.faults.corrupt_epilogues = 2;
  T1Pair pair(config);
  BOOST_REQUIRE(pair.exchange(hex("00B0000004")));
  check_done(pair, hex("00B0000004"));
  config.faults.corrupt_epilogues = 1000;
  T1Pair hopeless(config);
  BOOST_REQUIRE(hopeless.exchange(hex("00B0000004")));
  BOOST_CHECK(std::get<Failed>(hopeless.reader.outcome).reason == ExchangeFailure::kTransmission);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(duet_t0)

BOOST_AUTO_TEST_CASE(every_case_of_apdu_passes_in_a_row) {
  for (const bool single : {false, true}) {
    ContactConfig config;
    config.t0_single_byte_ack = single;
    T0Pair pair(config);
    for (const auto& apdu : commands_of_all_cases()) {
      BOOST_TEST_CONTEXT(wire::to_hex(apdu).substr(0, 14)) {
        const auto command = wire::iso7816::decode_command(apdu).value();
        BOOST_REQUIRE(pair.exchange(apdu));
        const auto* done = std::get_if<Done>(&pair.reader.outcome);
        BOOST_REQUIRE(done != nullptr);
        if (command.ne <= 256 || !command.data.empty()) {
          BOOST_TEST(done->response_apdu == answer_of(apdu));
        } else {  // READ BINARY of more than 256: T=0 asks for 256 and this card has no more
                  // (12.2.6)
          BOOST_TEST(done->response_apdu.size() == 258u);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_length_is_corrected_without_a_second_execution) {
  T0Pair pair;
  // The object has three bytes, the reader asks for 256 (12.2.3, case 2S.3).
  BOOST_REQUIRE(pair.exchange(hex("00CA010000")));
  check_done(pair, hex("00CA010000"));
  BOOST_TEST(pair.world.commands.size() == 1u);
  const std::vector<Bytes> expected{hex("00CA010000"), hex("00CA010003")};
  BOOST_TEST(pair.reader.tpdus == expected);
}

BOOST_AUTO_TEST_CASE(long_work_is_bridged_with_null) {
  T0Pair pair;
  pair.world.work_time = 5000000;
  BOOST_REQUIRE(pair.exchange(hex("00B0000004")));
  check_done(pair, hex("00B0000004"));
  BOOST_TEST(pair.world.now >= 5000000u);
}

BOOST_AUTO_TEST_CASE(a_character_with_wrong_parity_is_repeated) {
  const Bytes apdu = hex("802A00800A0102030405060708090A00");
  std::size_t characters = 0;
  T0Pair clean;
  clean.world.fault = [&](Burst& burst, bool) { characters += burst.data.size(); };
  BOOST_REQUIRE(clean.exchange(apdu));
  for (std::size_t position = 0; position < characters + 3; ++position) {
    T0Pair pair;
    pair.world.fault = DamageAt(position, Damage::kParity);
    BOOST_REQUIRE(pair.exchange(apdu));
    BOOST_TEST(check_never_wrong(pair, apdu), "position " << position);
    BOOST_TEST(pair.error_signals == (position < characters ? 1u : 0u), "position " << position);
  }
}

BOOST_AUTO_TEST_CASE(a_lost_character_never_gives_a_wrong_apdu) {
  const Bytes apdu = hex("802A00800A0102030405060708090A00");
  unsigned failed = 0;
  for (const auto damage : {Damage::kDrop, Damage::kLoseBurst}) {
    for (std::size_t position = 0; position < 38; ++position) {
      T0Pair pair;
      pair.world.fault = DamageAt(position, damage);
      BOOST_TEST_CONTEXT("position " << position) {
        BOOST_REQUIRE(pair.exchange(apdu));
        if (!check_never_wrong(pair, apdu)) ++failed;
      }
    }
  }
  BOOST_TEST(failed > 50u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(duet_contactless)

// Facts 1.7: the first registered ATR.
BOOST_AUTO_TEST_CASE(activation_gives_the_atr_of_pcsc) {
  ContactlessPair pair;
  BOOST_REQUIRE(pair.activate());
  BOOST_TEST(pair.reader.activated->atr == hex("3B888001000005E0B381A1007F"));
  ContactlessConfig other;
  other.application_data = {0x00, 0x4B, 0x51, 0xFF};
  other.protocol_info = {0x00, 0x81, 0xD1};
  ContactlessPair second(other);
  BOOST_REQUIRE(second.activate());
  BOOST_TEST(second.reader.activated->atr == hex("3B888001004B51FF0081D100BC"));
}

BOOST_AUTO_TEST_CASE(every_case_of_apdu_passes_with_any_frame_size) {
  for (const std::uint8_t code : {std::uint8_t{0}, std::uint8_t{5}, std::uint8_t{8}}) {
    for (const std::uint8_t cid : {std::uint8_t{0}, std::uint8_t{5}}) {
      ContactlessConfig config;
      config.protocol_info[1] = static_cast<std::uint8_t>(code << 4 | 1);
      ReaderContactlessConfig reader;
      reader.max_frame_code = code;
      reader.cid = cid;
      ContactlessPair pair(config, reader);
      BOOST_REQUIRE(pair.activate());
      for (const auto& apdu : commands_of_all_cases()) {
        BOOST_REQUIRE(pair.exchange(apdu));
        check_done(pair, apdu);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(one_damaged_frame_is_always_recovered) {
  const Bytes apdu = hex("802A00801E" + std::string(60, '7') + "00");
  ContactlessConfig config;
  config.protocol_info[1] = 0x01;  // frames of 16 bytes
  ReaderContactlessConfig reader;
  reader.max_frame_code = 0;
  for (const auto damage : {Damage::kDrop, Damage::kFlip, Damage::kParity, Damage::kLoseBurst}) {
    for (std::size_t position = 0; position < 120; ++position) {
      ContactlessPair pair(config, reader);
      BOOST_REQUIRE(pair.activate());
      pair.world.fault = DamageAt(position, damage);
      BOOST_TEST_CONTEXT("position " << position << " damage " << static_cast<int>(damage)) {
        BOOST_REQUIRE(pair.exchange(apdu));
        BOOST_TEST(check_never_wrong(pair, apdu));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(much_damage_never_gives_a_wrong_apdu) {
  const Bytes apdu = hex("802A00801E" + std::string(60, '7') + "00");
  unsigned done = 0;
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    ContactlessConfig config;
    config.protocol_info[1] = 0x01;
    ReaderContactlessConfig reader;
    reader.max_frame_code = 0;
    ContactlessPair pair(config, reader);
    BOOST_REQUIRE(pair.activate());
    std::uint32_t random = seed * 2654435761u;
    pair.world.fault = [&](Burst& burst, bool) {
      random = random * 1664525u + 1013904223u;
      if (random >> 28 > 5) return;
      DamageAt((random >> 8) % burst.data.size(), static_cast<Damage>((random >> 20) % 3))(burst,
                                                                                           true);
    };
    BOOST_TEST_CONTEXT("seed " << seed) {
      BOOST_REQUIRE(pair.exchange(apdu));
      if (check_never_wrong(pair, apdu)) ++done;
    }
  }
  BOOST_TEST(done > 20u);
  BOOST_TEST(done < 300u);
}

BOOST_AUTO_TEST_CASE(long_work_is_announced_with_wtx) {
  ContactlessPair pair;
  BOOST_REQUIRE(pair.activate());
  pair.world.work_time = 30000000;  // about a hundred FWT
  BOOST_REQUIRE(pair.exchange(hex("00B0000004")));
  check_done(pair, hex("00B0000004"));
}

BOOST_AUTO_TEST_CASE(after_deselect_the_card_wakes_up_again) {
  ContactlessPair pair;
  BOOST_REQUIRE(pair.activate());
  pair.reader.handle(Deactivate{});
  pair.world.run_until([&] { return pair.reader.deactivated; });
  BOOST_TEST(pair.reader.deactivated);
  BOOST_TEST(pair.card.card().state_name() == "halt");
  BOOST_TEST(!pair.reader.pcd().active());
  pair.reader.activated.reset();
  pair.reader.handle(Activate{});
  pair.world.run_until([&] { return pair.reader.activated.has_value(); });
  BOOST_REQUIRE(pair.reader.activated.has_value());
  BOOST_REQUIRE(pair.exchange(hex("00B0000004")));
  check_done(pair, hex("00B0000004"));
}

BOOST_AUTO_TEST_CASE(mute_cards_are_noticed) {
  ContactlessConfig config;
  config.faults.mute_reqb = true;
  ContactlessPair deaf(config);
  BOOST_TEST(!deaf.activate());
  BOOST_CHECK(deaf.reader.activation_failed->reason == ExchangeFailure::kMute);
  config = {};
  config.faults.mute_commands = true;
  ContactlessPair mute(config);
  BOOST_REQUIRE(mute.activate());
  BOOST_REQUIRE(mute.exchange(hex("00B0000004")));
  BOOST_CHECK(std::get<Failed>(mute.reader.outcome).reason == ExchangeFailure::kMute);
}

BOOST_AUTO_TEST_SUITE_END()
