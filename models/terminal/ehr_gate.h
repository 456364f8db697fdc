// The terminal as the EHR's way to the backend: files of req/ are asked there and answered in res/
// (P2: 電子カルテから医療情報閲覧要求; the folder as path is A-35).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "models/terminal/desk.h"
#include "sim/wire/oqs/message.h"

namespace uketsuke::terminal {

class EhrGate {
 public:
  // A file that is no OQS request, or none that can be read, goes to trash/; a request that cannot
  // be served is answered with an abnormal result.
  void file(Desk& desk, const FileArrived& file, const std::string& session);
  void answer(Desk& desk, const backend_api::Answer& answer, std::uint64_t tag);

 private:
  struct Pending { wire::oqs::FileName name; wire::oqs::Message request; };
  void ask(Desk& desk, std::uint64_t tag, const std::string& session);
  void reply(Desk& desk, const Pending& pending, const backend_api::Answer& answer);
  void reply_error(Desk& desk, const Pending& pending, const std::string& code);
  void write(Desk& desk, const Pending& pending, const wire::oqs::Message& message,
             const std::string& outcome);

  std::map<std::uint64_t, Pending> pending_;
  std::deque<std::string> taken_;  // names of the latest files: one that comes again is no request
  std::uint64_t next_tag_ = 1;
};

}  // namespace uketsuke::terminal
