#include "harness/run/worker_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "harness/run/find.h"
#include "harness/run/this_program.h"

extern char** environ;

namespace uketsuke::run {
namespace {

constexpr int kResultPipeBytes = 1024 * 1024;
constexpr std::size_t kKeptTextBytes = 2048;

[[noreturn]] void cannot_start(int error) {
  const std::string reason = std::strerror(error);
  throw RunError(RunError::Kind::kEnvironment, {"ワーカーを起動できません（" + reason + "）",
                                                "cannot start a worker process: " + reason});
}

// Both ends above the numbers that the worker uses, closed by exec.
struct Pipe {
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) cannot_start(errno);
    for (int i = 0; i < 2; ++i) {
      const int high = ::fcntl(ends[i], F_DUPFD_CLOEXEC, 10);
      const int error = errno;
      ::close(ends[i]);
      if (high < 0) {
        if (i == 0) ::close(ends[1]);
        if (i == 1) ::close(read_end);
        read_end = -1;
        cannot_start(error);
      }
      (i == 0 ? read_end : write_end) = high;
    }
  }
  ~Pipe() {
    if (read_end >= 0) ::close(read_end);
    if (write_end >= 0) ::close(write_end);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  static int take(int& end) {
    const int fd = end;
    end = -1;
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    return fd;
  }
  int read_end = -1;
  int write_end = -1;
};

// Without it a run has no steps in its messages, and nothing else is missing.
class ProgressFile {
 public:
  ProgressFile() {
    const int low = ::memfd_create("progress", MFD_CLOEXEC);
    if (low < 0) return;
    fd_ = ::fcntl(low, F_DUPFD_CLOEXEC, 10);
    ::close(low);
    if (fd_ >= 0 && ::ftruncate(fd_, sizeof(std::uint64_t)) != 0) {
      ::close(fd_);
      fd_ = -1;
    }
  }
  ~ProgressFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  ProgressFile(const ProgressFile&) = delete;
  ProgressFile& operator=(const ProgressFile&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

pid_t spawn(std::vector<std::string> command, const Pipe& in, const Pipe& out, const Pipe& text,
            const ProgressFile& progress) {
  if (command.empty()) command = command_of_self({"worker"});
  const std::string program = command[0];
  if (program == "/proc/self/exe") command[0] = "uketsuke";  // for those who list processes
  std::vector<char*> arguments;
  for (auto& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, text.write_end, 1);
  posix_spawn_file_actions_adddup2(&actions, text.write_end, 2);
  posix_spawn_file_actions_adddup2(&actions, in.read_end, kWorkerInFd);
  posix_spawn_file_actions_adddup2(&actions, out.write_end, kWorkerOutFd);
  if (progress.fd() >= 0) {
    posix_spawn_file_actions_adddup2(&actions, progress.fd(), kWorkerProgressFd);
  }
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);

  pid_t pid = -1;
  const int error =
      ::posix_spawn(&pid, program.c_str(), &actions, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) cannot_start(error);
  return pid;
}

}  // namespace

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

std::atomic<std::uint64_t>* map_progress(int fd) {
  if (fd < 0) return nullptr;
  constexpr std::size_t kBytes = sizeof(std::atomic<std::uint64_t>);
  void* memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<std::atomic<std::uint64_t>*>(memory);
}

void unmap_progress(const std::atomic<std::uint64_t>* progress) {
  if (progress == nullptr) return;
  ::munmap(const_cast<std::atomic<std::uint64_t>*>(progress), sizeof *progress);
}

WorkerProcess::WorkerProcess(const std::vector<std::string>& command) {
  Pipe in;
  Pipe out;
  Pipe text;
  const ProgressFile progress;
  pid_ = spawn(command, in, out, text, progress);
  progress_ = map_progress(progress.fd());
  ::fcntl(out.read_end, F_SETPIPE_SZ, kResultPipeBytes);  // smaller works too
  in_fd_ = Pipe::take(in.write_end);
  out_fd_ = Pipe::take(out.read_end);
  text_fd_ = Pipe::take(text.read_end);
}

WorkerProcess::~WorkerProcess() {
  kill_and_reap();
  close_in();
  ::close(out_fd_);
  ::close(text_fd_);
  unmap_progress(progress_);
}

std::uint64_t WorkerProcess::progress() const {
  return progress_ == nullptr ? 0 : progress_->load();
}

void WorkerProcess::write_unsent() {
  while (!unsent_.empty() && in_fd_ >= 0) {
    const auto count = ::write(in_fd_, unsent_.data(), unsent_.size());
    if (count > 0) {
      unsent_.erase(0, static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR) {
      unsent_.clear();
    }
  }
}

void WorkerProcess::close_in() {
  if (in_fd_ >= 0) ::close(in_fd_);
  in_fd_ = -1;
}

bool WorkerProcess::read_results() {
  char buffer[65536];
  // At most one pipe full, so that no worker keeps the others waiting.
  for (std::size_t got = 0; got < kResultPipeBytes;) {
    const auto count = ::read(out_fd_, buffer, sizeof buffer);
    if (count == 0) return false;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno == EAGAIN;
    got += static_cast<std::size_t>(count);
    frames_.push({buffer, static_cast<std::size_t>(count)});
  }
  return true;
}

bool WorkerProcess::has_results() const {
  pollfd entry{out_fd_, POLLIN, 0};
  return ::poll(&entry, 1, 0) == 1 && (entry.revents & POLLIN) != 0;
}

std::string WorkerProcess::read_text() {
  char buffer[4096];
  std::string text;
  while (text.size() < 64 * sizeof buffer) {
    const auto count = ::read(text_fd_, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    text.append(buffer, static_cast<std::size_t>(count));
  }
  last_text_ += text;
  if (last_text_.size() > kKeptTextBytes) last_text_.erase(0, last_text_.size() - kKeptTextBytes);
  return text;
}

void WorkerProcess::signal(int number) {
  if (!ended_) ::kill(pid_, number);
}

bool WorkerProcess::reap() {
  if (!ended_) ended_ = ::waitpid(pid_, &status_, WNOHANG) == pid_;
  return ended_;
}

void WorkerProcess::kill_and_reap() {
  if (reap()) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
  }
  ended_ = true;
}

verdict::Text WorkerProcess::how_it_ended() const {
  if (WIFSIGNALED(status_)) {
    const int number = WTERMSIG(status_);
    const auto text = std::to_string(number) + " (" + ::strsignal(number) + ")";
    return {"ワーカーがシグナル " + text + " で終了しました",
            "the worker process was ended by signal " + text};
  }
  const auto code = std::to_string(WEXITSTATUS(status_));
  return {"ワーカーが終了コード " + code + " で終了しました",
          "the worker process exited with code " + code};
}

}  // namespace uketsuke::run
