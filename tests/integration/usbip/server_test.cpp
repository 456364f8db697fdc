// Our USB/IP server and clients that do it wrong, or in another order than ours.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <map>
#include <thread>

#include "tests/integration/usbip/desk_fixture.h"
#include "tests/integration/usbip/raw_peer.h"

using namespace uketsuke;
using namespace uketsuke::test;
using namespace uketsuke::wire::usbip;
using uketsuke::wire::ByteView;

namespace {

const std::string kGetDevice = "8006000100001200";          // GET_DESCRIPTOR DEVICE, 18 bytes
const std::string kSetConfiguration = "0009010000000000";
constexpr unsigned kBulkIn = 2;  // of the CCID function
constexpr std::int32_t kEpipe = -32, kEnodev = -19, kEproto = -71;

struct Endpoints { unsigned out = 0, in = 0, interrupt = 0; };
Endpoints endpoints(bench::ServedDesk& desk) {
  const auto& e = desk.profile(0).ccid.endpoints;
  return {e.bulk_out & 0x0FU, e.bulk_in & 0x0FU, e.interrupt_in & 0x0FU};
}

wire::Bytes hex(const std::string& text) { return wire::from_hex(text).value(); }

bool serves(DeskFixture& desk) {
  const auto listed = gateway::usbip_list(desk.address());
  const auto* devices = std::get_if<std::vector<ListedDevice>>(&listed);
  return devices != nullptr && devices->size() == desk.desk().readers();
}

void configure(RawPeer& peer) {
  CmdSubmit command = peer.transfer(1, 0, false, 0);
  const wire::Bytes setup = hex(kSetConfiguration);
  std::copy(setup.begin(), setup.end(), command.setup.begin());
  peer.send(Pdu{command});
  BOOST_REQUIRE(std::get<RetSubmit>(peer.answer().value()).status == 0);
}

RetSubmit submitted(RawPeer& peer, const CmdSubmit& command, const wire::Bytes& data = {},
                    wire::Bytes* answer = nullptr) {
  peer.send(Pdu{command}, data);
  const auto pdu = peer.answer(answer, command.basic.direction == Direction::USBIP_DIR_IN);
  BOOST_REQUIRE(pdu.has_value());
  BOOST_REQUIRE(std::holds_alternative<RetSubmit>(*pdu));
  const auto ret = std::get<RetSubmit>(*pdu);
  BOOST_TEST(ret.basic.seqnum == command.basic.seqnum);
  return ret;
}

RetUnlink unlinked(RawPeer& peer) {
  const auto pdu = peer.answer();
  BOOST_REQUIRE(pdu.has_value());
  BOOST_REQUIRE(std::holds_alternative<RetUnlink>(*pdu));
  return std::get<RetUnlink>(*pdu);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(usbip_server)

BOOST_AUTO_TEST_CASE(transfers_end_with_the_errno_and_length_that_linux_expects) {
  DeskFixture desk;
  const Endpoints ep = endpoints(desk.desk());
  RawPeer peer(desk.address());
  BOOST_REQUIRE(peer.import("1-1") == 0);
  wire::Bytes data;
  RetSubmit ret = submitted(peer, peer.control_in(10, kGetDevice), {}, &data);
  BOOST_TEST(ret.status == 0);
  BOOST_TEST(ret.actual_length == 18);
  BOOST_TEST(wire::to_hex(data).substr(0, 4) == "1201");
  // Room for more than there is: short, which one flag makes an error (EREMOTEIO).
  CmdSubmit command = peer.control_in(11, "8006000100004000");
  BOOST_TEST(submitted(peer, command).actual_length == 18);
  command.basic.seqnum = 12;
  command.transfer_flags = kShortNotOk;
  ret = submitted(peer, command, {}, &data);
  BOOST_TEST(ret.status == -121);
  BOOST_TEST(data.size() == 18U);
  // A request that no device of ours knows: stall.
  BOOST_TEST(submitted(peer, peer.control_in(13, "c0ff000000000400")).status == kEpipe);
  // Direction of the command against that of the setup packet; OUT data that are not there.
  command = peer.control_in(14, kGetDevice);
  command.basic.direction = Direction::USBIP_DIR_OUT;
  command.transfer_buffer_length = 0;
  BOOST_TEST(submitted(peer, command).status == -22);
  // No such endpoint; an isochronous transfer.
  BOOST_TEST(submitted(peer, peer.transfer(15, 15, true, 64)).status == kEproto);
  command = peer.transfer(16, ep.in, true, 64);
  command.number_of_packets = 2;
  BOOST_TEST(submitted(peer, command, wire::Bytes(2 * kIsoPacketLength)).status == -22);

  configure(peer);
  // GetSlotStatus, then its answer into too little room: babble.
  const wire::Bytes status = hex("65000000000001000000");
  BOOST_TEST(submitted(peer, peer.transfer(20, ep.out, false, 10), status).actual_length == 10);
  BOOST_TEST(submitted(peer, peer.transfer(21, ep.in, true, 4)).status == -75);
  BOOST_TEST(submitted(peer, peer.transfer(22, ep.out, false, 10), status).status == 0);
  ret = submitted(peer, peer.transfer(23, ep.in, true, 512), {}, &data);
  BOOST_TEST(ret.actual_length == 10);
  BOOST_TEST(wire::to_hex(data).substr(0, 2) == "81");
  // An empty packet is no message, and does no harm.
  BOOST_TEST(submitted(peer, peer.transfer(24, ep.out, false, 0)).status == 0);
}

BOOST_AUTO_TEST_CASE(unlink_answers_for_what_waits_what_is_over_and_what_never_was) {
  DeskFixture desk;
  const Endpoints ep = endpoints(desk.desk());
  RawPeer peer(desk.address());
  BOOST_REQUIRE(peer.import("1-1") == 0);
  configure(peer);
  peer.send(Pdu{peer.unlink(50, 4711)});  // never was
  BOOST_TEST(unlinked(peer).status == 0);
  BOOST_TEST(submitted(peer, peer.control_in(51, kGetDevice)).status == 0);
  peer.send(Pdu{peer.unlink(52, 51)});  // over
  BOOST_TEST(unlinked(peer).status == 0);
  // Waits: it gets no answer of its own. Unlinked twice: the second finds it going already.
  peer.send(Pdu{peer.transfer(54, ep.interrupt, true, 8)});
  peer.send(Pdu{peer.unlink(55, 54)});
  peer.send(Pdu{peer.unlink(56, 54)});
  std::map<std::uint32_t, std::int32_t> statuses;
  for (int i = 0; i < 2; ++i) {
    const RetUnlink ret = unlinked(peer);
    statuses[ret.basic.seqnum] = ret.status;
  }
  BOOST_TEST(statuses[55] == -104);
  BOOST_TEST(statuses[56] == 0);
  BOOST_TEST(peer.is_silent(200));
  // Submit and unlink at once, a hundred times: each ends once, whatever comes first.
  for (std::uint32_t i = 0; i < 100; ++i) {
    const std::uint32_t seqnum = 1000 + 2 * i;
    peer.send(Pdu{peer.control_in(seqnum, kGetDevice)});
    peer.send(Pdu{peer.unlink(seqnum + 1, seqnum)});
    wire::Bytes data;
    const auto first = peer.answer(&data, true);
    BOOST_REQUIRE(first.has_value());
    if (const auto* ret = std::get_if<RetSubmit>(&*first)) {
      BOOST_TEST(ret->basic.seqnum == seqnum);
      BOOST_TEST(unlinked(peer).status == 0);
    } else {
      BOOST_TEST(std::get<RetUnlink>(*first).status == -104);
    }
  }
}

BOOST_AUTO_TEST_CASE(unplugging_ends_what_is_open_and_the_connection) {
  DeskFixture desk;
  const Endpoints ep = endpoints(desk.desk());
  RawPeer peer(desk.address());
  BOOST_REQUIRE(peer.import("1-1") == 0);
  configure(peer);
  peer.send(Pdu{peer.transfer(3, ep.interrupt, true, 8)});
  peer.send(Pdu{peer.transfer(4, ep.in, true, 64)});
  BOOST_TEST(peer.is_silent(100));
  desk.hands([](bench::ServedDesk& d) { return d.unplug(0); });
  for (int i = 0; i < 2; ++i)
    BOOST_TEST(std::get<RetSubmit>(peer.answer().value()).status == kEnodev);
  BOOST_TEST(peer.is_closed());
  RawPeer again(desk.address());
  BOOST_TEST(again.import("1-1") == static_cast<std::uint32_t>(OpStatus::kNoSuchDevice));
}

BOOST_AUTO_TEST_CASE(what_no_client_may_say_ends_its_connection_and_nothing_else) {
  DeskFixture desk;
  const auto before = footprint();
  for (const char* text : {"ffffffffffffffff", "0106800500000000", "0111000500000000",
                           "474554202f20485454502f312e310d0a"}) {
    RawPeer peer(desk.address());
    peer.send(hex(text));
    BOOST_TEST(peer.is_closed());
  }
  {
    RawPeer peer(desk.address());
    wire::Bytes endless = hex("0111800300000000");
    endless.resize(40, 'x');
    peer.send(endless);
    BOOST_TEST(wire::to_hex(peer.receive(8)) == "0111000300000001");
    BOOST_TEST(peer.is_closed());
    RawPeer half(desk.address());
    half.send(hex("011180"));
  }
  {
    RawPeer peer(desk.address());
    BOOST_TEST(peer.import("9-9") == static_cast<std::uint32_t>(OpStatus::kNoSuchDevice));
  }
  using Damage = std::function<void(RawPeer&, CmdSubmit&)>;
  const std::vector<Damage> damages{
      [](RawPeer& p, CmdSubmit&) { p.send(Pdu{RetSubmit{}}); },
      [](RawPeer& p, CmdSubmit&) { p.send(Pdu{RetUnlink{}}); },
      [](RawPeer& p, CmdSubmit&) { p.send(wire::Bytes(48, 0xFF)); },
      [](RawPeer& p, CmdSubmit&) { p.send(wire::Bytes(48, 0)); },
      [](RawPeer& p, CmdSubmit& c) { c.basic.devid ^= 1; p.send(Pdu{c}); },
      [](RawPeer& p, CmdSubmit& c) { c.basic.ep = 16; p.send(Pdu{c}); },
      [](RawPeer& p, CmdSubmit& c) { c.transfer_buffer_length = -1; p.send(Pdu{c}); },
      [](RawPeer& p, CmdSubmit& c) {
        c.basic.direction = Direction::USBIP_DIR_OUT;
        c.transfer_buffer_length = gateway::UsbipExport::kMaxOut + 1;
        p.send(Pdu{c});
      },
      [](RawPeer& p, CmdSubmit& c) { c.number_of_packets = 100'000; p.send(Pdu{c}); },
      [](RawPeer& p, CmdSubmit& c) {  // the same number while the first is under way
        c = p.transfer(5, kBulkIn, true, 64);
        p.send(Pdu{c});
        p.send(Pdu{c});
      },
  };
  for (std::size_t i = 0; i < damages.size(); ++i) {
    BOOST_TEST_CONTEXT("damage " << i) {
      RawPeer peer(desk.address());
      BOOST_REQUIRE(peer.import("1-1") == 0);
      CmdSubmit command = peer.control_in(5, kGetDevice);
      damages[i](peer, command);
      BOOST_TEST(peer.is_closed());
      BOOST_TEST(serves(desk));
    }
  }
  {  // half a command, and gone
    RawPeer peer(desk.address());
    BOOST_REQUIRE(peer.import("1-1") == 0);
    peer.send(ByteView(encode(Pdu{peer.control_in(5, kGetDevice)})).first(30));
  }
  RawPeer last(desk.address());
  BOOST_TEST(last.import("1-1") == 0U);
  last.close();
  BOOST_TEST(settles_to(before));
  BOOST_TEST(footprint().kilobytes < before.kilobytes + 4096);
}

BOOST_AUTO_TEST_CASE(a_message_that_comes_byte_by_byte_is_a_message) {
  DeskFixture desk;
  RawPeer peer(desk.address());
  BOOST_REQUIRE(peer.import("1-1") == 0);
  for (const std::uint8_t byte : encode(Pdu{peer.control_in(7, kGetDevice)}))
    peer.send(ByteView(&byte, 1));
  wire::Bytes data;
  BOOST_REQUIRE(peer.answer(&data, true).has_value());
  BOOST_TEST(data.size() == 18U);
}

BOOST_AUTO_TEST_CASE(a_flood_of_commands_is_answered_and_does_not_grow_the_server) {
  DeskFixture desk;
  const Endpoints ep = endpoints(desk.desk());
  RawPeer peer(desk.address());
  BOOST_REQUIRE(peer.import("1-1") == 0);
  configure(peer);
  const auto before = footprint();
  constexpr std::uint32_t kCommands = 20'000;
  // GetSlotStatus after GetSlotStatus; nobody fetches what the reader answers.
  const wire::Bytes status = hex("65000000000001000000");
  std::thread sender([&] {
    for (std::uint32_t i = 0; i < kCommands; ++i)
      if (!peer.send(Pdu{peer.transfer(100 + i, ep.out, false, 10)}, status)) return;
  });
  const std::size_t most_waiting = gateway::UsbipExport::kMaxPending;
  std::size_t taken = 0, refused = 0;
  for (std::size_t i = 0; i < kCommands - most_waiting; ++i) {
    const auto ret = peer.answer();
    if (!ret) break;
    const std::int32_t code = std::get<RetSubmit>(*ret).status;
    taken += code == 0 ? 1 : 0;
    refused += code == -12 ? 1 : 0;
  }
  sender.join();
  BOOST_TEST(taken + refused == kCommands - most_waiting);
  BOOST_TEST(taken < 1000U);  // then the reader takes no more
  BOOST_TEST(peer.is_silent(100));
  BOOST_TEST(footprint().kilobytes < before.kilobytes + 8192);
  peer.close();
  RawPeer next(desk.address());
  BOOST_REQUIRE(next.import("1-1") == 0);  // as if nobody had been there
  configure(next);
  BOOST_TEST(submitted(next, next.transfer(5, ep.out, false, 10), status).status == 0);
  BOOST_TEST(submitted(next, next.transfer(6, ep.in, true, 512)).actual_length == 10);
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_its_answers_is_not_read_any_more) {
  DeskFixture desk;
  RawPeer peer(desk.address());
  BOOST_REQUIRE(peer.import("1-1") == 0);
  const auto before = footprint();
  wire::Bytes batch;
  constexpr std::uint32_t kBatch = 100;
  for (std::uint32_t i = 0; i < kBatch; ++i) {
    // Nothing is asked of the device: refused at once (an endpoint that it does not have).
    const wire::Bytes one = encode(Pdu{peer.transfer(i, 15, true, 64)});
    batch.insert(batch.end(), one.begin(), one.end());
  }
  std::size_t sent = 0;
  while (true) {
    const std::size_t part = peer.send_some(batch, 500);
    sent += part;
    if (part < batch.size()) break;
    BOOST_REQUIRE(sent < 256U * 1024 * 1024);
  }
  BOOST_TEST(footprint().kilobytes < before.kilobytes + 8192);
  BOOST_TEST(serves(desk));
  // All that was asked is answered as soon as it reads.
  const std::size_t whole = sent / kHeaderLength;
  BOOST_TEST(peer.receive(whole * kHeaderLength).size() == whole * kHeaderLength);
}

BOOST_AUTO_TEST_CASE(more_connections_than_there_is_room_for_are_closed_and_later_there_is_room) {
  DeskFixture desk;
  const auto before = footprint();
  {
    std::vector<std::unique_ptr<RawPeer>> peers;
    for (std::size_t i = 0; i < gateway::UsbipServer::kMaxPeers + 1; ++i)
      peers.push_back(std::make_unique<RawPeer>(desk.address()));
    BOOST_TEST(peers.back()->is_closed());
  }
  BOOST_TEST(settles_to(before));
  BOOST_TEST(serves(desk));
}

BOOST_AUTO_TEST_SUITE_END()
