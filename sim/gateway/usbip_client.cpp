#include "sim/gateway/usbip_client.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <utility>

#include "sim/wire/usb/setup_packet.h"

namespace uketsuke::gateway {
namespace {

using namespace wire::usb;
using namespace wire::usbip;
using wire::ByteView;
using wire::Bytes;

constexpr std::size_t kMaxLate = 1024;
// Frames between two polls of an interrupt endpoint: the server's system wants a number above 0 and
// takes the endpoint's own.
constexpr std::uint32_t kInterval = 8;
// SET_FEATURE(PORT_RESET) of hub class, which the servers of Linux and Windows take for a reset.
constexpr SetupPacket kPortReset{0x23, 3, 4, 0, 0};

Bytes command_of(const Transfer& transfer, std::uint32_t seqnum, std::uint32_t devid) {
  CmdSubmit command;
  const bool control = transfer.type == TransferType::kControl;
  const bool in = control ? is_in(transfer.setup) && transfer.setup.wLength != 0
                          : (transfer.bEndpointAddress & 0x80) != 0;
  command.basic = {seqnum, devid, in ? Direction::USBIP_DIR_IN : Direction::USBIP_DIR_OUT,
                   control ? 0U : transfer.bEndpointAddress & 0x0FU};
  const std::size_t length = in ? (control ? transfer.setup.wLength : transfer.length)
                                : transfer.data.size();
  command.transfer_buffer_length = static_cast<std::int32_t>(length);
  if (transfer.type == TransferType::kInterrupt) command.interval = kInterval;
  if (control) {
    const Bytes setup = encode(transfer.setup);
    std::copy(setup.begin(), setup.end(), command.setup.begin());
  }
  Bytes message = encode(Pdu{command});
  if (!in) message.insert(message.end(), transfer.data.begin(), transfer.data.end());
  return message;
}

}  // namespace

UsbipClient::UsbipClient(UsbipTarget target, UsbipLimits limits)
    : target_(std::move(target)), limits_(limits) {}

UsbipClient::~UsbipClient() {
  if (!thread_.joinable()) return;
  inbox_.post([this] { stopping_ = true; });
  thread_.join();
}

void UsbipClient::start(Report report) {
  report_ = std::move(report);
  thread_ = std::thread([this] { run(); });
}

UsbIdentity UsbipClient::identity() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return {to_string(target_), device_.idVendor, device_.idProduct, device_.bcdDevice, {},
          target_.busid};
}

UsbRoute::Absence UsbipClient::absence() const {
  const auto why = trouble();
  return why ? Absence{why->ja, why->en} : Absence{};
}

std::optional<UsbipTrouble> UsbipClient::trouble() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return trouble_;
}

// ---- any thread

void UsbipClient::no_device(std::uint64_t id) {
  inbox_.post([this, id] { report_(HostEvent{Completion{id, TransferStatus::kNoDevice, {}, 0}}); });
}

bool UsbipClient::send(const Bytes& message) {
  if (!broken_ && peer_->unsent() + message.size() <= kMaxUnsent && peer_->send(message)) {
    if (peer_->unsent() > 0) inbox_.post([] {});  // the thread has to watch for room
    return true;
  }
  broken_ = true;
  inbox_.post([] {});
  return false;
}

void UsbipClient::submit(Transfer transfer) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!usable_) return no_device(transfer.id);
  const std::uint32_t seqnum = next_seqnum_++;
  const bool control = transfer.type == TransferType::kControl;
  Pending pending;
  pending.id = transfer.id;
  pending.in = control ? is_in(transfer.setup) : (transfer.bEndpointAddress & 0x80) != 0;
  pending.length = pending.in ? (control ? transfer.setup.wLength : transfer.length)
                              : static_cast<std::uint32_t>(transfer.data.size());
  pending_.emplace(seqnum, pending);
  seqnums_[transfer.id] = seqnum;
  send(command_of(transfer, seqnum, device_id(device_)));  // if not: ended with the connection
}

void UsbipClient::cancel(std::uint64_t id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = seqnums_.find(id);
  if (found == seqnums_.end()) return;
  Pending& pending = pending_.at(found->second);
  if (pending.given_up) return;
  pending.given_up = Clock::now() + kUnlinkTime;
  CmdUnlink unlink;
  unlink.basic.seqnum = next_seqnum_++;
  unlink.basic.devid = device_id(device_);
  unlink.unlink_seqnum = found->second;
  unlinks_.emplace(unlink.basic.seqnum, found->second);
  if (send(encode(Pdu{unlink}))) inbox_.post([] {});  // there is a deadline now
}

void UsbipClient::reset() {
  inbox_.post([this] { reset_wanted_ = true; });
}

// ---- the thread

void UsbipClient::run() {
  started_ = Clock::now();
  while (!stopping_) {
    auto found = usbip_import(target_, limits_, inbox_.fd());
    if (auto* imported = std::get_if<UsbipImported>(&found)) {
      use(std::move(*imported));
    } else {
      const auto& why = std::get<UsbipTrouble>(found);
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        trouble_ = why;
      }
      if (!why.for_good) tell_absence(why);
    }
    if (!nonsense_.empty()) {
      const std::string where = to_string(target_);
      const std::string what = std::exchange(nonsense_, {});
      fail({fmt::format("{} の応答は USB/IP の規則に反しています（{}）", where, what),
            fmt::format("{} breaks the rules of USB/IP ({})", where, what), true});
    } else if (const auto why = trouble(); why && why->for_good) {
      fail(*why);
    }
    wait_for_work(retry_);
    retry_ = std::min(2 * retry_, kRetry);
  }
}

void UsbipClient::tell_absence(const UsbipTrouble& trouble) {
  const auto limit = std::chrono::milliseconds(limits_.absent_after_ms);
  if (was_there_ || stopping_ || limit.count() == 0) return;
  // Who said nothing so long will say nothing, and people are not to be asked for a plug meanwhile.
  if (!trouble.silent && Clock::now() < started_ + limit) return;
  was_there_ = true;
  report_(RouteFailed{trouble.ja, trouble.en});
}

void UsbipClient::wait_for_work(std::chrono::milliseconds time) {
  const auto until = Clock::now() + time;
  while (!stopping_) {
    reset_wanted_ = false;  // there is nothing to reset
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return;
    pollfd watched{inbox_.fd(), POLLIN, 0};
    ::poll(&watched, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    inbox_.drain();
  }
}

// For good: what is submitted from now on is answered, nothing more is tried.
void UsbipClient::fail(const UsbipTrouble& trouble) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    trouble_ = trouble;
  }
  report_(RouteFailed{trouble.ja, trouble.en});
  while (!stopping_) wait_for_work(std::chrono::hours(1));
}

void UsbipClient::use(UsbipImported imported) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    peer_.emplace(std::move(imported.socket));
    device_ = imported.device;
    trouble_.reset();
    usable_ = true;
    broken_ = false;
  }
  in_.clear();
  was_there_ = true;
  retry_ = kFirstRetry;
  report_(HostEvent{Attached{speed_from(imported.device.speed)}});
  while (!stopping_ && exchange()) {
  }
  end_all(TransferStatus::kNoDevice);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    peer_->hang_up();
    peer_.reset();
    late_.clear();
    late_order_.clear();
    unlinks_.clear();
  }
  reset_seqnum_.reset();
  reset_wanted_ = false;
  inbox_.drain();  // what was submitted meanwhile
  if (!stopping_) report_(HostEvent{Detached{}});
}

bool UsbipClient::exchange() {
  pollfd fds[2] = {{-1, POLLIN, 0}, {inbox_.fd(), POLLIN, 0}};
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (broken_) return false;
    fds[0].fd = peer_->fd();
    if (peer_->unsent() > 0) fds[0].events |= POLLOUT;
  }
  if (::poll(fds, 2, next_timeout_ms()) < 0) return true;
  inbox_.drain();
  if (std::exchange(reset_wanted_, false) && !reset_seqnum_) begin_reset();
  if ((fds[0].revents & POLLOUT) != 0) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!peer_->flush()) return false;
  }
  if ((fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !take_in()) return false;
  return check_deadlines();
}

bool UsbipClient::take_in() {
  const bool begins = in_.empty();
  bool there = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    there = peer_->receive(in_);
  }
  std::size_t used = 0;
  while (nonsense_.empty()) {
    const std::size_t step = message(ByteView(in_).subspan(used));
    if (step == 0) break;
    used += step;
  }
  if (begins || used > 0) half_deadline_ = Clock::now() + kHalfTime;
  in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(used));
  return there && nonsense_.empty();
}

std::size_t UsbipClient::nonsense(std::string what) {
  nonsense_ = std::move(what);
  return 0;
}

std::size_t UsbipClient::message(ByteView bytes) {
  constexpr std::size_t kHead = wire::usbip::kHeaderLength;
  if (bytes.size() < kHead) return 0;
  const auto pdu = decode(bytes.first(kHead));
  if (!pdu) return nonsense(wire::to_string(pdu.error()));
  if (const auto* submit = std::get_if<RetSubmit>(&*pdu)) return ret_submit(*submit, bytes);
  const auto* unlink = std::get_if<RetUnlink>(&*pdu);
  if (unlink == nullptr) return nonsense("a command from a server");
  ret_unlink(*unlink);
  return kHead;
}

std::size_t UsbipClient::ret_submit(const RetSubmit& ret, ByteView bytes) {
  constexpr std::size_t kHead = wire::usbip::kHeaderLength;
  const std::uint32_t seqnum = ret.basic.seqnum;
  const auto actual = static_cast<std::uint32_t>(ret.actual_length);
  if (reset_seqnum_ && seqnum == *reset_seqnum_) {
    if (ret.status != 0) {  // it knows no such thing: leave and come back
      const std::lock_guard<std::mutex> lock(mutex_);
      broken_ = true;
      return kHead;
    }
    reset_seqnum_.reset();
    report_(HostEvent{Detached{}});
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      usable_ = true;
    }
    report_(HostEvent{Attached{speed_from(device_.speed)}});
    return kHead;
  }
  Completion completion;
  std::size_t data = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto late = late_.find(seqnum);
    const auto found = pending_.find(seqnum);
    if (found == pending_.end() && late == late_.end())
      return nonsense(fmt::format("an answer to {}, which nobody sent", seqnum));
    const bool in = found != pending_.end() ? found->second.in : late->second.in;
    const std::uint32_t length =
        found != pending_.end() ? found->second.length : late->second.length;
    if (actual > length)
      return nonsense(fmt::format("{} bytes where {} were asked for", actual, length));
    data = in ? actual : 0;
    if (bytes.size() < kHead + data) return 0;
    if (found == pending_.end()) {
      late_.erase(late);
      return kHead + data;
    }
    completion.id = found->second.id;
    seqnums_.erase(completion.id);
    pending_.erase(found);
  }
  completion.status = status_from(ret.status);
  completion.actual_length = actual;
  completion.data = wire::to_bytes(bytes.subspan(kHead, data));
  report_(HostEvent{std::move(completion)});
  return kHead + data;
}

void UsbipClient::remember(std::uint32_t seqnum, const Late& late) {
  late_[seqnum] = late;
  late_order_.push_back(seqnum);
  while (late_order_.size() > kMaxLate) {
    late_.erase(late_order_.front());
    late_order_.pop_front();
  }
}

// The transfer's own answer came before (then it is over already), or will not come any more.
void UsbipClient::ret_unlink(const RetUnlink& ret) {
  std::optional<std::uint64_t> ended;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto unlink = unlinks_.find(ret.basic.seqnum);
    if (unlink == unlinks_.end()) return;  // one that we no longer wait for
    const auto found = pending_.find(unlink->second);
    unlinks_.erase(unlink);
    if (found == pending_.end()) return;
    ended = found->second.id;
    remember(found->first, {found->second.in, found->second.length});
    seqnums_.erase(*ended);
    pending_.erase(found);
  }
  report_(HostEvent{Completion{*ended, TransferStatus::kCancelled, {}, 0}});
}

int UsbipClient::next_timeout_ms() {
  auto next = Clock::time_point::max();
  if (reset_seqnum_) next = std::min(next, reset_deadline_);
  if (!in_.empty()) next = std::min(next, half_deadline_);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [unlink, seqnum] : unlinks_) {
      const auto found = pending_.find(seqnum);
      if (found != pending_.end() && found->second.given_up)
        next = std::min(next, *found->second.given_up);
    }
  }
  if (next == Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

bool UsbipClient::check_deadlines() {
  const auto now = Clock::now();
  if (!in_.empty() && now >= half_deadline_) return nonsense("half a message") != 0;
  if (reset_seqnum_ && now >= reset_deadline_) return false;  // leave and come back
  std::vector<std::uint64_t> ended;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto unlink = unlinks_.begin(); unlink != unlinks_.end();) {
      const auto found = pending_.find(unlink->second);
      if (found == pending_.end()) {  // over already; whatever is said of it does not matter
        unlink = unlinks_.erase(unlink);
        continue;
      }
      if (now < *found->second.given_up) {
        ++unlink;
        continue;
      }
      ended.push_back(found->second.id);
      remember(found->first, {found->second.in, found->second.length});
      seqnums_.erase(found->second.id);
      pending_.erase(found);
      unlink = unlinks_.erase(unlink);
    }
  }
  for (const std::uint64_t id : ended)
    report_(HostEvent{Completion{id, TransferStatus::kCancelled, {}, 0}});
  return true;
}

void UsbipClient::end_all(TransferStatus status) {
  std::map<std::uint32_t, Pending> open;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    usable_ = false;
    open.swap(pending_);
    seqnums_.clear();
    unlinks_.clear();
    for (const auto& [seqnum, pending] : open) remember(seqnum, {pending.in, pending.length});
  }
  for (const auto& [seqnum, pending] : open)
    report_(HostEvent{Completion{pending.id, status, {}, 0}});
}

void UsbipClient::begin_reset() {
  end_all(TransferStatus::kCancelled);
  const std::lock_guard<std::mutex> lock(mutex_);
  Transfer transfer;
  transfer.type = TransferType::kControl;
  transfer.setup = kPortReset;
  reset_seqnum_ = next_seqnum_++;
  reset_deadline_ = Clock::now() + kResetTime;
  send(command_of(transfer, *reset_seqnum_, device_id(device_)));
}

}  // namespace uketsuke::gateway
