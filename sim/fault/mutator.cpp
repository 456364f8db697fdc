#include "sim/fault/mutator.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace uketsuke::fault {
namespace {

constexpr std::size_t kCommandsKept = 64;
constexpr std::size_t kCommandBytesKept = 64;
constexpr std::size_t kOffset_bSlot = 5, kOffset_bSeq = 6;  // CCID 6.1, 6.2: of every message
constexpr std::size_t kHeader = 10;
constexpr std::size_t kLongestMessage = std::size_t{1} << 20;  // an edit never makes more of one

// splitmix64
std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = state;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31U);
}

bool matches_setup(const SetupPattern& pattern, const wire::usb::SetupPacket* setup) {
  const bool any = !pattern.bmRequestType && !pattern.bRequest && !pattern.wValue &&
                   !pattern.wIndex && !pattern.wLength;
  if (any) return true;
  return setup != nullptr &&
         (!pattern.bmRequestType || *pattern.bmRequestType == setup->bmRequestType) &&
         (!pattern.bRequest || *pattern.bRequest == setup->bRequest) &&
         (!pattern.wValue || *pattern.wValue == setup->wValue) &&
         (!pattern.wIndex || *pattern.wIndex == setup->wIndex) &&
         (!pattern.wLength || *pattern.wLength == setup->wLength);
}

wire::Bytes expand(const std::vector<TemplateByte>& pattern, const wire::Bytes* command) {
  using Kind = TemplateByte::Kind;
  wire::Bytes bytes;
  bytes.reserve(pattern.size());
  const auto of_command = [command](std::size_t at) -> std::uint8_t {
    return command != nullptr && at < command->size() ? (*command)[at] : std::uint8_t{0};
  };
  for (const TemplateByte& byte : pattern) {
    switch (byte.kind) {
      case Kind::kLiteral: bytes.push_back(byte.value); break;
      case Kind::kSlot: bytes.push_back(of_command(kOffset_bSlot)); break;
      case Kind::kSeq: bytes.push_back(of_command(kOffset_bSeq)); break;
      case Kind::kOfCommand: bytes.push_back(of_command(byte.value)); break;
    }
  }
  return bytes;
}

// Where an edit begins; nothing if that lies outside of the message.
std::optional<std::size_t> place(std::int32_t at, std::size_t size, bool end_too = false) {
  const std::int64_t index = at < 0 ? static_cast<std::int64_t>(size) + at : at;
  const auto limit = static_cast<std::int64_t>(size) + (end_too ? 1 : 0);
  if (index < 0 || index >= limit) return std::nullopt;
  return static_cast<std::size_t>(index);
}

void overwrite(wire::Bytes& bytes, std::size_t at, wire::ByteView with, bool exclusive_or) {
  for (std::size_t i = 0; i < with.size() && at + i < bytes.size(); ++i)
    bytes[at + i] = exclusive_or ? static_cast<std::uint8_t>(bytes[at + i] ^ with[i]) : with[i];
}

// All bits inverted, the most significant one first.
std::uint8_t other_convention(std::uint8_t byte) {
  unsigned other = 0;
  for (unsigned bit = 0; bit < 8; ++bit)
    if ((byte >> bit & 1U) == 0) other |= 0x80U >> bit;
  return static_cast<std::uint8_t>(other);
}

void repair_length(wire::Bytes& bytes) {
  if (bytes.size() < kHeader) return;
  const std::size_t length = bytes.size() - kHeader;
  for (std::size_t i = 0; i < 4; ++i)
    bytes[1 + i] = static_cast<std::uint8_t>(length >> (8 * i));
}

void repair_lrc(wire::Bytes& bytes) {
  if (bytes.empty()) return;
  std::uint8_t lrc = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i)
    lrc = static_cast<std::uint8_t>(lrc ^ bytes[i]);
  bytes.back() = lrc;
}

// Edits that keep the length.
void change(const Edit& edit, wire::Bytes& bytes, const wire::Bytes* from, wire::ByteView with) {
  const auto at = place(edit.at, bytes.size());
  if (!at) return;
  switch (edit.kind) {
    case Edit::Kind::kSet: return overwrite(bytes, *at, with, false);
    case Edit::Kind::kXor: return overwrite(bytes, *at, with, true);
    case Edit::Kind::kAdd:
      bytes[*at] = static_cast<std::uint8_t>(bytes[*at] + edit.value);
      return;
    case Edit::Kind::kCopy: {
      const auto begin = place(edit.from, from == nullptr ? 0 : from->size());
      if (!begin) return;
      const std::size_t size = std::min<std::size_t>(edit.length, from->size() - *begin);
      return overwrite(bytes, *at, wire::ByteView(*from).subspan(*begin, size), false);
    }
    case Edit::Kind::kSwap:
      if (const auto other = place(edit.from, bytes.size())) std::swap(bytes[*at], bytes[*other]);
      return;
    default: return;
  }
}

// Edits of the length.
void resize(const Edit& edit, wire::Bytes& bytes, const wire::Bytes& with) {
  const std::size_t length = std::min<std::size_t>(edit.length, kLongestMessage);
  switch (edit.kind) {
    case Edit::Kind::kTruncate: bytes.resize(std::min(bytes.size(), length)); return;
    case Edit::Kind::kRemoveLast:
      bytes.resize(bytes.size() - std::min(bytes.size(), length));
      return;
    case Edit::Kind::kInsert:
      if (const auto at = place(edit.at, bytes.size(), /*end_too=*/true))
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(*at), with.begin(), with.end());
      return;
    case Edit::Kind::kErase:
      if (const auto at = place(edit.at, bytes.size())) {
        const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(*at);
        bytes.erase(begin, begin + static_cast<std::ptrdiff_t>(
                                       std::min(length, bytes.size() - *at)));
      }
      return;
    case Edit::Kind::kAppend: bytes.insert(bytes.end(), with.begin(), with.end()); return;
    case Edit::Kind::kPad:
      if (bytes.size() < length) bytes.resize(length, edit.value);
      return;
    case Edit::Kind::kReplace: bytes = with; return;
    case Edit::Kind::kRepairLength: return repair_length(bytes);
    case Edit::Kind::kRepairLrc: return repair_lrc(bytes);
    case Edit::Kind::kInverse:
      for (std::uint8_t& byte : bytes) byte = other_convention(byte);
      return;
    default: return;
  }
}

}  // namespace

Mutator::Mutator(std::vector<Mutation> mutations, std::uint64_t seed, MutatorLimits limits)
    : mutations_(std::move(mutations)), limits_(limits), progress_(mutations_.size()),
      hits_(mutations_.size()) {
  const auto watch = [this](const Selector& selector) {
    watched_[static_cast<std::size_t>(selector.pipe)] = true;
    // What answers a command needs the commands.
    if (selector.pipe == MutationPipe::kFieldUp)
      watched_[static_cast<std::size_t>(MutationPipe::kFieldDown)] = true;
  };
  for (std::size_t i = 0; i < mutations_.size(); ++i) {
    progress_[i].random = seed + 0x9E3779B9ULL * (i + 1);
    progress_[i].armed = !mutations_[i].when.trigger;
    watch(mutations_[i].match);
    if (mutations_[i].when.trigger) watch(*mutations_[i].when.trigger);
    if (mutations_[i].when.until) watch(*mutations_[i].when.until);
  }
}

bool Mutator::takes(const Selector& selector, const Message& message) const {
  const std::size_t size = message.bytes.size();
  if (selector.pipe != message.pipe || !matches_setup(selector.setup, message.setup)) return false;
  if ((selector.length && size != *selector.length) ||
      (selector.shortest && size < *selector.shortest) ||
      (selector.longest && size > *selector.longest) ||
      (selector.multiple_of && (*selector.multiple_of == 0 || size % *selector.multiple_of != 0)))
    return false;
  if (selector.full_packet && (size == 0 || size % limits_.packet != 0)) return false;
  if (selector.largest && size != limits_.largest) return false;
  const auto all = [](const std::vector<Pattern>& patterns, wire::ByteView bytes) {
    return std::all_of(patterns.begin(), patterns.end(),
                       [bytes](const Pattern& pattern) { return matches(pattern, bytes); });
  };
  if (!all(selector.patterns, message.bytes)) return false;
  for (const Pattern& pattern : selector.unless)
    if (matches(pattern, message.bytes)) return false;
  if (selector.command.empty()) return true;
  return message.command != nullptr && all(selector.command, *message.command);
}

bool Mutator::due(const Mutation& mutation, Progress& progress, std::uint64_t now_us) const {
  const Schedule& when = mutation.when;
  if (!progress.armed || progress.over) return false;
  if (when.within_us != 0) {
    const std::uint64_t start = when.since == Since::kAttached ? attached_us_ : configured_us_;
    if (now_us > start + when.within_us) return false;
  }
  if (when.command_older_us != 0 && now_us < commanded_us_ + when.command_older_us) return false;
  const std::uint32_t number = progress.seen++;
  if (number < when.after || (number - when.after) % std::max(when.every, 1U) != 0) return false;
  if (when.one_in != 0 && next_random(progress.random) % when.one_in != 0) return false;
  if (when.count != 0 && progress.touched >= when.count) return false;
  ++progress.touched;
  return true;
}

void Mutator::apply(const Mutation& mutation, wire::Bytes& bytes, const Message& message,
                    MutationFate& fate) const {
  const wire::Bytes* before = commands_.size() > 1 ? &commands_[1] : nullptr;
  for (const Edit& edit : mutation.edits) {
    const wire::Bytes with = expand(edit.bytes, message.command);
    change(edit, bytes, edit.before ? before : message.command, with);
    resize(edit, bytes, with);
  }
  fate.touched = true;
  fate.dropped = fate.dropped || mutation.drop;
  fate.stalled = fate.stalled || mutation.stall;
  fate.held = fate.held || mutation.hold;
  fate.joined = fate.joined || mutation.join;
  fate.copies += mutation.copies;
  fate.delay_us += mutation.delay_us;
  if (mutation.hang > fate.hang) {
    fate.hang = mutation.hang;
    fate.hang_ends_at_reset = mutation.hang_ends_at_reset;
  }
  fate.parity.insert(fate.parity.end(), mutation.parity.begin(), mutation.parity.end());
  fate.hide_parity = fate.hide_parity || mutation.hide_parity;
  for (const MadeUp& made : mutation.made_up)
    fate.extra.push_back({made.pipe, expand(made.bytes, message.command), made.delay_us});
}

void Mutator::watch_triggers(const Message& message) {
  for (std::size_t i = 0; i < mutations_.size(); ++i) {
    const Schedule& when = mutations_[i].when;
    Progress& progress = progress_[i];
    if (when.until && progress.armed && takes(*when.until, message)) progress.over = true;
    if (!when.trigger || !takes(*when.trigger, message)) continue;
    if (++progress.triggers < when.trigger_count) continue;
    progress.armed = true;
    progress.over = false;
    progress.seen = progress.touched = 0;
  }
}

void Mutator::remember(MutationPipe pipe, const wire::Bytes& bytes) {
  if (pipe == MutationPipe::kBulkOut) {
    const auto kept = static_cast<std::ptrdiff_t>(std::min(bytes.size(), kCommandBytesKept));
    commands_.emplace_front(bytes.begin(), bytes.begin() + kept);
    if (commands_.size() > kCommandsKept) commands_.pop_back();
  } else if (pipe == MutationPipe::kControlOut) {
    control_ = bytes;
  } else if (pipe == MutationPipe::kFieldDown) {
    burst_ = bytes;
  }
}

const wire::Bytes* Mutator::command_of(MutationPipe pipe, wire::ByteView bytes) const {
  if (pipe == MutationPipe::kControlOut || pipe == MutationPipe::kControlIn) return &control_;
  if (is_field(pipe)) return &burst_;
  if (pipe == MutationPipe::kBulkIn && bytes.size() > kOffset_bSeq) {
    for (const wire::Bytes& command : commands_) {
      if (command.size() > kOffset_bSeq && command[kOffset_bSlot] == bytes[kOffset_bSlot] &&
          command[kOffset_bSeq] == bytes[kOffset_bSeq])
        return &command;
    }
  }
  return commands_.empty() ? nullptr : &commands_.front();
}

MutationFate Mutator::pass(MutationPipe pipe, wire::Bytes& bytes,
                           const wire::usb::SetupPacket* setup, std::uint64_t now_us) {
  MutationFate fate;
  remember(pipe, bytes);
  if (pipe == MutationPipe::kBulkOut) commanded_us_ = now_us;
  const wire::Bytes before = bytes;  // rules look at the message as it was sent
  const Message message{pipe, before, setup, command_of(pipe, before)};
  for (std::size_t i = 0; i < mutations_.size(); ++i) {
    if (mutations_[i].match.pipe != pipe || !takes(mutations_[i].match, message)) continue;
    if (!due(mutations_[i], progress_[i], now_us)) continue;
    ++hits_[i];
    apply(mutations_[i], bytes, message, fate);
  }
  watch_triggers(message);
  return fate;
}

}  // namespace uketsuke::fault
