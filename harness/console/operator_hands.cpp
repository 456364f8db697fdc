#include "harness/console/operator_hands.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "harness/verdict/format.h"

namespace uketsuke::console {
namespace {

using gateway::Attested;
using gateway::Missed;
using verdict::Text;

constexpr std::size_t kMaxTyped = 1000;  // bytes of a line that an operator types
constexpr std::size_t kPiece = 256;      // written to the terminal at once
constexpr int kStoppedMs = 1'000;        // a terminal that takes nothing for so long is stopped

// A program in the background must not be stopped for asking: it is told so instead.
void ignore_job_control() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTTIN, SIGTTOU, SIGPIPE}) sigaddset(&signals, number);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i++]);
    const int more = byte < 0x80                   ? 0
                     : byte >= 0xC2 && byte < 0xE0 ? 1
                     : byte >= 0xE0 && byte < 0xF0 ? 2
                     : byte >= 0xF0 && byte < 0xF5 ? 3
                                                   : -1;
    if (more < 0) return false;
    for (int k = 0; k < more; ++k)
      if (i >= text.size() || (static_cast<unsigned char>(text[i++]) & 0xC0) != 0x80) return false;
  }
  return true;
}

// What a person typed may be anything; it goes into a report.
std::string printable(std::string_view text) {
  const bool readable = is_utf8(text);
  std::string kept;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) kept += readable || byte < 0x80 ? c : '?';
  }
  while (!kept.empty() && kept.back() == ' ') kept.pop_back();
  const auto begin = kept.find_first_not_of(' ');
  return begin == std::string::npos ? "" : kept.substr(begin);
}

}  // namespace

OperatorHands::OperatorHands(OperatorSettings settings)
    : settings_(std::move(settings)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!wake_) throw std::system_error(errno, std::generic_category(), "eventfd");
}

OperatorHands::~OperatorHands() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake();
  if (thread_.joinable()) thread_.join();
}

void OperatorHands::start(Report report) {
  report_ = std::move(report);
  thread_ = std::thread([this] { run(); });
}

void OperatorHands::ask(gateway::HandsRequest request) {
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(request));
  }
  wake();
}

void OperatorHands::device_showed(Sign sign) {
  {
    const std::lock_guard lock(mutex_);
    shown_ = sign;
  }
  wake();
}

void OperatorHands::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto count = ::write(wake_.get(), &one, sizeof one);
}

bool OperatorHands::ending() {
  const std::lock_guard lock(mutex_);
  return ending_;
}

void OperatorHands::open_terminal() {
  terminal_ = gateway::FileDescriptor(
      ::open(settings_.terminal.c_str(), O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal_ && ::isatty(STDIN_FILENO) != 0)
    terminal_ = gateway::FileDescriptor(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
  // In the background nobody can answer.
  const pid_t foreground = terminal_ ? ::tcgetpgrp(terminal_.get()) : -1;
  if (foreground > 0 && foreground != ::getpgrp()) terminal_.close();
}

void OperatorHands::run() {
  ignore_job_control();
  open_terminal();
  while (!ending()) {
    std::optional<gateway::HandsRequest> request;
    {
      const std::lock_guard lock(mutex_);
      if (!requests_.empty()) {
        request = std::move(requests_.front());
        requests_.pop_front();
        shown_.reset();  // what was shown before is no sign of it
      }
    }
    if (request) {
      perform(*request);
      continue;
    }
    pollfd fd{wake_.get(), POLLIN, 0};
    ::poll(&fd, 1, -1);
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(wake_.get(), &count, sizeof count);
  }
}

// After a time-out, until something is typed.
bool OperatorHands::still_away() {
  Attendance& attendance = *settings_.attendance;
  if (!attendance.away) return false;
  pollfd fd{terminal_.get(), POLLIN, 0};
  if (::poll(&fd, 1, 0) > 0) {
    attendance = {};
    return false;
  }
  if (!std::exchange(attendance.told, true)) {
    say({"応答がないので、以後は待たずに進みます（判定不能になります）。戻ったら Enter を押してください。",
         "Nobody answers: what follows is not waited for (and is inconclusive). Press Enter when "
         "you are back."});
  }
  return true;
}

void OperatorHands::perform(const gateway::HandsRequest& request) {
  const Instruction told = instruction_of(request.deed, settings_.words);
  if (!told.impossible.empty())
    return report_missed(request.id, Missed::Why::kUnknown, told.impossible);
  if (!terminal_) {
    return report_missed(request.id, Missed::Why::kNoOperator,
                         {"操作者がいない（端末がない）",
                          "no operator: there is no terminal to ask anybody"});
  }
  if (left_) {
    return report_missed(request.id, Missed::Why::kNoOperator,
                         {"操作者がいない（中止した）", "no operator: the operator has left"});
  }
  if (still_away()) {
    return report_missed(request.id, Missed::Why::kTimeOut,
                         {"操作者が応答していない（前に時間切れになった。待たない）",
                          "the operator does not answer (time was up before; not waited for)"});
  }
  std::string reason;
  const Answer answer = wait_for_answer(told, reason);
  settings_.attendance->away = answer == Answer::kTimeOut;
  // The reason goes into the report, whatever the person wrote.
  for (std::size_t at = 0; !told.secret.empty() && (at = reason.find(told.secret)) < reason.size();)
    reason.replace(at, told.secret.size(), "****");
  switch (answer) {
    case Answer::kDone: return report_(Attested{request.id, "operator"});
    case Answer::kShown:
      say({"機器で確認できました。", "Confirmed by the device."});
      return report_(Attested{request.id, "operator, confirmed by the device"});
    case Answer::kNo:
      if (reason.empty()) {
        return report_missed(request.id, Missed::Why::kNotPossible,
                             {"操作者の回答: いいえ", "the operator says no"});
      }
      return report_missed(request.id, Missed::Why::kNotPossible,
                           verdict::say("操作者の回答: {}", "the operator says: {}", reason));
    case Answer::kTimeOut:
      say({"時間切れです。", "Time is up."});
      return report_missed(request.id, Missed::Why::kTimeOut,
                           verdict::say("操作者が{}秒以内に行わなかった",
                                        "the operator did not do it within {} s",
                                        settings_.seconds));
    case Answer::kLeft:
      left_ = true;
      return report_missed(request.id, Missed::Why::kNoOperator,
                           {"操作者が中止した", "the operator has left"});
    case Answer::kEnding: return;
  }
}

OperatorHands::Answer OperatorHands::wait_for_answer(const Instruction& told,
                                                     std::string& reason) {
  using Clock = std::chrono::steady_clock;
  ::tcflush(terminal_.get(), TCIFLUSH);  // keys pressed before the question are no answer to it
  typed_.clear();
  doubted_ = false;
  say(verdict::say("\n[{}] {}", "\n[{}] {}", ++count_, told.what));
  if (!told.secret.empty())
    say(verdict::say("    {}: {}", "    {}: {}", told.secret_name, told.secret));
  if (!told.look_for.empty())
    say(verdict::say("    見るところ: {}", "    Look for: {}", told.look_for));
  say(told.question ? verdict::say("    はい: Enter、いいえ: n と理由、中止: q（{}秒以内）",
                                   "    Yes: Enter, no: n and why, leave: q (within {} s)",
                                   settings_.seconds)
                    : verdict::say("    できたら Enter、できなければ n と理由、中止: q（{}秒以内）",
                                   "    Done: Enter, not done: n and why, leave: q (within {} s)",
                                   settings_.seconds));
  const auto until = Clock::now() + std::chrono::seconds(settings_.seconds);
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (ending_) return Answer::kEnding;
      if (told.sign && shown_ == told.sign) return Answer::kShown;
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return Answer::kTimeOut;
    pollfd fds[2] = {{wake_.get(), POLLIN, 0}, {terminal_.get(), POLLIN, 0}};
    ::poll(fds, 2, static_cast<int>(std::min<long long>(left + 1, 60'000)));
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(wake_.get(), &count, sizeof count);
    if (fds[1].revents == 0) continue;
    if (const auto answer = read_answer(reason)) return *answer;
  }
}

std::optional<OperatorHands::Answer> OperatorHands::read_answer(std::string& reason) {
  char buffer[256];
  const ssize_t count = ::read(terminal_.get(), buffer, sizeof buffer);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return std::nullopt;
  if (count <= 0) return Answer::kLeft;  // end of input, hung up, or in the background now
  typed_.append(buffer, static_cast<std::size_t>(count));
  const auto end = typed_.find_first_of("\r\n");
  if (end == std::string::npos) {
    if (typed_.size() > kMaxTyped) typed_.clear();
    return std::nullopt;
  }
  const std::string line = printable(typed_.substr(0, end));
  typed_.clear();
  return meant(line, reason);
}

std::optional<OperatorHands::Answer> OperatorHands::meant(std::string_view line,
                                                          std::string& reason) {
  if (line.empty() || line == "y" || line == "Y") return Answer::kDone;
  if (line == "q" || line == "Q") return Answer::kLeft;
  if ((line[0] == 'n' || line[0] == 'N') && (line.size() == 1 || line[1] == ' ')) {
    reason = printable(line.substr(1));
    // One key is soon pressed by mistake, and a no may be a deviation of the reader.
    if (!reason.empty() || std::exchange(doubted_, true)) return Answer::kNo;
    say({"理由を n に続けて入力してください（例：n カードが入らない）。理由なしでよければもう一度 n を"
         "入力してください。できていれば Enter。",
         "Please type why after the n (n the card does not go in), or n once more for no reason. "
         "Enter if it is done."});
    return std::nullopt;
  }
  say({"Enter、n と理由、q のいずれかを入力してください。", "Enter, n and why, or q, please."});
  return std::nullopt;
}

void OperatorHands::say(const Text& text) {
  write(verdict::in_language(text, settings_.language) + "\n");
}

void OperatorHands::write(std::string_view text) {
  while (!text.empty()) {
    // A terminal that was stopped (Ctrl-S) does not stop this program.
    pollfd fd{terminal_.get(), POLLOUT, 0};
    if (::poll(&fd, 1, kStoppedMs) == 0) return;
    const ssize_t count = ::write(terminal_.get(), text.data(), std::min(text.size(), kPiece));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void OperatorHands::report_missed(std::uint64_t id, Missed::Why why, Text text) {
  report_(Missed{id, why, std::move(text.ja), std::move(text.en)});
}

}  // namespace uketsuke::console
