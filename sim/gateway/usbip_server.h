// A USB/IP server: offers devices (models of ours, or whatever a UsbRoute leads to) to hosts that
// attach them over the network: Linux (vhci_hcd), Windows (usbip-win2), our own client.
// Linux kernel, Documentation/usb/usbip_protocol.rst. One thread; a device belongs to one client at
// a time, the list is there for everybody. What comes from clients may be hostile.
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sim/gateway/tcp.h"
#include "sim/gateway/tcp_peer.h"
#include "sim/gateway/usbip_export.h"
#include "sim/kernel/inbox.h"

namespace uketsuke::gateway {

// It cannot listen there: what, where, what to do.
class UsbipError : public std::runtime_error {
 public:
  UsbipError(std::string japanese, const std::string& english)
      : std::runtime_error(english), ja_(std::move(japanese)) {}
  const std::string& ja() const { return ja_; }

 private:
  std::string ja_;
};

// "ADDR:PORT", "ADDR", "PORT", or empty: what is missing is 127.0.0.1 and 3240. Throws UsbipError.
TcpAddress usbip_address_from(const std::string& text);

class UsbipServer {
 public:
  // Connections beyond it are closed at once.
  static constexpr std::size_t kMaxPeers = 64;
  // Answers that a client has not taken yet; beyond it nothing is read from that client.
  static constexpr std::size_t kMaxUnsent = 1024 * 1024;
  // Everybody has to be done with an operation (list, import) by then, and with half a message.
  static constexpr std::chrono::milliseconds kPatience{10'000};
  // Import of a device that is being reset; a reset that a client asked for.
  static constexpr std::chrono::milliseconds kDevicePatience{5'000};
  // Import of a device that another client has: it may be about to leave.
  static constexpr std::chrono::milliseconds kBusyPatience{300};

  // Binds and listens; nobody is served before start(). Throws UsbipError.
  explicit UsbipServer(const TcpAddress& address);
  ~UsbipServer();
  UsbipServer(const UsbipServer&) = delete;
  UsbipServer& operator=(const UsbipServer&) = delete;

  // Before start(): one more device; answers its bus id, "1-1", "1-2", ...
  std::string add(std::unique_ptr<UsbRoute> device);
  void start();
  const TcpAddress& address() const { return address_; }  // with the port that was found

 private:
  using Clock = std::chrono::steady_clock;
  struct Peer {
    explicit Peer(FileDescriptor socket) : tcp(std::move(socket)) {}
    TcpPeer tcp;
    wire::Bytes in;
    UsbipExport* device = nullptr;   // imported
    UsbipExport* awaited = nullptr;  // to be imported as soon as it is ready
    Clock::time_point deadline;      // of what it is at; see has_deadline()
    bool half = false;               // a message has begun and not ended
    bool closing = false;            // gone as soon as everything is sent
    bool dead = false;
  };

  void run();
  void accept_all();
  void serve(Peer& peer, short events);
  void take_in(Peer& peer);
  bool has_deadline(const Peer& peer) const;
  int next_timeout_ms() const;
  void check_deadlines();
  void retry_imports();
  void bury();
  void send(Peer& peer, wire::ByteView bytes);
  void close_after_sending(Peer& peer);
  // Bytes that were used up; 0: the message is not complete.
  std::size_t operation(Peer& peer, wire::ByteView bytes);
  std::size_t command(Peer& peer, wire::ByteView bytes);
  void list(Peer& peer);
  void import(Peer& peer, const std::string& busid);
  void give(Peer& peer, UsbipExport& device);
  void refuse(Peer& peer, wire::usbip::OpStatus status);

  FileDescriptor listener_;
  TcpAddress address_;
  kernel::Inbox inbox_;  // of the server's thread
  std::vector<std::unique_ptr<UsbipExport>> devices_;
  std::list<Peer> peers_;
  Clock::time_point accept_after_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace uketsuke::gateway
