#include "sim/guard/t1_follower.h"

#include <algorithm>

namespace uketsuke::guard {

using wire::Bytes;
using wire::ByteView;
using wire::iso7816::T1Block;
using wire::iso7816::T1Kind;
using wire::iso7816::T1Supervisory;

namespace {

constexpr std::size_t kMostResponse = 65536 + 2;
// R(0) with "other error": to a reader that speaks APDUs and hides it, EXTERNAL AUTHENTICATE.
constexpr std::uint8_t kAmbiguousReceiveReady = 0x82;

Judgement refuse(std::string_view why_ja, std::string_view why_en) {
  return refused("T=1ブロック", "T=1 block", why_ja, why_en);
}

bool same(ByteView a, ByteView b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

}  // namespace

void T1Follower::restart(wire::iso7816::Edc edc) {
  edc_ = edc;
  seen_card_ = lost_ = aborted_by_card_ = send_sequence_ = receive_sequence_ = false;
  last_information_.clear();
  request_.clear();
  in_flight_ = more_in_flight_ = awaits_response_ = false;
  command_.clear();
  response_.clear();
}

void T1Follower::drop_command() {
  if (awaits_response_ || !command_.empty()) card_.response_lost();
  in_flight_ = more_in_flight_ = awaits_response_ = false;
  last_information_.clear();
  command_.clear();
  response_.clear();
}

// ---- from the host
Judgement T1Follower::block_out(ByteView bytes) {
  const auto block = wire::iso7816::decode_t1_block(bytes, edc_);
  if (!block) return refuse("ブロックになっていません", "the bytes are no block");
  if (block->nad != 0) return refuse("NADが00ではありません", "NAD is not 00");
  switch (block->kind) {
    case T1Kind::kInformation:
      return information_out(*block, bytes);
    case T1Kind::kReceiveReady:
      if (!seen_card_ && wire::iso7816::t1_pcb(*block) == kAmbiguousReceiveReady)
        return refuse("カードのブロックがまだ確認されていません",
                      "no block of the card was seen yet");
      return passes();
    case T1Kind::kSupervisory:
      break;
  }
  return supervisory_out(*block, bytes);
}

Judgement T1Follower::information_out(const T1Block& block, ByteView bytes) {
  if (!card_.active())
    return refuse("カードの活性化が確認されていません", "no activation of the card was seen");
  if (lost_ || aborted_by_card_ || !request_.empty())
    return refuse("カードが何を待っているか分かりません",
                  "it is not known what the card expects next");
  if (in_flight_) {
    if (same(bytes, last_information_)) return passes();
    return refuse("前のブロックに応答がありません", "the block before was not acknowledged");
  }
  if (awaits_response_)
    return refuse("前のコマンドの応答が終わっていません", "the command before is not answered yet");
  if (block.sequence != send_sequence_)
    return refuse("送信番号が正しくありません", "the sequence number is not the one that is due");
  Judgement judgement = new_information(block);
  if (!judgement) return judgement;
  last_information_ = wire::to_bytes(bytes);
  in_flight_ = true;
  more_in_flight_ = block.more;
  awaits_response_ = !block.more;
  send_sequence_ = !send_sequence_;
  return passes();
}

// command_ is not empty: the chain goes on.
Judgement T1Follower::new_information(const T1Block& block) {
  const bool first = command_.empty();
  Bytes whole = command_;
  whole.insert(whole.end(), block.information.begin(), block.information.end());
  if (first && !block.more) return card_.command(whole);
  if (first) {
    Judgement judgement = card_.begins(whole);
    if (!judgement) return judgement;
  }
  if (block.information.empty() || !CardGuard::fits_so_far(whole))
    return refuse("連鎖の長さがコマンドのLcと合いません",
                  "the chain does not agree with Lc of its command");
  if (!block.more) {
    Judgement judgement = card_.command(whole);
    if (!judgement) return judgement;
    command_.clear();
    return passes();
  }
  command_ = std::move(whole);
  return passes();
}

Judgement T1Follower::supervisory_out(const T1Block& block, ByteView bytes) {
  // To a reader that speaks APDUs and hides it, others than S(IFS) and S(RESYNCH) are commands.
  if (!seen_card_ && (block.response || (block.supervisory != T1Supervisory::kIfs &&
                                         block.supervisory != T1Supervisory::kResynch)))
    return refuse("カードのブロックがまだ確認されていません", "no block of the card was seen yet");
  if (block.supervisory == T1Supervisory::kVppError)
    return refuse("使われなくなったブロックです", "a block that is no longer used");
  if (!block.response) request_ = wire::to_bytes(bytes);
  return passes();
}

// ---- from the card
void T1Follower::block_in(ByteView bytes) {
  const auto block = wire::iso7816::decode_t1_block(bytes, edc_);
  if (!block) return;
  seen_card_ = true;
  switch (block->kind) {
    case T1Kind::kInformation:
      return information_in(*block);
    case T1Kind::kReceiveReady:
      return receive_ready_in(*block);
    case T1Kind::kSupervisory:
      return supervisory_in(*block);
  }
}

void T1Follower::information_in(const T1Block& block) {
  if (block.sequence != receive_sequence_) return;  // sent again
  receive_sequence_ = !receive_sequence_;
  if (!awaits_response_ || (in_flight_ && more_in_flight_)) {
    lost_ = true;  // an answer to nothing, or to half a command
    return drop_command();
  }
  in_flight_ = false;
  response_.insert(response_.end(), block.information.begin(), block.information.end());
  if (response_.size() > kMostResponse) {
    lost_ = true;
    return drop_command();
  }
  if (block.more) return;
  awaits_response_ = false;
  card_.response(response_);
  response_.clear();
}

void T1Follower::receive_ready_in(const T1Block& block) {
  if (aborted_by_card_) {
    aborted_by_card_ = false;
    send_sequence_ = block.sequence;
    return;
  }
  // send_sequence_ is already that of the next block.
  if (!in_flight_ || block.sequence != send_sequence_) return;
  if (more_in_flight_) {
    in_flight_ = false;
    return;
  }
  lost_ = true;  // a whole command is answered by an information block
  drop_command();
}

void T1Follower::supervisory_in(const T1Block& block) {
  if (!block.response) {
    if (block.supervisory != T1Supervisory::kAbort) return;
    drop_command();
    aborted_by_card_ = true;
    return;
  }
  const auto request = wire::iso7816::decode_t1_block(request_, edc_);
  if (!request || request->supervisory != block.supervisory) return;
  request_.clear();
  if (block.supervisory == T1Supervisory::kResynch) {
    drop_command();
    lost_ = aborted_by_card_ = send_sequence_ = receive_sequence_ = false;
  } else if (block.supervisory == T1Supervisory::kAbort) {
    drop_command();
  }
}

}  // namespace uketsuke::guard
