// The guard in front of a USB device with CCID functions: transfers, configurations, sequence
// numbers of T=1, answers that belong to other commands. USB 2.0, 9; CCID 1.1; ISO/IEC 7816-3, 11.
#include "sim/guard/ccid_guard.h"

#include <boost/test/unit_test.hpp>

#include "sim/wire/usb/setup_packet.h"
#include "tests/unit/guard/bench.h"

using namespace uketsuke;
using namespace uketsuke::guard;
using namespace uketsuke::guard::test;
using wire::Bytes;
namespace usb = wire::usb;

namespace {

const Bytes kSelectFile = hex("00a4020c020003");

usb::SetupPacket setup(std::uint8_t bmRequestType, std::uint8_t bRequest, std::uint16_t wValue = 0,
                       std::uint16_t wIndex = 0, std::uint16_t wLength = 0) {
  return {bmRequestType, bRequest, wValue, wIndex, wLength};
}

Bytes answer(std::uint8_t seq, const Bytes& data, std::uint8_t status = 0, std::uint8_t slot = 0) {
  Bytes bytes = ccid_message(0x80, seq, data, slot);
  bytes[7] = status;
  return bytes;
}

const Bytes kAtrT1 = hex("3be000ff8131fe4514");

// A guard of a TPDU reader behind IccPowerOn, and the blocks of a host.
struct T1Host {
  explicit T1Host(std::vector<Release> releases = {}) : guard(std::move(releases)) {
    guard.configured(configuration_of(Level::kTpduT1));
    BOOST_REQUIRE(guard.out(kBulkOut, ccid_message(0x62, seq)).passes());
    guard.in(kBulkIn, answer(seq++, kAtrT1));
  }
  bool send(std::uint8_t pcb, const Bytes& information = {}, std::uint8_t nad = 0) {
    return guard.out(kBulkOut, xfr_block(t1_block(pcb, information, nad), seq)).passes();
  }
  // The card's block in answer to it; empty: the reader failed.
  void hear(std::uint8_t pcb, const Bytes& information = {}) {
    guard.in(kBulkIn, answer(seq++, t1_block(pcb, information)));
  }
  void hear_nothing() { guard.in(kBulkIn, answer(seq++, {}, 0x40)); }
  // SELECT of an application by I(0), answered by I(0).
  void begin() {
    BOOST_REQUIRE(send(0x00, hex(kSelectFace)));
    hear(0x00, hex("9000"));
  }
  CcidGuard guard;
  std::uint8_t seq = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ccid_guard)

// ---- endpoints and requests
BOOST_AUTO_TEST_CASE(before_a_configuration_is_known_only_standard_requests_pass) {
  CcidGuard guard;
  BOOST_TEST(!guard.out(kBulkOut, ccid_message(0x65, 0)).passes());
  BOOST_TEST(guard.control(setup(0x80, 6, 0x0200, 0, 9), {}).passes());
  BOOST_TEST(!guard.control(setup(0x21, 1), {}).passes());
  BOOST_TEST((guard.slot(0, 0) == nullptr));
}

BOOST_AUTO_TEST_CASE(only_ccid_and_cdc_data_endpoints_take_data) {
  CcidGuard guard;
  guard.configured(configuration_of(Level::kShort));
  const Bytes status = ccid_message(0x65, 0);
  BOOST_TEST(guard.out(kBulkOut, status).passes());
  BOOST_TEST(guard.out(kCdcOut, hex("7e0001")).passes());
  for (const std::uint8_t endpoint : {kVendorOut, kBulkIn, kInterruptIn})
    BOOST_TEST(!guard.out(endpoint, status).passes());
  BOOST_TEST(!guard.out(0x05, status).passes());
  usb::Transfer transfer;
  transfer.type = usb::TransferType::kInterrupt;
  transfer.bEndpointAddress = kBulkOut;
  transfer.data = status;
  BOOST_TEST(!guard.submit(transfer).passes());
  transfer.type = usb::TransferType::kIsochronous;
  BOOST_TEST(!guard.submit(transfer).passes());
  transfer.bEndpointAddress = kInterruptIn;
  transfer.data.clear();
  BOOST_TEST(guard.submit(transfer).passes());
}

// The same address in two interfaces: which of them gets the bytes is not known.
BOOST_AUTO_TEST_CASE(an_address_of_two_interfaces_takes_nothing) {
  for (const std::uint8_t shared : {kCdcOut, kVendorOut}) {
    CcidGuard guard;
    usb::Configuration configuration = configuration_of(Level::kShort);
    configuration.interfaces[0].endpoints[0].descriptor.bEndpointAddress = shared;
    guard.configured(configuration);
    BOOST_TEST(!guard.out(shared, ccid_message(0x65, 0)).passes());
  }
}

BOOST_AUTO_TEST_CASE(class_requests_pass_to_their_interfaces_and_vendor_requests_never) {
  CcidGuard guard;
  guard.configured(configuration_of(Level::kShort));
  BOOST_TEST(guard.control(setup(0x21, 1, 0x0100, 0), {}).passes());  // ABORT
  BOOST_TEST(guard.control(setup(0xA1, 2, 0, 0, 16), {}).passes());   // GET_CLOCK_FREQUENCIES
  BOOST_TEST(guard.control(setup(0x21, 0x22, 3, 1), {}).passes());    // CDC control lines
  BOOST_TEST(guard.control(setup(0x21, 0x20, 0, 1, 7), Bytes(7)).passes());  // CDC line coding
  for (const usb::SetupPacket& bad :
       {setup(0x40, 1), setup(0xC0, 1, 0, 0, 8), setup(0x41, 1), setup(0x60, 0),
        setup(0x21, 1, 0, 3), setup(0x21, 1, 0, 1), setup(0x21, 0x22, 3, 0), setup(0x21, 9, 0, 0),
        setup(0x22, 1, 0, 0), setup(0x21, 0x00, 0, 1), setup(0x00, 5, 3), setup(0x00, 7, 0x0200),
        setup(0x00, 3, 2), setup(0x01, 0x0B, 0, 0, 4)})
    BOOST_TEST(!guard.control(bad, {}).passes(), usb::describe(bad));
  BOOST_TEST(!guard.control(setup(0x21, 0x20, 0, 1, 9), Bytes(9)).passes());
  BOOST_TEST(!guard.control(setup(0x21, 0x20, 0, 1, 7), Bytes(6)).passes());
}

BOOST_AUTO_TEST_CASE(the_configuration_is_learned_from_the_answers_of_the_device) {
  CcidGuard guard;
  usb::Transfer get;
  get.type = usb::TransferType::kControl;
  get.setup = setup(0x80, 6, 0x0200, 0, 255);
  const Bytes bytes = usb::encode(configuration_of(Level::kShort)).value();
  BOOST_TEST(guard.submit(get).passes());
  guard.completed(get, {1, usb::TransferStatus::kCompleted, bytes, 0});
  BOOST_TEST((guard.slot(0, 0) == nullptr));
  usb::Transfer set;
  set.type = usb::TransferType::kControl;
  set.setup = usb::set_configuration(1);
  BOOST_TEST(guard.submit(set).passes());
  guard.completed(set, {2, usb::TransferStatus::kStalled, {}, 0});
  BOOST_TEST((guard.slot(0, 0) == nullptr));
  guard.completed(set, {2, usb::TransferStatus::kCompleted, {}, 0});
  BOOST_TEST((guard.slot(0, 0) != nullptr));
  BOOST_TEST((guard.slot(0, 1) == nullptr));
  BOOST_TEST(guard.out(kBulkOut, ccid_message(0x65, 0)).passes());
  guard.disconnected();
  BOOST_TEST(!guard.out(kBulkOut, ccid_message(0x65, 0)).passes());
}

// ---- descriptors
BOOST_AUTO_TEST_CASE(no_command_passes_to_a_reader_whose_exchange_level_is_not_known) {
  using namespace wire::ccid;
  for (const std::uint32_t features :
       {0u, kTpduLevel | kShortApduLevel, kShortApduLevel | kExtendedApduLevel}) {
    ClassDescriptor descriptor;
    descriptor.dwFeatures = features;
    CcidGuard guard;
    guard.configured(configuration_of(descriptor));
    BOOST_TEST(guard.out(kBulkOut, ccid_message(0x62, 0)).passes());
    guard.in(kBulkIn, answer(0, kAtrT1));
    BOOST_TEST(!guard.out(kBulkOut, xfr_block(hex(kSelectJpki), 1)).passes());
    BOOST_TEST(!guard.out(kBulkOut, xfr_block(t1_block(0, hex(kSelectJpki)), 1)).passes());
  }
  CcidGuard guard;
  usb::Configuration configuration = configuration_of(Level::kShort);
  configuration.interfaces[0].extra[0].pop_back();
  guard.configured(configuration);
  BOOST_TEST(!guard.out(kBulkOut, ccid_message(0x62, 0)).passes());
}

// ---- messages and their answers
BOOST_AUTO_TEST_CASE(the_slot_must_exist_and_the_length_must_fit) {
  CcidGuard guard;
  guard.configured(configuration_of(Level::kShort));
  BOOST_TEST(!guard.out(kBulkOut, ccid_message(0x65, 0, {}, 1)).passes());
  BOOST_TEST(!guard.out(kBulkOut, ccid_message(0x65, 0, {}, 255)).passes());
  Bytes status = ccid_message(0x65, 0);
  status.push_back(0);
  BOOST_TEST(!guard.out(kBulkOut, status).passes());
  status[1] = 1;
  BOOST_TEST(!guard.out(kBulkOut, status).passes());
  BOOST_TEST(!guard.out(kBulkOut, {}).passes());
}

// CCID 1.1, 6.1.4: RFU but at the extended APDU level.
BOOST_AUTO_TEST_CASE(a_level_parameter_passes_at_the_extended_level_only) {
  for (const Level level : {Level::kTpduT1, Level::kTpduT0, Level::kShort}) {
    Bench bench(level);
    bench.power_on();
    Bytes message = bench.wrap(hex(kSelectFace))[0];
    for (const std::uint8_t value : {1, 2, 3, 0x10}) {
      message[8] = value;
      BOOST_TEST(!bench.send(message), to_string(level));
    }
    message[8] = 0;
    BOOST_TEST(bench.send(message), to_string(level));
  }
}

BOOST_AUTO_TEST_CASE(messages_that_reach_no_card_pass) {
  CcidGuard guard;
  guard.configured(configuration_of(Level::kShort));
  std::uint8_t seq = 0;
  for (const std::uint8_t type : {0x62, 0x63, 0x65, 0x6A, 0x6C, 0x6D, 0x6E, 0x71, 0x72})
    BOOST_TEST(guard.out(kBulkOut, ccid_message(type, seq++)).passes(), int{type});
  BOOST_TEST(guard.out(kBulkOut, ccid_message(0x63, seq++)).passes());
  BOOST_TEST(guard.out(kBulkOut, ccid_message(0x73, seq++, Bytes(8))).passes());
  Bytes parameters = ccid_message(0x61, seq++, Bytes(7));
  parameters[7] = 1;
  BOOST_TEST(guard.out(kBulkOut, parameters).passes());
  parameters[7] = 0x80;
  BOOST_TEST(!guard.out(kBulkOut, parameters).passes());
}

BOOST_AUTO_TEST_CASE(a_card_is_active_when_the_answer_to_its_own_power_on_says_so) {
  const auto active_after = [](const Bytes& heard) {
    CcidGuard guard;
    guard.configured(configuration_of(Level::kShort));
    BOOST_REQUIRE(guard.out(kBulkOut, ccid_message(0x62, 9)).passes());
    guard.in(kBulkIn, heard);
    return guard.slot(0, 0)->active();
  };
  BOOST_TEST(active_after(answer(9, kAtrT1)));
  BOOST_TEST(!active_after(answer(8, kAtrT1)));        // of another command
  BOOST_TEST(!active_after(answer(9, kAtrT1, 0, 1)));  // of another slot
  BOOST_TEST(!active_after(answer(9, {}, 0x40)));      // failed
  BOOST_TEST(!active_after(answer(9, {}, 0x80)));      // asks for time
  BOOST_TEST(!active_after(answer(9, kAtrT1, 0x01)));  // says the card is inactive
  BOOST_TEST(!active_after(answer(9, kAtrT1, 0x02)));  // no card
  BOOST_TEST(!active_after(ccid_message(0x81, 9)));    // another type
  BOOST_TEST(!active_after(hex("80")));
}

BOOST_AUTO_TEST_CASE(two_commands_are_never_under_way_in_one_slot) {
  Bench bench(Level::kShort);
  bench.prologue();
  BOOST_REQUIRE(bench.guard.out(kBulkOut, xfr_block(kSelectFile, 100)).passes());
  for (const std::uint8_t type : {0x6C, 0x6D, 0x6E})
    BOOST_TEST(!bench.guard.out(kBulkOut, ccid_message(type, 101)).passes());
  BOOST_TEST(bench.guard.out(kBulkOut, ccid_message(0x65, 101)).passes());  // is it alive?
  bench.guard.in(kBulkIn, ccid_message(0x81, 101));
  BOOST_TEST(!bench.guard.out(kBulkOut, xfr_block(kSelectFile, 100)).passes());
  bench.guard.in(kBulkIn, answer(99, hex("9000")));  // not its answer
  BOOST_TEST(!bench.guard.out(kBulkOut, xfr_block(kSelectFile, 102)).passes());
  bench.guard.in(kBulkIn, answer(100, {}, 0x80));  // asks for time
  BOOST_TEST(!bench.guard.out(kBulkOut, xfr_block(kSelectFile, 102)).passes());
  bench.guard.in(kBulkIn, answer(100, hex("9000")));
  BOOST_TEST(bench.guard.out(kBulkOut, xfr_block(kSelectFile, 102)).passes());
}

// CCID 1.1, 5.3.1.
BOOST_AUTO_TEST_CASE(an_abort_ends_what_is_under_way_and_what_it_did_is_not_known) {
  Bench bench(Level::kShort);
  bench.prologue();
  BOOST_REQUIRE(bench.guard.out(kBulkOut, xfr_block(hex(kSelectFace), 100)).passes());
  BOOST_TEST(bench.guard.control(setup(0x21, 1, 0x6500, 0), {}).passes());
  BOOST_TEST(bench.guard.out(kBulkOut, ccid_message(0x72, 101)).passes());
  BOOST_TEST(!bench.guard.out(kBulkOut, xfr_block(kSelectFile, 102)).passes());
  bench.guard.in(kBulkIn, ccid_message(0x81, 101));
  bench.guard.in(kBulkIn, answer(100, hex("9000")));  // too late
  bench.seq = 110;
  BOOST_TEST(!bench.apdu("00200080"));
  BOOST_TEST(!bench.apdu("00b0830000"));
  BOOST_TEST(bench.apdu(kSelectFace));
  BOOST_TEST(bench.apdu("00b0830000"));
}

BOOST_AUTO_TEST_CASE(a_lost_answer_leaves_the_selection_unknown) {
  Bench bench(Level::kShort);
  bench.prologue();
  bench.reader.fail_next = true;
  BOOST_TEST(bench.apdu(kSelectFace));
  BOOST_TEST(!bench.apdu("00200080"));
  BOOST_TEST(!bench.apdu("00b0830000"));
}

BOOST_AUTO_TEST_CASE(the_card_is_inactive_when_any_answer_or_notification_says_so) {
  using namespace wire::ccid;
  Bench bench(Level::kShort);
  bench.prologue();
  bench.send(ccid_message(0x65, bench.next_seq()));
  BOOST_TEST(bench.slot().active());
  BOOST_REQUIRE(bench.guard.out(kBulkOut, ccid_message(0x65, 200)).passes());
  Bytes gone = ccid_message(0x81, 200);
  gone[7] = 0x02;
  bench.guard.in(kBulkIn, gone);
  BOOST_TEST(!bench.slot().active());
  bench.seq = 201;
  bench.prologue();
  bench.guard.in(kInterruptIn, hex("5002"));  // absent
  BOOST_TEST(!bench.slot().active());
}

// dwFeatures 04h: a card that was swapped has power without IccPowerOn.
BOOST_AUTO_TEST_CASE(a_swapped_card_is_another_activation_where_the_reader_activates_by_itself) {
  using namespace wire::ccid;
  for (const std::uint32_t feature : {0u, kAutoActivation}) {
    Bench bench(Level::kShort);
    ClassDescriptor descriptor = descriptor_of(Level::kShort);
    descriptor.dwFeatures |= feature;
    const auto active_after = [&](std::string_view notification) {
      bench.guard.in(kInterruptIn, hex(notification));
      return bench.slot().active();
    };
    bench.guard.configured(configuration_of(descriptor));
    bench.power_on();
    bench.apdu(kSelectFace);
    BOOST_TEST(active_after("5003"));  // the first one tells what was there before
    BOOST_TEST(active_after("5003") == (feature == 0));
    // Before the second activation nothing was announced: then it is a swap.
    bench.guard.configured(configuration_of(descriptor));
    bench.power_on();
    bench.power_on();
    BOOST_TEST(active_after("5003") == (feature == 0));
    // A card that was taken away is announced by every reader.
    bench.guard.configured(configuration_of(descriptor));
    bench.power_on();
    BOOST_TEST(!active_after("5002"));
  }
}

// ---- OUT transfers that end half-way
BOOST_AUTO_TEST_CASE(
    after_a_transfer_that_broke_off_only_empty_messages_pass_until_one_is_answered) {
  Bench bench(Level::kShort);
  bench.prologue();
  usb::Transfer transfer;
  transfer.bEndpointAddress = kBulkOut;
  transfer.data = xfr_block(kSelectFile, 100);
  BOOST_REQUIRE(bench.guard.submit(transfer).passes());
  bench.guard.completed(transfer, {1, usb::TransferStatus::kTimedOut, {}, 8});
  BOOST_TEST(!bench.guard.out(kBulkOut, xfr_block(kSelectFile, 101)).passes());
  BOOST_TEST(!bench.guard.out(kBulkOut, ccid_message(0x73, 101, Bytes(8))).passes());
  BOOST_TEST(bench.guard.out(kBulkOut, ccid_message(0x65, 102)).passes());
  bench.guard.in(kBulkIn, answer(100, hex("9000")));
  BOOST_TEST(!bench.guard.out(kBulkOut, xfr_block(kSelectFile, 103)).passes());
  bench.guard.in(kBulkIn, ccid_message(0x81, 102));
  bench.seq = 104;
  bench.prologue();
  BOOST_TEST(bench.apdu(kSelectFace));
}

BOOST_AUTO_TEST_CASE(after_a_stall_the_message_can_be_sent_again) {
  Bench bench(Level::kShort);
  bench.prologue();
  usb::Transfer transfer;
  transfer.bEndpointAddress = kBulkOut;
  transfer.data = xfr_block(hex(kSelectFace), 100);
  BOOST_REQUIRE(bench.guard.submit(transfer).passes());
  bench.guard.completed(transfer, {1, usb::TransferStatus::kStalled, {}, 0});
  BOOST_TEST(bench.guard.control(usb::clear_endpoint_halt(kBulkOut), {}).passes());
  transfer.data[6] = 101;
  BOOST_TEST(bench.guard.submit(transfer).passes());
}

// ---- T=1
BOOST_AUTO_TEST_CASE(a_block_with_the_wrong_sequence_number_does_not_pass) {
  T1Host host;
  BOOST_TEST(!host.send(0x40, hex(kSelectFace)));
  host.begin();
  BOOST_TEST(!host.send(0x00, kSelectFile));
  BOOST_TEST(host.send(0x40, kSelectFile));
}

BOOST_AUTO_TEST_CASE(before_its_answer_only_the_same_block_passes_again) {
  T1Host host;
  host.begin();
  BOOST_REQUIRE(host.send(0x40, kSelectFile));
  host.hear_nothing();
  BOOST_TEST(!host.send(0x40, hex("00a4020c020002")));
  BOOST_TEST(!host.send(0x00, hex("00a4020c020002")));
  BOOST_TEST(host.send(0x40, kSelectFile));
  host.hear(0x91);  // N(R) is that of the block: once more
  BOOST_TEST(host.send(0x40, kSelectFile));
  host.hear(0x40, hex("9000"));
  BOOST_TEST(host.send(0x00, hex("00b0000010")));
}

// An old answer that is sent again is not the answer to the command under way.
BOOST_AUTO_TEST_CASE(an_answer_that_the_card_repeats_is_counted_once) {
  T1Host host;
  host.begin();
  BOOST_REQUIRE(host.send(0x40, kSelectFile));
  host.hear(0x00, hex("9000"));  // N(S) of the answer before
  BOOST_TEST(!host.send(0x00, hex("00b0000010")));
  BOOST_TEST(host.send(0x80));
  host.hear(0x40, hex("6a82"));
  BOOST_TEST(!host.send(0x00, hex("00b0000010")));
  BOOST_TEST(host.send(0x00, hex("00a4020c020004")));
}

BOOST_AUTO_TEST_CASE(an_answer_in_parts_is_whole_before_the_next_command_passes) {
  T1Host host;
  host.begin();
  BOOST_REQUIRE(host.send(0x40, kSelectFile));
  host.hear(0x60, hex("90"));
  BOOST_TEST(!host.send(0x00, hex("00b0000010")));
  BOOST_TEST(host.send(0x80));
  host.hear(0x00, hex("00"));
  BOOST_TEST(host.send(0x00, hex("00b0000010")));
}

BOOST_AUTO_TEST_CASE(after_s_resynch_both_sides_begin_again_once_the_card_has_answered) {
  T1Host host;
  host.begin();
  BOOST_REQUIRE(host.send(0x40, kSelectFile));
  host.hear_nothing();
  BOOST_TEST(host.send(0xC0));
  host.hear_nothing();
  BOOST_TEST(!host.send(0x00, kSelectFile));
  BOOST_TEST(!host.send(0x40, kSelectFile));
  BOOST_TEST(host.send(0xC0));
  host.hear(0xE0);
  BOOST_TEST(!host.send(0x40, hex(kSelectFace)));
  BOOST_TEST(!host.send(0x00, hex("00b0830000")));  // what is selected is not known
  BOOST_TEST(host.send(0x00, hex(kSelectFace)));
}

BOOST_AUTO_TEST_CASE(an_ifs_request_must_be_answered_before_the_next_command) {
  T1Host host;
  BOOST_TEST(host.send(0xC1, hex("fe")));
  host.hear_nothing();
  BOOST_TEST(!host.send(0x00, hex(kSelectFace)));
  BOOST_TEST(host.send(0xC1, hex("fe")));
  host.hear(0xE1, hex("fe"));
  BOOST_TEST(host.send(0x00, hex(kSelectFace)));
}

BOOST_AUTO_TEST_CASE(an_answer_to_nothing_stops_everything_until_resynchronised) {
  T1Host host;
  host.begin();
  BOOST_TEST(host.send(0x80));
  host.hear(0x40, hex("9000"));
  BOOST_TEST(!host.send(0x40, kSelectFile));
  BOOST_TEST(host.send(0xC0));
  host.hear(0xE0);
  BOOST_TEST(host.send(0x00, hex(kSelectFace)));
}

BOOST_AUTO_TEST_CASE(a_card_that_asks_for_time_is_answered) {
  T1Host host;
  host.begin();
  BOOST_REQUIRE(host.send(0x40, kSelectFile));
  host.hear(0xC3, hex("02"));
  BOOST_TEST(host.send(0xE3, hex("02")));
  host.hear(0x40, hex("9000"));
  BOOST_TEST(host.send(0x00, hex("00b0000010")));
}

BOOST_AUTO_TEST_CASE(nad_other_than_zero_does_not_pass) {
  T1Host host;
  for (const std::uint8_t nad : {0x01, 0x10, 0x21, 0x88})
    BOOST_TEST(!host.send(0x00, hex(kSelectFace), nad));
}

// ISO/IEC 7816-3:2006, 9: right after the ATR, and nothing but protocol and PPS1.
BOOST_AUTO_TEST_CASE(a_pps_passes_as_the_first_exchange_only) {
  const auto passes_pps = [](std::string_view bytes) {
    T1Host host;
    return host.guard.out(kBulkOut, xfr_block(hex(bytes), host.seq)).passes();
  };
  BOOST_TEST(passes_pps("ff1113fd"));
  BOOST_TEST(passes_pps("ff01fe"));
  BOOST_TEST(!passes_pps("ff1113fc"));  // PCK
  BOOST_TEST(!passes_pps("ff2004db"));  // PPS2: INS of VERIFY
  BOOST_TEST(!passes_pps("ff2100de"));
  BOOST_TEST(!passes_pps("ff02fd"));  // T=2
  T1Host host;
  host.begin();
  BOOST_TEST(!host.guard.out(kBulkOut, xfr_block(hex("ff1113fd"), host.seq)).passes());
}

BOOST_AUTO_TEST_SUITE_END()
