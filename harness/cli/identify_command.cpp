#include "harness/cli/identify_command.h"

#include <random>

#include "harness/bench/assets.h"
#include "harness/bench/make_outside.h"
#include "harness/bench/reader_watch.h"
#include "harness/bind/device_lock.h"
#include "harness/cli/bound_reader.h"
#include "harness/run/find.h"
#include "harness/verdict/format.h"
#include "harness/verdict/summary.h"
#include "sim/gateway/broken.h"

namespace uketsuke::cli {
namespace {

using guard::Hierarchy;
using verdict::say;
using verdict::Text;

constexpr std::size_t kKeyBytes = 16;
constexpr double kReaderSeconds = 10;  // for the reader to be there

wire::Bytes new_key() {
  std::random_device device;
  wire::Bytes key(kKeyBytes);
  for (std::uint8_t& byte : key) byte = static_cast<std::uint8_t>(device());
  return key;
}

std::string hex(wire::ByteView bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

// The lines that go into a bench file, and nothing of the card itself.
void tell_release(const std::string& holder, const guard::Identification& card, Console& console) {
  const wire::Bytes key = new_key();
  const guard::KeyedDigest digest = card.digest(key);
  console.line(
      {"このカードをこの実行で使う場合は、ベンチファイルに次を書きます"
       "（鍵は毎回新しく、以前のものも有効です）：",
       "to use this card in a run, the bench file says (the key is a new one each time; "
       "those from before stay valid):"});
  console.print(fmt::format("cards:\n  {}:\n    release: {{key: {}, digest: {}}}\n", holder,
                            hex(key), hex(digest)));
}

int tell_card(const IdentifyCommand& command, const bench::ReaderWatch& watch, Console& console) {
  const guard::Identification* card = watch.identification();
  console.line(say("ATR：{}", "ATR: {}", hex(watch.seen().atr)));
  if (card == nullptr || !card->complete()) {
    console.line({"マイナンバーカードとして識別できませんでした（使用許可の対象になりません）",
                  "the card could not be identified as a My Number Card (it cannot be released)"});
    return verdict::kExitInconclusive;
  }
  switch (card->hierarchy()) {
    case Hierarchy::kTest:
      console.line({"テストカードです（鍵 ID が 6 で始まる）",
                    "it is a test card (its key ids begin with 6)"});
      tell_release(command.holder, *card, console);
      return verdict::kExitPass;
    case Hierarchy::kProduction:
      console.line(
          {"本番のカードです（鍵 ID が 5 で始まる）。PIN の照合、署名などは一切許可されません",
           "it is a production card (its key ids begin with 5): VERIFY, signing and the "
           "like are never released"});
      return verdict::kExitFail;
    case Hierarchy::kUnknown:
      break;
  }
  console.line({"テストカードと確かめられません。使用許可の対象になりません",
                "it is not known to be a test card; it cannot be released"});
  return verdict::kExitInconclusive;
}

}  // namespace

int identify_command(const IdentifyCommand& command, run::Executor& executor, Console& console) {
  const bind::Bindings bindings = reader_bindings(command.bench, command.binds);
  const bind::DeviceLock lock(bindings);
  beware_of_cards(console);
  const auto assets = bench::load_assets(executor.data_folder());
  try {
    bench::ReaderWatch watch(bench::make_outside(bindings, assets->catalog, console.language()),
                             {});
    if (!watch.run([](const auto& seen) { return seen.reader.has_value(); }, kReaderSeconds)) {
      console.line({"リーダーが応答しません", "the reader does not answer"});
      return verdict::kExitInconclusive;
    }
    console.line(
        say("リーダーにカードを置いてください（{:g} 秒以内。自分で提供しているリーダーなら "
            "serve --place）",
            "place the card on the reader (within {:g} s; a reader that you serve: serve "
            "--place)",
            command.seconds));
    console.flush();
    const bool settled = watch.run(
        [](const bench::ReaderWatch::Seen& seen) {
          return seen.connected || !seen.failure.empty();
        },
        command.seconds);
    if (!settled) {
      console.line({"カードが置かれませんでした", "no card was placed"});
      return verdict::kExitInconclusive;
    }
    if (!watch.seen().connected) {
      console.line(say("カードに接続できません：{}", "the card cannot be connected: {}",
                       watch.seen().failure));
      return verdict::kExitInconclusive;
    }
    return tell_card(command, watch, console);
  } catch (const gateway::Broken& broken) {
    throw run::RunError(run::RunError::Kind::kEnvironment, {broken.ja(), broken.what()});
  }
}

}  // namespace uketsuke::cli
