// Threads that use a reader at once. PC/SC Workgroup Specifications, Part 5.
#include <array>
#include <memory>
#include <set>

#include "harness/conformance/pcsc/checks.h"
#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;

constexpr std::uint32_t kThreads = 8;
constexpr std::uint32_t kCommands = 12;

struct Work {
  PcscReply connect;
  std::vector<PcscReply> replies;
};
using AllWork = std::array<Work, kThreads>;

// Each thread asks for another length, so that an answer tells whose it is; what a card draws by
// chance is never the same twice, so that an old answer is found.
std::uint8_t length_of(std::uint32_t thread) { return static_cast<std::uint8_t>(8 + thread); }

void judge_answers(PcscRun& run, const AllWork& work) {
  std::set<wire::Bytes> all;
  for (std::uint32_t i = 0; i < kThreads; ++i) {
    run.expect(PcscCall::kConnect, work[i].connect, {scard::kSuccess},
               say("スレッド {}", "thread {}", i + 1));
    for (const PcscReply& reply : work[i].replies) {
      run.expect(PcscCall::kTransmit, reply, {scard::kSuccess},
                 say("スレッド {}", "thread {}", i + 1));
      run.judge(reply.data.size() == length_of(i) + 2U,
                say("スレッド {} の応答（{} バイト）", "the answer for thread {} ({} bytes)", i + 1,
                    length_of(i) + 2U),
                say("{} バイト", "{} bytes", reply.data.size()), reply);
      if (reply.masked) continue;
      run.judge(all.insert(reply.data).second, {"新しい応答", "a new answer"},
                {"前と同じ応答", "the same answer as before"}, reply);
    }
    run.judge(work[i].replies.size() == kCommands, say("{} の応答", "{} answers", kCommands),
              say("{}", "{}", work[i].replies.size()), work[i].connect);
  }
}

void repeat(PcscActor& actor, const PcscCard& card, std::uint32_t thread, Work& work) {
  for (std::uint32_t i = 0; i < kCommands; ++i) {
    work.replies.push_back(
        actor.transmit(card.card, card.protocol, get_challenge(length_of(thread))));
  }
}

}  // namespace

void check_threads(PcscRun& run) {
  run.step({"八つのスレッドと八つの接続", "eight threads, a connection each"});
  auto own = std::make_unique<AllWork>();
  std::vector<std::unique_ptr<PcscRun::Task>> tasks;
  for (std::uint32_t i = 0; i < kThreads; ++i) {
    tasks.push_back(run.start(say("own {}", "own {}", i).en, [&, i](PcscActor& actor) {
      Work& work = (*own)[i];
      PcscCard card;
      actor.establish(card.context);
      work.connect = actor.connect(card.context, run.reader(), scard::kShareShared, scard::kAny,
                                   card.card);
      card.protocol = work.connect.protocol;
      if (!work.connect.ok()) return;
      repeat(actor, card, i, work);
      actor.release(card.context);
    }));
  }
  for (const auto& task : tasks) task->join();
  tasks.clear();
  judge_answers(run, *own);

  run.step({"八つのスレッドと一つの接続", "eight threads, one connection"});
  const PcscCard card = run.connect();
  auto shared = std::make_unique<AllWork>();
  for (std::uint32_t i = 0; i < kThreads; ++i) {
    tasks.push_back(run.start(say("shared {}", "shared {}", i).en, [&, i](PcscActor& actor) {
      repeat(actor, card, i, (*shared)[i]);
    }));
  }
  for (const auto& task : tasks) task->join();
  judge_answers(run, *shared);
}

}  // namespace uketsuke::conformance
