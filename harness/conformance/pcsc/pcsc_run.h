// One PC/SC case from its check's side: threads that make calls, hands, judgements. A judgement
// uses what calls came back with and nothing else, so that the recorded trace gives it again.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "harness/conformance/case.h"
#include "harness/conformance/case_result.h"
#include "harness/conformance/pcsc/pcsc_deed.h"
#include "harness/conformance/pcsc/pcsc_trace.h"
#include "harness/conformance/value.h"

namespace uketsuke::conformance {

// GET CHALLENGE of so many bytes: harmless on every card, and its length tells who asked.
wire::Bytes get_challenge(std::uint8_t bytes);

// One of a case's threads. Numbers of contexts and cards are its own.
class PcscActor {
 public:
  PcscActor(PcscDesk& desk, std::string name, std::uint32_t first_number)
      : desk_(desk), name_(std::move(name)), next_(first_number) {}
  const std::string& name() const { return name_; }
  PcscReply perform(const PcscDeed& deed) { return desk_.perform(name_, deed); }

  PcscReply establish(std::uint32_t& context);
  PcscReply release(std::uint32_t context);
  PcscReply connect(std::uint32_t context, const std::string& reader, std::uint32_t share,
                    std::uint32_t protocols, std::uint32_t& card);
  PcscReply reconnect(std::uint32_t card, std::uint32_t share, std::uint32_t disposition);
  PcscReply disconnect(std::uint32_t card, std::uint32_t disposition = scard::kLeave);
  PcscReply begin(std::uint32_t card, std::uint32_t limit_ms = 20'000);
  PcscReply end(std::uint32_t card);
  PcscReply status(std::uint32_t card, std::uint32_t room = 256);
  PcscReply change(std::uint32_t context, const std::string& reader, std::uint32_t current,
                   std::uint32_t timeout_ms);
  PcscReply cancel(std::uint32_t context);
  // protocol: 1 T=0, 2 T=1.
  PcscReply transmit(std::uint32_t card, std::uint32_t protocol, wire::Bytes apdu,
                     std::uint32_t room = 65'548);
  PcscReply control(std::uint32_t card, std::uint32_t code, wire::Bytes data,
                    std::uint32_t room = 1024);
  PcscReply attribute(std::uint32_t card, std::uint32_t id, std::uint32_t room = 264);
  PcscReply list_readers(std::uint32_t context, std::uint32_t room = 8192);
  PcscReply wait(std::uint32_t ms);

 private:
  PcscDesk& desk_;
  std::string name_;
  std::uint32_t next_;
};

// A connected card.
struct PcscCard {
  std::uint32_t context = 0, card = 0;
  std::uint32_t protocol = 0;
};

class PcscRun {
 public:
  PcscRun(PcscDesk& desk, const Case& of, const PcscSetting& setting, const Facts& facts,
          CaseResult& result);
  ~PcscRun();
  PcscRun(const PcscRun&) = delete;
  PcscRun& operator=(const PcscRun&) = delete;

  const std::string& reader() const { return setting_.reader; }
  const PcscSetting& setting() const { return setting_; }
  PcscActor& main() { return main_; }
  const Facts& facts() const { return facts_; }
  bool fact(const std::string& name) const;  // false if it is not known
  bool knows(const std::string& name) const { return facts_.count(name) != 0; }
  std::optional<std::int64_t> number(const std::string& name) const;

  // What comes next, in words. A case that ends before the end of one has not done it.
  void step(const Text& title);
  void finish();

  // ---- threads: `body` runs beside the case; on a recorded trace at once. It must not judge.
  using Body = std::function<void(PcscActor&)>;
  class Task {
   public:
    Task(PcscDesk& desk, PcscActor actor, const Body& body);
    ~Task() { join(); }
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    void join();
    // Until it has been in one call for so long, or has ended.
    void await_waiting(std::uint32_t ms) { desk_.await_waiting(actor_.name(), ms); }

   private:
    PcscDesk& desk_;
    PcscActor actor_;
    std::thread thread_;
  };
  std::unique_ptr<Task> start(const std::string& name, const Body& body);

  // ---- hands. Nobody there: the case ends inconclusive.
  bool has_hands() const { return setting_.hands; }
  PcscReply hands(PcscCall call, const std::string& card = "first");
  void ask(const Text& question);
  // Until the reader shows a card (or none); false: it did not within ten seconds.
  bool await_card(bool present);
  // A card lies there, or the case ends inconclusive.
  void need_card();
  // The test card lies there until the case is over; false: there is none at hand.
  bool use_test_card();
  void put_back();  // what the case has changed of it

  // ---- what most cases begin with; ends the case if it does not work
  std::uint32_t context();
  PcscCard connect(std::uint32_t share = scard::kShareShared);
  PcscCard connect_in(std::uint32_t context, std::uint32_t share = scard::kShareShared);

  // ---- judgements. A deviation ends the case unless it is only a warning.
  void expect(PcscCall call, const PcscReply& reply, std::initializer_list<std::uint32_t> codes,
              const Text& when);
  void judge(bool ok, const Text& expected, const Text& got, const PcscReply& reply);
  void advise(bool ok, const Text& expected, const Text& got, const PcscReply& reply);
  // Something could not be done; the rest goes on, and the case is inconclusive in the end.
  void left_out(const Text& why);
  [[noreturn]] void inconclusive(Text reason);
  [[noreturn]] void not_applicable(Text reason);
  CaseResult& result() { return result_; }

 private:
  void find(bool warning, const Text& expected, const Text& got, const PcscReply& reply);
  void check_refused(const PcscReply& reply);

  PcscDesk& desk_;
  const Case& case_;
  const PcscSetting& setting_;
  const Facts& facts_;
  CaseResult& result_;
  PcscActor main_;
  std::uint32_t next_actor_ = 1;
  bool other_card_ = false;
  Text step_;
};

}  // namespace uketsuke::conformance
