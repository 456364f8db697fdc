#include "sim/gateway/pcsc_core.h"

#include <winscard.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace uketsuke::gateway {
namespace {

using namespace wire::session;

constexpr int kMostGivenUp = 3;
constexpr std::size_t kMostWaiting = 8;
constexpr const char* kPlug = "\\\\?PnP?\\Notification";  // readers come and go

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : "; ") + name;
  return text;
}

std::string without_prefix(std::string text) {
  return text.compare(0, 5, "pcsc:") == 0 ? text.substr(5) : text;
}

std::uint8_t slot_of(const Request& request) {
  return std::visit([](const auto& one) { return one.slot; }, request);
}

}  // namespace

PcscRoute::Core::Core(std::string wanted, PcscSettings settings)
    : wanted_(without_prefix(std::move(wanted))), settings_(settings) {}

template <class Body>
void PcscRoute::Core::spawn(Body body) {
  ++threads_;
  std::thread([self = shared_from_this(), body] {
    body(*self);
    const std::lock_guard<std::mutex> lock(self->mutex_);
    --self->threads_;
    self->changed_.notify_all();
  }).detach();
}

void PcscRoute::Core::begin(Report report) {
  report_ = std::move(report);
  begin_ = Clock::now();
  const std::lock_guard<std::mutex> lock(mutex_);
  spawn([](Core& self) { self.watch(); });
  spawn([](Core& self) { self.work(0); });
  spawn([](Core& self) { self.supervise(); });
}

void PcscRoute::Core::silence() {
  const std::lock_guard<std::mutex> lock(report_mutex_);
  report_ = nullptr;
}

void PcscRoute::Core::stop(std::uint32_t within_ms) {
  std::unique_lock<std::mutex> lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
  if (watching_ != 0)
    spawn([context = watching_](Core&) { SCardCancel(context); });  // may hang like anything else
  changed_.wait_for(lock, Milliseconds(within_ms), [this] { return threads_ == 0; });
}

void PcscRoute::Core::report(SessionRouteEvent event) {
  const std::lock_guard<std::mutex> lock(report_mutex_);
  if (report_) report_(std::move(event));
}

std::string PcscRoute::Core::name() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return "pcsc:" + (reader_.empty() ? wanted_ : reader_);
}

bool PcscRoute::Core::pause(std::uint32_t ms) {
  std::unique_lock<std::mutex> lock(mutex_);
  return !changed_.wait_for(lock, Milliseconds(ms), [this] { return stopping_; });
}

void PcscRoute::Core::ask(Request request) {
  const std::uint8_t slot = slot_of(request);
  if (slot != 0)
    return report(Event{Failed{slot, Failure::kUnsupported, "a reader of PC/SC has one slot"}});
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const bool busy = under_way_ || !waiting_.empty();
    const bool leaves = std::holds_alternative<Disconnect>(request);
    if (given_up_ < kMostGivenUp && (!busy || (leaves && waiting_.size() < kMostWaiting))) {
      waiting_.push_back(std::move(request));
      changed_.notify_all();
      return;
    }
  }
  report(Event{Failed{slot, Failure::kBusy, "a request is under way"}});
}

void PcscRoute::Core::work(std::uint64_t generation) {
  PcscSession session(settings_.exclusive);
  std::uint64_t epoch = 0;
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] {
      return stopping_ || generation != generation_ || !waiting_.empty();
    });
    if (stopping_ || generation != generation_) break;
    under_way_ = std::move(waiting_.front());
    under_way_since_ = Clock::now();
    waiting_.pop_front();
    changed_.notify_all();
    const Request request = *under_way_;
    const std::string reader = reader_;
    const bool other = std::exchange(epoch, epoch_) != epoch_;
    lock.unlock();
    if (other) session.close();  // it belonged to a reader that has left
    Event answer = reader.empty() && !std::holds_alternative<Disconnect>(request)
                       ? Event{Failed{0, Failure::kNoReader, "the reader is not there"}}
                       : session.perform(request, reader);
    lock.lock();
    if (generation != generation_) break;  // it was answered long ago
    under_way_.reset();
    lock.unlock();
    report(std::move(answer));
    lock.lock();
  }
  lock.unlock();
  session.close();
}

// Nobody waits for a call that does not come back.
void PcscRoute::Core::supervise() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    if (!under_way_) {
      changed_.wait(lock);
      continue;
    }
    const auto due = under_way_since_ + Milliseconds(settings_.request_limit_ms);
    if (Clock::now() < due) {
      changed_.wait_until(lock, due);
      continue;
    }
    give_up();
    const bool broken = given_up_ == kMostGivenUp;
    lock.unlock();
    report(Event{Failed{0, Failure::kTimeOut, "pcscd does not answer"}});
    if (broken) report(pcscd_hangs(wanted_));
    lock.lock();
  }
}

void PcscRoute::Core::give_up() {
  under_way_.reset();
  ++generation_;
  ++given_up_;
  changed_.notify_all();
  spawn([generation = generation_](Core& self) { self.work(generation); });
}

void PcscRoute::Core::watch() {
  long context = 0;
  while (true) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (stopping_) break;
    }
    if (context == 0 && !enter(context)) {
      if (!pause(settings_.poll_ms)) break;
      continue;
    }
    look(context);
    if (context != 0) wait_for_change(context);
  }
  leave(context);
}

bool PcscRoute::Core::enter(long& context) {
  const long code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context);
  if (code == SCARD_S_SUCCESS) {
    const std::lock_guard<std::mutex> lock(mutex_);
    watching_ = context;
    return true;
  }
  context = 0;
  if (!seen_reader_ && settings_.absent_after_ms != 0)
    refuse("service", settings_.absent_after_ms, begin_, no_pcscd(pcsc_name(code)));
  return false;
}

void PcscRoute::Core::leave(long& context) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    watching_ = 0;
  }
  if (context != 0) SCardReleaseContext(std::exchange(context, 0));
}

// Which reader is meant, of those that are there.
void PcscRoute::Core::look(long& context) {
  std::vector<std::string> names;
  if (pcsc_reader_names(context, names) != SCARD_S_SUCCESS) {
    gone();
    return leave(context);
  }
  std::string reader;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    reader = reader_;
  }
  const auto there = [&names](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (!reader.empty()) {
    if (there(reader)) return;
    gone();
  }
  std::vector<std::string> matching;
  for (const std::string& name : names)
    if (name.compare(0, wanted_.size(), wanted_) == 0) matching.push_back(name);
  if (there(wanted_)) matching = {wanted_};
  if (matching.size() == 1) {
    refusal_.clear();
    return arrive(context, matching.front());
  }
  if (!matching.empty()) {
    if (refusal_ != "several") refused_since_ = Clock::now();
    return refuse("several", settings_.refused_after_ms, refused_since_,
                  several_pcsc_readers(wanted_, joined(matching)));
  }
  if (!seen_reader_ && settings_.absent_after_ms != 0)
    refuse("absent", settings_.absent_after_ms, begin_,
           no_such_pcsc_reader(wanted_, joined(names)));
}

void PcscRoute::Core::refuse(const char* kind, std::uint32_t after_ms, Clock::time_point since,
                             RouteFailed why) {
  if (refusal_ != kind) told_ = false;
  refusal_ = kind;
  if (told_ || Clock::now() - since < Milliseconds(after_ms)) return;
  told_ = true;
  report(std::move(why));
}

void PcscRoute::Core::arrive(long context, const std::string& reader) {
  PcscProperties about;
  about.name = reader;
  ask_properties(context, about);
  seen_reader_ = true;
  seen_ = {};
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    reader_ = reader;
  }
  report(Event{ReaderArrived{reader, about.idVendor, about.idProduct, about.bcdDevice, 1,
                             about.pin_pad, about.exchange_level}});
}

void PcscRoute::Core::gone() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (reader_.empty()) return;
    reader_.clear();
    ++epoch_;
  }
  report(Event{ReaderGone{}});
}

void PcscRoute::Core::wait_for_change(long& context) {
  std::string reader;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    reader = reader_;
    if (stopping_) return;
  }
  SCARD_READERSTATE states[2]{};
  states[0].szReader = kPlug;
  states[1].szReader = reader.c_str();
  if (seen_.known) {
    states[1].dwCurrentState = (seen_.card ? SCARD_STATE_PRESENT : SCARD_STATE_EMPTY) |
                               static_cast<DWORD>(seen_.changes) << 16;
  }
  const long code =
      SCardGetStatusChange(context, settings_.poll_ms, states, reader.empty() ? 1 : 2);
  if (code == SCARD_S_SUCCESS && !reader.empty()) {
    if ((states[1].dwEventState & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE)) != 0)
      return gone();
    return take_state(static_cast<std::uint32_t>(states[1].dwEventState));
  }
  if (code == SCARD_S_SUCCESS || code == SCARD_E_TIMEOUT || code == SCARD_E_CANCELLED) return;
  gone();
  if (pcsc_fault("SCardGetStatusChange", code).loss == PcscLoss::kService) {
    leave(context);
  } else {
    pause(settings_.poll_ms);
  }
}

void PcscRoute::Core::take_state(std::uint32_t state) {
  const bool card = (state & SCARD_STATE_PRESENT) != 0;
  const std::uint32_t changes = state >> 16;
  const Seen before = std::exchange(seen_, Seen{true, card, changes});
  if (before.known && before.card == card) {
    // Gone and back between two looks.
    if (!card || changes == before.changes) return;
    report(Event{CardAbsent{0}});
  }
  if (card) return report(Event{CardPresent{0}});
  report(Event{CardAbsent{0}});  // of a reader that has just arrived, too (tells_empty_slot)
}

}  // namespace uketsuke::gateway
