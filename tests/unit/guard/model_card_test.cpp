// The cards of scenarios/cards behind the guard: all of them can be identified and told apart, and
// a released one gets what a reception needs, from a host at every exchange level.
#include <boost/test/unit_test.hpp>

#include <memory>
#include <set>

#include "harness/bench/card_file.h"
#include "models/card/card.h"
#include "models/ccid_host/exchange.h"
#include "tests/unit/guard/bench.h"

using namespace uketsuke;
using namespace uketsuke::guard;
using namespace uketsuke::guard::test;
using wire::Bytes;
using wire::ByteView;

namespace {

const std::string kFolder = UKETSUKE_SOURCE_DIR "/scenarios/cards";

const std::map<std::string, bench::CardFile>& cards() {
  static const auto loaded =
      bench::load_card_files(kFolder, bench::load_card_hierarchy(kFolder + "/fixtures"));
  return loaded;
}

struct Chip {
  explicit Chip(const bench::CardFile& file)
      : memory(*file.profile), card(file.profile, memory, 1) {
    card.power_on();
  }
  Bytes transmit(ByteView command) { return card.transmit(command).response; }
  card::PersistentState memory;
  card::Card card;
};

Identification identification_of(Chip& chip) {
  Identification identification;
  for (const Identification::Step& step : Identification::steps()) {
    Bytes answer = chip.transmit(step.command);
    if (step.item < 0) continue;
    answer.resize(answer.size() - 2);
    identification.set(static_cast<std::size_t>(step.item), answer);
  }
  return identification;
}

Release release_of_card(const std::string& id, bool may_lock = false) {
  Chip chip(cards().at(id));
  Release release;
  release.name = id;
  release.key = kReleaseKey;
  release.digest = identification_of(chip).digest(kReleaseKey);
  release.may_lock = may_lock;
  return release;
}

// T=0 keeps the answer of a command with data until it is fetched, and takes long commands in
// ENVELOPE (ISO/IEC 7816-3:2006, 12.2).
struct T0Chip {
  Chip& chip;
  Bytes kept, envelope;

  Bytes transmit(ByteView tpdu) {
    const std::uint8_t ins = tpdu[1];
    if (ins == 0xC0) {
      Bytes answer = std::exchange(kept, {});
      answer.insert(answer.end(), {0x90, 0x00});
      return answer;
    }
    Bytes answer;
    if (ins == 0xC2) {
      envelope.insert(envelope.end(), tpdu.begin() + 5, tpdu.end());
      if (tpdu.size() == 5 + 255) return {0x90, 0x00};
      answer = chip.transmit(std::exchange(envelope, {}));
    } else {
      Bytes apdu = wire::to_bytes(tpdu);
      if (apdu.size() > 5) apdu.push_back(0x00);
      answer = chip.transmit(apdu);
    }
    if (tpdu.size() <= 5 || answer.size() <= 2) return answer;
    kept.assign(answer.begin(), answer.end() - 2);
    return {0x61, static_cast<std::uint8_t>(kept.size())};
  }
};

// A host of our own in front of the guard.
struct Host {
  Host(Bench& bench_, Level level) : bench(bench_), exchange(config_of(level)) {}

  static ccid_host::ExchangeConfig config_of(Level level) {
    ccid_host::ExchangeConfig config;
    config.level = wire::ccid::exchange_level(descriptor_of(level).dwFeatures);
    config.protocol =
        level == Level::kTpduT0 ? wire::session::Protocol::kT0 : wire::session::Protocol::kT1;
    config.max_data = 261;
    config.t1.ifsc = 254;
    return config;
  }

  // Empty: refused.
  Bytes transmit(ByteView command) {
    ccid_host::ExchangeStep step = exchange.start(wire::to_bytes(command));
    while (const auto* send = std::get_if<ccid_host::SendData>(&step)) {
      if (!bench.send(xfr_block(send->data, bench.next_seq(), send->wLevelParameter))) return {};
      auto answer = wire::ccid::decode_response(bench.last_answer);
      BOOST_REQUIRE(answer.has_value());
      step = exchange.answered(std::get<wire::ccid::RDR_to_PC_DataBlock>(*answer));
    }
    const auto* done = std::get_if<ccid_host::ExchangeDone>(&step);
    BOOST_REQUIRE(done != nullptr);
    return done->response;
  }

  Bench& bench;
  ccid_host::Exchange exchange;
};

Bytes with_length(std::string_view head, std::size_t length, std::string_view tail = "") {
  Bytes bytes = hex(head);
  bytes.resize(bytes.size() + length, 0x01);
  const Bytes end = hex(tail);
  bytes.insert(bytes.end(), end.begin(), end.end());
  return bytes;
}

// What the terminal sends in P5 (order and lengths of the journal of that scenario) and in a
// reception with PIN.
std::vector<Bytes> reception() {
  return {hex(kSelectJpki),
          hex("00a4020c02000a"),
          hex("00b0000004"),
          hex("00b0000400"),
          hex("00b0010400"),
          hex("00b0020400"),
          hex("00b0030482"),
          with_length("80a200c1000133", 307),
          with_length("80a200c1000105", 261),
          hex("0084000008"),
          with_length("00820000000100", 256),
          hex("00a4020c020017"),
          with_length("802a008033", 51, "00"),
          hex("00a4020c020018"),
          hex("002000800431323334"),
          hex("00a4020c020017"),
          with_length("802a008033", 51, "00")};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(model_card)

BOOST_AUTO_TEST_CASE(every_test_card_is_of_the_test_hierarchy_and_has_a_digest_of_its_own) {
  std::set<KeyedDigest> digests;
  std::size_t count = 0;
  for (const auto& [id, file] : cards()) {
    if (!file.insured || file.profile->data.mute) continue;
    Chip chip(file);
    const Identification identification = identification_of(chip);
    BOOST_TEST(identification.complete(), id);
    BOOST_TEST((identification.hierarchy() == Hierarchy::kTest), id);
    digests.insert(identification.digest(kReleaseKey));
    ++count;
  }
  BOOST_TEST(count == 10U);
  BOOST_TEST(digests.size() == count);
}

BOOST_AUTO_TEST_CASE(the_identification_leaves_nothing_selected) {
  Chip chip(cards().at("hanako"));
  for (const Identification::Step& step : Identification::steps()) {
    const Bytes answer = chip.transmit(step.command);
    if (!step.optional) BOOST_TEST(wire::to_hex(answer).substr(2 * (answer.size() - 2)) == "9000");
  }
  BOOST_TEST((chip.card.selected() == wire::mynumber::Application::kCardManager));
}

BOOST_AUTO_TEST_CASE(a_released_card_gets_a_whole_reception_at_every_exchange_level) {
  for (const Level level : {Level::kTpduT1, Level::kTpduT0, Level::kShort, Level::kExtended}) {
    const std::string id = level == Level::kTpduT0 ? "shiro_t0" : "hanako";
    Bench bench(level, {release_of_card(id)});
    Chip chip(cards().at(id));
    T0Chip t0{chip, {}, {}};
    bench.card.allow_everything = true;
    bench.card.player = [&](ByteView command) -> std::optional<Bytes> {
      return level == Level::kTpduT0 ? t0.transmit(command) : chip.transmit(command);
    };
    BOOST_TEST(bench.power_on());
    Host host(bench, level);
    for (const Identification::Step& step : Identification::steps())
      BOOST_TEST(!host.transmit(step.command).empty(), bench.last_refusal);
    BOOST_REQUIRE_MESSAGE(bench.slot().released_as() != nullptr, to_string(level));
    BOOST_TEST(*bench.slot().released_as() == id);
    std::size_t refused = 0;
    for (const Bytes& command : reception()) {
      // An extended APDU has no way through a reader for short ones.
      if (level == Level::kShort && command.size() > 261) continue;
      const bool passed = !host.transmit(command).empty();
      BOOST_TEST(passed, to_string(level) << ": " << bench.last_refusal);
      refused += passed ? 0 : 1;
    }
    BOOST_TEST(refused == 0U);
    BOOST_TEST(wire::to_hex(host.transmit(hex("00200098"))).substr(0, 3) == "63c");
  }
}

// Without a release the same reception stops at the certificate.
BOOST_AUTO_TEST_CASE(a_card_that_is_not_released_gets_no_reception) {
  for (const Level level : {Level::kTpduT1, Level::kShort, Level::kExtended}) {
    Bench bench(level);
    Chip chip(cards().at("hanako"));
    bench.card.player = [&](ByteView command) { return chip.transmit(command); };
    bench.power_on();
    auto host = std::make_unique<Host>(bench, level);
    std::vector<std::size_t> passed;
    const std::vector<Bytes> commands = reception();
    for (std::size_t i = 0; i < commands.size(); ++i) {
      if (level == Level::kShort && commands[i].size() > 261) continue;
      if (!host->transmit(commands[i]).empty()) {
        passed.push_back(i);
        continue;
      }
      bench.power_on();  // the host begins again
      host = std::make_unique<Host>(bench, level);
    }
    // SELECTs alone (of files, after the reset, without an application) and GET CHALLENGE.
    const std::vector<std::size_t> wanted = {0, 1, 9, 11, 13, 15};
    BOOST_TEST(passed == wanted, boost::test_tools::per_element());
    BOOST_TEST(bench.card.offences().empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
