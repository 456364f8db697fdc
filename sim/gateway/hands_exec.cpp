#include "sim/gateway/hands_exec.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "sim/gateway/child_process.h"

namespace uketsuke::gateway {
namespace {

constexpr std::size_t kToldErrors = 600;  // bytes of the error output in a message
constexpr int kClosedMeansEndedMs = 300;  // a program that closes its output is about to end

class ExecTransport : public HandsTransport {
 public:
  explicit ExecTransport(HandsExecSettings settings)
      : settings_(std::move(settings)), child_(settings_.keep_errors) {}

  std::optional<Trouble> open(int) override {
    const int error = child_.start(settings_.argv);
    if (error == 0) return std::nullopt;
    const std::string why = std::strerror(error);
    return Trouble{
        fmt::format("プログラムを起動できない（{}）。パスと実行権限を確認すること", why),
        fmt::format("the program cannot be started ({}). Check its path and that it may be "
                    "executed",
                    why)};
  }
  int read_fd() const override { return child_.out_fd(); }
  int write_fd() const override { return child_.in_fd(); }
  int errors_fd() const override { return child_.errors_fd(); }
  void read_errors() override { child_.read_errors(); }
  bool gone() override { return child_.ended(); }

  Trouble why_ended(Way way) override {
    child_.stop(kClosedMeansEndedMs, settings_.term_ms);
    const auto end = child_.end();
    if (end && !end->killed) {
      return {fmt::format("プログラムが途中で終わった（{}）。入力が閉じられるまで動き続けること",
                          end->by_signal ? fmt::format("シグナル{}", end->number)
                                         : fmt::format("終了コード{}", end->number)),
              fmt::format("the program ended ({}). It must run until its input is closed",
                          end->by_signal ? fmt::format("signal {}", end->number)
                                         : fmt::format("exit code {}", end->number))};
    }
    if (way == Way::kFrom)
      return {"プログラムが標準出力を閉じた。入力が閉じられるまで開いておくこと",
              "the program closed its standard output. It must stay open until the input is "
              "closed"};
    return {"プログラムが標準入力を閉じた。最後まで読み続けること",
            "the program closed its standard input. It must read it to its end"};
  }

  Trouble more() override {
    std::string errors = child_.errors();
    if (errors.empty()) return {};
    if (errors.size() > kToldErrors) errors = "..." + errors.substr(errors.size() - kToldErrors);
    return {fmt::format("。エラー出力の末尾: {}", errors),
            fmt::format(". The end of its error output: {}", errors)};
  }

  void close(bool broken) override {
    child_.stop(broken ? 0 : settings_.grace_ms, settings_.term_ms);
  }

 private:
  HandsExecSettings settings_;
  ChildProcess child_;
};

}  // namespace

std::string exec_name(const std::vector<std::string>& argv) {
  return fmt::format("exec:{}", fmt::join(argv, " "));
}

std::unique_ptr<HandsConnection> make_hands_exec(HandsExecSettings settings) {
  HandsPeerSettings peer{exec_name(settings.argv), settings.bench, "", settings.limits,
                         /*speed=*/0};
  return std::make_unique<HandsConnection>(std::move(peer),
                                           std::make_unique<ExecTransport>(std::move(settings)));
}

}  // namespace uketsuke::gateway
