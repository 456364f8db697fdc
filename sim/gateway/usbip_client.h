// A reader that a USB/IP server offers, as a UsbRoute: in user space, without the kernel's driver
// and without root. Linux kernel, Documentation/usb/usbip_protocol.rst.
// A server that goes is looked for again (some serve one client and exit, a unit test's does not
// come back); one that talks nonsense is not. Nothing the server does makes it wait, grow or crash.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "sim/gateway/tcp_peer.h"
#include "sim/gateway/usb_route.h"
#include "sim/gateway/usbip_operation.h"
#include "sim/kernel/inbox.h"

namespace uketsuke::gateway {

class UsbipClient : public UsbRoute {
 public:
  using Clock = std::chrono::steady_clock;
  // Between two attempts: a reader that left its bus is back soon when it is plugged in.
  static constexpr std::chrono::milliseconds kFirstRetry{10}, kRetry{500};
  static constexpr std::chrono::milliseconds kUnlinkTime{2'000};  // for RET_UNLINK
  static constexpr std::chrono::milliseconds kHalfTime{10'000};   // for the rest of a message
  static constexpr std::chrono::milliseconds kResetTime{5'000};
  // What the server has not taken; beyond it, it is broken.
  static constexpr std::size_t kMaxUnsent = 8 * 1024 * 1024;

  explicit UsbipClient(UsbipTarget target, UsbipLimits limits = {});
  ~UsbipClient() override;

  void start(Report report) override;
  void submit(wire::usb::Transfer transfer) override;
  void cancel(std::uint64_t id) override;
  // Asks the server to reset the port, as Linux does it; if it cannot, leaves and imports again.
  void reset() override;
  UsbIdentity identity() const override;
  Absence absence() const override;
  // Why there is no device now; empty: there is one, or nothing was tried yet.
  std::optional<UsbipTrouble> trouble() const;

 private:
  struct Pending {
    std::uint64_t id = 0;
    bool in = false;
    std::uint32_t length = 0;
    std::optional<Clock::time_point> given_up;  // when its RET_UNLINK has to be there
  };
  // A transfer that is over for us, but of which the server may still speak.
  struct Late {
    bool in = false;
    std::uint32_t length = 0;
  };

  void run();
  void use(UsbipImported imported);
  bool exchange();  // one turn of the connection; false: it is over
  bool take_in();
  // Bytes used up; 0: not complete, or nonsense (then nonsense_ says what).
  std::size_t message(wire::ByteView bytes);
  std::size_t ret_submit(const wire::usbip::RetSubmit& ret, wire::ByteView bytes);
  void ret_unlink(const wire::usbip::RetUnlink& ret);
  bool check_deadlines();
  int next_timeout_ms();
  void begin_reset();
  void end_all(wire::usb::TransferStatus status);
  void wait_for_work(std::chrono::milliseconds time);
  void fail(const UsbipTrouble& trouble);
  void tell_absence(const UsbipTrouble& trouble);
  void remember(std::uint32_t seqnum, const Late& late);
  std::size_t nonsense(std::string what);
  void no_device(std::uint64_t id);
  bool send(const wire::Bytes& message);  // under the mutex

  const UsbipTarget target_;
  const UsbipLimits limits_;
  Report report_;
  kernel::Inbox inbox_;  // of the thread
  mutable std::mutex mutex_;

  // Under the mutex.
  std::optional<TcpPeer> peer_;
  bool usable_ = false;  // submits go to the server
  bool broken_ = false;  // it takes nothing more
  wire::usbip::Device device_;
  std::optional<UsbipTrouble> trouble_;
  std::uint32_t next_seqnum_ = 1;
  std::map<std::uint32_t, Pending> pending_;            // by seqnum
  std::map<std::uint64_t, std::uint32_t> seqnums_;      // id -> seqnum
  std::map<std::uint32_t, std::uint32_t> unlinks_;      // seqnum of the unlink -> of what
  std::map<std::uint32_t, Late> late_;
  std::deque<std::uint32_t> late_order_;

  // Of the thread.
  wire::Bytes in_;
  bool stopping_ = false, reset_wanted_ = false;
  bool was_there_ = false;  // or its absence was told
  Clock::time_point started_;
  std::chrono::milliseconds retry_{kFirstRetry};  // doubles until kRetry
  std::string nonsense_;
  std::optional<std::uint32_t> reset_seqnum_;
  Clock::time_point reset_deadline_, half_deadline_;
  std::thread thread_;
};

}  // namespace uketsuke::gateway
