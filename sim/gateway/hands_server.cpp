#include "sim/gateway/hands_server.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "sim/gateway/broken.h"
#include "sim/gateway/file_descriptor.h"
#include "sim/wire/hands/codec.h"

namespace uketsuke::gateway {
namespace {

namespace hands = wire::hands;

constexpr std::size_t kMaxUnsent = 4 * hands::kMaxLine;
constexpr std::size_t kReadAtOnce = 64 * 1024;
constexpr int kLookEveryMs = 500;  // for clients that never say hello

std::uint64_t now_ms() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(
      duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count());
}

hands::Error error_of(hands::Code code, std::string message) {
  return {static_cast<int>(code), std::move(message), "", "", ""};
}

hands::Outcome outcome_of(const ServedHands::Outcome& outcome) {
  if (const auto* attested = std::get_if<Attested>(&outcome)) return hands::Did{attested->by};
  const auto& missed = std::get<Missed>(outcome);
  const hands::Code codes[] = {hands::Code::kNotPossible, hands::Code::kTimeOut,
                               hands::Code::kNoOperator, hands::Code::kUnknown};
  return hands::Error{static_cast<int>(codes[static_cast<int>(missed.why)]), missed.en, missed.ja,
                      missed.en, ""};
}

}  // namespace

// Mail for the thread: what became of deeds, and what is seen.
class HandsServer::Shared {
 public:
  struct Outcome { std::uint64_t client; hands::Id id; ServedHands::Outcome outcome; };
  struct Sight { std::size_t reader; ServedHands::Sight sight; };
  struct Stop {};
  using Mail = std::variant<Outcome, Sight, Stop>;

  Shared() : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  bool usable() const { return static_cast<bool>(wake_); }
  int fd() const { return wake_.get(); }
  void post(Mail mail) {
    const std::lock_guard lock(mutex_);
    mail_.push_back(std::move(mail));
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto count = ::write(wake_.get(), &one, sizeof one);
  }
  std::vector<Mail> take() {
    const std::lock_guard lock(mutex_);
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(wake_.get(), &count, sizeof count);
    return std::exchange(mail_, {});
  }

 private:
  FileDescriptor wake_;
  std::mutex mutex_;
  std::vector<Mail> mail_;
};

class HandsServer::Worker {
 public:
  Worker(HandsServerSettings settings, ServedHands& served, std::shared_ptr<Shared> shared,
         FileDescriptor listener)
      : settings_(std::move(settings)),
        served_(served),
        readers_(served.readers()),
        shared_(std::move(shared)),
        listener_(std::move(listener)),
        views_(readers_.size()) {}

  void run() {
    while (take_mail()) {
      write_all();
      wait();
    }
  }

 private:
  struct Client {
    std::uint64_t number = 0;
    FileDescriptor fd;
    std::uint64_t until = 0;  // hello must have come, or what it is owed must have been taken
    bool greeted = false;
    bool leaving = false;  // to be sent what it is owed, then closed
    unsigned errors = 0;
    hands::LineCutter cutter;
    std::string unsent;
    std::set<hands::Id> open;
  };
  struct View { std::optional<wire::panel::Display> display; std::optional<PadAsks> pad; };

  bool take_mail() {
    for (Shared::Mail& mail : shared_->take()) {
      if (std::holds_alternative<Shared::Stop>(mail)) return false;
      if (auto* outcome = std::get_if<Shared::Outcome>(&mail)) finished(std::move(*outcome));
      if (auto* sight = std::get_if<Shared::Sight>(&mail)) seen(std::move(*sight));
    }
    return true;
  }

  void say(Client& client, const hands::Message& message) {
    if (auto line = hands::encode(message)) client.unsent += *line + '\n';
  }

  void finished(Shared::Outcome outcome) {
    for (Client& client : clients_)
      if (client.number == outcome.client && client.open.erase(outcome.id) != 0)
        say(client, hands::Answer{outcome.id, outcome_of(outcome.outcome)});
  }

  void seen(Shared::Sight sight) {
    if (sight.reader >= views_.size()) return;
    View& view = views_[sight.reader];
    hands::Call call{hands::PadAsks{}, readers_[sight.reader].name};
    if (auto* output = std::get_if<wire::panel::Output>(&sight.sight)) {
      if (auto* display = std::get_if<wire::panel::Display>(output)) view.display = *display;
      call.body = std::move(*output);
    } else {
      view.pad = std::get<PadAsks>(sight.sight);
      call.body = *view.pad;
    }
    for (Client& client : clients_)
      if (client.greeted) say(client, hands::Notification{call});
  }

  void wait() {
    std::vector<pollfd> fds{{shared_->fd(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (const Client& client : clients_) {
      short events = 0;
      if (!client.leaving) events = static_cast<short>(events | POLLIN);
      if (!client.unsent.empty()) events = static_cast<short>(events | POLLOUT);
      fds.push_back({client.fd.get(), events, 0});
    }
    ::poll(fds.data(), fds.size(), clients_.empty() ? -1 : kLookEveryMs);
    std::size_t i = 2;
    for (auto client = clients_.begin(); client != clients_.end(); ++i) {
      const bool alive = fds[i].revents == 0 ? patient(*client) : serve(*client);
      client = alive ? std::next(client) : clients_.erase(client);
    }
    if (fds[1].revents != 0) greet();
  }

  bool patient(const Client& client) const {
    return (client.greeted && !client.leaving) || now_ms() < client.until;
  }

  void greet() {
    FileDescriptor fd = tcp_accept(listener_.get());
    if (!fd) return;
    Client& client = clients_.emplace_back();
    client.number = next_number_++;
    client.fd = std::move(fd);
    client.until = now_ms() + settings_.hello_ms;
    if (clients_.size() <= kMaxClients) return;
    send_away(client, error_of(hands::Code::kNotPossible, "too many clients"));
  }

  void send_away(Client& client, const hands::Error& error) {
    if (auto line = hands::encode_unreadable(error)) client.unsent += *line + '\n';
    leave(client);
  }

  void leave(Client& client) {
    client.leaving = true;
    client.until = now_ms() + settings_.hello_ms;
  }

  // False: it has gone.
  bool serve(Client& client) {
    if (client.leaving) return write(client) && !client.unsent.empty();
    char buffer[kReadAtOnce];
    const ssize_t count = ::recv(client.fd.get(), buffer, sizeof buffer, 0);
    if (count == 0) return false;
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    client.cutter.push({buffer, static_cast<std::size_t>(count)});
    while (auto line = client.cutter.next()) {
      take_line(client, *line);
      if (client.leaving) return true;
    }
    if (client.cutter.too_long())
      send_away(client, error_of(hands::Code::kParseError, "line: too long"));
    return true;
  }

  void take_line(Client& client, const std::string& line) {
    auto read = hands::decode(line, [](const hands::Id&) { return std::nullopt; });
    if (const auto* problem = std::get_if<hands::Problem>(&read)) return wrong(client, *problem);
    auto* request = std::get_if<hands::Request>(&std::get<hands::Message>(read));
    if (request == nullptr) return;  // a bench sends no notification that we know
    if (auto* hello = std::get_if<hands::Hello>(&request->call.body))
      return welcome(client, request->id, *hello);
    if (!client.greeted)
      return refuse(client, request->id, error_of(hands::Code::kInvalidRequest, "hello first"));
    auto* deed = std::get_if<hands::Deed>(&request->call.body);
    if (deed == nullptr)
      return refuse(client, request->id,
                    error_of(hands::Code::kMethodNotFound, "not of this side"));
    perform(client, request->id, request->call.reader, std::move(*deed));
  }

  void wrong(Client& client, const hands::Problem& problem) {
    const hands::Error error = error_of(problem.code, problem.what);
    if (problem.id && !problem.answer) return refuse(client, *problem.id, error);
    if (problem.code != hands::Code::kMethodNotFound)
      if (auto line = hands::encode_unreadable(error)) client.unsent += *line + '\n';
    if (++client.errors >= kMaxErrors) leave(client);
  }

  void refuse(Client& client, const hands::Id& id, const hands::Error& error) {
    say(client, hands::Answer{id, error});
    if (++client.errors >= kMaxErrors) leave(client);
  }

  void welcome(Client& client, const hands::Id& id, const hands::Hello& hello) {
    if (client.greeted || hello.protocol == 0)
      return refuse(client, id, error_of(hands::Code::kInvalidRequest, "hello once, from 1 up"));
    client.greeted = true;
    hands::Welcome welcome{std::min(hello.protocol, hands::kProtocol), settings_.name, {}, {},
                           settings_.speed};
    std::set<std::string> can;
    for (const ServedReader& reader : readers_) {
      can.insert(reader.can.begin(), reader.can.end());
      welcome.readers.push_back(reader.name);
    }
    welcome.can.assign(can.begin(), can.end());
    say(client, hands::Answer{id, std::move(welcome)});
    for (std::size_t i = 0; i < views_.size(); ++i) {
      const std::string& name = readers_[i].name;
      if (views_[i].display)
        say(client, hands::Notification{{wire::panel::Output{*views_[i].display}, name}});
      if (views_[i].pad && views_[i].pad->asks)
        say(client, hands::Notification{{*views_[i].pad, name}});
    }
  }

  void perform(Client& client, const hands::Id& id, const std::string& name, hands::Deed deed) {
    const auto named = [&](const ServedReader& reader) { return reader.name == name; };
    const auto reader = name.empty() ? readers_.begin()
                                     : std::find_if(readers_.begin(), readers_.end(), named);
    if (reader == readers_.end()) {
      return refuse(client, id,
                    error_of(hands::Code::kInvalidParams, "no reader of that name: " + name));
    }
    if (client.open.count(id) != 0)
      return refuse(client, id, error_of(hands::Code::kInvalidRequest, "that id is open"));
    if (client.open.size() >= kMaxOpen)
      return refuse(client, id, error_of(hands::Code::kNotPossible, "too many open requests"));
    client.open.insert(id);
    const std::string method = hands::method_of(deed);
    if (std::find(reader->can.begin(), reader->can.end(), method) == reader->can.end()) {
      client.open.erase(id);
      return say(client, hands::Answer{id, error_of(hands::Code::kUnknown,
                                                    reader->name + " has no " + method)});
    }
    served_.perform(static_cast<std::size_t>(reader - readers_.begin()), std::move(deed),
                    [shared = shared_, number = client.number, id](ServedHands::Outcome outcome) {
                      shared->post(Shared::Outcome{number, id, std::move(outcome)});
                    });
  }

  void write_all() {
    for (auto client = clients_.begin(); client != clients_.end();) {
      const bool alive = write(*client) && !(client->leaving && client->unsent.empty());
      client = alive ? std::next(client) : clients_.erase(client);
    }
  }

  // False: it has gone, or never reads.
  static bool write(Client& client) {
    while (!client.unsent.empty()) {
      const ssize_t count =
          ::send(client.fd.get(), client.unsent.data(), client.unsent.size(), MSG_NOSIGNAL);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return client.unsent.size() <= kMaxUnsent;
      if (count < 0) return false;
      client.unsent.erase(0, static_cast<std::size_t>(count));
    }
    return true;
  }

  HandsServerSettings settings_;
  ServedHands& served_;
  std::vector<ServedReader> readers_;
  std::shared_ptr<Shared> shared_;
  FileDescriptor listener_;
  std::vector<View> views_;
  std::list<Client> clients_;
  std::uint64_t next_number_ = 1;
};

HandsServer::HandsServer(HandsServerSettings settings, ServedHands& hands)
    : hands_(hands), address_(settings.address), shared_(std::make_shared<Shared>()) {
  const std::string name = "serve --hands " + to_string(settings.address);
  auto listening = tcp_listen(settings.address, settings.allow_remote);
  if (const auto* trouble = std::get_if<TcpTrouble>(&listening)) {
    if (trouble->remote) {
      throw RouteBroken(name, "他の機械から接続できるアドレスでは、明示的に許可しない限り待ち受けない",
                        "addresses that other machines reach are listened on only where that was "
                        "allowed");
    }
    throw RouteBroken(name, fmt::format("待ち受けできない（{}）。別のポートを指定すること", trouble->what),
                      fmt::format("cannot listen ({}). Name another port", trouble->what));
  }
  FileDescriptor listener = std::get<FileDescriptor>(std::move(listening));
  if (!shared_->usable())
    throw RouteBroken(name, "ファイル記述子が足りない", "no file descriptor is left");
  address_.port = tcp_port(listener.get());
  hands_.watch([shared = shared_](std::size_t reader, ServedHands::Sight sight) {
    shared->post(Shared::Sight{reader, std::move(sight)});
  });
  worker_ = std::make_unique<Worker>(std::move(settings), hands_, shared_, std::move(listener));
  thread_ = std::thread([this] { worker_->run(); });
}

HandsServer::~HandsServer() {
  shared_->post(Shared::Stop{});
  thread_.join();
  hands_.watch({});
}

}  // namespace uketsuke::gateway
