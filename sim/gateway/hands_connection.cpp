#include "sim/gateway/hands_connection.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <utility>

namespace uketsuke::gateway {
namespace {

constexpr std::size_t kMaxUnsent = 4 * wire::hands::kMaxLine;
constexpr std::size_t kReadAtOnce = 64 * 1024;
constexpr int kLookEveryMs = 250;  // whether the other side is still there

Millis now_ms() {
  using namespace std::chrono;
  return static_cast<Millis>(
      duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count());
}

// A pipe that nobody reads is an error, not the end of this program.
void ignore_broken_pipes() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

template <class Event>
void HandsConnection::End<Event>::start(std::function<void(Event)> report) {
  const std::lock_guard lock(mutex_);
  report_ = std::move(report);
  for (Event& event : std::exchange(waiting_, {})) report_(std::move(event));
}

template <class Event>
void HandsConnection::End<Event>::deliver(Event event) {
  const std::lock_guard lock(mutex_);
  if (report_) {
    report_(std::move(event));
  } else if (waiting_.size() < kMaxWaiting) {
    waiting_.push_back(std::move(event));
  }
}

HandsConnection::HandsConnection(HandsPeerSettings settings,
                                 std::unique_ptr<HandsTransport> transport)
    : name_(settings.name),
      peer_(std::move(settings)),
      transport_(std::move(transport)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!wake_) throw std::system_error(errno, std::generic_category(), "eventfd");
}

HandsConnection::~HandsConnection() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto count = ::write(wake_.get(), &one, sizeof one);
  if (thread_.joinable()) thread_.join();
}

void HandsConnection::start(HandsRoute::Report report) {
  report_ = std::move(report);
  thread_ = std::thread([this] { run(); });
}

void HandsConnection::ask(HandsRequest request) { post(std::move(request)); }

void HandsConnection::post(Work work) {
  {
    const std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto count = ::write(wake_.get(), &one, sizeof one);
}

void HandsConnection::run() {
  ignore_broken_pipes();
  if (auto trouble = transport_->open(wake_.get())) {
    lost(std::move(*trouble));
  } else {
    peer_.start(now_ms());
  }
  while (take_work()) {
    write_lines();
    look_after();
    deliver();
    wait();
  }
  if (!closed_) transport_->close(false);
}

// False: the bench needs the connection no longer.
bool HandsConnection::take_work() {
  std::vector<Work> work;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    work.swap(work_);
  }
  for (Work& one : work) {
    if (auto* deed = std::get_if<HandsRequest>(&one)) peer_.ask(std::move(*deed), now_ms());
    if (auto* card = std::get_if<wire::session::Request>(&one))
      peer_.ask(std::move(*card), now_ms());
    if (auto* message = std::get_if<wire::reader_link::Message>(&one))
      peer_.send(std::move(*message), now_ms());
  }
  return true;
}

void HandsConnection::wait() {
  pollfd fds[4] = {{wake_.get(), POLLIN, 0}, {-1, POLLIN, 0}, {-1, 0, 0}, {-1, POLLIN, 0}};
  int limit = -1;
  if (!closed_) {
    fds[1].fd = transport_->read_fd();
    fds[2].fd = transport_->write_fd();
    if (!unsent_.empty()) fds[2].events = POLLOUT;
    fds[3].fd = transport_->errors_fd();
    const Millis now = now_ms();
    const Millis until = std::max(peer_.deadline().value_or(now + kLookEveryMs), now);
    limit = static_cast<int>(std::min<Millis>(until - now, kLookEveryMs));
  }
  ::poll(fds, 4, limit);
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(wake_.get(), &count, sizeof count);
  if (closed_) return;
  if (fds[3].revents != 0) transport_->read_errors();
  if (fds[1].revents != 0) return read_lines();
  // Nothing more to read, and nobody reads.
  if ((fds[2].revents & POLLERR) != 0) lost(transport_->why_ended(HandsTransport::Way::kTo));
}

void HandsConnection::read_lines() {
  char buffer[kReadAtOnce];
  const ssize_t count = ::read(transport_->read_fd(), buffer, sizeof buffer);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return lost(transport_->why_ended(HandsTransport::Way::kFrom));
  cutter_.push({buffer, static_cast<std::size_t>(count)});
  while (auto line = cutter_.next()) peer_.take_line(*line, now_ms());
  if (cutter_.too_long()) {
    peer_.fail("1行が長すぎる（256 KiBまで）", "a line is too long (256 KiB are allowed)");
  }
}

void HandsConnection::write_lines() {
  for (std::string& line : peer_.take_lines()) unsent_ += line + '\n';
  while (!closed_ && !unsent_.empty()) {
    const ssize_t count = ::write(transport_->write_fd(), unsent_.data(), unsent_.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) break;
    if (count < 0) return lost(transport_->why_ended(HandsTransport::Way::kTo));
    // What was sent may have been a secret.
    ::explicit_bzero(unsent_.data(), static_cast<std::size_t>(count));
    unsent_.erase(0, static_cast<std::size_t>(count));
  }
  if (unsent_.size() > kMaxUnsent)
    peer_.fail("送った行を読まない", "it does not read what is sent to it");
}

// Time-outs, a program that is gone though its pipes are held open, and the end of a failure.
void HandsConnection::look_after() {
  if (closed_) return;
  peer_.tick(now_ms());
  if (!peer_.failed() && transport_->gone()) {
    read_lines();  // its last ones
    if (!peer_.failed()) lost(transport_->why_ended(HandsTransport::Way::kFrom));
  }
  if (!peer_.failed()) return;
  write_lines();  // what was wrong with the line
  transport_->close(true);
  closed_ = true;
}

void HandsConnection::lost(HandsTransport::Trouble trouble) {
  peer_.fail(std::move(trouble.ja), std::move(trouble.en));
  if (closed_) return;
  transport_->close(true);
  closed_ = true;
}

void HandsConnection::deliver() {
  sees_panel_ = peer_.sees_panel();
  for (HandsPeer::Event& event : peer_.take_events()) {
    const auto complete = [this](auto& route_event) {
      if (auto* failed = std::get_if<RouteFailed>(&route_event)) {
        const HandsTransport::Trouble more = transport_->more();
        failed->ja += more.ja;
        failed->en += more.en;
      }
    };
    if (auto* hands = std::get_if<HandsEvent>(&event)) {
      complete(*hands);
      if (report_) report_(std::move(*hands));
    } else if (auto* card = std::get_if<SessionRouteEvent>(&event)) {
      complete(*card);
      session_.end_.deliver(std::move(*card));
    } else if (auto* link = std::get_if<LinkRouteEvent>(&event)) {
      complete(*link);
      link_.end_.deliver(std::move(*link));
    }
  }
}

}  // namespace uketsuke::gateway
