#include "harness/conformance/mutants/mutant_workers.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <optional>
#include <stdexcept>

namespace uketsuke::conformance {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kStandsStill = std::chrono::seconds(120);
constexpr int kLookMs = 200;

void write_all(int fd, const std::string& text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const ssize_t count = ::write(fd, text.data() + at, text.size() - at);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) ::_exit(1);
    at += static_cast<std::size_t>(count);
  }
}

// The next line, without its end; nothing: the other side is gone.
std::optional<std::string> read_line(int fd) {
  std::string line;
  char c = 0;
  while (true) {
    const ssize_t count = ::read(fd, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::nullopt;
    if (c == '\n') return line;
    line += c;
  }
}

struct Worker {
  pid_t pid = -1;
  int to = -1, from = -1;
  std::optional<std::size_t> job;
  std::string text;  // of a line that is not complete yet
  Clock::time_point since;
};

class Team {
 public:
  Team(unsigned workers, std::size_t jobs, const WorkerJob& job, const WorkerProgress& progress)
      : job_(job), progress_(progress), results_(jobs),
        workers_(std::min<std::size_t>(std::max(workers, 1U), std::max<std::size_t>(jobs, 1))) {}
  ~Team() {
    for (Worker& worker : workers_) end(worker);
  }
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  std::vector<WorkerResult> run() {
    while (done_ < results_.size()) {
      for (Worker& worker : workers_) give(worker);
      look();
    }
    return std::move(results_);
  }

 private:
  void start(Worker& worker) {
    int down[2], up[2];
    if (::pipe(down) != 0 || ::pipe(up) != 0)
      throw std::runtime_error(std::string("pipe: ") + std::strerror(errno));
    const pid_t parent = ::getpid();
    worker.pid = ::fork();
    if (worker.pid < 0) throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
    if (worker.pid == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(1);
      ::close(down[1]);
      ::close(up[0]);
      for (const Worker& other : workers_)
        for (const int fd : {other.to, other.from})
          if (fd >= 0) ::close(fd);
      work(down[0], up[1]);
    }
    ::close(down[0]);
    ::close(up[1]);
    worker.to = down[1];
    worker.from = up[0];
    worker.text.clear();
  }

  [[noreturn]] void work(int from, int to) {
    while (const auto line = read_line(from)) {
      std::size_t job = 0;
      std::from_chars(line->data(), line->data() + line->size(), job);
      std::string answer;
      try {
        answer = job_(job);
      } catch (const std::exception& error) {
        answer = std::string("!") + error.what();
      }
      std::replace(answer.begin(), answer.end(), '\n', ' ');
      write_all(to, answer + "\n");
    }
    ::_exit(0);
  }

  void give(Worker& worker) {
    if (worker.job || next_ >= results_.size()) return;
    if (worker.pid < 0) start(worker);
    worker.job = next_++;
    worker.since = Clock::now();
    write_all(worker.to, std::to_string(*worker.job) + "\n");
  }

  void finish(Worker& worker, WorkerResult result) {
    results_[*worker.job] = std::move(result);
    worker.job.reset();
    ++done_;
    progress_(done_, results_.size());
  }

  void look() {
    std::vector<pollfd> fds;
    std::vector<Worker*> whose;
    for (Worker& worker : workers_) {
      if (!worker.job) continue;
      fds.push_back({worker.from, POLLIN, 0});
      whose.push_back(&worker);
    }
    ::poll(fds.data(), fds.size(), kLookMs);
    for (std::size_t i = 0; i < fds.size(); ++i) {
      if (fds[i].revents != 0) {
        take(*whose[i]);
      } else if (Clock::now() - whose[i]->since > kStandsStill) {
        lose(*whose[i]);
      }
    }
  }

  void take(Worker& worker) {
    char buffer[4096];
    const ssize_t count = ::read(worker.from, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) return;
    if (count <= 0) return lose(worker);
    worker.text.append(buffer, static_cast<std::size_t>(count));
    const std::size_t end = worker.text.find('\n');
    if (end == std::string::npos) return;
    finish(worker, {worker.text.substr(0, end), false});
    worker.text.erase(0, end + 1);
  }

  void lose(Worker& worker) {
    end(worker);
    finish(worker, {{}, true});
  }

  static void end(Worker& worker) {
    if (worker.pid <= 0) return;
    ::close(worker.to);
    ::close(worker.from);
    ::kill(worker.pid, SIGKILL);
    ::waitpid(worker.pid, nullptr, 0);
    worker.pid = worker.to = worker.from = -1;
  }

  const WorkerJob& job_;
  const WorkerProgress& progress_;
  std::vector<WorkerResult> results_;
  std::vector<Worker> workers_;
  std::size_t next_ = 0, done_ = 0;
};

}  // namespace

std::vector<WorkerResult> run_in_workers(unsigned workers, std::size_t jobs, const WorkerJob& job,
                                         const WorkerProgress& progress) {
  return Team(workers, jobs, job, progress).run();
}

}  // namespace uketsuke::conformance
