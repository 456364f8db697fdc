// Random conversations with a card that is not released, mutated at every layer. The card of
// oracle.h decides: none of what passed the guard may be a forbidden command or a personal read.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>

#include "tests/unit/guard/bench.h"

using namespace uketsuke;
using namespace uketsuke::guard;
using namespace uketsuke::guard::test;
using wire::Bytes;
using wire::ByteView;

namespace {

constexpr std::uint32_t kSeed = 20241201;
constexpr std::size_t kMessages = 1000000;  // in all
constexpr std::size_t kOfOneBench = 60;

class Fuzzer {
 public:
  Fuzzer(Level declared, Level actual, std::uint32_t seed)
      : declared_(declared), actual_(actual), random_(seed) {}

  void run(std::size_t messages, bool guarded);
  // A released card that must not be locked.
  void run_released(std::size_t messages);
  int least_tries = 3;
  std::size_t comparisons = 0;
  std::size_t sent = 0, passed = 0, commands = 0;
  std::vector<std::string> offences;

 private:
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  bool one_in(std::uint32_t n) { return below(n) == 0; }
  const Bytes& apdu();
  Bytes next(Bench& bench);
  void mutate(Bytes& bytes);

  Level declared_, actual_;
  std::mt19937 random_;
  Bytes last_;
};

const std::vector<Bytes>& corpus() {
  static const std::vector<Bytes> kApdus = {
      hex(kSelectJpki),
      hex(kSelectFace),
      hex(kSelectText),
      hex(kSelectCommon),
      hex(kSelectManager),
      hex("00a4020c020018"),
      hex("00a4020c020003"),
      hex("00a4020c020002"),
      hex("00a4020c020001"),
      hex("00a4020c020020"),
      hex("00b0000010"),
      hex("00b0830000"),
      hex("00b0820000"),
      hex("00b2010400"),
      hex("0084000008"),
      hex("00ca004200"),
      hex("00200080"),
      hex("00c0000010"),
      hex("00200080"
          "0431323334"),
      hex("0020008000"),
      hex("00200080000004"
          "31323334"),
      hex("80a200c10401020304"),
      hex("0020009804"
          "31323334"),
      hex("0020009b06"
          "313233343536"),
      hex("00200098"),
      hex("802a00800431323334"),
      hex("00240180"
          "0435363738"),
      hex("00a4020c07"
          "00030020008000"),
      hex("00a4040c09"
          "002000800431323334"),
  };
  return kApdus;
}

const Bytes& Fuzzer::apdu() { return corpus()[below(static_cast<std::uint32_t>(corpus().size()))]; }

void Fuzzer::mutate(Bytes& bytes) {
  if (bytes.empty()) return;
  const auto at = below(static_cast<std::uint32_t>(bytes.size()));
  switch (below(6)) {
    case 0:
      bytes[at] ^= static_cast<std::uint8_t>(1u << below(8));
      break;
    case 1:
      bytes[at] = static_cast<std::uint8_t>(below(256));
      break;
    case 2:
      bytes.resize(at);
      break;
    case 3:
      bytes.insert(bytes.begin() + at, static_cast<std::uint8_t>(below(256)));
      break;
    case 4:
      bytes.erase(bytes.begin() + at);
      break;
    default: {
      const Bytes& other = apdu();
      bytes.insert(bytes.begin() + at, other.begin(), other.end());
      break;
    }
  }
}

Bytes Fuzzer::next(Bench& bench) {
  static constexpr std::uint8_t kTypes[] = {0x61, 0x62, 0x63, 0x65, 0x69, 0x6A, 0x6B, 0x6C,
                                            0x6D, 0x6E, 0x71, 0x72, 0x73, 0x70, 0x00};
  if (one_in(12))
    return ccid_message(kTypes[below(15)], bench.next_seq(), one_in(3) ? apdu() : Bytes());
  if (one_in(25) && !last_.empty()) return last_;
  Bytes bytes = apdu();
  if (one_in(4)) mutate(bytes);
  if (one_in(3) && bytes.size() > 1) {  // a part of it
    const auto cut = below(static_cast<std::uint32_t>(bytes.size()));
    bytes = one_in(2) ? Bytes(bytes.begin(), bytes.begin() + cut)
                      : Bytes(bytes.begin() + cut, bytes.end());
  }
  const Level form = one_in(8) ? static_cast<Level>(below(4)) : declared_;
  if (form == Level::kTpduT1) {
    bool sequence = bench.sequence;
    if (one_in(6)) sequence = !sequence;
    auto pcb = static_cast<std::uint8_t>((sequence ? 0x40 : 0) | (one_in(5) ? 0x20 : 0));
    if (one_in(8)) pcb = static_cast<std::uint8_t>(below(256));
    if ((pcb & 0xC0) == 0x80 || (pcb & 0x80) != 0) bytes.resize(one_in(3) ? 1 : 0);
    bytes = t1_block(pcb, bytes, static_cast<std::uint8_t>(one_in(20) ? below(256) : 0));
    if (one_in(10)) mutate(bytes);
  }
  const std::uint16_t level = form == Level::kExtended || one_in(20)
                                  ? static_cast<std::uint16_t>(one_in(3) ? below(5) : 0)
                                  : std::uint16_t{0};
  Bytes message = xfr_block(bytes, bench.next_seq(), level);
  if (one_in(12)) mutate(message);
  return message;
}

void Fuzzer::run(std::size_t messages, bool guarded) {
  while (sent < messages && offences.size() < 5) {
    Bench bench(declared_, actual_);
    bench.guarded = guarded;
    bench.reader.strict = one_in(2);
    bench.prologue();
    for (std::size_t i = 0; i < kOfOneBench; ++i) {
      bench.reader.alone = one_in(2);
      bench.reader.swallow_next = one_in(15);
      bench.reader.fail_next = one_in(15);
      bench.reader.cut_t0_next = one_in(30);
      last_ = next(bench);
      const bool reset = last_.size() >= 10 && (last_[0] == 0x62 || last_[0] == 0x63);
      const bool passes = bench.send(last_);
      if (reset && passes) bench.sequence = false;
      // An information block that was answered by one.
      if (passes && last_.size() > 11 && (last_[11] & 0xA0) == 0 && bench.last_answer.size() > 11 &&
          (bench.last_answer[11] & 0xA0) == 0)
        bench.sequence = !bench.sequence;
      if (one_in(10)) bench.power_on(), bench.sequence = false, bench.apdu(kSelectFace);
    }
    sent += bench.sent;
    passed += bench.passed;
    commands += bench.card.commands();
    offences.insert(offences.end(), bench.card.offences().begin(), bench.card.offences().end());
  }
}

void Fuzzer::run_released(std::size_t messages) {
  const TestCard identity;
  while (sent < messages && least_tries > 0) {
    Bench bench(declared_, actual_, {release_of(identity)});
    bench.card.allow_everything = true;
    bench.reader.strict = true;  // a card that carries repeated blocks out twice is none
    for (std::size_t i = 0; i < kOfOneBench; ++i) {
      if (bench.slot().released_as() == nullptr || one_in(30)) bench.identify(identity);
      if (one_in(5)) bench.apdu(kSelectJpki);
      if (one_in(5))
        bench.apdu(one_in(2) ? "0020009804"
                               "31323334"
                             : "0020009b06"
                               "313233343536");
      bench.reader.swallow_next = one_in(15);
      bench.reader.fail_next = one_in(15);
      last_ = next(bench);
      const bool passes = bench.send(last_);
      if (passes && last_.size() > 11 && (last_[11] & 0xA0) == 0 && bench.last_answer.size() > 11 &&
          (bench.last_answer[11] & 0xA0) == 0)
        bench.sequence = !bench.sequence;
    }
    sent += bench.sent;
    least_tries = std::min(least_tries, bench.card.least_tries);
    comparisons += bench.card.comparisons;
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fuzz)

BOOST_AUTO_TEST_CASE(no_mutated_message_brings_a_forbidden_command_to_the_card) {
  std::size_t sent = 0, commands = 0;
  for (int declared = 0; declared < 4; ++declared) {
    for (int actual = 0; actual < 4; ++actual) {
      Fuzzer fuzzer(static_cast<Level>(declared), static_cast<Level>(actual),
                    kSeed + static_cast<std::uint32_t>(declared * 4 + actual));
      const bool honest = declared == actual;
      fuzzer.run(honest ? kMessages / 8 : kMessages / 24, /*guarded=*/true);
      const std::string what = std::string(to_string(static_cast<Level>(declared))) + " that is " +
                               to_string(static_cast<Level>(actual));
      BOOST_TEST(fuzzer.offences.empty(),
                 what << ": " << (fuzzer.offences.empty() ? "" : fuzzer.offences.front()));
      // The conversation got somewhere.
      if (honest) BOOST_TEST(fuzzer.commands * 20 > fuzzer.sent, what);
      sent += fuzzer.sent;
      commands += fuzzer.commands;
    }
  }
  BOOST_TEST(sent >= kMessages);
  BOOST_TEST_MESSAGE(sent << " messages, " << commands << " commands reached the card");
}

BOOST_AUTO_TEST_CASE(without_the_guard_the_same_messages_do) {
  for (int level = 0; level < 4; ++level) {
    Fuzzer fuzzer(static_cast<Level>(level), static_cast<Level>(level), kSeed);
    fuzzer.run(2000, /*guarded=*/false);
    BOOST_TEST(fuzzer.offences.size() >= 5U);
  }
}

// The oracle's PINs are always wrong; the guard keeps the last try of each.
BOOST_AUTO_TEST_CASE(no_mutated_message_locks_a_released_card_that_must_not_be_locked) {
  for (int level = 0; level < 4; ++level) {
    Fuzzer fuzzer(static_cast<Level>(level), static_cast<Level>(level), kSeed);
    fuzzer.run_released(kMessages / 10);
    BOOST_TEST(fuzzer.least_tries == 1, to_string(static_cast<Level>(level)));
    BOOST_TEST(fuzzer.comparisons > 100U, to_string(static_cast<Level>(level)));
  }
}

BOOST_AUTO_TEST_SUITE_END()
