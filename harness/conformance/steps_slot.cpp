// Steps about a slot and what lies in it: test cards, power on, commands that take long, answers in
// parts, parameters.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/conformance/expectation.h"
#include "harness/conformance/step.h"
#include "harness/verdict/format.h"
#include "sim/wire/iso7816/atr.h"
#include "sim/wire/iso7816/t1_block.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;
namespace ccid = wire::ccid;

constexpr const char* kAny = "any";
constexpr const char* kPlainT0 = "plain_t0";
constexpr const char* kPlainT1 = "plain_t1";
constexpr const char* kPlainContactless = "plain_contactless";
constexpr wire::Micros kAfterPlacedUs = 300'000;  // until a reader has noticed a card

bool truth(const Run& run, const std::string& name) {
  const auto found = run.facts().find(name);
  const auto* value = found == run.facts().end() ? nullptr : std::get_if<bool>(&found->second);
  return value != nullptr && *value;
}

std::string word(const Run& run, const std::string& name) {
  const auto found = run.facts().find(name);
  return found == run.facts().end() ? std::string() : to_string(found->second);
}

std::string medium_of(const Run& run, std::uint8_t slot) {
  const std::string medium = word(run, "medium_" + std::to_string(slot));
  return medium.empty() ? "contact" : medium;
}

// Test cards that fit the slot, the usual one first; "any" if the bench has none.
std::vector<std::string> fitting_cards(const Run& run, std::uint8_t slot) {
  if (!truth(run, "test_cards")) return {kAny};
  if (medium_of(run, slot) == "contactless") return {kPlainContactless};
  std::vector<std::string> cards;
  if (truth(run, "t1")) cards.emplace_back(kPlainT1);
  if (truth(run, "t0")) cards.emplace_back(kPlainT0);
  if (word(run, "level") == "tpdu") std::reverse(cards.begin(), cards.end());
  if (cards.empty()) cards.emplace_back(kAny);
  return cards;
}

void add_test_cards(std::set<std::string>& cards) {
  cards.insert({kAny, kPlainT0, kPlainT1, kPlainContactless});
}

void place(Run& run, std::uint8_t slot, const std::string& card) {
  run.facts()["card_is"] = card;
  run.perform(PlaceDeed{slot, card});
  run.perform(WaitDeed{kAfterPlacedUs});
}

class PlaceTestCardStep : public Step {
 public:
  explicit PlaceTestCardStep(const yaml::Node& node) {
    if (node.is_null() || (node.is_mapping() && node.size() == 0)) return;
    yaml::Mapping mapping(node);
    if (const yaml::Node key = mapping.find("slot")) slot_ = Number::read(key);
    mapping.done();
  }
  bool asserts() const override { return false; }
  void add_cards(std::set<std::string>& cards) const override { add_test_cards(cards); }
  void run(Run& run) const override {
    const std::uint8_t slot = slot_ ? slot_->byte(run.facts()) : run.slot();
    place(run, slot, fitting_cards(run, slot).front());
  }

 private:
  std::optional<Number> slot_;
};

// The same steps with every test card that fits, one after the other.
class WithCardsStep : public Step {
 public:
  explicit WithCardsStep(const yaml::Node& node) : steps_(read_steps(node)) {}
  bool asserts() const override {
    return std::any_of(steps_.begin(), steps_.end(), [](const auto& s) { return s->asserts(); });
  }
  void add_cards(std::set<std::string>& cards) const override {
    add_test_cards(cards);
    for (const auto& step : steps_) step->add_cards(cards);
  }
  void run(Run& run) const override {
    const std::vector<std::string> cards = fitting_cards(run, run.slot());
    for (std::size_t i = 0; i < cards.size(); ++i) {
      place(run, run.slot(), cards[i]);
      run.session().reset();
      run.run(steps_);
      if (i + 1 == cards.size()) return;
      run.perform(RemoveDeed{run.slot()});
      run.perform(WaitDeed{kAfterPlacedUs});
    }
  }

 private:
  Steps steps_;
};

// IccPowerOn with the voltages that the reader has, until the card answers; judges the answer.
class PowerOnStep : public Step {
 public:
  explicit PowerOnStep(const yaml::Node& node) {
    if (node.is_null() || (node.is_mapping() && node.size() == 0)) return;
    yaml::Mapping mapping(node);
    if (const yaml::Node key = mapping.find("remember")) remember_ = key.as_string();
    if (const yaml::Node key = mapping.find("warm")) warm_ = key.as_bool();
    mapping.done();
  }
  bool asserts() const override { return true; }
  void run(Run& run) const override {
    Answer answer;
    std::vector<std::uint8_t> selects = voltages(run);
    if (warm_) selects = {static_cast<std::uint8_t>(run.fact("power_used"))};
    for (const std::uint8_t select : selects) {
      ccid::PC_to_RDR_IccPowerOn message;
      message.bSlot = run.slot();
      message.bSeq = run.next_seq();
      message.bPowerSelect = select;
      answer = run.exchange(message);
      run.facts()["power_used"] = std::int64_t{select};
      if (ccid::command_status(answer.bStatus) == ccid::bmCommandStatus::kProcessed) break;
    }
    run.judge(answer.came() && ccid::command_status(answer.bStatus) ==
                                   ccid::bmCommandStatus::kProcessed,
              {"ATR が返る", "the ATR is returned"}, decoded(answer), answer.bytes, 7);
    run.judge(ccid::icc_status(answer.bStatus) == ccid::bmICCStatus::kActive,
              {"bmICCStatus 0（活性）", "bmICCStatus 0 (active)"}, decoded(answer), answer.bytes, 7);
    run.judge(answer.last == 0, "bChainParameter 00h",
              Text(fmt::format("bChainParameter {:02X}h", answer.last)), answer.bytes, 9);
    const auto atr = wire::iso7816::decode_atr_structure(answer.data());
    run.judge(static_cast<bool>(atr),
              {"ISO/IEC 7816-3 の形の ATR（2 から 33 バイト）",
               "an ATR as ISO/IEC 7816-3 has it (2 to 33 bytes)"},
              atr ? Text() : Text(hex(answer.data()) + " (" + wire::to_string(atr.error()) + ")"),
              answer.bytes, 10);
    run.facts()["atr"] = hex(answer.data(), answer.data().size());
    if (!remember_.empty()) run.facts()[remember_] = run.facts()["atr"];
  }

 private:
  static std::vector<std::uint8_t> voltages(const Run& run) {
    const std::int64_t first = run.fact("power_select");
    std::vector<std::uint8_t> selects{static_cast<std::uint8_t>(first)};
    for (std::int64_t i = first + 1; first != 0 && i <= 3; ++i)
      if ((run.fact("bVoltageSupport") >> (i - 1) & 1) != 0)
        selects.push_back(static_cast<std::uint8_t>(i));
    return selects;
  }
  std::string remember_;
  bool warm_ = false;  // the voltage that worked, and no other
};

// A command that keeps the slot busy; its answer is not read here. Remembered: slow_seq, slow_type.
class SlowCommandStep : public Step {
 public:
  explicit SlowCommandStep(const yaml::Node& node) {
    yaml::Mapping mapping(node);
    tenths_ = Number::read(mapping.require("tenths"));
    mapping.done();
  }
  bool asserts() const override { return false; }
  void run(Run& run) const override {
    const bool delays = truth(run, "test_cards");
    const auto message = delays ? delay(run) : power_on(run);
    const auto bytes = ccid::encode(message);
    const std::uint8_t seq = (*bytes)[6];
    run.facts()["slow_seq"] = std::int64_t{seq};
    run.facts()["slow_type"] = std::int64_t{(*bytes)[0]};
    run.facts()["last_seq"] = std::int64_t{seq};
    run.send(*bytes);
    run.slow_command_sent(delays ? tenths_.byte(run.facts()) * kTenthUs : power_on_us(run));
  }

 private:
  static constexpr wire::Micros kTenthUs = 100'000;
  static constexpr std::int64_t kClocksOfCharacter = 12 * 372;  // at the initial etu
  // How long the activation before took, or, as that has the bench's delays in it, what a card of
  // contacts needs for its ATR at the least (ISO/IEC 7816-3:2006, 8.1), if that is less.
  static wire::Micros power_on_us(Run& run) {
    const std::int64_t measured = run.fact("power_on_us");
    const std::int64_t khz = std::max(run.fact("dwDefaultClock"), run.fact("dwMaximumClock"));
    if (!run.session() || word(run, "medium") != "contact" || khz <= 0)
      return static_cast<wire::Micros>(measured);
    const auto characters = static_cast<std::int64_t>(run.session()->atr.size());
    return static_cast<wire::Micros>(
        std::min(measured, characters * kClocksOfCharacter * 1000 / khz));
  }
  // Test cards: DELAY (models/test_card/README.md), in the way of the exchange level.
  ccid::CommandMessage delay(Run& run) const {
    ccid::PC_to_RDR_XfrBlock message;
    message.bSlot = run.slot();
    message.bSeq = run.next_seq();
    wire::Bytes apdu{0x80, 0x16, 0x00, tenths_.byte(run.facts())};
    if (word(run, "level") == "tpdu") {
      if (run.fact("protocol") == 1) {
        const auto block = wire::iso7816::T1Block::i_block(false, false, apdu);
        apdu = *wire::iso7816::encode_t1_block(block, wire::iso7816::Edc::kLrc);
      } else {
        apdu.push_back(0x00);
      }
    }
    message.abData = std::move(apdu);
    return message;
  }
  static ccid::CommandMessage power_on(Run& run) {
    ccid::PC_to_RDR_IccPowerOn message;
    message.bSlot = run.slot();
    message.bSeq = run.next_seq();
    message.bPowerSelect = static_cast<std::uint8_t>(run.fact("power_select"));
    return message;
  }
  Number tenths_;
};

// What stands before it was to reach the reader while the slow command ran. A bench that was too
// slow for that (a busy machine) has shown nothing: the case is tried again (execute.cpp).
class WhileBusyStep : public Step {
 public:
  explicit WhileBusyStep(const yaml::Node& node) {
    if (!node.is_null()) yaml::Mapping(node).done();
  }
  bool asserts() const override { return false; }
  void run(Run& run) const override { run.while_busy(); }
};

// {send: BYTES, length: N}: an APDU whose answer the reader has to divide; `length` bytes of the
// sequence of test cards and 90 00 come, in parts that bChainParameter names (CCID 6.2.1).
class AnswerInPartsStep : public Step {
 public:
  explicit AnswerInPartsStep(const yaml::Node& node) {
    yaml::Mapping mapping(node);
    send_ = ByteSource::read(mapping.require("send"));
    length_ = Number::read(mapping.require("length"));
    mapping.done();
  }
  bool asserts() const override { return true; }
  void run(Run& run) const override {
    const auto length = static_cast<std::size_t>(length_.value(run.facts()));
    const auto room = static_cast<std::size_t>(run.fact("dwMaxCCIDMessageLength")) -
                      ccid::kHeaderLength;
    wire::Bytes got;
    wire::Bytes ask = send_.bytes(run.facts());
    std::uint16_t level = 0;
    for (std::size_t part = 0; part <= length; ++part) {
      const Answer answer = exchange(run, std::exchange(ask, {}), std::exchange(level, 0x0010));
      run.judge(answer.data().size() <= room, say("{} バイト以下", "at most {} bytes", room),
                say("{} バイト", "{} bytes", answer.data().size()), answer.bytes, 1);
      got.insert(got.end(), answer.data().begin(), answer.data().end());
      const bool last = answer.last == 0x00 || answer.last == 0x02;
      const bool fits = part == 0 ? answer.last <= 1 : answer.last == 2 || answer.last == 3;
      run.judge(fits && (last || !answer.data().empty()),
                part == 0 ? Text("bChainParameter 00h | 01h") : Text("bChainParameter 02h | 03h"),
                Text(fmt::format("bChainParameter {:02X}h, {} bytes", answer.last,
                                 answer.data().size())),
                answer.bytes, 9);
      if (last || !fits) break;
      if (got.size() > length + 2) break;
    }
    wire::Bytes wanted;
    for (std::size_t i = 0; i < length; ++i) wanted.push_back(static_cast<std::uint8_t>(i % 251));
    wanted.insert(wanted.end(), {0x90, 0x00});
    const auto differs = std::mismatch(got.begin(), got.end(), wanted.begin(), wanted.end());
    run.judge(got == wanted,
              say("カードの {} バイトが順に", "the {} bytes of the card, in order", wanted.size()),
              say("{} バイト、{} バイト目から違う", "{} bytes, different from byte {} on", got.size(),
                  differs.first - got.begin()),
              run.last().bytes);
  }

 private:
  static Answer exchange(Run& run, wire::Bytes data, std::uint16_t level) {
    ccid::PC_to_RDR_XfrBlock message;
    message.bSlot = run.slot();
    message.bSeq = run.next_seq();
    message.wLevelParameter = level;
    message.abData = std::move(data);
    const Answer answer = run.exchange(message);
    run.judge(ccid::command_status(answer.bStatus) == ccid::bmCommandStatus::kProcessed, "ok",
              decoded(answer), answer.bytes, 7);
    return answer;
  }
  ByteSource send_;
  Number length_;
};

// The last answer is RDR_to_PC_Parameters: whether it fits the ATR (ISO/IEC 7816-3:2006, 8.3; CCID
// 6.1.7). The rate is that of the ATR or, before PPS, the default.
class ParametersFitStep : public Step {
 public:
  explicit ParametersFitStep(const yaml::Node&) {}
  bool asserts() const override { return true; }
  void run(Run& run) const override {
    wire::Bytes bytes;
    const std::string text = word(run, "atr");
    for (std::size_t i = 0; i + 1 < text.size(); i += 3)
      bytes.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
    const auto decoded_atr = wire::iso7816::decode_atr_structure(bytes);
    if (!decoded_atr) run.inconclusive({"ATR が読めない", "the ATR cannot be read"});
    const wire::iso7816::Atr& atr = *decoded_atr;
    const wire::ByteView data = run.last().data();
    const auto ta1 = static_cast<std::uint8_t>(atr.fi_index() << 4 | atr.di_index());
    const std::uint8_t protocol = run.last().last;
    const std::size_t size = protocol == 1 ? 7 : 5;
    run.judge(data.size() == size && protocol <= 1,
              say("プロトコル {} の構造 {} バイト", "the structure of protocol {}, {} bytes", protocol,
                  size),
              say("{} バイト", "{} bytes", data.size()), run.last().bytes, 9);
    if (data.size() != size) return;
    const auto inverse = static_cast<std::uint8_t>(atr.ts == wire::iso7816::kTsInverse ? 2 : 0);
    field(run, 0, "bmFindexDindex", {ta1, 0x11});
    field(run, 2, "bGuardTime", {atr.n()});
    if (protocol == 0) {
      field(run, 1, "bmTCCKST0", {inverse});
      field(run, 3, "bWaitingIntegerT0", {atr.wi()});
      return;
    }
    const auto crc = static_cast<std::uint8_t>(atr.edc() == wire::iso7816::Edc::kCrc ? 1 : 0);
    field(run, 1, "bmTCCKST1", {static_cast<std::uint8_t>(0x10 | inverse | crc)});
    field(run, 3, "bmWaitingIntegersT1",
          {static_cast<std::uint8_t>(atr.bwi() << 4 | atr.cwi())});
    field(run, 5, "bIFSC", {atr.ifsc()});
  }

 private:
  static void field(Run& run, std::size_t at, const char* name,
                    const std::vector<std::uint8_t>& wanted) {
    const std::uint8_t got = run.last().data()[at];
    std::string words;
    for (const std::uint8_t value : wanted)
      words += fmt::format("{}{:02X}h", words.empty() ? "" : " | ", value);
    run.judge(std::find(wanted.begin(), wanted.end(), got) != wanted.end(),
              Text(fmt::format("{} {}", name, words)), Text(fmt::format("{} {:02X}h", name, got)),
              run.last().bytes, static_cast<std::uint32_t>(ccid::kHeaderLength + at));
  }
};

class SecretStep : public Step {
 public:
  explicit SecretStep(const yaml::Node& node) {
    yaml::Mapping mapping(node);
    digits_ = mapping.require("digits").as_string();
    mapping.done();
  }
  bool asserts() const override { return true; }
  void run(Run& run) const override { run.keep_secret(digits_); }

 private:
  std::string digits_;
};

template <class S>
std::unique_ptr<Step> read(const yaml::Node& node) {
  return std::make_unique<S>(node);
}

}  // namespace

const std::vector<StepKind>& slot_steps() {
  static const std::vector<StepKind> kKinds = {
      {"place_test_card",
       {"スロットに合うテストカードを置く（なければ手元のカード）",
        "places a test card that fits the slot (any card if there is none)"},
       "place_test_card: {}", read<PlaceTestCardStep>},
      {"with_cards",
       {"スロットに合うテストカードごとに手順を行う",
        "does steps with each test card that fits the slot"},
       "with_cards: [{activate: {}}]", read<WithCardsStep>},
      {"power_on",
       {"IccPowerOn を送り、ATR を調べる", "sends IccPowerOn and judges the ATR"},
       "power_on: {remember: first_atr}", read<PowerOnStep>},
      {"slow_command",
       {"時間のかかる命令を送る（応答は後で読む。slow_seq、slow_type）",
        "sends a command that takes long; its answer is read later (slow_seq, slow_type)"},
       "slow_command: {tenths: 10}", read<SlowCommandStep>},
      {"while_busy",
       {"ここまでの手順は slow_command の実行中に届いたはず（試験環境が遅れていたら、やり直す）",
        "what came before was to reach the reader while slow_command ran (a bench that was too "
        "slow tries again)"},
       "while_busy: {}", read<WhileBusyStep>},
      {"answer_in_parts",
       {"長い応答を分けて受け取り、順序と中身を調べる",
        "receives a long answer in parts and judges their order and content"},
       "answer_in_parts: {send: \"80 12 00 00 00 05 DC\", length: 1500}",
       read<AnswerInPartsStep>},
      {"parameters_fit_atr",
       {"直前の RDR_to_PC_Parameters が ATR に合うか調べる",
        "judges that the RDR_to_PC_Parameters before fits the ATR"},
       "parameters_fit_atr: {}", read<ParametersFitStep>},
      {"secret",
       {"これ以後、リーダーの送るものにこの暗証番号が現れないことを調べる",
        "from here on, judges that nothing the reader sends holds this PIN"},
       "secret: {digits: \"73915264\"}", read<SecretStep>},
  };
  return kKinds;
}

}  // namespace uketsuke::conformance
