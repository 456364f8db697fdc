// A CcidGuard between a host that is the test and an OracleReader.
#pragma once

#include "sim/guard/ccid_guard.h"
#include "sim/wire/ccid/descriptor.h"
#include "tests/unit/guard/oracle.h"
#include "tests/unit/guard/test_card.h"

namespace uketsuke::guard::test {

inline constexpr std::uint8_t kBulkOut = 0x01, kBulkIn = 0x81, kInterruptIn = 0x82, kCdcOut = 0x03,
                              kVendorOut = 0x04;

wire::ccid::ClassDescriptor descriptor_of(Level level);
// Interface 0 CCID, 1 CDC communication, 2 CDC data, 3 vendor-specific.
wire::usb::Configuration configuration_of(const wire::ccid::ClassDescriptor& descriptor);
wire::usb::Configuration configuration_of(Level level);

struct Bench {
  // The reader says `declared` and is `actual`.
  Bench(Level declared, Level actual, std::vector<Release> releases = {});
  explicit Bench(Level level, std::vector<Release> releases = {})
      : Bench(level, level, std::move(releases)) {}

  // The bytes of a transfer; if the guard lets them pass the reader gets them, and the guard sees
  // what it answers.
  bool send(wire::ByteView bytes, std::uint8_t endpoint = kBulkOut);
  bool power_on() { return send(ccid_message(0x62, next_seq())); }
  bool power_off() { return send(ccid_message(0x63, next_seq())); }
  // One APDU in the form of the level; long ones in parts. False: some of it was refused.
  bool apdu(wire::ByteView apdu);
  bool apdu(std::string_view text) { return apdu(hex(text)); }
  // As apdu(), the messages alone.
  std::vector<wire::Bytes> wrap(wire::ByteView apdu);
  // Power, then SELECT JPKI.
  void prologue();
  // Power, then the identification; the card is `card` from now on.
  bool identify(const TestCard& card);
  std::uint8_t next_seq() { return seq++; }
  const CardGuard& slot() const { return *guard.slot(0, 0); }

  Level actual, form;
  CcidGuard guard;
  OracleCard card;
  OracleReader reader;
  bool guarded = true;
  std::uint8_t seq = 0;
  bool sequence = false;  // T=1: N(S) of the next block
  std::size_t sent = 0, passed = 0;
  std::string last_refusal;
  wire::Bytes last_answer;  // last bulk IN
};

}  // namespace uketsuke::guard::test
