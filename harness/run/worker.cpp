// The worker process: one slice after the other, one write for each result together with the start
// of the next run, so that the parent always knows which run a dead worker was at.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>

#include "harness/run/runner.h"
#include "harness/run/slice.h"
#include "harness/run/worker_process.h"

namespace uketsuke::run {
namespace {

volatile sig_atomic_t g_stop = 0;  // set by SIGTERM: finish what is running, then end

void on_terminate(int) { g_stop = 1; }

void set_signals() {
  // The terminal sends Ctrl-C to the whole group: the parent decides what it means.
  ::signal(SIGINT, SIG_IGN);
  ::signal(SIGPIPE, SIG_IGN);
  struct sigaction action {};
  action.sa_handler = on_terminate;  // without SA_RESTART: a waiting read() returns
  ::sigaction(SIGTERM, &action, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a hung worker must not outlive the run
}

class Worker {
 public:
  Worker(Executor& executor, int in_fd, int out_fd, std::atomic<std::uint64_t>* progress)
      : executor_(executor), in_fd_(in_fd), out_fd_(out_fd), progress_(progress) {}

  int run() {
    while (g_stop == 0) {
      auto frame = frames_.next();
      if (!frame) {
        if (frames_.broken()) return 1;
        if (!send() || !receive()) return 0;
        continue;
      }
      auto message = decode_message(*frame);
      if (!message) return 1;
      if (auto* config = std::get_if<Config>(&*message)) {
        config_ = std::move(*config);
        config_.options.progress = progress_;
        if (config_.options.extra.count("steps") != 0)
          config_.options.on_step = [this](const Step& step) { tell(step); };
      } else if (const auto* slice = std::get_if<Slice>(&*message)) {
        if (!work(*slice)) break;
      } else {
        return 1;
      }
    }
    send();
    return 0;
  }

 private:
  bool work(const Slice& slice) {
    append_frame(out_, Loading{slice.item});
    if (!send()) return false;
    item_ = slice.item;
    SliceEvents events;
    events.on_total = [&](std::uint32_t count) { append_frame(out_, Total{slice.item, count}); };
    events.on_start = [&](std::uint32_t ordinal, const Selected& selected) {
      append_frame(out_, Started{slice.item, ordinal, selected});
      if (progress_ != nullptr) *progress_ = 0;
      connected_ = send();
    };
    events.on_result = [&](std::uint32_t ordinal, const verdict::ScenarioResult& result) {
      append_frame(out_, Finished{slice.item, ordinal, result.verdict, encode(result)});
      const bool enough = config_.fail_fast && result.verdict >= verdict::Verdict::kFail;
      return connected_ && g_stop == 0 && !enough;
    };
    if (!run_slice(executor_, slice, config_, events)) return false;
    append_frame(out_, SliceDone{slice.item});
    return true;
  }

  void tell(const Step& step) {
    append_frame(out_, StepBegun{item_, step});
    connected_ = connected_ && send();
  }

  bool receive() {
    char buffer[65536];
    const auto count = ::read(in_fd_, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) return true;
    if (count <= 0) return false;
    frames_.push({buffer, static_cast<std::size_t>(count)});
    return true;
  }

  bool send() {
    std::size_t done = 0;
    while (done < out_.size()) {
      const auto count = ::write(out_fd_, out_.data() + done, out_.size() - done);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return false;
      done += static_cast<std::size_t>(count);
    }
    out_.clear();
    return true;
  }

  Executor& executor_;
  int in_fd_;
  int out_fd_;
  std::atomic<std::uint64_t>* progress_;
  Config config_;
  FrameReader frames_;
  std::string out_;
  std::uint32_t item_ = 0;  // of the slice
  bool connected_ = true;
};

}  // namespace

int worker_main(Executor& executor, int in_fd, int out_fd) {
  if (::fcntl(in_fd, F_GETFD) < 0 || ::fcntl(out_fd, F_GETFD) < 0) return verdict::kExitUsage;
  set_signals();
  // A descriptor of this number that is none of ours is none of ours to write to.
  const bool is_ours = in_fd == kWorkerInFd && ::fcntl(kWorkerProgressFd, F_GETFD) >= 0;
  auto* progress = is_ours ? map_progress(kWorkerProgressFd) : nullptr;
  return Worker(executor, in_fd, out_fd, progress).run();
}

}  // namespace uketsuke::run
