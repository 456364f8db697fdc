#include "sim/gateway/hands_tcp.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <utility>

namespace uketsuke::gateway {
namespace {

class TcpTransport : public HandsTransport {
 public:
  explicit TcpTransport(HandsTcpSettings settings) : settings_(std::move(settings)) {}

  std::optional<Trouble> open(int wake_fd) override {
    auto connected =
        tcp_connect(settings_.address, settings_.allow_remote, settings_.connect_ms, wake_fd);
    if (auto* fd = std::get_if<FileDescriptor>(&connected)) {
      fd_ = std::move(*fd);
      return std::nullopt;
    }
    const TcpTrouble& trouble = std::get<TcpTrouble>(connected);
    if (trouble.remote) {
      return Trouble{"この機械以外への接続は明示的に許可しない限り行わない",
                     "connections to other machines are made only where they were allowed"};
    }
    return Trouble{
        fmt::format("接続できない（{}）。uketsuke serve --hands がそのポートで動いているかを確認すること",
                    trouble.what),
        fmt::format("cannot connect ({}). See whether 'uketsuke serve --hands' runs on that port",
                    trouble.what)};
  }
  int read_fd() const override { return fd_.get(); }
  int write_fd() const override { return fd_.get(); }
  Trouble why_ended(Way) override {
    return {"接続が切れた。相手のプログラムが終わっていないかを確認すること",
            "the connection was closed. See whether the program at the other end still runs"};
  }
  // Also where a process that was forked has the connection, too.
  void close(bool) override {
    if (fd_.get() >= 0) ::shutdown(fd_.get(), SHUT_RDWR);
    fd_.close();
  }

 private:
  HandsTcpSettings settings_;
  FileDescriptor fd_;
};

}  // namespace

std::unique_ptr<HandsConnection> make_hands_tcp(HandsTcpSettings settings) {
  HandsPeerSettings peer{"hands:" + to_string(settings.address), settings.bench, settings.reader,
                         settings.limits, settings.speed};
  return std::make_unique<HandsConnection>(std::move(peer),
                                           std::make_unique<TcpTransport>(std::move(settings)));
}

}  // namespace uketsuke::gateway
