#include "sim/gateway/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>

extern char** environ;

namespace uketsuke::gateway {
namespace {

constexpr int kFirstOfOurs = 3;
constexpr int kLookAgainMs = 5;

struct Pipe {
  FileDescriptor read_end, write_end;
  bool open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    read_end = FileDescriptor(ends[0]);
    write_end = FileDescriptor(ends[1]);
    return true;
  }
};

void do_not_wait(const FileDescriptor& fd) {
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

// What posix_spawn is told; freed with its owner.
class SpawnPlan {
 public:
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

// The pipes' ends may have the numbers 0, 1 or 2 themselves if ours were closed.
bool lift(FileDescriptor& fd) {
  if (fd.get() >= kFirstOfOurs) return true;
  fd = FileDescriptor(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kFirstOfOurs));
  return static_cast<bool>(fd);
}

}  // namespace

int ChildProcess::start(const std::vector<std::string>& argv) {
  if (argv.empty() || argv[0].empty()) return ENOENT;
  Pipe in, out, errors;
  if (!in.open() || !out.open() || !errors.open()) return errno;
  if (!lift(in.read_end) || !lift(out.write_end) || !lift(errors.write_end)) return errno;
  SpawnPlan plan;
  posix_spawn_file_actions_adddup2(&plan.actions, in.read_end.get(), 0);
  posix_spawn_file_actions_adddup2(&plan.actions, out.write_end.get(), 1);
  posix_spawn_file_actions_adddup2(&plan.actions, errors.write_end.get(), 2);
  posix_spawn_file_actions_addclosefrom_np(&plan.actions, kFirstOfOurs);
  std::vector<std::string> words = argv;
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int error = ::posix_spawnp(&pid_, arguments[0], &plan.actions, &plan.attributes,
                                   arguments.data(), environ);
  if (error != 0) return error;
  reaped_ = false;
  in_ = std::move(in.write_end);
  out_ = std::move(out.read_end);
  errors_ = std::move(errors.read_end);
  for (const FileDescriptor* fd : {&in_, &out_, &errors_}) do_not_wait(*fd);
  return 0;
}

void ChildProcess::read_errors() {
  char buffer[4096];
  // At most what a pipe holds: a program that never stops does not keep us.
  for (int i = 0; i < 16 && errors_; ++i) {
    const ssize_t count = ::read(errors_.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errors_.close();
    if (count <= 0) return;
    if (!keep_errors_) continue;
    kept_.append(buffer, static_cast<std::size_t>(count));
    if (kept_.size() > kKeptErrors) kept_.erase(0, kept_.size() - kKeptErrors);
  }
}

std::string ChildProcess::errors() const {
  std::string text;
  for (const char c : kept_) {
    const auto byte = static_cast<unsigned char>(c);
    const bool blank = byte < 0x20 || byte == ' ';
    if (blank && (text.empty() || text.back() == ' ')) continue;
    // Whatever the program's encoding is: the report is UTF-8 and drives no terminal.
    text += blank ? ' ' : byte < 0x7F ? c : '?';
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

bool ChildProcess::ended() {
  if (reaped_) return true;
  siginfo_t info{};
  // It stays a zombie until its group is dead: nobody else can get its number.
  if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
      info.si_pid == 0)
    return false;
  ::kill(-pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  reaped_ = true;
  const bool by_signal = WIFSIGNALED(status);
  end_ = End{by_signal, by_signal ? WTERMSIG(status) : WEXITSTATUS(status), killed_};
  return true;
}

bool ChildProcess::wait_ended(int limit_ms) {
  using Clock = std::chrono::steady_clock;
  const auto limit = Clock::now() + std::chrono::milliseconds(limit_ms);
  while (!ended()) {
    if (Clock::now() >= limit) return false;
    // A program that fills its outputs before it ends must get rid of them.
    read_errors();
    char dropped[4096];
    for (int i = 0; i < 64 && out_ && ::read(out_.get(), dropped, sizeof dropped) > 0; ++i) {
    }
    ::poll(nullptr, 0, kLookAgainMs);
  }
  return true;
}

void ChildProcess::stop(int grace_ms, int term_ms) {
  if (reaped_) return;
  in_.close();
  if (!wait_ended(grace_ms)) {
    killed_ = true;
    ::kill(-pid_, SIGTERM);
    if (!wait_ended(term_ms)) {
      ::kill(-pid_, SIGKILL);
      while (!ended()) ::poll(nullptr, 0, kLookAgainMs);
    }
  }
  read_errors();
  out_.close();
  errors_.close();
}

}  // namespace uketsuke::gateway
