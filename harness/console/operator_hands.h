// The operator at the console as hands and eyes of a reader that is not simulated
// (`panel=operator`, `card=operator`): tells what to do, waits for Enter, for n and a reason, or
// for the device to show it by itself. Speaks on the terminal only, never on standard output.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "harness/console/instructions.h"
#include "sim/gateway/file_descriptor.h"

namespace uketsuke::console {

// Whether the operator is there, from one run to the next: who did not answer once is not waited
// for again until a line comes.
struct Attendance {
  bool away = false;
  bool told = false;  // that nobody is waited for
};

struct OperatorSettings {
  verdict::Language language = verdict::Language::kEnglish;
  std::uint32_t seconds = 120;  // how long a deed is waited for
  Words words;
  std::string terminal = "/dev/tty";  // where the operator is; else standard input, if it is one
  std::shared_ptr<Attendance> attendance = std::make_shared<Attendance>();  // one run at a time
};

// With no terminal, or after q, every deed is Missed as kNoOperator at once. The settings of the
// terminal are never changed: nothing is to be restored, whatever ends the program.
class OperatorHands : public gateway::HandsRoute {
 public:
  explicit OperatorHands(OperatorSettings settings);  // throws std::system_error: no descriptors
  ~OperatorHands() override;

  void start(Report report) override;
  void ask(gateway::HandsRequest request) override;
  bool sees_panel() const override { return false; }
  bool is_person() const override { return true; }
  std::string name() const override { return "operator"; }

  // The device itself showed something (a slot notification, its attachment). Any thread. If the
  // deed under way is that, it is done without a key, "operator, confirmed by the device".
  void device_showed(Sign sign) override;

 private:
  enum class Answer { kDone, kShown, kNo, kTimeOut, kLeft, kEnding };

  void run();
  void open_terminal();
  bool still_away();
  void perform(const gateway::HandsRequest& request);
  Answer wait_for_answer(const Instruction& told, std::string& reason);
  std::optional<Answer> read_answer(std::string& reason);
  std::optional<Answer> meant(std::string_view line, std::string& reason);
  void say(const verdict::Text& text);
  void write(std::string_view text);
  void report_missed(std::uint64_t id, gateway::Missed::Why why, verdict::Text text);
  void wake();
  bool ending();

  OperatorSettings settings_;
  Report report_;
  gateway::FileDescriptor terminal_, wake_;
  bool left_ = false;  // the operator went, or the terminal did
  std::uint64_t count_ = 0;
  std::string typed_;  // a line under way
  bool doubted_ = false;  // a bare n was asked about

  std::mutex mutex_;
  std::deque<gateway::HandsRequest> requests_;
  std::optional<Sign> shown_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace uketsuke::console
