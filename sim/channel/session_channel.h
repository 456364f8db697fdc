// The session wire: what a program asks of a reader and what the reader reports. Served by
// ccid_host over usb or by PC/SC; the program cannot tell.
#pragma once

#include <functional>
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

class SessionChannel : public SessionProgramPort, public SessionReaderPort {
 public:
  SessionChannel(Context& context, std::string program, std::string reader,
                 trace::Describe command, trace::Describe response, Tap* command_tap,
                 Tap* response_tap);
  void ask(wire::session::Request request) override;
  void report(wire::session::Event event) override;
  // Sees every event that the reader reports, as it is reported.
  void watch(std::function<void(const wire::session::Event&)> watcher) {
    watcher_ = std::move(watcher);
  }
  kernel::Mailbox<wire::session::Request>& to_reader() { return to_reader_; }
  kernel::Mailbox<wire::session::Event>& to_program() { return to_program_; }

 private:
  void note(std::string_view role, std::string_view event, std::string text,
            std::string_view fault);

  Context& context_;
  std::string program_, reader_;
  std::function<void(const wire::session::Event&)> watcher_;
  kernel::Mailbox<wire::session::Request> to_reader_;
  kernel::Mailbox<wire::session::Event> to_program_;
  Line<wire::session::Request> commands_;
  Line<wire::session::Event> responses_;
};

}  // namespace uketsuke::channel
