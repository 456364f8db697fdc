// One bit of one message is wrong: whoever receives it says so, or the procedure does not pass.
// What nobody can notice is in a list, each with its reason. UKETSUKE_EVERY_BIT=1 in the
// environment turns every bit of every message; otherwise a sample.
#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "harness/bench/observer.h"
#include "sim/wire/ccid/message.h"
#include "tests/sim/flow.h"

BOOST_AUTO_TEST_SUITE(bit_flip)

namespace flow = uketsuke::flow;
namespace bench = uketsuke::bench;
namespace fault = uketsuke::fault;
namespace scenario = uketsuke::scenario;
using uketsuke::verdict::Verdict;

constexpr const char* kP3 = "p3_emergency_reception_on_the_reader";
constexpr const char* kP5 = "p5_emergency_reception_from_the_general_account";

struct Message {
  std::uint32_t number = 0;  // on its pipe, from 1
  std::string hex;           // masked digits are '*'
  std::size_t size() const { return hex.size() / 2; }
  // -1: masked.
  int byte(std::size_t i) const {
    return i < size() && hex[2 * i] != '*' ? std::stoi(hex.substr(2 * i, 2), nullptr, 16) : -1;
  }
};

// What can be seen of a run.
struct Outcome {
  Verdict verdict = Verdict::kNone;
  std::string summary;
  std::uint32_t anomalies = 0;
  std::size_t notes = 0, refusals = 0;
  std::uint32_t hits = 0;
  std::map<std::string, std::vector<Message>> pipes;

  bool reports_more_than(const Outcome& clean) const {
    return verdict != Verdict::kPass || anomalies > clean.anomalies || notes > clean.notes ||
           refusals > clean.refusals;
  }
};

static std::map<std::string, std::vector<Message>> messages_of(
    const uketsuke::trace::Journal& journal) {
  std::map<std::string, std::vector<Message>> pipes;
  for (std::size_t i = 0; i < journal.size(); ++i) {
    const auto line = nlohmann::json::parse(journal.json_line(i));
    if (line.value("wire", "") != "usb") continue;
    auto& pipe = pipes[line["pipe"].get<std::string>()];
    pipe.push_back({static_cast<std::uint32_t>(pipe.size() + 1), line["hex"].get<std::string>()});
  }
  return pipes;
}

static Outcome run(const scenario::Scenario& scenario, std::vector<fault::Rule> faults,
                   bool with_messages = false) {
  Outcome outcome;
  bench::RunSettings settings;
  settings.faults = std::move(faults);
  settings.at_end = [&](bench::World& world) {
    outcome.anomalies = world.anomalies();
    for (const char* event : {"anomaly", "link_error", "unmodelled"})
      outcome.notes += world.journal().count_notes(event);
    outcome.refusals = bench::Observer(world).refusals({}).size();
    for (const std::uint32_t hits : world.faults().hits()) outcome.hits += hits;
    if (with_messages) outcome.pipes = messages_of(world.journal());
  };
  const auto result = flow::run(scenario, settings);
  outcome.verdict = result.verdict;
  outcome.summary = flow::summary(result);
  return outcome;
}

static fault::Rule flip(const std::string& pipe, std::uint32_t number, std::size_t bit) {
  fault::Rule rule;
  rule.wire = "usb";
  rule.pipe = pipe;
  rule.kind = fault::Kind::kCorrupt;
  rule.first = number;
  rule.bit = static_cast<std::uint32_t>(bit);
  return rule;
}

static bool every_bit() {
  const char* wanted = std::getenv("UKETSUKE_EVERY_BIT");
  return wanted != nullptr && *wanted == '1';
}

// Bits of one message that are tried: of the first forty messages of a pipe every bit of the
// header, of each message one anywhere.
static std::vector<std::size_t> bits_of(const Message& message, std::size_t header,
                                        std::mt19937& random) {
  const std::size_t all = message.size() * 8;
  std::vector<std::size_t> bits;
  const std::size_t first = every_bit()            ? all
                            : message.number <= 40 ? std::min(all, header * 8)
                                                   : 0;
  for (std::size_t bit = 0; bit < first; ++bit) bits.push_back(bit);
  if (all > first) bits.push_back(first + random() % (all - first));
  return bits;
}

// Where nobody has anything to notice.
struct Blind {
  const char* pipe;
  int type;            // bMessageType
  std::size_t offset;  // of the byte
  std::uint8_t bits;   // mask
  std::size_t at;      // only if the byte at this offset is `is`; 0: always
  int is;
  const char* why;
};
constexpr std::size_t kData = 10;  // abData; byte 11 of a command APDU in it is INS
static const std::vector<Blind>& blind() {
  static const std::vector<Blind> kBlind{
      {"ccid bulk-out", 0x6F, 7, 0xFF, 0, 0,
       "XfrBlock bBWI: any value is allowed (6.1.4); it only makes the reader more patient"},
      {"ccid bulk-out", 0x62, 7, 0x03, 0, 0,
       "IccPowerOn bPowerSelect: another voltage that the reader announces and the card bears"},
      {"ccid bulk-in", 0x80, 8, 0xFF, 7, 0x80,
       "DataBlock, time extension: bError is the multiplier, any value is allowed (6.2.6)"},
      {"ccid bulk-in", 0x81, 9, 0x03, 0, 0,
       "SlotStatus bClockStatus: all four values are defined (6.2.2); the host stops no clock"},
      {"ccid bulk-in", 0x80, 10, 0x04, 10, 0x3B,
       "ATR TS: 3F is the other convention; TCK does not cover TS (7816-3, 8.2.5)"},
      {"ccid interrupt", 0x50, 1, 0x03, 0, 0,
       "NotifySlotChange: a card that came is news as well as one that left (6.3.1)"},
      // Of command APDUs CCID protects nothing; T=1 does, see the TPDU reader.
      {"ccid bulk-out", 0x6F, 14, 0xFF, 11, 0xB0,
       "READ BINARY Le: fewer bytes are an answer too, the terminal reads the rest afterwards"},
      {"ccid bulk-out", 0x6F, 12, 0x80, 11, 0xB0,
       "READ BINARY P1 80: short identifier 0 is the current file, the same one"},
      {"ccid bulk-out", 0x6F, 10, 0x10, 11, 0xA2,
       "CLA 90: the blocks of the terminal's certificate as a chain (7816-4, 5.3.3), which is the "
       "same"},
      {"ccid bulk-out", 0x6F, 13, 0x80, 11, 0x82,
       "EXTERNAL AUTHENTICATE P2 80: the card has one key of that kind (A-06)"},
  };
  return kBlind;
}

static const Blind* is_blind(const std::string& pipe, const Message& message, std::size_t bit) {
  const std::size_t byte = bit / 8;
  for (const Blind& row : blind()) {
    if (pipe == row.pipe && message.byte(0) == row.type && byte == row.offset &&
        ((row.bits >> (bit % 8)) & 1U) != 0 && (row.at == 0 || message.byte(row.at) == row.is))
      return &row;
  }
  return nullptr;
}

// Rows that hid something.
static std::set<std::string> needed;

static void flip_ccid(const scenario::Scenario& scenario, const std::string& what) {
  const Outcome clean = run(scenario, {}, true);
  BOOST_TEST_REQUIRE((clean.verdict == Verdict::kPass), clean.summary);
  BOOST_TEST(clean.anomalies == 0U, what);
  BOOST_TEST(clean.notes == 0U, what);
  std::mt19937 random(20241201);
  int flips = 0, unnoticed = 0;
  std::map<std::string, std::pair<int, std::string>> silent;
  for (const char* pipe : {"ccid bulk-out", "ccid bulk-in", "ccid interrupt"}) {
    if (clean.pipes.count(pipe) == 0) continue;
    for (const Message& message : clean.pipes.at(pipe)) {
      for (const std::size_t bit : bits_of(message, kData, random)) {
        ++flips;
        const Outcome outcome = run(scenario, {flip(pipe, message.number, bit)});
        BOOST_TEST((outcome.verdict != Verdict::kError), outcome.summary);
        BOOST_TEST(outcome.hits == 1U);
        if (outcome.reports_more_than(clean)) continue;
        if (const Blind* row = is_blind(pipe, message, bit)) {
          ++unnoticed;
          needed.insert(row->why);
          continue;
        }
        auto& entry = silent[fmt::format("{} type {:02x} {} bit {}", pipe, message.byte(0),
                                         bit / 8 < kData ? fmt::format("byte {}", bit / 8) : "data",
                                         bit % 8)];
        ++entry.first;
        entry.second = fmt::format("#{} {} bit {} of byte {}", message.number,
                                   message.hex.substr(0, 60), bit % 8, bit / 8);
      }
    }
  }
  for (const auto& [key, entry] : silent)
    BOOST_ERROR(what << ": nobody noticed " << key << " (" << entry.first << " times, "
                     << entry.second << ")");
  BOOST_TEST_MESSAGE(what << ": " << flips << " flips, " << unnoticed
                          << " of them in fields of the list");
}

static scenario::Scenario p5_on(const std::string& profile) {
  scenario::Scenario scenario = flow::scenario_named(kP5);
  scenario.bench.reader_profile = profile;
  return scenario;
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_is_noticed_at_a_tpdu_reader) {
  flip_ccid(p5_on("clean_tpdu"), "clean_tpdu");
}
BOOST_AUTO_TEST_CASE(a_flipped_bit_is_noticed_at_a_short_apdu_reader) {
  flip_ccid(p5_on("clean_short_apdu"), "clean_short_apdu");
}
BOOST_AUTO_TEST_CASE(a_flipped_bit_is_noticed_at_an_extended_apdu_reader) {
  flip_ccid(p5_on("clean_extended_apdu"), "clean_extended_apdu");
}
BOOST_AUTO_TEST_CASE(a_flipped_bit_is_noticed_at_an_extended_apdu_reader_with_contacts) {
  flip_ccid(p5_on("clean_extended_apdu_contact"), "clean_extended_apdu_contact");
}
BOOST_AUTO_TEST_CASE(a_flipped_bit_is_noticed_at_the_face_reader) {
  flip_ccid(flow::scenario_named(kP3), "face reader");
}

BOOST_AUTO_TEST_CASE(no_row_of_the_list_hides_nothing) {
  if (!every_bit() || needed.empty()) return;  // a sample need not meet all of them
  for (const Blind& row : blind()) BOOST_TEST(needed.count(row.why) == 1U, row.why);
}

// RFC 1662: a frame whose FCS does not fit is discarded; ours says so. Every bit counts, that of a
// flag too.
BOOST_AUTO_TEST_CASE(every_flipped_bit_of_a_link_frame_is_reported) {
  const scenario::Scenario& scenario = flow::scenario_named(kP3);
  const Outcome clean = run(scenario, {}, true);
  BOOST_TEST_REQUIRE((clean.verdict == Verdict::kPass), clean.summary);
  int flips = 0;
  for (const char* pipe : {"link bulk-out", "link bulk-in"}) {
    BOOST_TEST_REQUIRE(clean.pipes.count(pipe) == 1U);
    for (const Message& message : clean.pipes.at(pipe)) {
      std::mt19937 random(message.number);
      const std::size_t all = message.size() * 8;
      // Long frames carry a photo: a sample of its bits will do.
      const std::size_t step = every_bit() || all <= 2000 ? 1 : all / 200;
      for (std::size_t bit = 0; bit < all; bit += step) {
        ++flips;
        const Outcome outcome = run(scenario, {flip(pipe, message.number, bit)});
        const bool reported = outcome.anomalies > clean.anomalies && outcome.notes > clean.notes;
        BOOST_TEST(reported, pipe << " #" << message.number << " bit " << bit % 8 << " of byte "
                                  << bit / 8 << " of " << message.size() << ": "
                                  << outcome.summary);
      }
    }
  }
  BOOST_TEST(flips > 1000);
  BOOST_TEST_MESSAGE("link: " << flips << " flips");
}

BOOST_AUTO_TEST_SUITE_END()
