#include "sim/gateway/pcsc_faults.h"

#include <boost/test/unit_test.hpp>
#include <string>

namespace uketsuke::gateway {
namespace {

using wire::session::Failure;

// Values: PC/SC Part 5 as pcsc-lite has them; what each means to a program that asked for a card.
struct Expected {
  std::uint32_t code;
  const char* name;
  Failure failure;
  PcscLoss loss;
};
const Expected kTable[] = {
    {0x8010001D, "SCARD_E_NO_SERVICE", Failure::kNoReader, PcscLoss::kService},
    {0x8010001E, "SCARD_E_SERVICE_STOPPED", Failure::kNoReader, PcscLoss::kService},
    {0x80100003, "SCARD_E_INVALID_HANDLE", Failure::kNoReader, PcscLoss::kService},
    {0x80100009, "SCARD_E_UNKNOWN_READER", Failure::kNoReader, PcscLoss::kCard},
    {0x80100017, "SCARD_E_READER_UNAVAILABLE", Failure::kNoReader, PcscLoss::kCard},
    {0x8010002E, "SCARD_E_NO_READERS_AVAILABLE", Failure::kNoReader, PcscLoss::kCard},
    {0x8010000C, "SCARD_E_NO_SMARTCARD", Failure::kNoCard, PcscLoss::kCard},
    {0x80100069, "SCARD_W_REMOVED_CARD", Failure::kCardRemoved, PcscLoss::kCard},
    {0x80100066, "SCARD_W_UNRESPONSIVE_CARD", Failure::kCardMute, PcscLoss::kCard},
    {0x80100067, "SCARD_W_UNPOWERED_CARD", Failure::kNotConnected, PcscLoss::kCard},
    {0x80100068, "SCARD_W_RESET_CARD", Failure::kNotConnected, PcscLoss::kCard},
    {0x80100065, "SCARD_W_UNSUPPORTED_CARD", Failure::kUnsupported, PcscLoss::kCard},
    {0x8010000B, "SCARD_E_SHARING_VIOLATION", Failure::kBusy, PcscLoss::kNothing},
    {0x8010000F, "SCARD_E_PROTO_MISMATCH", Failure::kUnsupported, PcscLoss::kCard},
    {0x80100008, "SCARD_E_INSUFFICIENT_BUFFER", Failure::kUnsupported, PcscLoss::kNothing},
    {0x80100004, "SCARD_E_INVALID_PARAMETER", Failure::kUnsupported, PcscLoss::kNothing},
    {0x8010000A, "SCARD_E_TIMEOUT", Failure::kTimeOut, PcscLoss::kNothing},
    {0x80100016, "SCARD_E_NOT_TRANSACTED", Failure::kCommunication, PcscLoss::kNothing},
    {0x80100013, "SCARD_F_COMM_ERROR", Failure::kCommunication, PcscLoss::kService},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(pcsc_faults)

BOOST_AUTO_TEST_CASE(every_error_means_one_failure_and_says_what_is_lost) {
  for (const Expected& row : kTable) {
    BOOST_TEST_CONTEXT(row.name) {
      const PcscFault fault = pcsc_fault("SCardTransmit", row.code);
      BOOST_TEST((fault.failure == row.failure));
      BOOST_TEST((fault.loss == row.loss));
      BOOST_TEST(pcsc_name(row.code) == row.name);
      BOOST_TEST(fault.what.find("SCardTransmit: " + std::string(row.name)) == 0U);
    }
  }
}

// pcsc-lite's codes are LONG: with 64 bits they are negative or not, after who widened them.
BOOST_AUTO_TEST_CASE(a_code_is_the_same_however_wide_it_came) {
  const auto narrow = static_cast<std::int32_t>(0x80100069);
  BOOST_TEST((pcsc_fault("x", narrow).failure == Failure::kCardRemoved));
  BOOST_TEST((pcsc_fault("x", std::int64_t{0x80100069}).failure == Failure::kCardRemoved));
}

BOOST_AUTO_TEST_CASE(an_unknown_error_ends_the_connection_and_is_told_by_its_number) {
  const PcscFault fault = pcsc_fault("SCardConnect", 0x80109999);
  BOOST_TEST((fault.failure == Failure::kCommunication));
  BOOST_TEST((fault.loss == PcscLoss::kCard));
  BOOST_TEST(fault.what == "SCardConnect: 80109999");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace uketsuke::gateway
