#include "sim/wire/mynumber/apdu_masker.h"

#include <boost/test/unit_test.hpp>

using namespace uketsuke;
using wire::Bytes;
using wire::ByteView;
using wire::mynumber::Application;
using wire::mynumber::Masker;
using wire::mynumber::MaskRange;
using wire::mynumber::MaskRanges;

namespace {

Bytes hex(std::string_view text) { return wire::from_hex(text).value(); }
const char* const kJpki = "00a4040c0a d392f000260100000001";
const char* const kFace = "00a4040c0a d3921000310001010402";
const char* const kText = "00a4040c0a d3921000310001010408";
const char* const kCommon = "00a4040c0a d3921000310001010100";

// One exchange; whether any byte of the answer's data is masked.
bool masks(Masker& masker, std::string_view command, std::string_view response) {
  masker.on_command(hex(command));
  return !masker.on_response(hex(response)).empty();
}
bool reads_masked(Masker& masker, std::string_view read = "00b0000000") {
  return masks(masker, read, "aabbcc9000");
}

std::ostream& operator<<(std::ostream& out, const MaskRange& range) {
  return out << range.offset << "+" << range.length;
}

}  // namespace

namespace uketsuke::wire::mynumber {
std::ostream& operator<<(std::ostream& out, const MaskRange& range) {
  return ::operator<<(out, range);
}
}  // namespace uketsuke::wire::mynumber

BOOST_AUTO_TEST_SUITE(apdu_masker)

BOOST_AUTO_TEST_CASE(reference_data_is_masked_in_commands) {
  Masker masker;
  const auto masked = [&masker](std::string_view command) {
    Bytes bytes = hex(command);
    wire::mynumber::apply_mask(bytes, masker.on_command(bytes));
    masker.on_response(hex("9000"));
    return wire::to_hex(bytes);
  };
  BOOST_TEST(masked("0020008004 31323334") == "00200080042a2a2a2a");
  BOOST_TEST(masked("0020009804 31323334") == "00200098042a2a2a2a");
  BOOST_TEST(masked("0024018004 35363738") == "00240180042a2a2a2a");
  BOOST_TEST(masked("8032008004 35363738") == "80320080042a2a2a2a");
  BOOST_TEST(masked("00200080000004 31323334") == "002000800000042a2a2a2a");
  // Another class, a chain, an Lc that is wrong, an Lc of zero: masked all the same.
  BOOST_TEST(masked("1c20008004 31323334") == "1c200080042a2a2a2a");
  BOOST_TEST(masked("0020008002 31323334") == "00200080022a2a2a2a");
  BOOST_TEST(masked("0020008009 31323334") == "00200080092a2a2a2a");
  BOOST_TEST(masked("0020008000 31323334") == "00200080002a2a2a2a");
  // Nothing to mask: the retry query, a header alone.
  BOOST_TEST(masked("00200080") == "00200080");
  BOOST_TEST(masked("0020008004") == "0020008004");
}

BOOST_AUTO_TEST_CASE(the_whole_answer_but_the_status_word_is_masked) {
  Masker masker;
  masks(masker, kFace, "9000");
  masker.on_command(hex("00b0820000"));
  BOOST_TEST(masker.on_response(hex("0102039000")) == (MaskRanges{{0, 3}}));
  masker.on_command(hex("00b0820000"));
  BOOST_TEST(masker.on_response(hex("6982")).empty());
}

struct Row {
  const char* select;
  unsigned file;
  bool personal;
};
// The list of the brief: card face 0001, 0002, 0005; card text 0001, 0002 (and 0003, digests of a
// number with twelve digits); JPKI sign certificate 0001.
const Row kRows[] = {
    {kFace, 1, true},  {kFace, 2, true},   {kFace, 3, false},  {kFace, 4, false},
    {kFace, 5, true},  {kText, 1, true},   {kText, 2, true},   {kText, 3, true},
    {kText, 4, false}, {kText, 5, false},  {kText, 6, false},  {kJpki, 1, true},
    {kJpki, 2, false}, {kJpki, 10, false}, {kJpki, 11, false}, {kCommon, 1, false},
};

BOOST_AUTO_TEST_CASE(answers_are_masked_by_file_whatever_way_it_is_selected) {
  for (const Row& row : kRows) {
    char select_ef[32], by_path[32], by_sfi[32], record[32];
    std::snprintf(select_ef, sizeof select_ef, "00a4020c02%04x", row.file);
    std::snprintf(by_path, sizeof by_path, "00a4090c04df01%04x", row.file);
    std::snprintf(by_sfi, sizeof by_sfi, "00b0%02x0000", 0x80 | row.file);
    std::snprintf(record, sizeof record, "00b201%02x00", row.file << 3 | 4);
    BOOST_TEST_CONTEXT(row.select << " " << row.file) {
      Masker masker;
      masks(masker, row.select, "9000");
      masks(masker, select_ef, "9000");
      BOOST_TEST(reads_masked(masker) == row.personal);
      BOOST_TEST(reads_masked(masker, "00b0010000") == row.personal);
      BOOST_TEST(reads_masked(masker, "00b2010400") == row.personal);

      masks(masker, row.select, "9000");
      BOOST_TEST(reads_masked(masker, by_sfi) == row.personal);
      BOOST_TEST(reads_masked(masker, "00b0010000") == row.personal);  // now the current EF
      BOOST_TEST(reads_masked(masker, record) == row.personal);

      // VERIFY and 80 2A with a short identifier make the file current too.
      masks(masker, row.select, "9000");
      char verify[32];
      std::snprintf(verify, sizeof verify, "002000%02x", 0x80 | row.file);
      masks(masker, verify, "6981");
      if (row.personal) BOOST_TEST(reads_masked(masker));

      if (row.personal) {  // by path: the application is not known any more
        masks(masker, row.select, "9000");
        masks(masker, by_path, "9000");
        BOOST_TEST(reads_masked(masker));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(fci_and_shortened_names_select_the_same_application) {
  Masker masker;
  masks(masker, "00a404000ad392100031000101040200", "9000");
  BOOST_TEST((masker.current() == Application::kCardFace));
  BOOST_TEST(reads_masked(masker, "00b0820000"));
  // Five bytes name all applications of that provider: both files 0001 and 0002 can be personal.
  masks(masker, "00a4040c05d392100031", "9000");
  BOOST_TEST((masker.current() == Application::kOther));
  BOOST_TEST(reads_masked(masker, "00b0820000"));
  BOOST_TEST(!reads_masked(masker, "00b08a0000"));
}

BOOST_AUTO_TEST_CASE(a_refused_select_changes_nothing) {
  Masker masker;
  masks(masker, kFace, "9000");
  masks(masker, "00a4020c020002", "9000");
  masks(masker, kJpki, "6a82");
  masks(masker, "00a4020c02000a", "6a82");
  BOOST_TEST(reads_masked(masker));
  masks(masker, "00a40000", "9000");  // accepted without effect
  BOOST_TEST(reads_masked(masker));
}

BOOST_AUTO_TEST_CASE(an_application_that_is_none_of_these_is_not_masked) {
  Masker masker;
  masks(masker, "00a4040c06f05445535401", "9000");
  masks(masker, "00a4020c020001", "9000");
  BOOST_TEST(!reads_masked(masker));
}

BOOST_AUTO_TEST_CASE(a_select_without_answer_may_have_worked) {
  Masker masker;
  masks(masker, kJpki, "9000");
  masker.on_command(hex(kFace));  // no answer
  BOOST_TEST(reads_masked(masker, "00b0820000"));
  masks(masker, kCommon, "9000");
  BOOST_TEST(!reads_masked(masker, "00b0820000"));
}

BOOST_AUTO_TEST_CASE(a_file_selection_without_answer_may_have_worked) {
  for (const char* lost :
       {"00a4020c020002", "00b0820000", "002000820431323334", "802a008202010200"}) {
    Masker masker;
    masks(masker, kFace, "9000");
    masks(masker, "00a4020c020003", "9000");
    BOOST_TEST(!reads_masked(masker));
    masker.on_command(hex(lost));
    BOOST_TEST(reads_masked(masker));
  }
}

BOOST_AUTO_TEST_CASE(a_refused_signature_can_leave_its_file_selected) {
  Masker masker;
  masks(masker, kFace, "9000");
  masks(masker, "00a4020c020003", "9000");
  masks(masker, "802a008202010200", "6981");
  BOOST_TEST(reads_masked(masker));
  masks(masker, "802a008302010200", "9000");
  BOOST_TEST(!reads_masked(masker));
}

BOOST_AUTO_TEST_CASE(get_response_belongs_to_the_command_before) {
  Masker masker;
  masks(masker, kFace, "9000");
  masks(masker, "00b0820000", "6103");
  BOOST_TEST(masks(masker, "00c0000003", "0102039000"));
  masks(masker, "00b0830000", "6103");
  BOOST_TEST(!masks(masker, "00c0000003", "0102039000"));
}

BOOST_AUTO_TEST_CASE(an_answer_cut_short_is_masked_as_a_whole) {
  Masker masker;
  masks(masker, kFace, "9000");
  masker.on_command(hex("00b0820000"));
  BOOST_TEST(masker.on_response(hex("41")) == (MaskRanges{{0, 1}}));
}

BOOST_AUTO_TEST_CASE(a_reset_selects_nothing) {
  Masker masker;
  masks(masker, kFace, "9000");
  masks(masker, "00a4020c020002", "9000");
  masker.on_reset();
  BOOST_TEST((masker.current() == Application::kCardManager));
  BOOST_TEST(!reads_masked(masker));
}

// VERIFY with one bit wrong, whichever: its digits are never shown.
BOOST_AUTO_TEST_CASE(data_of_a_command_that_is_not_known_is_masked) {
  for (unsigned bit = 0; bit < 16; ++bit) {
    Masker masker;
    Bytes command = uketsuke::wire::from_hex("0020008004" "31323334").value();
    command[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    const auto ranges = masker.on_command(command);
    BOOST_TEST((ranges == MaskRanges{{5, 4}}), "bit " << bit);
  }
  Masker masker;
  BOOST_TEST(masker.on_command(uketsuke::wire::from_hex("802a00800231323334").value()).empty());
}

// Ranges never leave the bytes, whatever arrives.
BOOST_AUTO_TEST_CASE(any_bytes_are_accepted) {
  Masker masker;
  std::uint32_t state = 1;
  const auto next = [&state] { return state = state * 1664525u + 1013904223u, state >> 24; };
  constexpr std::uint8_t kIns[] = {0xA4, 0xB0, 0xB1, 0xB2, 0x20, 0x24, 0x2A, 0x32, 0xC0, 0x00};
  for (int i = 0; i < 200000; ++i) {
    Bytes bytes(next() % 24);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(next());
    if (bytes.size() > 1) bytes[1] = kIns[next() % sizeof kIns];
    const bool command = next() % 2 == 0;
    const auto ranges = command ? masker.on_command(bytes) : masker.on_response(bytes);
    for (const MaskRange& range : ranges) {
      BOOST_REQUIRE(range.offset + range.length <= bytes.size());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
