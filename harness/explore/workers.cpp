#include "harness/explore/workers.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <new>

#include "harness/run/find.h"

namespace uketsuke::explore {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kStandsStill = std::chrono::seconds(60);
constexpr useconds_t kLookUs = 5'000;

[[noreturn]] void cannot_start(const char* what) {
  const std::string reason = std::string(what) + ": " + std::strerror(errno);
  throw run::RunError(run::RunError::Kind::kEnvironment,
                      {"ワーカーを起動できません（" + reason + "）",
                       "cannot start a worker process: " + reason});
}

// Memory that a worker and its parent share.
class Shared {
 public:
  explicit Shared(std::size_t bytes) : bytes_(bytes) {
    memory_ = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) cannot_start("mmap");
    tally_ = new (memory_) Tally;
  }
  ~Shared() { ::munmap(memory_, bytes_); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  Tally& tally() { return *tally_; }
  std::uint8_t* rest() { return static_cast<std::uint8_t*>(memory_) + sizeof(Tally); }

 private:
  std::size_t bytes_;
  void* memory_;
  Tally* tally_;
};

struct Worker {
  std::unique_ptr<Shared> shared;
  pid_t pid = -1;
  std::uint64_t seen = 0;  // Tally::current at the last look
  Clock::time_point since;
};

class Team {
 public:
  Team(unsigned jobs, std::uint64_t runs, Coverage& coverage, const PlayRange& play)
      : jobs_(jobs), runs_(runs), coverage_(coverage), play_(play), workers_(jobs) {
    const std::size_t bytes = sizeof(Tally) + coverage.states() + coverage.transitions();
    for (Worker& worker : workers_) worker.shared = std::make_unique<Shared>(bytes);
  }
  ~Team() { end(); }
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  void run(const Progress& progress) {
    for (unsigned i = 0; i < jobs_; ++i) start(i, i);
    while (look()) {
      ::usleep(kLookUs);
      if (!progress(done(), runs_)) return end();
    }
  }
  std::vector<Tally> tallies() {
    std::vector<Tally> all;
    for (Worker& worker : workers_) {
      const std::uint8_t* states = worker.shared->rest();
      const std::uint8_t* transitions = states + coverage_.states();
      coverage_.merge({states, transitions}, {transitions, transitions + coverage_.transitions()});
      all.push_back(worker.shared->tally());
    }
    return all;
  }

 private:
  void start(unsigned index, std::uint64_t first) {
    Worker& worker = workers_[index];
    worker.since = Clock::now();
    worker.seen = worker.shared->tally().current = first;
    if (first >= runs_) return;
    const pid_t parent = ::getpid();
    worker.pid = ::fork();
    if (worker.pid < 0) cannot_start("fork");
    if (worker.pid > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    int code = 0;
    try {
      std::uint8_t* states = worker.shared->rest();
      play_(first, jobs_, runs_, worker.shared->tally(), states, states + coverage_.states());
    } catch (...) {
      code = 1;
    }
    ::_exit(code);
  }

  // False: all have ended.
  bool look() {
    bool any = false;
    for (unsigned i = 0; i < jobs_; ++i) {
      Worker& worker = workers_[i];
      if (worker.pid <= 0) continue;
      any = true;
      const std::uint64_t current = worker.shared->tally().current;
      if (current != worker.seen) {
        worker.seen = current;
        worker.since = Clock::now();
      } else if (Clock::now() - worker.since > kStandsStill) {
        ::kill(worker.pid, SIGKILL);
      }
      int status = 0;
      if (::waitpid(worker.pid, &status, WNOHANG) != worker.pid) continue;
      worker.pid = -1;
      if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
      Tally& tally = worker.shared->tally();
      ++tally.done;
      ++tally.died;
      tally.note(tally.current, true);
      start(i, tally.current + jobs_);
    }
    return any;
  }

  void end() {
    for (Worker& worker : workers_) {
      if (worker.pid <= 0) continue;
      ::kill(worker.pid, SIGKILL);
      ::waitpid(worker.pid, nullptr, 0);
      worker.pid = -1;
    }
  }

  std::uint64_t done() const {
    std::uint64_t sum = 0;
    for (const Worker& worker : workers_) sum += worker.shared->tally().done;
    return sum;
  }

  unsigned jobs_;
  std::uint64_t runs_;
  Coverage& coverage_;
  const PlayRange& play_;
  std::vector<Worker> workers_;
};

}  // namespace

std::vector<Tally> play_in_workers(unsigned jobs, std::uint64_t runs, Coverage& coverage,
                                   const PlayRange& play, const Progress& progress) {
  Team team(jobs, runs, coverage, play);
  team.run(progress);
  return team.tallies();
}

}  // namespace uketsuke::explore
