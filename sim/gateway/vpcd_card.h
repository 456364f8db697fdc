// Puts a card of ours into a real pcscd: connects to the vpcd driver (vsmartcard) that pcscd has
// loaded, and hands what that driver says to a card. One thread; reconnects when pcscd restarts.
//
// The driver writes length and payload of a message separately and does not switch Nagle's
// algorithm off: unless the first segment is acknowledged at once, each APDU costs 49 ms. So
// TCP_QUICKACK is set each time before waiting, and each answer is one write.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "sim/wire/bytes.h"
#include "sim/wire/vpcd/message.h"

namespace uketsuke::gateway {

// A card, as the driver of a virtual reader drives it. Called from the thread of one VpcdCard.
class CardAtVpcd {
 public:
  virtual ~CardAtVpcd() = default;
  virtual wire::Bytes atr() = 0;   // asked for before the power is switched on, too
  virtual void power_on() = 0;     // cold reset, also of a card that has power
  virtual void reset() = 0;        // warm reset
  virtual void power_off() = 0;
  // Empty: the card says nothing.
  virtual wire::Bytes transmit(wire::ByteView command) = 0;
};

struct VpcdEvent {
  enum class Kind {
    kNobody,    // nobody listens there; tried again until somebody does. Told once.
    kSilent,    // connected, and nobody asks for the ATR: another card is in the slot (this one
                // takes its turn when that one leaves), or it is no vpcd
    kInserted,  // the driver has asked for the ATR: programs see the card
    kLost,      // the driver closed the connection: pcscd ended
    kBroken,    // the peer does not speak the protocol; the connection is closed
    kRemoved,   // remove() was done
    kMissed,    // pcscd has not noticed that the card was away (it sends APDUs without switching
                // the power on); the card is taken out for a moment
  };
  Kind kind = Kind::kNobody;
  std::string what;  // kNobody, kLost, kBroken: the reason, as the system says it
};

struct VpcdPlace {
  std::string host = "127.0.0.1";
  std::uint16_t port = wire::vpcd::kFirstPort;
  unsigned retry_ms = 250;    // between attempts to connect
  unsigned away_ms = 1000;    // at least between removal and insertion: pcscd looks every 400 ms
  unsigned silent_ms = 5000;  // after that without a question: kSilent
};

class VpcdCard {
 public:
  using Report = std::function<void(const VpcdEvent&)>;  // called from the thread of this object

  // Starts at once, with the card inserted. `card` outlives this. Throws std::system_error if the
  // system has no descriptor or thread left.
  VpcdCard(VpcdPlace place, CardAtVpcd& card, Report report);
  ~VpcdCard();  // closes the connection: the card is gone
  VpcdCard(const VpcdCard&) = delete;
  VpcdCard& operator=(const VpcdCard&) = delete;

  // Any thread; they do not wait. A removed card keeps what is in its non-volatile memory. What was
  // removed and inserted at once has been away for away_ms.
  void remove();
  void insert();
  const VpcdPlace& place() const { return place_; }
  std::uint64_t apdus() const { return apdus_; }  // answered so far

 private:
  class Socket;
  enum class Wait { kReady, kTimeOut, kWoken };

  void run();
  void stay_away();
  void wake();
  bool gone(unsigned removals) const { return stop_ || !inserted_ || removals_ != removals; }
  Wait wait_for(int fd, short events, int timeout_ms);
  bool connect_to(Socket& socket, std::string& why);
  bool connect_one(Socket& socket, const void* address, std::string& why);
  VpcdEvent serve(int fd, unsigned removals);
  bool answer(int fd, const wire::vpcd::Command& command, std::string& why);
  bool send_all(int fd, wire::ByteView bytes, std::string& why);
  void tell(VpcdEvent event);

  VpcdPlace place_;
  CardAtVpcd& card_;
  Report report_;
  int wake_fd_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> inserted_{true};
  std::atomic<unsigned> removals_{0};
  std::atomic<std::uint64_t> apdus_{0};
  std::optional<VpcdEvent> last_;
  std::thread thread_;
};

}  // namespace uketsuke::gateway
