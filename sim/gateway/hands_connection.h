// One hands connection: a thread that moves lines between a transport (a program's pipes, a TCP
// connection) and HandsPeer, and reports to the bench. What the two transports have in common.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "sim/gateway/file_descriptor.h"
#include "sim/gateway/hands_peer.h"
#include "sim/gateway/hands_route.h"
#include "sim/gateway/link_route.h"
#include "sim/gateway/session_route.h"

namespace uketsuke::gateway {

// Where lines come from and go to. Used by one thread only.
class HandsTransport {
 public:
  virtual ~HandsTransport() = default;
  struct Trouble { std::string ja, en; };
  // Opens it; empty: it is open. Gives up when `wake_fd` becomes readable.
  virtual std::optional<Trouble> open(int wake_fd) = 0;
  // Non-blocking; -1: closed. errors_fd: readable when read_errors() should be called.
  virtual int read_fd() const = 0;
  virtual int write_fd() const = 0;
  virtual int errors_fd() const { return -1; }
  virtual void read_errors() {}
  // Why no more lines come from it or can be written to it, asked when that is so.
  enum class Way { kFrom, kTo };
  virtual Trouble why_ended(Way way) = 0;
  // What else is known about the other side after a failure (last words); may be empty.
  virtual Trouble more() { return {}; }
  virtual bool gone() { return false; }  // the other side has ended, whatever the stream says
  // broken: the connection failed; false: the bench needs it no longer. Bounded time.
  virtual void close(bool broken) = 0;
};

class HandsConnection : public HandsRoute {
 public:
  HandsConnection(HandsPeerSettings settings, std::unique_ptr<HandsTransport> transport);
  ~HandsConnection() override;  // ends the thread and the other side

  // Opens the connection. What is reported to the other two ends before they are started waits for
  // them.
  void start(HandsRoute::Report report) override;
  void ask(HandsRequest request) override;
  bool sees_panel() const override { return sees_panel_; }
  std::string name() const override { return name_; }

  // Of a program that plays a whole reader: `card` and `link` in its `can`.
  SessionRoute& session() { return session_; }
  LinkRoute& link() { return link_; }

 private:
  using Work = std::variant<HandsRequest, wire::session::Request, wire::reader_link::Message>;
  // One end of what the connection carries. What comes before it is started waits.
  template <class Event>
  class End {
   public:
    void start(std::function<void(Event)> report);
    void deliver(Event event);

   private:
    static constexpr std::size_t kMaxWaiting = 1000;
    std::mutex mutex_;
    std::function<void(Event)> report_;
    std::vector<Event> waiting_;
  };
  class Session : public SessionRoute {
   public:
    explicit Session(HandsConnection& owner) : owner_(owner) {}
    void start(Report report) override { end_.start(std::move(report)); }
    void ask(wire::session::Request request) override { owner_.post(std::move(request)); }
    std::string name() const override { return owner_.name_; }
    End<SessionRouteEvent> end_;

   private:
    HandsConnection& owner_;
  };
  class Link : public LinkRoute {
   public:
    explicit Link(HandsConnection& owner) : owner_(owner) {}
    void start(Report report) override { end_.start(std::move(report)); }
    void send(wire::reader_link::Message message) override { owner_.post(std::move(message)); }
    std::string name() const override { return owner_.name_; }
    End<LinkRouteEvent> end_;

   private:
    HandsConnection& owner_;
  };

  void post(Work work);
  void run();
  bool take_work();
  void wait();
  void read_lines();
  void write_lines();
  void look_after();
  void deliver();
  void lost(HandsTransport::Trouble trouble);

  std::string name_;
  HandsPeer peer_;
  std::unique_ptr<HandsTransport> transport_;
  Session session_{*this};
  Link link_{*this};
  HandsRoute::Report report_;
  FileDescriptor wake_;
  std::atomic<bool> sees_panel_{true};
  std::thread thread_;
  std::mutex mutex_;
  std::vector<Work> work_;
  bool stopping_ = false;
  // Of the thread:
  wire::hands::LineCutter cutter_;
  std::string unsent_;
  bool closed_ = false;
};

}  // namespace uketsuke::gateway
