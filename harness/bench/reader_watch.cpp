#include "harness/bench/reader_watch.h"

#include <utility>

#include "harness/bench/describers.h"

namespace uketsuke::bench {

namespace session = wire::session;

// Connects every card that comes, and leaves it alone.
class ReaderWatch::Program : public kernel::Module {
 public:
  Program(sc_core::sc_module_name name, channel::Context& context, channel::SessionChannel& wire)
      : Module(name, context.simulation), wire_(wire) {
    listen({&wire_.to_program().event()});
  }
  Seen seen;

 private:
  void wake() override {
    wire_.to_program().drain([this](const session::Event& event) { take(event); });
  }
  void take(const session::Event& event) {
    if (const auto* arrived = std::get_if<session::ReaderArrived>(&event)) {
      seen.reader = *arrived;
    } else if (std::holds_alternative<session::ReaderGone>(event)) {
      seen = {};
    } else if (std::holds_alternative<session::CardPresent>(event)) {
      seen.card = true;
      seen.connected = false;
      seen.failure.clear();
      wire_.ask(session::Connect{});
    } else if (std::holds_alternative<session::CardAbsent>(event)) {
      seen.card = seen.connected = false;
    } else if (const auto* connected = std::get_if<session::Connected>(&event)) {
      seen.atr = connected->atr;
      seen.connected = true;
    } else if (const auto* failed = std::get_if<session::Failed>(&event)) {
      seen.failure = std::string(to_string(failed->failure)) +
                     (failed->what.empty() ? "" : ": " + failed->what);
    }
  }
  channel::SessionChannel& wire_;
};

ReaderWatch::ReaderWatch(std::shared_ptr<Outside> outside, trace::Journal::Sink sink)
    : outside_(std::move(outside)), faults_(std::vector<fault::Rule>{}),
      context_{simulation_, journal_, faults_}, endpoints_(outside_->simulated_cards),
      command_tap_(
          endpoints_.session_tap(conversation_, trace::CardConversation::Way::kToCard)),
      response_tap_(
          endpoints_.session_tap(conversation_, trace::CardConversation::Way::kFromCard)),
      session_(context_, "terminal", "reader",
               {describe_card_command, describe_card_response, command_tap_.get(),
                response_tap_.get()}) {
  if (sink) journal_.hand_to(std::move(sink));
  simulation_.pace(outside_->pace, outside_->inbox);
  reader_ = std::make_unique<OutsideReader>(context_, *outside_, endpoints_, session_, "reader",
                                            /*identifies_cards=*/true);
  program_ = std::make_unique<Program>("program", context_, session_);
  reader_->start();
}

ReaderWatch::~ReaderWatch() {
  simulation_.activate();
  outside_->inbox->close();
}

const ReaderWatch::Seen& ReaderWatch::seen() const { return program_->seen; }

bool ReaderWatch::run(const std::function<bool(const Seen&)>& done, double seconds) {
  const auto limit = static_cast<wire::Micros>(seconds * outside_->pace.speed * 1e6);
  const auto stop = simulation_.run_until([&] { return done(program_->seen); },
                                          simulation_.now_us() + limit);
  return stop == kernel::Simulation::Stop::kCondition;
}

}  // namespace uketsuke::bench
