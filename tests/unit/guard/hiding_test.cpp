// Every way in which a VERIFY can hide between a host and a card, tried on readers of every
// exchange level, also on such as say one level and have another. What reaches the card is put
// together again by a reader and a card that know nothing of the guard (oracle.h).
#include <boost/test/unit_test.hpp>

#include <set>

#include "tests/unit/guard/bench.h"

using namespace uketsuke;
using namespace uketsuke::guard;
using namespace uketsuke::guard::test;
using wire::Bytes;
using wire::ByteView;

namespace {

constexpr Level kLevels[] = {Level::kTpduT1, Level::kTpduT0, Level::kShort, Level::kExtended};

// APDUs that must never reach a card that is not released.
const std::vector<Bytes>& forbidden_apdus() {
  static const std::vector<Bytes> kApdus = {
      hex("002000800431323334"),    // VERIFY
      hex("00200080043132333400"),  // with Le
      hex("00200080000004"
          "31323334"),  // extended Lc
      hex("00200080000004"
          "313233340000"),
      hex("00200098043132"
          "3334"),  // by short identifier
      hex("0021008004"
          "31323334"),            // odd INS
      hex("012000800431323334"),  // logical channel
      hex("402000800431323334"),  // further channels
      hex("0c2000800431323334"),  // secure messaging
      hex("102000800431323334"),  // command chaining
      hex("802000800431323334"),  // proprietary class
      hex("002401800435363738"),  // CHANGE REFERENCE DATA
      hex("80320080"
          "0435363738"),  // CHANGE KEY
      hex("002c008004"
          "31323334"),            // RESET RETRY COUNTER
      hex("802a00970331323300"),  // signing
      hex("80a200c10411223344"),  // terminal certificate
      hex("0082000004"
          "11223344"),  // EXTERNAL AUTHENTICATE
      hex("00c2000009"
          "002000800431323334"),  // in ENVELOPE
  };
  return kApdus;
}

const Bytes kVerify = hex("002000800431323334");
const Bytes kSelectPin = hex("00a4020c020018");

struct Form {
  std::string name;
  std::vector<Bytes> messages;  // after the prologue
};
using Forms = std::vector<Form>;

Bytes joined(ByteView a, ByteView b) {
  Bytes bytes = wire::to_bytes(a);
  bytes.insert(bytes.end(), b.begin(), b.end());
  return bytes;
}

// ---- forms of every level
void add_plain(Bench& bench, Forms& forms) {
  for (const Bytes& apdu : forbidden_apdus()) {
    Bench copy(bench.form);
    copy.seq = bench.seq;
    copy.sequence = bench.sequence;
    forms.push_back({"plain " + wire::to_hex(apdu), copy.wrap(apdu)});
  }
}

void add_message_tricks(Bench& bench, Forms& forms) {
  const std::uint8_t seq = bench.seq;
  Bench inner(bench.form);
  inner.seq = seq;
  inner.sequence = bench.sequence;
  const Bytes verify = inner.wrap(kVerify)[0];
  // A PIN block of Secure: 15 bytes, then the template.
  forms.push_back({"Secure", {ccid_message(0x69, seq, joined(Bytes(15, 0), kVerify))}});
  forms.push_back({"Escape", {ccid_message(0x6B, seq, kVerify)}});
  for (std::size_t at = 1; at < verify.size(); ++at) {
    const Bytes head(verify.begin(), verify.begin() + static_cast<std::ptrdiff_t>(at));
    const Bytes tail(verify.begin() + static_cast<std::ptrdiff_t>(at), verify.end());
    forms.push_back({"split over transfers at " + std::to_string(at), {head, tail}});
  }
  const Bytes status = ccid_message(0x65, seq);
  forms.push_back({"behind another message", {joined(status, verify)}});
  Bytes longer = status;
  longer[1] = 1;  // waits for a byte more: that of the next transfer
  forms.push_back({"behind a message that promises more", {longer, joined(Bytes{0x00}, verify)}});
  forms.push_back({"in front of another message", {joined(verify, status)}});
}

// ---- T=1
void add_t1(Forms& forms, std::uint8_t seq) {
  const auto i = [](bool n, bool more, ByteView information, std::uint8_t nad = 0) {
    return t1_block(static_cast<std::uint8_t>((n ? 0x40 : 0) | (more ? 0x20 : 0)), information,
                    nad);
  };
  const auto x = [&](const Bytes& block, int k) {
    return xfr_block(block, static_cast<std::uint8_t>(seq + k));
  };
  for (std::size_t at = 0; at <= kVerify.size(); ++at) {
    const ByteView all = kVerify;
    forms.push_back({"T=1 chain cut at " + std::to_string(at),
                     {x(i(true, true, all.first(at)), 0), x(i(false, false, all.subspan(at)), 1)}});
    forms.push_back({"T=1 chain with empty blocks " + std::to_string(at),
                     {x(i(true, true, {}), 0), x(i(false, true, all.first(at)), 1),
                      x(i(true, false, all.subspan(at)), 2)}});
  }
  const std::pair<const char*, Bytes> kBetween[] = {
      {"nothing", {}},
      {"S(RESYNCH)", t1_block(0xC0, {})},
      {"S(ABORT)", t1_block(0xC2, {})},
      {"S(ABORT response)", t1_block(0xE2, {})},
      {"S(IFS)", t1_block(0xC1, Bytes{0xFE})},
      {"R(0)", t1_block(0x80, {})},
      {"R(1) error", t1_block(0x91, {})},
  };
  for (const auto& [what, between] : kBetween) {
    for (const bool n : {false, true}) {
      std::vector<Bytes> messages = {x(i(true, true, hex("00a4040c0ad392f0")), 0)};
      if (!between.empty()) messages.push_back(x(between, 1));
      messages.push_back(x(i(n, false, kVerify), 2));
      forms.push_back({std::string("after a chain that began as SELECT, ") + what, messages});
      messages = {x(i(true, false, kSelectPin), 0)};
      if (!between.empty()) messages.push_back(x(between, 1));
      messages.push_back(x(i(n, false, kVerify), 2));
      forms.push_back({std::string("after SELECT, ") + what, messages});
    }
  }
  for (const int nad : {0x01, 0x12, 0x44, 0x88, 0xFF})
    forms.push_back({"NAD", {x(i(true, false, kVerify, static_cast<std::uint8_t>(nad)), 0)}});
  Bytes bad = i(true, false, kVerify);
  bad.back() ^= 0x5A;
  forms.push_back({"wrong LRC", {x(bad, 0)}});
  bad.back() ^= 0x5A;
  bad.push_back(0x00);
  forms.push_back({"a byte behind the LRC", {x(bad, 0)}});
  Bytes crc = i(true, false, kVerify);
  crc.pop_back();
  crc.insert(crc.end(), {0x12, 0x34});
  forms.push_back({"a CRC in place of the LRC", {x(crc, 0)}});
  forms.push_back({"wrong sequence number", {x(i(false, false, kVerify), 0)}});
  for (const int bits : {0x01, 0x02, 0x10})
    forms.push_back({"reserved bits of PCB",
                     {x(t1_block(static_cast<std::uint8_t>(0x40 | bits), kVerify), 0)}});
  forms.push_back({"two blocks in one message",
                   {x(joined(i(true, false, kSelectPin), i(false, false, kVerify)), 0),
                    x(i(false, false, kVerify), 1)}});
  forms.push_back(
      {"two commands in one block",
       {x(i(true, false, joined(kSelectPin, kVerify)), 0), x(i(false, false, kVerify), 1)}});
}

// ---- T=0
void add_t0(Forms& forms, std::uint8_t seq) {
  const auto x = [&](ByteView data, int k) {
    return xfr_block(data, static_cast<std::uint8_t>(seq + k));
  };
  for (std::size_t at = 1; at < kVerify.size(); ++at) {
    const ByteView all = kVerify;
    forms.push_back({"T=0 in two messages, cut at " + std::to_string(at),
                     {x(all.first(at), 0), x(all.subspan(at), 1)}});
  }
  forms.push_back({"two T=0 commands in one message", {x(joined(kSelectPin, kVerify), 0)}});
  forms.push_back({"SELECT that promises more data than it has",
                   {x(hex("00a4020c07"
                          "0018"),
                      0),
                    x(joined(Bytes(5, 0), kVerify), 1)}});
  forms.push_back(
      {"SELECT without its data", {x(hex("00a4020c02"), 0), x(joined(hex("0018"), kVerify), 1)}});
}

// ---- extended APDU level
void add_extended(Forms& forms, std::uint8_t seq) {
  const auto x = [&](ByteView data, std::uint16_t level, int k) {
    return xfr_block(data, static_cast<std::uint8_t>(seq + k), level);
  };
  const ByteView all = kVerify;
  for (std::size_t at = 0; at <= kVerify.size(); ++at) {
    const std::string where = std::to_string(at);
    forms.push_back(
        {"begins, ends, cut at " + where, {x(all.first(at), 1, 0), x(all.subspan(at), 2, 1)}});
    forms.push_back({"begins, goes on, ends, cut at " + where,
                     {x({}, 1, 0), x(all.first(at), 3, 1), x(all.subspan(at), 2, 2)}});
  }
  for (const int level : {2, 3, 4, 0x10, 0x11, 0x100, 0xFFFF}) {
    const auto value = static_cast<std::uint16_t>(level);
    forms.push_back({"level " + std::to_string(level), {x(kVerify, value, 0), x({}, 2, 1)}});
    forms.push_back({"a SELECT that begins, then level " + std::to_string(level),
                     {x({}, 1, 0), x(kVerify, value, 1), x({}, 2, 2)}});
  }
}

void add_short(Forms& forms, std::uint8_t seq) {
  for (const int level : {1, 2, 3, 0x10, 0x100})
    forms.push_back({"level at a reader for short APDUs",
                     {xfr_block(kVerify, seq, static_cast<std::uint16_t>(level))}});
}

Forms forms_of(Level level) {
  Bench bench(level);
  bench.prologue();
  Forms forms;
  add_plain(bench, forms);
  add_message_tricks(bench, forms);
  if (level == Level::kTpduT1) add_t1(forms, bench.seq);
  if (level == Level::kTpduT0) add_t0(forms, bench.seq);
  if (level == Level::kShort) add_short(forms, bench.seq);
  if (level == Level::kExtended) add_extended(forms, bench.seq);
  return forms;
}

void try_form(Bench& bench, const Form& form, bool alone) {
  bench.prologue();
  bench.reader.alone = alone;
  for (const Bytes& message : form.messages) bench.send(message);
}

std::string first_offence(const Bench& bench) {
  return bench.card.offences().empty() ? std::string() : bench.card.offences().front();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hiding)

BOOST_AUTO_TEST_CASE(no_hidden_command_reaches_the_card) {
  std::size_t tried = 0;
  for (const Level level : kLevels) {
    for (const Form& form : forms_of(level)) {
      for (const bool alone : {false, true}) {
        Bench bench(level);
        try_form(bench, form, alone);
        ++tried;
        BOOST_TEST(bench.card.offences().empty(),
                   to_string(level) << ": " << form.name << ": " << first_offence(bench));
      }
    }
  }
  BOOST_TEST(tried > 500U);
}

// The forms have teeth: without the guard each of them brings a forbidden command to a card, be it
// one that puts parts together or one that takes each for itself.
BOOST_AUTO_TEST_CASE(without_the_guard_every_form_reaches_the_card) {
  for (const Level level : kLevels) {
    for (const Form& form : forms_of(level)) {
      std::size_t reached = 0;
      for (const bool alone : {false, true}) {
        Bench bench(level);
        bench.guarded = false;
        try_form(bench, form, alone);
        reached += bench.card.offences().size();
      }
      BOOST_TEST(reached > 0U, to_string(level) << ": " << form.name);
    }
  }
}

// A descriptor that lies about the exchange level: whatever passes must be harmless there too.
BOOST_AUTO_TEST_CASE(no_hidden_command_reaches_the_card_of_a_reader_that_lies_about_its_level) {
  for (const Level declared : kLevels) {
    for (const Level actual : kLevels) {
      if (declared == actual) continue;
      for (const Level written : {declared, actual}) {
        for (const Form& form : forms_of(written)) {
          Bench bench(declared, actual);
          try_form(bench, form, /*alone=*/false);
          BOOST_TEST(bench.card.offences().empty(),
                     to_string(declared) << " that is " << to_string(actual) << ": " << form.name
                                         << ": " << first_offence(bench));
        }
      }
    }
  }
}

// ISO/IEC 7816-3:2006, 10.3.3: a card waits for the data of its header.
BOOST_AUTO_TEST_CASE(after_a_t0_exchange_that_broke_off_nothing_passes_before_a_reset) {
  for (const auto* next : {"00b0040000", "0084000008", "00a4020c020018", "00200080"}) {
    Bench bench(Level::kTpduT0);
    bench.prologue();
    bench.reader.cut_t0_next = true;
    BOOST_TEST(bench.apdu("00a4020c02001e"));
    BOOST_TEST(!bench.apdu(next), next);
    BOOST_TEST(bench.card.offences().empty());
    bench.prologue();
    BOOST_TEST(bench.apdu("00a4020c020018"));
  }
}

BOOST_AUTO_TEST_CASE(a_reset_in_the_middle_forgets_what_was_selected) {
  for (const Level level : kLevels) {
    for (const std::uint8_t type : {0x62, 0x63}) {
      Bench bench(level);
      bench.prologue();
      BOOST_TEST(bench.apdu("00200080"));
      BOOST_TEST(bench.send(ccid_message(type, bench.next_seq())));
      bench.sequence = false;
      BOOST_TEST(!bench.apdu("00200080"), to_string(level));
      BOOST_TEST(bench.card.offences().empty());
    }
  }
}

// An abort while a released card's chain is open: what follows is judged from its beginning.
BOOST_AUTO_TEST_CASE(a_chain_of_a_released_card_does_not_survive_its_activation) {
  const TestCard identity;
  for (const Level level : {Level::kTpduT1, Level::kExtended}) {
    for (const std::uint8_t type : {0x62, 0x63}) {
      Bench bench(level, {release_of(identity, /*may_lock=*/true)});
      BOOST_TEST(bench.identify(identity));
      BOOST_TEST(bench.slot().released_as() != nullptr);
      const std::vector<Bytes> messages = bench.wrap(joined(hex("80a200c1000140"), Bytes(320, 1)));
      BOOST_REQUIRE(messages.size() == 2U);
      BOOST_TEST(bench.send(messages[0]));
      bench.send(ccid_message(type, bench.next_seq()));
      BOOST_TEST(!bench.send(messages[1]));
      bench.sequence = false;
      BOOST_TEST(!bench.apdu(kVerify));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_release_is_worth_nothing_in_another_activation) {
  const TestCard identity;
  for (const Level level : kLevels) {
    Bench bench(level, {release_of(identity, /*may_lock=*/true)});
    BOOST_TEST(bench.identify(identity));
    BOOST_TEST(bench.slot().released_as() != nullptr);
    bench.prologue();
    BOOST_TEST(bench.slot().released_as() == nullptr);
    BOOST_TEST(!bench.apdu(kVerify));
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_digest_or_a_production_card_releases_nothing) {
  const TestCard hanako;
  const TestCard other{"6", "999999000000002"};
  const TestCard production{"5", hanako.serial};
  for (const Level level : kLevels) {
    for (const TestCard& card : {other, production}) {
      Bench bench(level, {release_of(hanako, true), release_of(production, true)});
      BOOST_TEST(bench.identify(card));
      BOOST_TEST(bench.slot().released_as() == nullptr);
      for (const Bytes& apdu : forbidden_apdus()) BOOST_TEST(!bench.apdu(apdu));
      BOOST_TEST(bench.card.offences().empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_released_card_gets_its_long_commands_in_parts) {
  const TestCard identity;
  for (const Level level : {Level::kTpduT1, Level::kExtended}) {
    Bench bench(level, {release_of(identity)});
    bench.card.allow_everything = true;
    BOOST_TEST(bench.identify(identity), bench.last_refusal);
    BOOST_TEST(bench.apdu(kSelectJpki));
    BOOST_TEST(bench.apdu(joined(hex("80a200c1000133"), Bytes(307, 1))), bench.last_refusal);
    BOOST_TEST(bench.apdu(joined(hex("0082000000"
                                     "0100"),
                                 Bytes(256, 1))),
               bench.last_refusal);
    BOOST_TEST(bench.apdu(hex("00a4020c020017")), bench.last_refusal);
    BOOST_TEST(bench.apdu(joined(hex("802a008033"), Bytes(52, 0))), bench.last_refusal);
    // VERIFY goes whole or not at all.
    const std::size_t before = bench.card.commands();
    bench.send(level == Level::kTpduT1
                   ? xfr_block(t1_block(static_cast<std::uint8_t>(bench.sequence ? 0x60 : 0x20),
                                        ByteView(kVerify).first(6)),
                               bench.next_seq())
                   : xfr_block(ByteView(kVerify).first(6), bench.next_seq(), 1));
    BOOST_TEST(bench.card.commands() == before);
    BOOST_TEST(bench.last_refusal.find("VERIFY") != std::string::npos, bench.last_refusal);
    BOOST_TEST(bench.apdu(hex("00a4020c020018")), bench.last_refusal);
    BOOST_TEST(bench.apdu(kVerify), bench.last_refusal);
  }
}

BOOST_AUTO_TEST_SUITE_END()
