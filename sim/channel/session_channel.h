// The session wire: what a program asks of a reader and what the reader reports. Served by
// ccid_host over usb or by PC/SC; the program cannot tell. A second program may share it: a request
// of one waits while the other's is under way at the same slot.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "sim/channel/line.h"
#include "sim/wire/session/message.h"

namespace uketsuke::channel {

class SessionProgramPort : public virtual sc_core::sc_interface {
 public:
  virtual void ask(wire::session::Request request) = 0;
};
class SessionReaderPort : public virtual sc_core::sc_interface {
 public:
  virtual void report(wire::session::Event event) = 0;
};

struct SessionTaps {
  trace::Describe describe_command = nullptr, describe_response = nullptr;
  Tap* command = nullptr;
  Tap* response = nullptr;
};

class SessionChannel : public SessionProgramPort, public SessionReaderPort {
 public:
  SessionChannel(Context& context, std::string program, std::string reader,
                 const SessionTaps& taps);
  void ask(wire::session::Request request) override;
  void report(wire::session::Event event) override;
  // Sees every event that the reader reports, as it is reported.
  void watch(std::function<void(const wire::session::Event&)> watcher) {
    watcher_ = std::move(watcher);
  }
  kernel::Mailbox<wire::session::Request>& to_reader() { return to_reader_; }
  kernel::Mailbox<wire::session::Event>& to_program() { return first_.inbox; }

  // A second program, before the simulation starts. Each hears of readers and cards, and of what
  // it asked itself.
  void share(std::string program, const SessionTaps& taps) {
    invited_ = {std::move(program), taps};
  }
  void ask_second(wire::session::Request request) { ask(second(), std::move(request)); }
  kernel::Mailbox<wire::session::Event>& to_second() { return second().inbox; }
  // Answers to the second program that are on their way or in its mailbox; those of requests that
  // wait for their turn count, what a fault took does not.
  unsigned owed_to_second() const { return second_ ? second_->owed : 0; }
  // It has taken one out of its mailbox.
  void second_took();
  // The card in that slot has been connected, by whichever program.
  bool connected(std::uint8_t slot) const { return connected_.count(slot) != 0; }

 private:
  struct Program {
    Program(Context& context, std::string program, const std::string& reader,
            kernel::Mailbox<wire::session::Request>& to_reader, const SessionTaps& taps);
    std::string name;
    kernel::Mailbox<wire::session::Event> inbox;
    Line<wire::session::Request> commands;
    Line<wire::session::Event> responses;
    unsigned owed = 0;  // answers
  };
  struct Turn {
    Program* asked = nullptr;
    unsigned open = 0;  // requests of that program that reach the reader, each copy
    std::deque<std::pair<Program*, wire::session::Request>> waiting;
  };
  Program& second();
  void ask(Program& program, wire::session::Request request);
  void take_turn(Turn& turn, Program& program, wire::session::Request request);
  fault::Fate send(Program& program, wire::session::Request request);
  fault::Fate deliver(Program& program, wire::session::Event event);
  void answered(std::uint8_t slot, wire::session::Event event);
  void reader_gone();
  void follow(const wire::session::Event& event);
  void note(std::string_view role, std::string_view event, std::string text,
            std::string_view fault);

  Context& context_;
  std::string reader_;
  std::function<void(const wire::session::Event&)> watcher_;
  kernel::Mailbox<wire::session::Request> to_reader_;
  Program first_;
  std::optional<std::pair<std::string, SessionTaps>> invited_;  // nullopt: the first is alone
  // Since it asked for the first time: a journal without it is as if there were none.
  std::unique_ptr<Program> second_;
  std::map<std::uint8_t, Turn> turns_;
  std::set<std::uint8_t> connected_;
};

}  // namespace uketsuke::channel
