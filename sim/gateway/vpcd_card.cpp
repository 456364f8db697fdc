#include "sim/gateway/vpcd_card.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

namespace uketsuke::gateway {

namespace vpcd = wire::vpcd;
using wire::Bytes;
using wire::ByteView;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kConnectMs = 3000;
constexpr int kForever = -1;
// The card says nothing, and the driver waits: no precise diagnosis (ISO/IEC 7816-4:2013, 5.6).
constexpr std::uint8_t kNoAnswer[] = {0x6F, 0x00};

int milliseconds_until(Clock::time_point time) {
  const auto left = time - Clock::now();
  return std::max(
      0, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count()));
}

std::string system_text(int error) { return std::generic_category().message(error); }

void acknowledge_at_once(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

}  // namespace

class VpcdCard::Socket {
 public:
  Socket() = default;
  ~Socket() { close(); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  void open(int family) {
    close();
    fd_ = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

VpcdCard::VpcdCard(VpcdPlace place, CardAtVpcd& card, Report report)
    : place_(std::move(place)), card_(card), report_(std::move(report)),
      wake_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (wake_fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  try {
    thread_ = std::thread([this] { run(); });
  } catch (...) {
    ::close(wake_fd_);
    throw;
  }
}

VpcdCard::~VpcdCard() {
  stop_ = true;
  wake();
  thread_.join();
  ::close(wake_fd_);
}

void VpcdCard::remove() {
  inserted_ = false;
  ++removals_;
  wake();
}

void VpcdCard::insert() {
  inserted_ = true;
  wake();
}

void VpcdCard::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_fd_, &one, sizeof one);  // full: awake anyway
}

// kWoken: stop_ or inserted_ may have changed. fd < 0: waits for that or the time alone.
VpcdCard::Wait VpcdCard::wait_for(int fd, short events, int timeout_ms) {
  pollfd waiting[] = {{wake_fd_, POLLIN, 0}, {fd, events, 0}};
  const int count = ::poll(waiting, 2, timeout_ms);
  if (count == 0) return Wait::kTimeOut;
  if (count < 0) return Wait::kWoken;  // EINTR
  if (waiting[0].revents == 0) return Wait::kReady;
  std::uint64_t counter = 0;
  [[maybe_unused]] const auto got = ::read(wake_fd_, &counter, sizeof counter);
  return Wait::kWoken;
}

// The same trouble is told once, not at every attempt.
void VpcdCard::tell(VpcdEvent event) {
  const bool again = last_ && event.kind == last_->kind && event.what == last_->what;
  last_ = event;
  if (!again) report_(event);
}

void VpcdCard::run() {
  while (!stop_) {
    if (!inserted_) {
      tell({VpcdEvent::Kind::kRemoved, ""});
      wait_for(-1, 0, kForever);
      continue;
    }
    const unsigned removals = removals_;
    Socket socket;
    std::string why;
    if (connect_to(socket, why)) {
      VpcdEvent end = serve(socket.fd(), removals);
      socket.close();
      card_.power_off();
      if (stop_) return;
      const bool away =
          end.kind == VpcdEvent::Kind::kRemoved || end.kind == VpcdEvent::Kind::kMissed;
      tell(std::move(end));
      if (away) stay_away();
    } else if (!gone(removals)) {
      tell({VpcdEvent::Kind::kNobody, why});
    }
    if (!stop_ && inserted_) wait_for(-1, 0, static_cast<int>(place_.retry_ms));
  }
}

void VpcdCard::stay_away() {
  const auto until = Clock::now() + std::chrono::milliseconds(place_.away_ms);
  for (int left = 1; left > 0 && !stop_; left = milliseconds_until(until))
    wait_for(-1, 0, milliseconds_until(until));
}

bool VpcdCard::connect_to(Socket& socket, std::string& why) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(place_.port);
  if (const int error = ::getaddrinfo(place_.host.c_str(), port.c_str(), &hints, &found);
      error != 0) {
    why = ::gai_strerror(error);
    return false;
  }
  bool connected = false;
  for (const addrinfo* a = found; a != nullptr && !connected && !stop_; a = a->ai_next) {
    socket.open(a->ai_family);
    connected = connect_one(socket, a, why);
  }
  ::freeaddrinfo(found);
  return connected;
}

bool VpcdCard::connect_one(Socket& socket, const void* address, std::string& why) {
  const auto* to = static_cast<const addrinfo*>(address);
  const int fd = socket.fd();
  int error = 0;
  if (fd < 0 || (::connect(fd, to->ai_addr, to->ai_addrlen) != 0 && errno != EINPROGRESS)) {
    why = system_text(errno);
    return false;
  }
  Wait wait = Wait::kWoken;
  while (wait == Wait::kWoken && !stop_ && inserted_) wait = wait_for(fd, POLLOUT, kConnectMs);
  if (wait != Wait::kReady) {
    why = system_text(ETIMEDOUT);
    return false;
  }
  socklen_t size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    why = system_text(error);
    return false;
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return true;
}

// Until the connection ends, the card is removed or this object stops. Answers how it ended.
VpcdEvent VpcdCard::serve(int fd, unsigned removals) {
  const auto silent_at = Clock::now() + std::chrono::milliseconds(place_.silent_ms);
  bool asked = false, told = false, powered = false;
  vpcd::Deframer deframer;
  Bytes buffer(vpcd::kLengthSize + vpcd::kMaxPayload);
  std::string why;
  while (!gone(removals)) {
    acknowledge_at_once(fd);
    int timeout_ms = kForever;
    if (!asked && !told) {
      timeout_ms = milliseconds_until(silent_at);
      told = timeout_ms == 0;
      if (told) tell({VpcdEvent::Kind::kSilent, ""});
      if (told) timeout_ms = kForever;
    }
    if (wait_for(fd, POLLIN, timeout_ms) != Wait::kReady) continue;
    const ssize_t size = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (size <= 0) return {VpcdEvent::Kind::kLost, size < 0 ? system_text(errno) : std::string()};
    deframer.feed(ByteView(buffer).first(static_cast<std::size_t>(size)));
    while (const auto payload = deframer.next()) {
      const auto command = vpcd::decode_command(*payload);
      if (!command) return {VpcdEvent::Kind::kBroken, to_string(command.error())};
      const auto* control = std::get_if<vpcd::Control>(&*command);
      if (control == nullptr && !powered) return {VpcdEvent::Kind::kMissed, ""};
      if (!answer(fd, *command, why)) return {VpcdEvent::Kind::kLost, why};
      if (control == nullptr) continue;
      if (!asked && *control == vpcd::Control::kGetAtr) tell({VpcdEvent::Kind::kInserted, ""});
      asked = asked || *control == vpcd::Control::kGetAtr;
      if (*control != vpcd::Control::kGetAtr) powered = *control != vpcd::Control::kPowerOff;
    }
  }
  return {VpcdEvent::Kind::kRemoved, ""};
}

bool VpcdCard::answer(int fd, const vpcd::Command& command, std::string& why) {
  Bytes payload;
  if (const auto* apdu = std::get_if<vpcd::Apdu>(&command)) {
    payload = card_.transmit(apdu->bytes);
    if (payload.empty() || payload.size() > vpcd::kMaxPayload)
      payload.assign(std::begin(kNoAnswer), std::end(kNoAnswer));
    ++apdus_;
  } else {
    switch (std::get<vpcd::Control>(command)) {
      case vpcd::Control::kPowerOff:
        card_.power_off();
        return true;
      case vpcd::Control::kPowerOn:
        card_.power_on();
        return true;
      case vpcd::Control::kReset:
        card_.reset();
        return true;
      case vpcd::Control::kGetAtr:
        payload = card_.atr();
    }
  }
  const auto message = vpcd::encode(payload);
  if (message) return send_all(fd, *message, why);
  why = to_string(message.error());
  return false;
}

bool VpcdCard::send_all(int fd, ByteView bytes, std::string& why) {
  while (!bytes.empty() && !stop_ && inserted_) {
    const ssize_t size = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(size));
    } else if (errno == EAGAIN) {
      wait_for(fd, POLLOUT, kForever);
    } else if (errno != EINTR) {
      why = system_text(errno);
      return false;
    }
  }
  return true;
}

}  // namespace uketsuke::gateway
