#include "sim/channel/panel_channel.h"

#include "sim/wire/panel/codec.h"

namespace uketsuke::channel {
namespace {

constexpr std::uint64_t kRepaintUs = 1'000'000;

wire::Bytes& itself(wire::Bytes& bytes) { return bytes; }

bool same(const wire::panel::Display& a, const wire::panel::Display& b) {
  return a.screen == b.screen && a.message == b.message && a.values == b.values &&
         a.secrets == b.secrets;
}

}  // namespace

std::string PanelChannel::PanelTap::mask(wire::ByteView bytes,
                                         std::vector<trace::MaskRange>& ranges) {
  // The message's kind and its first id may be kept; what follows may have been typed.
  std::size_t tabs = 0, kept = 0;
  while (kept < bytes.size() && tabs < 2) tabs += bytes[kept++] == '\t' ? 1 : 0;
  const bool number = kept > 0 && bytes[0] == 'c';  // card_face_seen
  if (number) kept = 0;
  if (tabs == 2 || number)
    ranges.push_back(
        {static_cast<std::uint32_t>(kept), static_cast<std::uint32_t>(bytes.size() - kept)});
  return describe_(bytes);
}

PanelChannel::PanelChannel(Context& context, std::string device)
    : context_(context),
      device_(std::move(device)),
      to_device_(context.simulation),
      to_person_(context.simulation),
      input_tap_(wire::panel::describe_input),
      output_tap_(wire::panel::describe_output),
      inputs_(context, {"panel", "input", "people", device_, nullptr}, to_device_, &itself,
              &input_tap_),
      outputs_(context, {"panel", "screen", device_, "people", nullptr}, to_person_, &itself,
               &output_tap_) {}

void PanelChannel::put(const wire::panel::Input& input) {
  reacted_ = false;
  inputs_.send(wire::panel::encode(input), 0);
}

void PanelChannel::show(const wire::panel::Output& output) {
  const fault::Fate fate = outputs_.send(wire::panel::encode(output), 0);
  if (std::holds_alternative<wire::panel::Display>(output)) last_ = output;
  if (fate.remark.empty() || repaints_) return;
  // A screen is painted over and over: what a fault did to one picture is gone with the next.
  repaints_ = true;
  context_.faults.later(kRepaintUs, [this] {
    repaints_ = false;
    if (last_) show(*last_);
  });
}

std::optional<wire::panel::Input> PanelChannel::decoded(const wire::Bytes& bytes) {
  auto input = wire::panel::decode_input(bytes);
  if (input) return std::move(*input);
  ++undecodable_;
  context_.journal.note(device_, context_.simulation.now_ns(), "panel_error",
                        wire::to_string(input.error()));
  return std::nullopt;
}

void PanelChannel::read() {
  to_person_.drain([this](const wire::Bytes& bytes) {
    auto output = wire::panel::decode_output(bytes);
    if (!output) {
      ++undecodable_;
      context_.journal.note("people", context_.simulation.now_ns(), "panel_error",
                            wire::to_string(output.error()));
    } else if (auto* display = std::get_if<wire::panel::Display>(&*output)) {
      const bool changes = !same(*display, display_);
      reacted_ = reacted_ || changes;
      display_ = std::move(*display);
      if (changes && changed_) changed_();
    } else {
      reacted_ = true;
      refused_.push_back(std::get<wire::panel::Refused>(std::move(*output)));
    }
  });
}

}  // namespace uketsuke::channel
