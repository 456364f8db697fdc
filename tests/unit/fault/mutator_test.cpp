// The mutator alone: which messages a mutation takes, when, and what it does to them.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>

#include "sim/fault/mutator.h"

namespace {

using namespace uketsuke;
using fault::Edit;
using fault::Mutation;
using fault::MutationFate;
using fault::MutationPipe;
using wire::Bytes;

Bytes hex(std::string_view text) { return *wire::from_hex(text); }

fault::Pattern pattern(std::int32_t at, std::string_view text) {
  return {at, *fault::parse_pattern(text)};
}

struct Wire {
  explicit Wire(std::vector<Mutation> mutations, std::uint64_t seed = 1)
      : mutator(std::move(mutations), seed, {64, 271}) {}
  MutationFate pass(MutationPipe pipe, std::string_view text, std::uint64_t now_us = 0) {
    bytes = hex(text);
    return mutator.pass(pipe, bytes, nullptr, now_us);
  }
  bool touched(MutationPipe pipe, std::string_view text, std::uint64_t now_us = 0) {
    return pass(pipe, text, now_us).touched;
  }
  fault::Mutator mutator;
  Bytes bytes;
};

Mutation dropping(MutationPipe pipe) {
  Mutation mutation;
  mutation.match.pipe = pipe;
  mutation.drop = true;
  return mutation;
}

constexpr const char* kCommand = "6f05000000010701000000a40400";  // slot 1, number 7
constexpr const char* kAnswer = "8002000000010700000000" "9000";

struct EditRow {
  Edit::Kind kind;
  std::int32_t at, from;
  std::uint32_t length;
  std::uint8_t value;
  const char* bytes;
  const char* expected;
};
std::ostream& operator<<(std::ostream& out, const EditRow& row) {
  return out << static_cast<int>(row.kind) << " at " << row.at << ": " << row.expected;
}
// Before: 80 02000000 01 07 00 00 00 90 00
const EditRow kEdits[] = {
    {Edit::Kind::kSet, 6, 0, 1, 0, "ff", "80020000000" "1ff0000009000"},
    {Edit::Kind::kSet, 40, 0, 1, 0, "ff", "800200000001070000009000"},
    {Edit::Kind::kXor, -2, 0, 1, 0, "0f01", "800200000001070000009f01"},
    {Edit::Kind::kAdd, 6, 0, 1, 0xFE, "", "800200000001050000009000"},
    {Edit::Kind::kCopy, 8, 11, 2, 0, "", "80020000000107" "00a4049000"},
    {Edit::Kind::kSwap, -1, -2, 1, 0, "", "800200000001070000000090"},
    {Edit::Kind::kTruncate, 0, 0, 11, 0, "", "8002000000010700000090"},
    {Edit::Kind::kRemoveLast, 0, 0, 1, 0, "", "8002000000010700000090"},
    {Edit::Kind::kInsert, 7, 0, 1, 0, "aa", "80020000000107aa0000009000"},
    {Edit::Kind::kErase, 7, 0, 2, 0, "", "80020000000107009000"},
    {Edit::Kind::kAppend, 0, 0, 1, 0, "0000", "8002000000010700000090000000"},
    {Edit::Kind::kPad, 0, 0, 14, 0xEE, "", "800200000001070000009000eeee"},
    {Edit::Kind::kReplace, 0, 0, 1, 0, "81{slot}{seq}{command:11}", "810107a4"},
    {Edit::Kind::kRepairLrc, 0, 0, 1, 0, "", "800200000001070000009014"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(mutator)

BOOST_DATA_TEST_CASE(an_edit_changes_just_its_bytes, boost::unit_test::data::make(kEdits), row) {
  Mutation mutation;
  mutation.match.pipe = MutationPipe::kBulkIn;
  mutation.edits.push_back({row.kind, row.at, row.from, row.length, row.value, false,
                            *fault::parse_template(row.bytes)});
  Wire wire({mutation});
  wire.pass(MutationPipe::kBulkOut, "6f050000000107010000" "00a40400" "00");
  BOOST_TEST(wire.touched(MutationPipe::kBulkIn, "800200000001070000009000"));
  BOOST_TEST(wire::to_hex(wire.bytes) == row.expected);
}

BOOST_AUTO_TEST_CASE(a_length_is_repaired_after_the_message_was_cut) {
  Mutation mutation;
  mutation.match.pipe = MutationPipe::kBulkIn;
  mutation.edits.push_back({Edit::Kind::kRemoveLast, 0, 0, 1, 0, false, {}});
  mutation.edits.push_back({Edit::Kind::kRepairLength, 0, 0, 1, 0, false, {}});
  Wire wire({mutation});
  wire.pass(MutationPipe::kBulkIn, "800200000001070000009000");
  BOOST_TEST(wire::to_hex(wire.bytes) == "8001000000010700000090");
}

BOOST_AUTO_TEST_CASE(patterns_have_wildcards_of_a_byte_and_of_a_nibble) {
  struct { std::int32_t at; const char* text; bool matches; } const rows[] = {
      {0, "80", true},  {0, "81", false},    {7, "0? ??", true}, {7, "4?", false},
      {-2, "9000", true}, {-1, "9000", false}, {-13, "80", false}, {11, "00 00", false}};
  for (const auto& row : rows) {
    const Bytes bytes = hex("800200000001070000009000");
    BOOST_TEST(fault::matches(pattern(row.at, row.text), bytes) == row.matches, row.text);
  }
  BOOST_TEST(!fault::parse_pattern("8"));
  BOOST_TEST(!fault::parse_pattern("8g"));
  BOOST_TEST(!fault::parse_template("{sequence}"));
}

BOOST_AUTO_TEST_CASE(an_answer_is_known_by_its_command) {
  Mutation mutation = dropping(MutationPipe::kBulkIn);
  mutation.match.command.push_back(pattern(0, "6f"));
  Wire wire({mutation});
  wire.pass(MutationPipe::kBulkOut, kCommand);
  wire.pass(MutationPipe::kBulkOut, "65000000000108000000");  // GetSlotStatus in between
  BOOST_TEST(wire.touched(MutationPipe::kBulkIn, kAnswer));
  BOOST_TEST(!wire.touched(MutationPipe::kBulkIn, "81000000000108000000"));
}

BOOST_AUTO_TEST_CASE(messages_before_after_and_between_are_left_alone) {
  Mutation mutation = dropping(MutationPipe::kBulkOut);
  mutation.when.after = 1;
  mutation.when.every = 2;
  mutation.when.count = 2;
  Wire wire({mutation});
  for (const bool expected : {false, true, false, true, false, false, false})
    BOOST_TEST(wire.touched(MutationPipe::kBulkOut, kCommand) == expected);
  BOOST_TEST(wire.mutator.hits().front() == 2U);
}

BOOST_AUTO_TEST_CASE(a_trigger_starts_it_and_another_message_ends_it) {
  Mutation mutation = dropping(MutationPipe::kBulkOut);
  mutation.when.count = 1;
  mutation.when.trigger = fault::Selector();
  mutation.when.trigger->patterns.push_back(pattern(7, "4?"));  // any failed command
  mutation.when.until = fault::Selector();
  mutation.when.until->pipe = MutationPipe::kInterrupt;
  Wire wire({mutation});
  const char* const failed = "81000000000107" "4100" "00";
  BOOST_TEST(!wire.touched(MutationPipe::kBulkOut, kCommand));
  wire.pass(MutationPipe::kBulkIn, failed);
  BOOST_TEST(wire.touched(MutationPipe::kBulkOut, kCommand));
  BOOST_TEST(!wire.touched(MutationPipe::kBulkOut, kCommand));
  wire.pass(MutationPipe::kBulkIn, failed);  // counts anew
  BOOST_TEST(wire.touched(MutationPipe::kBulkOut, kCommand));
  wire.pass(MutationPipe::kBulkIn, failed);
  wire.pass(MutationPipe::kInterrupt, "5003");
  BOOST_TEST(!wire.touched(MutationPipe::kBulkOut, kCommand));
}

BOOST_AUTO_TEST_CASE(one_in_n_is_drawn_by_the_seed) {
  Mutation mutation = dropping(MutationPipe::kBulkIn);
  mutation.when.one_in = 50;
  const auto run = [&](std::uint64_t seed) {
    Wire wire({mutation}, seed);
    std::string text;
    for (int i = 0; i < 1000; ++i)
      text += wire.touched(MutationPipe::kBulkIn, kAnswer) ? 'x' : '.';
    return text;
  };
  const std::string first = run(7);
  BOOST_TEST(first == run(7));
  BOOST_TEST(first != run(8));
  const auto hits = std::count(first.begin(), first.end(), 'x');
  BOOST_TEST(hits > 5);
  BOOST_TEST(hits < 50);
}

BOOST_AUTO_TEST_CASE(lengths_decide_too) {
  Mutation full = dropping(MutationPipe::kBulkIn);
  full.match.full_packet = true;
  Mutation largest = dropping(MutationPipe::kBulkOut);
  largest.match.largest = true;
  Mutation setup = dropping(MutationPipe::kControlOut);
  setup.match.setup.bRequest = 6;
  Wire wire({full, largest, setup});
  BOOST_TEST(wire.touched(MutationPipe::kBulkIn, std::string(128, '0')));
  BOOST_TEST(!wire.touched(MutationPipe::kBulkIn, std::string(126, '0')));
  BOOST_TEST(!wire.touched(MutationPipe::kBulkIn, ""));
  BOOST_TEST(wire.touched(MutationPipe::kBulkOut, std::string(542, '0')));
  BOOST_TEST(!wire.touched(MutationPipe::kBulkOut, std::string(540, '0')));
  Bytes request = hex("8006000100001200");
  wire::usb::SetupPacket packet{0x80, 6, 0x0100, 0, 18};
  BOOST_TEST(wire.mutator.pass(MutationPipe::kControlOut, request, &packet, 0).dropped);
  packet.bRequest = 9;
  BOOST_TEST(!wire.mutator.pass(MutationPipe::kControlOut, request, &packet, 0).dropped);
}

BOOST_AUTO_TEST_CASE(a_time_after_configuration_ends) {
  Mutation mutation = dropping(MutationPipe::kBulkOut);
  mutation.when.within_us = 1000;
  mutation.when.since = fault::Since::kConfigured;
  Wire wire({mutation});
  wire.mutator.configured(5000);
  BOOST_TEST(wire.touched(MutationPipe::kBulkOut, kCommand, 6000));
  BOOST_TEST(!wire.touched(MutationPipe::kBulkOut, kCommand, 6001));
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_read_late_is_known) {
  Mutation mutation = dropping(MutationPipe::kBulkIn);
  mutation.when.command_older_us = 1000;
  mutation.match.unless.push_back(pattern(0, "50"));
  Wire wire({mutation});
  wire.pass(MutationPipe::kBulkOut, kCommand, 5000);
  BOOST_TEST(!wire.touched(MutationPipe::kBulkIn, kAnswer, 5999));
  BOOST_TEST(wire.touched(MutationPipe::kBulkIn, kAnswer, 6000));
  BOOST_TEST(!wire.touched(MutationPipe::kBulkIn, "5003", 6000));
}

BOOST_AUTO_TEST_CASE(two_mutations_act_on_one_message) {
  Mutation first, second;
  first.edits.push_back({Edit::Kind::kAdd, 6, 0, 1, 1, false, {}});
  second.copies = 1;
  second.made_up.push_back({MutationPipe::kInterrupt, *fault::parse_template("50 03"), 10});
  Wire wire({first, second});
  const MutationFate fate = wire.pass(MutationPipe::kBulkIn, kAnswer);
  BOOST_TEST(wire.bytes[6] == 8);
  BOOST_TEST(fate.copies == 1U);
  BOOST_REQUIRE(fate.extra.size() == 1U);
  BOOST_TEST(wire::to_hex(fate.extra[0].bytes) == "5003");
}

BOOST_AUTO_TEST_CASE(what_a_wire_cannot_have_is_a_problem) {
  Mutation nothing;
  BOOST_TEST(fault::problem_of(nothing) == "the rule does nothing");
  Mutation stall = dropping(MutationPipe::kFieldUp);
  BOOST_TEST(fault::problem_of(stall).empty());
  stall.stall = true;
  BOOST_TEST(!fault::problem_of(stall).empty());
  Mutation parity = dropping(MutationPipe::kBulkIn);
  parity.hide_parity = true;
  BOOST_TEST(!fault::problem_of(parity).empty());
}

BOOST_AUTO_TEST_SUITE_END()
