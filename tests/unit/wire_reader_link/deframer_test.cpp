#include <boost/test/unit_test.hpp>

#include "sim/wire/reader_link/codec.h"

using namespace uketsuke::wire;
using namespace uketsuke::wire::reader_link;

namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// "F<payload>" for a frame, "E<code>" for an error, one letter pair per item.
std::string run(const Bytes& bytes, std::size_t piece = 100'000) {
  Deframer deframer;
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::size_t n = std::min(piece, bytes.size() - at);
    for (const Deframed& d : deframer.take(ByteView(bytes.data() + at, n))) {
      if (const auto* f = std::get_if<Frame>(&d)) text += "F" + to_hex(f->payload) + " ";
      if (const auto* e = std::get_if<FrameError>(&d)) {
        text += "E" + std::to_string(static_cast<int>(e->code)) + " ";
      }
    }
  }
  return text;
}

const Bytes kA = frame(hex("0102037e7d"));
const Bytes kB = frame(hex("aabbcc"));

}  // namespace

BOOST_AUTO_TEST_SUITE(reader_link_deframer)

BOOST_AUTO_TEST_CASE(frames_come_out_whatever_the_pieces_they_arrive_in) {
  for (std::size_t piece = 1; piece < 30; ++piece) {
    BOOST_TEST(run(kA + kB, piece) == "F0102037e7d Faabbcc ");
  }
}

BOOST_AUTO_TEST_CASE(one_flag_may_end_one_frame_and_begin_the_next) {  // RFC 1662, 3.1
  BOOST_TEST(run(kA + Bytes(kB.begin() + 1, kB.end())) == "F0102037e7d Faabbcc ");
}

BOOST_AUTO_TEST_CASE(flags_in_a_row_are_silence) {
  BOOST_TEST(run(hex("7e7e7e7e") + kA + hex("7e7e")) == "F0102037e7d ");
}

BOOST_AUTO_TEST_CASE(noise_before_a_frame_gives_one_error_and_the_frame) {
  BOOST_TEST(run(hex("00ff1234") + kA) == "E0 F0102037e7d ");
  BOOST_TEST(run(hex("00") + kA) == "E1 F0102037e7d ");
  BOOST_TEST(run(hex("007d") + kA) == "E3 F0102037e7d ");
}

BOOST_AUTO_TEST_CASE(a_frame_cut_short_costs_only_itself) {
  for (std::size_t n = 2; n + 1 < kA.size(); ++n) {
    const std::string out =
        run(Bytes(kA.begin(), kA.begin() + static_cast<std::ptrdiff_t>(n)) + kB);
    BOOST_TEST_CONTEXT(n) {
      BOOST_TEST(out.substr(out.size() - 8) == "Faabbcc ");
      BOOST_TEST(out[0] == 'E');
    }
  }
}

BOOST_AUTO_TEST_CASE(an_escape_before_a_flag_aborts_the_frame) {  // RFC 1662, 4.3
  BOOST_TEST(run(hex("7e0102037d7e") + kB) == "E3 Faabbcc ");
}

BOOST_AUTO_TEST_CASE(a_frame_over_64_kib_is_an_error_and_memory_stays_bounded) {
  BOOST_TEST(run(Bytes{kFlag} + Bytes(10 * kMaxPayload, 0x55) + kB) == "E2 Faabbcc ");
  const Bytes largest(kMaxPayload, 0x55);
  BOOST_TEST(run(frame(largest) + kB) == "F" + to_hex(largest) + " Faabbcc ");
  BOOST_TEST(run(frame(Bytes(kMaxPayload + 1, 0x55)) + kB) == "E2 Faabbcc ");
}

// A flipped bit never lets a changed payload pass, and never costs the next frame.
BOOST_AUTO_TEST_CASE(every_single_flipped_bit_is_detected) {
  const Bytes good = encode({9, CheckPasscode{"482915"}}).value();
  const std::string payload = run(good);
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes bad = good;
      bad[at] ^= static_cast<std::uint8_t>(1 << bit);
      const std::string out = run(bad + kB);
      BOOST_TEST_CONTEXT("byte " << at << " bit " << bit) {
        BOOST_TEST(out[0] == 'E');
        BOOST_TEST(out.find(payload) == std::string::npos);
        BOOST_TEST(out.size() >= 8u);
        BOOST_TEST(out.substr(out.size() - 8) == "Faabbcc ");
        BOOST_TEST(std::count(out.begin(), out.end(), 'F') == 1);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(reset_forgets_a_half_frame) {
  Deframer deframer;
  BOOST_TEST(deframer.take(hex("7e0102")).empty());
  deframer.reset();
  BOOST_TEST(deframer.take(kB).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
