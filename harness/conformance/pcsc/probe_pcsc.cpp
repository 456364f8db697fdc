#include "harness/conformance/pcsc/probe_pcsc.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "harness/verdict/format.h"
#include "sim/gateway/broken.h"
#include "sim/guard/card_guard.h"

namespace uketsuke::conformance {
namespace {

using gateway::PcscCalls;

constexpr std::size_t kCanary = 64;
constexpr std::uint32_t kMostRoom = 1U << 20U;
constexpr std::chrono::milliseconds kLook{50};  // so often whoever waits looks who asked to end

// A buffer of exactly so many bytes; what lies behind it is looked at afterwards.
class Room {
 public:
  explicit Room(std::uint32_t size) : size_(std::min(size, kMostRoom)), bytes_(size_ + kCanary) {
    for (std::size_t i = 0; i < bytes_.size(); ++i) bytes_[i] = mark(i);
  }
  std::uint8_t* data() { return bytes_.data(); }
  PcscCalls::Length size() const { return size_; }
  bool overrun() const {
    for (std::size_t i = size_; i < bytes_.size(); ++i)
      if (bytes_[i] != mark(i)) return true;
    return false;
  }
  wire::Bytes taken(PcscCalls::Length length) const {
    const auto count = static_cast<std::ptrdiff_t>(std::min<std::size_t>(length, size_));
    return {bytes_.begin(), bytes_.begin() + count};
  }

 private:
  static std::uint8_t mark(std::size_t i) { return static_cast<std::uint8_t>(0xA5U ^ i * 37U); }
  std::size_t size_;
  wire::Bytes bytes_;
};

std::vector<std::string> names_in(const wire::Bytes& bytes) {
  std::vector<std::string> names;
  std::string name;
  for (const std::uint8_t byte : bytes) {
    if (byte != 0) {
      name.push_back(static_cast<char>(byte));
      continue;
    }
    if (name.empty()) break;
    names.push_back(std::exchange(name, {}));
  }
  return names;
}

// FF CA goes to the reader, not to the card.
bool is_get_uid(const wire::Bytes& apdu) {
  return apdu.size() == 5 && apdu[0] == 0xFF && apdu[1] == 0xCA;
}

// Nothing is remembered of the card, so that only what is harmless by itself passes.
std::optional<verdict::Text> refused(const PcscDeed& deed) {
  if (deed.call != PcscCall::kTransmit || is_get_uid(deed.data)) return std::nullopt;
  guard::CardGuard guard;
  guard.activated(guard::Activation::kReset);
  const guard::Judgement judgement = guard.command(deed.data);
  if (judgement.passes()) return std::nullopt;
  return verdict::Text{judgement.ja, judgement.en};
}

void mask(PcscReply& reply) {
  if (reply.data.size() > 2) {
    std::fill(reply.data.begin(), reply.data.end() - 2, std::uint8_t{0});
    reply.masked = true;
  }
}

}  // namespace

struct ProbePcsc::Shared {
  PcscCalls calls;
  std::mutex mutex;
  std::map<std::uint32_t, long> contexts, cards;

  long of(std::map<std::uint32_t, long>& handles, std::uint32_t number) {
    const std::lock_guard<std::mutex> lock(mutex);
    const auto found = handles.find(number);
    return found == handles.end() ? 0 : found->second;
  }
  void keep(std::map<std::uint32_t, long>& handles, std::uint32_t number, long handle) {
    const std::lock_guard<std::mutex> lock(mutex);
    handles[number] = handle;
  }
};

ProbePcsc::ProbePcsc(PcscCalls calls, PcscHands& hands, bool simulated, AskedToEnd asked)
    : shared_(std::make_shared<Shared>()), hands_(hands), simulated_(simulated),
      asked_(std::move(asked)) {
  shared_->calls = std::move(calls);
}

ProbePcsc::~ProbePcsc() {
  std::vector<std::uint32_t> numbers;
  {
    const std::lock_guard<std::mutex> lock(shared_->mutex);
    for (const auto& [number, handle] : shared_->contexts) numbers.push_back(number);
  }
  for (const std::uint32_t number : numbers) {
    PcscDeed release;
    release.call = PcscCall::kReleaseContext;
    release.on = number;
    release.limit_ms = 3'000;
    with_limit(release);
  }
}

std::uint64_t ProbePcsc::now_us() const {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin_).count());
}

namespace {

// The calls that bring bytes back.
void into_room(const PcscCalls& calls, long card, const PcscDeed& deed, PcscReply& reply) {
  Room room(deed.room);
  PcscCalls::Length length = room.size();
  if (deed.call == PcscCall::kTransmit) {
    reply.code = calls.transmit(card, deed.protocols, deed.data.data(), deed.data.size(),
                                room.data(), length);
  } else if (deed.call == PcscCall::kControl) {
    PcscCalls::Length told = 0;
    reply.code = calls.control(card, deed.number, deed.data.data(), deed.data.size(), room.data(),
                               room.size(), told);
    length = told;
  } else {
    reply.code = calls.get_attrib(card, deed.number, room.data(), length);
  }
  reply.length = static_cast<std::uint32_t>(length);
  reply.overrun = room.overrun();
  if (reply.code == scard::kSuccess) reply.data = room.taken(length);
}

void status(const PcscCalls& calls, long card, const PcscDeed& deed, PcscReply& reply) {
  Room name(deed.room), atr(33);
  PcscCalls::Length name_length = name.size(), atr_length = atr.size(), state = 0, protocol = 0;
  reply.code = calls.status(card, deed.room == 0 ? nullptr : reinterpret_cast<char*>(name.data()),
                            name_length, state, protocol, atr.data(), atr_length);
  reply.length = static_cast<std::uint32_t>(name_length);
  reply.state = static_cast<std::uint32_t>(state & 0xFFFF);
  reply.protocol = static_cast<std::uint32_t>(protocol);
  reply.overrun = name.overrun() || atr.overrun();
  if (reply.code != scard::kSuccess) return;
  reply.atr = atr.taken(atr_length);
  if (deed.room != 0) reply.names = names_in(name.taken(name_length));
}

void list_readers(const PcscCalls& calls, long context, const PcscDeed& deed, PcscReply& reply) {
  Room names(deed.room);
  PcscCalls::Length length = names.size();
  reply.code = calls.list_readers(
      context, deed.room == 0 ? nullptr : reinterpret_cast<char*>(names.data()), length);
  reply.length = static_cast<std::uint32_t>(length);
  reply.overrun = names.overrun();
  if (reply.code == scard::kSuccess && deed.room != 0) reply.names = names_in(names.taken(length));
}

}  // namespace

PcscReply ProbePcsc::call(Shared& shared, const PcscDeed& deed) {
  const PcscCalls& calls = shared.calls;
  PcscReply reply;
  PcscCalls::Length active = 0;
  long made = 0;
  const long context = shared.of(shared.contexts, deed.on), card = shared.of(shared.cards, deed.on);
  switch (deed.call) {
    case PcscCall::kEstablishContext:
      reply.code = calls.establish_context(made);
      if (reply.ok()) shared.keep(shared.contexts, deed.makes, made);
      break;
    case PcscCall::kReleaseContext: reply.code = calls.release_context(context); break;
    case PcscCall::kConnect:
      reply.code = calls.connect(context, deed.reader.c_str(), deed.share, deed.protocols, made,
                                 active);
      if (reply.ok()) shared.keep(shared.cards, deed.makes, made);
      break;
    case PcscCall::kReconnect:
      reply.code = calls.reconnect(card, deed.share, deed.protocols, deed.disposition, active);
      break;
    case PcscCall::kDisconnect: reply.code = calls.disconnect(card, deed.disposition); break;
    case PcscCall::kBeginTransaction: reply.code = calls.begin_transaction(card); break;
    case PcscCall::kEndTransaction:
      reply.code = calls.end_transaction(card, deed.disposition);
      break;
    case PcscCall::kStatus: status(calls, card, deed, reply); return reply;
    case PcscCall::kListReaders: list_readers(calls, context, deed, reply); return reply;
    case PcscCall::kGetStatusChange:
      reply.states = deed.states;
      reply.code = calls.get_status_change(context, deed.number, reply.states);
      break;
    case PcscCall::kCancel: reply.code = calls.cancel(context); break;
    case PcscCall::kTransmit:
    case PcscCall::kControl:
    case PcscCall::kGetAttrib: into_room(calls, card, deed, reply); break;
    default: break;
  }
  reply.protocol = static_cast<std::uint32_t>(active);
  return reply;
}

// A call that hangs is left behind with what it needs.
PcscReply ProbePcsc::with_limit(const PcscDeed& deed) {
  struct Job {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<PcscReply> reply;
  };
  auto job = std::make_shared<Job>();
  std::thread([job, shared = shared_, deed] {
    PcscReply reply = call(*shared, deed);
    const std::lock_guard<std::mutex> lock(job->mutex);
    job->reply = std::move(reply);
    job->changed.notify_all();
  }).detach();
  const auto begin = Clock::now();
  std::unique_lock<std::mutex> lock(job->mutex);
  const std::chrono::milliseconds limit(deed.limit_ms);
  while (!job->changed.wait_for(lock, std::min(limit, kLook),
                                [&] { return job->reply.has_value(); })) {
    if (!gives_up(limit, begin)) continue;
    PcscReply hung;
    hung.ended = Ended::kTimedOut;
    return hung;
  }
  return std::move(*job->reply);
}

// Whether what began then is left behind now. The first to see that somebody asked to end cancels
// what waits: SCardCancel ends SCardGetStatusChange, and nothing ends the other calls.
bool ProbePcsc::gives_up(std::chrono::milliseconds limit, Clock::time_point begin) {
  if (Clock::now() - begin >= limit) return true;
  if (!is_ending()) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!cancelled_) {
    cancelled_ = Clock::now();
    std::thread([shared = shared_] {
      std::map<std::uint32_t, long> contexts;
      {
        const std::lock_guard<std::mutex> of_handles(shared->mutex);
        contexts = shared->contexts;
      }
      for (const auto& [number, handle] : contexts) shared->calls.cancel(handle);
    }).detach();
  }
  return asked_() > 1 || Clock::now() - *cancelled_ >= kGrace;
}

void ProbePcsc::wait(std::chrono::milliseconds time) {
  const auto until = Clock::now() + time;
  for (auto now = Clock::now(); now < until && !is_ending(); now = Clock::now())
    std::this_thread::sleep_for(std::min<Clock::duration>(until - now, kLook));
}

// Connects and begins a transaction in a process that is then killed.
PcscReply ProbePcsc::holder_dies(const PcscDeed& deed) {
  PcscReply reply;
  int ends[2];
  if (::pipe(ends) != 0) {
    reply.ended = Ended::kFailed;
    return reply;
  }
  const pid_t child = ::fork();
  if (child == 0) {
    long context = 0, card = 0;
    PcscCalls::Length active = 0;
    const PcscCalls& calls = shared_->calls;
    std::uint32_t code = calls.establish_context(context);
    if (code == 0)
      code = calls.connect(context, deed.reader.c_str(), deed.share, deed.protocols, card, active);
    if (code == 0) code = calls.begin_transaction(card);
    if (::write(ends[1], &code, sizeof code) < 0) ::_exit(1);
    for (;;) ::pause();
  }
  ::close(ends[1]);
  const auto begin = Clock::now();
  pollfd watched{ends[0], POLLIN, 0};
  while (child > 0 && reply.ended == Ended::kDone &&
         ::poll(&watched, 1, static_cast<int>(kLook.count())) <= 0) {
    if (gives_up(std::chrono::milliseconds(deed.limit_ms), begin)) reply.ended = Ended::kTimedOut;
  }
  if (reply.ended == Ended::kDone &&
      (child < 0 || ::read(ends[0], &reply.code, sizeof reply.code) != sizeof reply.code))
    reply.ended = Ended::kFailed;
  ::close(ends[0]);
  if (child > 0) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  return reply;
}

PcscReply ProbePcsc::hand_over(const PcscDeed& deed) {
  PcscReply reply;
  if (const auto why = simulated_ ? std::nullopt : refused(deed)) {
    reply.ended = Ended::kRefused;
    reply.text = *why;
  } else if (is_of_hands(deed.call)) {
    reply = hands_.perform(deed);
  } else if (deed.call == PcscCall::kWait) {
    wait(std::chrono::milliseconds(deed.number));
  } else if (deed.call == PcscCall::kHolderDies) {
    reply = holder_dies(deed);
  } else {
    reply = with_limit(deed);
    if (!simulated_ && deed.call == PcscCall::kTransmit) mask(reply);
  }
  return reply;
}

PcscReply ProbePcsc::perform(const std::string& actor, const PcscDeed& deed) {
  const std::uint64_t begun = now_us();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    calling_[actor] = Clock::now();
  }
  PcscReply reply = hand_over(deed);
  // What others do ends by itself: theirs are calls, and each comes back at once now.
  if (is_ending() && (actor == "main" || actor == "afterwards"))
    throw gateway::RouteBroken("pcsc", "中断された", "interrupted");
  reply.begun_us = begun;
  reply.ended_us = now_us();
  const std::lock_guard<std::mutex> lock(mutex_);
  calling_.erase(actor);
  changed_.notify_all();
  return reply;
}

void ProbePcsc::await_waiting(const std::string& actor, std::uint32_t ms) {
  const auto until = Clock::now() + std::chrono::seconds(5);
  while (Clock::now() < until && !is_ending()) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (over_.count(actor) != 0) return;
      const auto found = calling_.find(actor);
      if (found != calling_.end() &&
          Clock::now() - found->second >= std::chrono::milliseconds(ms))
        return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void ProbePcsc::is_over(const std::string& actor) {
  const std::lock_guard<std::mutex> lock(mutex_);
  over_.insert(actor);
}

}  // namespace uketsuke::conformance
