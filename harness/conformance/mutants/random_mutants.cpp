#include "harness/conformance/mutants/random_mutants.h"

#include <fmt/format.h>

#include <array>
#include <string>

namespace uketsuke::conformance {
namespace {

using campaign::Random;
using fault::Edit;
using fault::Mutation;
using fault::MutationPipe;

constexpr std::array<std::uint8_t, 12> kCommands{0x62, 0x63, 0x65, 0x6F, 0x6C, 0x6D,
                                                 0x61, 0x6E, 0x72, 0x69, 0x6B, 0x73};
constexpr std::array<const char*, 3> kBases{"clean_tpdu", "clean_short_apdu",
                                            "clean_extended_apdu_contact"};

fault::Pattern starts_with(std::uint8_t byte) { return {0, {{byte, 0xFF}}}; }

// Where: nine of ten messages pass on the bulk pipes, so most mutants are there.
std::string draw_place(Random& random, Mutation& rule) {
  const std::uint8_t type = kCommands[random.below(kCommands.size())];
  switch (random.below(8)) {
    case 0:
      rule.match.pipe = MutationPipe::kControlIn;
      rule.match.setup.bRequest = random.below(2) == 0 ? 6 : 9;
      return "control answers";
    case 1: rule.match.pipe = MutationPipe::kInterrupt; return "notifications";
    case 2: rule.match.pipe = MutationPipe::kFieldUp; return "characters of the card";
    case 3:
      rule.match.pipe = MutationPipe::kBulkOut;
      rule.match.patterns.push_back(starts_with(type));
      return fmt::format("commands {:02X}h", type);
    case 4: rule.match.pipe = MutationPipe::kBulkIn; return "all answers";
    default:
      rule.match.pipe = MutationPipe::kBulkIn;
      rule.match.command.push_back(starts_with(type));
      return fmt::format("answers to {:02X}h", type);
  }
}

// What: the header is where most of a message's meaning is.
std::string draw_act(Random& random, Mutation& rule) {
  const bool field = fault::is_field(rule.match.pipe);
  const auto at = static_cast<std::int32_t>(random.below(field ? 4 : 12));
  const auto byte = static_cast<std::uint8_t>(1 + random.below(255));
  Edit edit;
  edit.at = at;
  switch (random.below(field ? 5 : 8)) {
    case 0: {
      const auto bit = static_cast<std::uint8_t>(1U << random.below(8));
      edit.kind = Edit::Kind::kXor;
      edit.bytes = {{fault::TemplateByte::Kind::kLiteral, bit}};
      rule.edits.push_back(edit);
      return fmt::format("bit {:02X}h of byte {} inverted", bit, at);
    }
    case 1:
      edit.kind = Edit::Kind::kSet;
      edit.bytes = {{fault::TemplateByte::Kind::kLiteral, byte}};
      rule.edits.push_back(edit);
      return fmt::format("byte {} set to {:02X}h", at, byte);
    case 2: rule.drop = true; return "omitted";
    case 3:
      rule.delay_us = 100'000 * (1 + random.below(80));
      return fmt::format("{} ms late", rule.delay_us / 1000);
    case 4:
      edit.kind = Edit::Kind::kRemoveLast;
      rule.edits.push_back(edit);
      return "one byte short";
    case 5: rule.copies = 1; return "twice";
    case 6: rule.hold = true; return "behind the next one";
    default:
      edit.kind = Edit::Kind::kSwap;
      edit.from = at + 1;
      rule.edits.push_back(edit);
      return fmt::format("bytes {} and {} swapped", at, at + 1);
  }
}

std::string draw_time(Random& random, Mutation& rule) {
  switch (random.below(6)) {
    case 0:
      rule.when.after = static_cast<std::uint32_t>(random.below(40));
      rule.when.count = 1;
      return fmt::format("once after {}", rule.when.after);
    case 1:
      rule.when.every = static_cast<std::uint32_t>(2 + random.below(9));
      return fmt::format("one of {}", rule.when.every);
    case 2: {
      fault::Selector error;
      error.patterns.push_back({7, {{0x40, 0xC0}}});
      rule.when.trigger = error;
      rule.when.count = 1;
      return "once after each error";
    }
    default: return "always";
  }
}

}  // namespace

std::vector<Mutant> random_mutants(const MutantSources& sources, std::size_t count,
                                   std::uint64_t seed) {
  std::vector<Mutant> mutants;
  for (std::size_t i = 0; i < count; ++i) {
    Random random(seed * 1'000'003 + i);
    Mutant mutant;
    mutant.id = fmt::format("r-{}-{}", seed, i);
    mutant.family = "random";
    mutant.imitates = "made at random";
    const std::string base = kBases[random.below(kBases.size())];
    mutant.readers.push_back({base, sources.readers.at(base)});
    Mutation rule;
    const std::string place = draw_place(random, rule);
    const std::string act = draw_act(random, rule);
    const std::string when = draw_time(random, rule);
    mutant.title = verdict::Text(fmt::format("{}: {}, {}, {}", base, place, act, when));
    mutant.wire.push_back(std::move(rule));
    mutants.push_back(std::move(mutant));
  }
  return mutants;
}

}  // namespace uketsuke::conformance
