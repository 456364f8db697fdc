// Our USB/IP client and servers that die, hang, talk nonsense, or are merely slow.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/integration/usbip/desk_fixture.h"
#include "tests/integration/usbip/raw_peer.h"

using namespace uketsuke;
using namespace uketsuke::test;
using namespace uketsuke::wire::usbip;
using uketsuke::wire::ByteView;
using wire::usb::TransferStatus;
using wire::usb::TransferType;

namespace {

constexpr std::chrono::seconds kPatience{20};

gateway::UsbipLimits quick() {
  gateway::UsbipLimits limits;
  limits.connect_ms = 2'000;
  limits.answer_ms = 300;
  limits.absent_after_ms = 1;
  return limits;
}

// A route and everything that it reported.
class Reports {
 public:
  explicit Reports(const gateway::TcpAddress& server, gateway::UsbipLimits limits = quick())
      : client_(std::make_unique<gateway::UsbipClient>(gateway::UsbipTarget{server, "1-1"},
                                                       limits)) {
    client_->start([this](gateway::RouteEvent event) {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (const auto* failed = std::get_if<gateway::RouteFailed>(&event)) {
        failures_.push_back(failed->en);
      } else {
        const auto& what = std::get<wire::usb::HostEvent>(event);
        if (std::holds_alternative<wire::usb::Attached>(what)) ++attached_;
        if (std::holds_alternative<wire::usb::Detached>(what)) ++detached_;
        if (const auto* end = std::get_if<wire::usb::Completion>(&what)) ends_.push_back(*end);
      }
      came_.notify_all();
    });
  }
  ~Reports() { client_.reset(); }

  gateway::UsbipClient& client() { return *client_; }
  void submit_in(std::uint64_t id, std::uint32_t length = 64) {
    wire::usb::Transfer transfer;
    transfer.id = id;
    transfer.type = TransferType::kBulk;
    transfer.bEndpointAddress = 0x82;
    transfer.length = length;
    client_->submit(transfer);
  }
  bool attached(int times = 1) { return await([&] { return attached_ >= times; }); }
  bool detached(int times = 1) { return await([&] { return detached_ >= times; }); }
  bool failed() { return await([&] { return !failures_.empty(); }); }
  bool ended(std::size_t count) { return await([&] { return ends_.size() >= count; }); }
  std::string failure() const { return failures_.empty() ? "" : failures_.front(); }
  const std::vector<wire::usb::Completion>& ends() const { return ends_; }

 private:
  template <class Condition>
  bool await(Condition condition) {
    std::unique_lock<std::mutex> lock(mutex_);
    return came_.wait_for(lock, kPatience, condition);
  }
  std::mutex mutex_;
  std::condition_variable came_;
  int attached_ = 0, detached_ = 0;
  std::vector<std::string> failures_;
  std::vector<wire::usb::Completion> ends_;
  std::unique_ptr<gateway::UsbipClient> client_;
};

// Takes one command with its OUT data.
std::optional<CmdSubmit> take_submit(RawPeer& client) {
  const auto pdu = decode(client.receive(kHeaderLength));
  if (!pdu) return std::nullopt;
  const auto* submit = std::get_if<CmdSubmit>(&*pdu);
  if (submit == nullptr) return std::nullopt;
  if (submit->basic.direction == Direction::USBIP_DIR_OUT)
    client.receive(static_cast<std::size_t>(submit->transfer_buffer_length));
  return *submit;
}

wire::Bytes answer_to(std::uint32_t seqnum, std::int32_t status, std::int32_t actual) {
  RetSubmit ret;
  ret.basic.seqnum = seqnum;
  ret.status = status;
  ret.actual_length = actual;
  return encode(Pdu{ret});
}

// Answers every IN transfer with 64 bytes; header and data in one write, or in two, with nothing
// said to TCP about it (Nagle).
class Echo {
 public:
  explicit Echo(bool one_write)
      : server_([one_write](RawPeer& client, int) {
          client.waits_to_fill_packets();
          grant_import(client);
          while (const auto submit = take_submit(client)) {
            wire::Bytes head = answer_to(submit->basic.seqnum, 0, 64);
            const wire::Bytes data(64, 0xAB);
            if (one_write) {
              head.insert(head.end(), data.begin(), data.end());
              client.send(head);
            } else {
              client.send(head);
              client.send(data);
            }
          }
        }) {}
  // Round trips a second, one after the other.
  double rate(std::size_t count) {
    Reports reports(server_.address());
    BOOST_REQUIRE(reports.attached());
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t i = 1; i <= count; ++i) {
      reports.submit_in(i);
      BOOST_REQUIRE(reports.ended(i));
    }
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    return static_cast<double>(count) / time.count();
  }

 private:
  FakeServer server_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(usbip_client)

BOOST_AUTO_TEST_CASE(a_server_that_writes_header_and_data_apart_does_not_slow_us_down) {
  Echo together(true), apart(false);
  const double one = together.rate(1000), two = apart.rate(1000);
  BOOST_TEST_MESSAGE("round trips a second: " << one << " in one write, " << two << " in two");
  BOOST_TEST(two > 0.05 * one);  // with delayed acknowledgements it is about 0.001
}

BOOST_AUTO_TEST_CASE(a_server_that_serves_one_client_and_exits_leaves_the_device_detached) {
  std::atomic<int> clients{0};
  FakeServer server([&](RawPeer& client, int number) {
    ++clients;
    if (number > 0) return;  // only the first is served
    grant_import(client);
    take_submit(client);
  });
  Reports reports(server.address());
  BOOST_REQUIRE(reports.attached());
  reports.submit_in(7);
  BOOST_REQUIRE(reports.detached());
  BOOST_REQUIRE_EQUAL(reports.ends().size(), 1U);
  BOOST_CHECK(reports.ends()[0].status == TransferStatus::kNoDevice);
  reports.submit_in(8);  // nobody there: answered all the same
  BOOST_REQUIRE(reports.ended(2));
  BOOST_CHECK(reports.ends()[1].status == TransferStatus::kNoDevice);
  BOOST_TEST(reports.failure() == "");
}

BOOST_AUTO_TEST_CASE(a_server_that_comes_back_is_found_again) {
  FakeServer server([](RawPeer& client, int number) {
    if (number == 1) return;
    grant_import(client);
    if (number == 0) return;
    take_submit(client);
    client.is_closed();
  });
  Reports reports(server.address());
  BOOST_TEST(reports.attached(2));
  BOOST_TEST(reports.detached(1));
}

BOOST_AUTO_TEST_CASE(nobody_there_is_told_once_and_looked_for_again) {
  gateway::TcpAddress nobody;
  {
    FakeServer server([](RawPeer&, int) {});
    nobody = server.address();
  }
  Reports reports(nobody);
  BOOST_REQUIRE(reports.failed());
  BOOST_TEST(reports.failure().find("cannot connect to 127.0.0.1:") != std::string::npos);
  BOOST_TEST(reports.client().trouble().has_value());
}

BOOST_AUTO_TEST_CASE(half_an_answer_to_the_import_is_given_up) {
  FakeServer server([](RawPeer& client, int) {
    client.send(encode_import_reply({}).size() > 100 ? ByteView(encode_import_reply({})).first(100)
                                                     : ByteView());
    client.is_closed();
  });
  Reports reports(server.address());
  BOOST_REQUIRE(reports.failed());
  BOOST_TEST(reports.failure().find("did not answer by USB/IP within 0.3 s") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_no_usbip_is_told_and_not_tried_again) {
  std::atomic<int> clients{0};
  FakeServer server([&](RawPeer& client, int) {
    ++clients;
    client.send(wire::Bytes(1000, 'x'));
    client.is_closed();
  });
  Reports reports(server.address());
  BOOST_REQUIRE(reports.failed());
  BOOST_TEST(reports.failure().find("no USB/IP") != std::string::npos);
  reports.submit_in(1);
  BOOST_REQUIRE(reports.ended(1));
  BOOST_CHECK(reports.ends()[0].status == TransferStatus::kNoDevice);
  BOOST_TEST(clients == 1);
}

BOOST_AUTO_TEST_CASE(nonsense_among_transfers_ends_them_and_is_told) {
  using Nonsense = std::function<wire::Bytes(const CmdSubmit&)>;
  const std::vector<Nonsense> all{
      [](const CmdSubmit&) { return wire::Bytes(48, 0xFF); },
      [](const CmdSubmit&) { return wire::Bytes(48, 0); },
      [](const CmdSubmit& c) { return answer_to(c.basic.seqnum + 1000, 0, 0); },
      [](const CmdSubmit& c) { return answer_to(c.basic.seqnum, 0, 65); },
      [](const CmdSubmit& c) { return answer_to(c.basic.seqnum, 0, 0x7FFFFFFF); },
      [](const CmdSubmit& c) { return answer_to(c.basic.seqnum, 0, -1); },
      [](const CmdSubmit& c) { return encode(Pdu{c}); },
      [](const CmdSubmit&) { return encode(Pdu{CmdUnlink{}}); },
  };
  const auto before = footprint();
  for (std::size_t i = 0; i < all.size(); ++i) {
    BOOST_TEST_CONTEXT("nonsense " << i) {
      FakeServer server([&](RawPeer& client, int) {
        grant_import(client);
        const auto submit = take_submit(client);
        if (submit) client.send(all[i](*submit));
        client.is_closed();
      });
      Reports reports(server.address());
      BOOST_REQUIRE(reports.attached());
      reports.submit_in(7);
      BOOST_REQUIRE(reports.failed());
      BOOST_REQUIRE_EQUAL(reports.ends().size(), 1U);
      BOOST_CHECK(reports.ends()[0].status == TransferStatus::kNoDevice);
      BOOST_TEST(reports.detached());
      BOOST_TEST(reports.failure().find("rules of USB/IP") != std::string::npos);
    }
  }
  BOOST_TEST(settles_to(before));
}

BOOST_AUTO_TEST_CASE(a_cancelled_transfer_ends_even_if_the_server_says_nothing) {
  FakeServer server([](RawPeer& client, int) {
    grant_import(client);
    client.is_closed();  // reads, and never answers
  });
  Reports reports(server.address());
  BOOST_REQUIRE(reports.attached());
  reports.submit_in(7);
  reports.client().cancel(7);
  reports.client().cancel(7);
  reports.client().cancel(99);
  BOOST_REQUIRE(reports.ended(1));
  BOOST_CHECK(reports.ends()[0].status == TransferStatus::kCancelled);
  BOOST_TEST(reports.failure() == "");
}

BOOST_AUTO_TEST_CASE(an_answer_after_the_unlink_was_answered_is_read_past) {
  FakeServer server([](RawPeer& client, int) {
    grant_import(client);
    const auto first = take_submit(client);
    const auto unlink = std::get<CmdUnlink>(decode(client.receive(kHeaderLength)).value());
    RetUnlink ret;
    ret.basic.seqnum = unlink.basic.seqnum;
    ret.status = kEconnreset;
    client.send(Pdu{ret});
    wire::Bytes late = answer_to(first->basic.seqnum, 0, 10);
    late.resize(late.size() + 10);
    client.send(late);
    const auto second = take_submit(client);
    if (second) client.send(answer_to(second->basic.seqnum, -32, 0));
    client.is_closed();
  });
  Reports reports(server.address());
  BOOST_REQUIRE(reports.attached());
  reports.submit_in(7);
  reports.client().cancel(7);
  BOOST_REQUIRE(reports.ended(1));
  BOOST_CHECK(reports.ends()[0].status == TransferStatus::kCancelled);
  reports.submit_in(8);
  BOOST_REQUIRE(reports.ended(2));
  BOOST_CHECK(reports.ends()[1].status == TransferStatus::kStalled);
}

BOOST_AUTO_TEST_CASE(a_server_that_knows_no_reset_is_left_and_imported_again) {
  FakeServer server([](RawPeer& client, int) {
    grant_import(client);
    while (const auto submit = take_submit(client))
      client.send(answer_to(submit->basic.seqnum, -32, 0));
  });
  Reports reports(server.address());
  BOOST_REQUIRE(reports.attached());
  reports.client().reset();
  BOOST_TEST(reports.detached());
  BOOST_TEST(reports.attached(2));
}

BOOST_AUTO_TEST_CASE(a_server_that_reads_nothing_does_not_make_us_grow) {
  std::atomic<bool> over{false};
  FakeServer server([&](RawPeer& client, int number) {
    if (number > 0) return;
    grant_import(client);
    while (!over) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  });
  Reports reports(server.address());
  BOOST_REQUIRE(reports.attached());
  const auto before = footprint();
  wire::usb::Transfer transfer;
  transfer.type = TransferType::kBulk;
  transfer.bEndpointAddress = 0x01;
  transfer.data.resize(64 * 1024);
  constexpr std::size_t kTransfers = 2'000;
  for (transfer.id = 1; transfer.id <= kTransfers; ++transfer.id)
    reports.client().submit(transfer);
  BOOST_REQUIRE(reports.ended(kTransfers));
  BOOST_TEST(reports.detached());
  BOOST_TEST(footprint().kilobytes < before.kilobytes + 32 * 1024);
  over = true;
}

BOOST_AUTO_TEST_CASE(a_list_is_read_with_care) {
  const auto listed = [](const FakeServer::Script& script) {
    FakeServer server(script);
    return gateway::usbip_list(server.address(), quick());
  };
  const auto trouble = [&](const FakeServer::Script& script) {
    const auto list = listed(script);
    const auto* why = std::get_if<gateway::UsbipTrouble>(&list);
    return why == nullptr ? std::string("none") : why->en;
  };
  const auto sends = [](const wire::Bytes& bytes) {
    return [bytes](RawPeer& client, int) {
      client.receive(kOpHeaderLength);
      client.send(bytes);
    };
  };
  const auto empty = listed(sends(encode_devlist_reply({})));
  BOOST_TEST(std::get<std::vector<ListedDevice>>(empty).empty());
  wire::Bytes endless = encode_devlist_reply({});
  std::fill(endless.end() - 4, endless.end(), 0xFF);
  BOOST_TEST(trouble(sends(endless)).find("number of devices") != std::string::npos);
  wire::Bytes half = encode_devlist_reply({{}, {}});
  half.resize(half.size() - 100);
  BOOST_TEST(trouble(sends(half)).find("lost") != std::string::npos);
  const auto silent = trouble([](RawPeer& client, int) { client.is_closed(); });
  BOOST_TEST(silent.find("did not answer by USB/IP within 0.3 s") != std::string::npos);
  BOOST_TEST(trouble(sends(encode_import_reply({}))).find("no USB/IP") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(targets_are_host_port_and_bus_id) {
  const auto target = [](const char* text) {
    const auto parsed = gateway::parse_usbip_target(text);
    return parsed ? to_string(*parsed) : std::string("none");
  };
  BOOST_TEST(target("usbip:127.0.0.1/1-1") == "usbip:127.0.0.1:3240/1-1");
  BOOST_TEST(target("bench:41000/3-2.1") == "usbip:bench:41000/3-2.1");
  BOOST_TEST(target("usbip:[::1]/1-1") == "usbip:[::1]:3240/1-1");
  BOOST_TEST(target("usbip:[::1]:9/1-1") == "usbip:[::1]:9/1-1");
  for (const char* bad : {"", "usbip:", "usbip:127.0.0.1", "usbip:/1-1", "127.0.0.1/", "h:x/1-1",
                          "h/0123456789012345678901234567890123456789"})
    BOOST_TEST(target(bad) == "none");
}

BOOST_AUTO_TEST_SUITE_END()
