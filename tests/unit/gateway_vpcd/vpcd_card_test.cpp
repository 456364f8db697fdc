// The card's end of the vpcd protocol against a driver played by the test, over loopback.
#include "sim/gateway/vpcd_card.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <vector>

namespace gateway = uketsuke::gateway;
using Kind = gateway::VpcdEvent::Kind;
using uketsuke::wire::Bytes;
using uketsuke::wire::ByteView;
using uketsuke::wire::from_hex;
using uketsuke::wire::to_hex;

namespace {

constexpr int kPatienceS = 20;

// Writes down what it was asked; answers an APDU with itself and 9000, and some in ways of its own.
class Scribe : public gateway::CardAtVpcd {
 public:
  Bytes atr() override { return note("atr", *from_hex("3be000ff8131fe4514")); }
  void power_on() override { note("on", {}); }
  void reset() override { note("reset", {}); }
  void power_off() override { note("off", {}); }
  Bytes transmit(ByteView command) override {
    Bytes answer = uketsuke::wire::to_bytes(command);
    answer.push_back(0x90);
    answer.push_back(0x00);
    if (command[0] == 0xEE) answer.clear();
    if (command[0] == 0xEF) answer.assign(0x10000, 0x00);
    return note(to_hex(command.first(std::min<std::size_t>(command.size(), 5))), answer);
  }
  std::vector<std::string> notes() {
    const std::lock_guard lock(mutex_);
    return notes_;
  }

 private:
  Bytes note(const std::string& what, Bytes answer) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(what);
    return answer;
  }
  std::mutex mutex_;
  std::vector<std::string> notes_;
};

class Events {
 public:
  gateway::VpcdCard::Report report() {
    return [this](const gateway::VpcdEvent& event) {
      const std::lock_guard lock(mutex_);
      kinds_.push_back(event.kind);
      changed_.notify_all();
    };
  }
  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(kPatienceS),
                             [&] { return kinds_.size() >= count; });
  }
  bool were(std::vector<Kind> expected) {
    const bool came = wait_for(expected.size());
    const std::lock_guard lock(mutex_);
    return came && kinds_ == expected;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Kind> kinds_;
};

// The driver: listens, and speaks to the card that connects.
class Driver {
 public:
  explicit Driver(std::uint16_t port = 0) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    BOOST_REQUIRE(::listen(listener_, 1) == 0);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    patient(listener_);
  }
  ~Driver() {
    hang_up();
    ::close(listener_);
  }
  std::uint16_t port() const { return port_; }
  void accept() {
    hang_up();
    card_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    BOOST_REQUIRE(card_ >= 0);
    patient(card_);
  }
  void hang_up() {
    if (card_ >= 0) ::close(card_);
    card_ = -1;
  }
  void say(std::string_view hex) { say(*from_hex(hex)); }
  void say(const Bytes& bytes) {
    BOOST_REQUIRE(::send(card_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                  static_cast<ssize_t>(bytes.size()));
  }
  std::string hear(std::size_t count) {
    Bytes bytes(count);
    const ssize_t got = ::recv(card_, bytes.data(), count, MSG_WAITALL);
    BOOST_REQUIRE(got >= 0);
    bytes.resize(static_cast<std::size_t>(got));
    return to_hex(bytes);
  }

 private:
  static void patient(int fd) {
    const timeval limit{kPatienceS, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  int listener_ = -1, card_ = -1;
  std::uint16_t port_ = 0;
};

struct Fixture {
  gateway::VpcdPlace place() const {
    gateway::VpcdPlace place;
    place.port = driver.port();
    place.retry_ms = 1;
    place.away_ms = 1;
    return place;
  }
  Driver driver;
  Scribe scribe;
  Events events;
  static constexpr const char* kAtr = "00093be000ff8131fe4514";
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(vpcd_card, Fixture)

BOOST_AUTO_TEST_CASE(what_the_driver_says_reaches_the_card_in_order_and_questions_are_answered) {
  {
    gateway::VpcdCard card(place(), scribe, events.report());
    driver.accept();
    driver.say("000104");
    BOOST_TEST(driver.hear(11) == kAtr);
    // glued together; an APDU in two pieces; a single byte that is no control message
    driver.say("000101 000100 000101 000102 000500");
    driver.say("84000008 000107");
    BOOST_TEST(driver.hear(9) == "000700840000089000");
    BOOST_TEST(driver.hear(5) == "0003079000");
    BOOST_TEST(card.apdus() == 2u);
  }
  const std::vector<std::string> expected{"atr", "on", "off", "on", "reset", "0084000008", "07",
                                          "off"};  // the last one: the card is gone
  BOOST_TEST(scribe.notes() == expected, boost::test_tools::per_element());
  BOOST_TEST(events.were({Kind::kInserted}));
  BOOST_TEST(driver.hear(1) == "");  // closed
}

BOOST_AUTO_TEST_CASE(silence_and_an_answer_that_does_not_fit_are_6f00) {
  gateway::VpcdCard card(place(), scribe, events.report());
  driver.accept();
  driver.say("000101 0004 ee000000");
  BOOST_TEST(driver.hear(4) == "00026f00");
  driver.say("0004 ef000000");
  BOOST_TEST(driver.hear(4) == "00026f00");
}

BOOST_AUTO_TEST_CASE(the_longest_apdu_passes) {
  gateway::VpcdCard card(place(), scribe, events.report());
  driver.accept();
  driver.say("000101");
  Bytes message(2 + 0xFFFD, 0x11);
  message[0] = 0xFF;
  message[1] = 0xFD;
  driver.say(message);
  BOOST_TEST(driver.hear(2) == "ffff");
  BOOST_TEST(driver.hear(0xFFFF).substr(2 * 0xFFFB) == "11119000");
}

BOOST_AUTO_TEST_CASE(an_empty_message_ends_the_connection_and_a_new_one_is_made) {
  gateway::VpcdCard card(place(), scribe, events.report());
  driver.accept();
  driver.say("000101 000104 0000 0004 00840000");
  BOOST_TEST(driver.hear(100) == kAtr);  // and nothing more
  driver.accept();
  driver.say("000104");
  BOOST_TEST(driver.hear(11) == kAtr);
  BOOST_TEST(events.were({Kind::kInserted, Kind::kBroken, Kind::kInserted}));
}

BOOST_AUTO_TEST_CASE(an_apdu_without_power_shows_that_the_card_was_away_unnoticed) {
  gateway::VpcdCard card(place(), scribe, events.report());
  driver.accept();
  driver.say("000104 000101 000100 0004 00840000");
  BOOST_TEST(driver.hear(100) == kAtr);  // and the end: the card is out
  driver.accept();
  driver.say("000101 0004 00840000");
  BOOST_TEST(driver.hear(8) == "0006008400009000");
  BOOST_TEST(events.were({Kind::kInserted, Kind::kMissed}));
}

BOOST_AUTO_TEST_CASE(a_flood_of_garbage_is_survived) {
  gateway::VpcdCard card(place(), scribe, events.report());
  for (int round = 0; round < 20; ++round) {
    driver.accept();
    driver.say("000101");
    driver.say(Bytes(70'000, static_cast<std::uint8_t>(0xC1 + round)));
  }
  driver.accept();
  driver.say("000104");
  BOOST_TEST(driver.hear(11) == kAtr);
}

BOOST_AUTO_TEST_CASE(a_driver_that_takes_no_answers_does_not_hold_the_card_fast) {
  gateway::VpcdCard card(place(), scribe, events.report());
  driver.accept();
  driver.say("000101");
  Bytes message(2 + 0xFFFD, 0x22);
  message[0] = 0xFF;
  message[1] = 0xFD;
  for (int i = 0; i < 30; ++i) driver.say(message);  // each wants an answer of 64 KiB
  card.remove();
  BOOST_TEST(events.were({Kind::kRemoved}));
}  // and the object ends

BOOST_AUTO_TEST_CASE(a_removed_card_is_gone_until_it_is_inserted) {
  gateway::VpcdCard card(place(), scribe, events.report());
  driver.accept();
  driver.say("000104");
  driver.hear(11);
  card.remove();
  BOOST_TEST(driver.hear(1) == "");
  BOOST_TEST(events.were({Kind::kInserted, Kind::kRemoved}));
  card.insert();
  driver.accept();
  driver.say("000104");
  BOOST_TEST(driver.hear(11) == kAtr);
  BOOST_TEST(events.were({Kind::kInserted, Kind::kRemoved, Kind::kInserted}));
  card.remove();
  card.insert();  // at once: away for a moment all the same
  BOOST_TEST(driver.hear(1) == "");
}

BOOST_AUTO_TEST_CASE(a_driver_that_comes_back_finds_the_card) {
  auto driver_before = std::make_unique<Driver>();
  auto where = place();
  where.port = driver_before->port();
  gateway::VpcdCard card(where, scribe, events.report());
  driver_before->accept();
  driver_before->say("000104");
  driver_before->hear(11);
  driver_before.reset();
  BOOST_TEST(events.were({Kind::kInserted, Kind::kLost, Kind::kNobody}));
  Driver again(where.port);
  again.accept();
  again.say("000104");
  BOOST_TEST(again.hear(11) == kAtr);
  BOOST_TEST(events.were({Kind::kInserted, Kind::kLost, Kind::kNobody, Kind::kInserted}));
}

BOOST_AUTO_TEST_CASE(a_listener_that_asks_nothing_is_told_and_may_ask_later) {
  auto where = place();
  where.silent_ms = 10;
  gateway::VpcdCard card(where, scribe, events.report());
  BOOST_TEST(events.were({Kind::kSilent}));
  driver.accept();  // the slot has become free
  driver.say("000104");
  BOOST_TEST(driver.hear(11) == kAtr);
  BOOST_TEST(events.were({Kind::kSilent, Kind::kInserted}));
}

BOOST_AUTO_TEST_CASE(connections_that_come_and_go_leave_no_descriptor_behind) {
  const auto descriptors = [] {
    using Entry = std::filesystem::directory_iterator;
    return std::distance(Entry("/proc/self/fd"), Entry());
  };
  const auto before = descriptors();
  {
    gateway::VpcdCard card(place(), scribe, events.report());
    for (int round = 0; round < 50; ++round) {
      driver.accept();
      driver.say("000104");
      driver.hear(11);
    }
    driver.hang_up();
  }
  BOOST_TEST(descriptors() == before);
}

BOOST_AUTO_TEST_CASE(a_host_that_is_none_is_told) {
  auto where = place();
  where.host = "no such host";
  gateway::VpcdCard card(where, scribe, events.report());
  BOOST_TEST(events.were({Kind::kNobody}));
}

BOOST_AUTO_TEST_SUITE_END()
