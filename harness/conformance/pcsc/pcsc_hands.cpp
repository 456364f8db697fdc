#include <utility>

#include "harness/conformance/pcsc/probe_pcsc.h"
#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

constexpr std::chrono::seconds kPatience{180};  // a person may have to come first
constexpr std::chrono::milliseconds kLook{50};  // so often it is looked who asked to end

PcscReply unable(verdict::Text text) {
  PcscReply reply;
  reply.ended = Ended::kUnable;
  reply.text = std::move(text);
  return reply;
}

}  // namespace

PcscHands::PcscHands(std::unique_ptr<gateway::HandsRoute> route, std::vector<std::string> cards,
                     AskedToEnd asked)
    : cards_(std::move(cards)), asked_(std::move(asked)), route_(std::move(route)) {
  if (!route_) return;
  route_->start([answers = answers_](gateway::HandsEvent event) {
    const std::lock_guard<std::mutex> lock(answers->mutex);
    if (const auto* did = std::get_if<gateway::Attested>(&event)) answers->events[did->id] = event;
    if (const auto* not_done = std::get_if<gateway::Missed>(&event))
      answers->events[not_done->id] = event;
    if (const auto* failed = std::get_if<gateway::RouteFailed>(&event)) answers->failed = *failed;
    answers->changed.notify_all();
  });
}

PcscHands::~PcscHands() = default;

std::optional<gateway::Deed> PcscHands::deed_of(const PcscDeed& deed) const {
  const std::size_t which = deed.reader == "test" ? 2 : deed.reader == "second" ? 1 : 0;
  const std::string card = which < cards_.size() ? cards_[which] : std::string();
  const bool places = deed.call == PcscCall::kPlace || deed.call == PcscCall::kPlaceSecond;
  if (places && card.empty()) return std::nullopt;
  switch (deed.call) {
    case PcscCall::kPlace: return gateway::PlaceCard{card};
    case PcscCall::kPlaceSecond: return gateway::PlaceSecondCard{card};
    case PcscCall::kRemove: return gateway::RemoveCard{};
    case PcscCall::kUnplug: return gateway::Unplug{};
    case PcscCall::kPlug: return gateway::Plug{};
    case PcscCall::kConfirm: return gateway::Confirm{deed.question.ja, deed.question.en};
    default: return std::nullopt;
  }
}

PcscReply PcscHands::perform(const PcscDeed& deed) {
  if (!route_) {
    return unable({"操作する人がいない（--bind panel=operator など）",
                   "nobody is there to do it (--bind panel=operator)"});
  }
  auto asked = deed_of(deed);
  if (!asked) return unable({"そのカードが手元にない", "that card is not at hand"});
  const std::uint64_t id = next_++;
  route_->ask({id, std::move(*asked)});
  std::unique_lock<std::mutex> lock(answers_->mutex);
  const auto answered = [&] { return answers_->events.count(id) != 0 || answers_->failed; };
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!answers_->changed.wait_for(lock, kLook, answered)) {
    if (asked_ && asked_() > 0) return unable({"中断された", "interrupted"});
    if (std::chrono::steady_clock::now() >= until)
      return unable({"誰も操作しなかった", "nobody did it"});
  }
  const auto found = answers_->events.find(id);
  if (found == answers_->events.end())
    return unable({answers_->failed->ja, answers_->failed->en});
  if (const auto* not_done = std::get_if<gateway::Missed>(&found->second))
    return unable({not_done->ja, not_done->en});
  PcscReply reply;
  reply.attested_by = std::get<gateway::Attested>(found->second).by;
  return reply;
}

}  // namespace uketsuke::conformance
