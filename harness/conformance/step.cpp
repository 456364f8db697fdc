#include "harness/conformance/step.h"

#include "harness/verdict/format.h"

namespace uketsuke::conformance {

const std::vector<StepKind>& step_kinds() {
  static const std::vector<StepKind> kKinds = [] {
    std::vector<StepKind> all;
    for (const auto* part : {&message_steps(), &usb_steps(), &descriptor_steps(), &card_steps(),
                             &slot_steps(), &probe_steps(), &rate_steps(), &flow_steps()})
      all.insert(all.end(), part->begin(), part->end());
    return all;
  }();
  return kKinds;
}

Steps read_steps(const yaml::Node& list) {
  Steps steps;
  std::vector<std::string> names;
  for (const StepKind& kind : step_kinds()) names.emplace_back(kind.name);
  if (!list.is_sequence())
    yaml::fail(list, {"手順の一覧（- で始まる行）が必要", "a list of steps (lines with -) is needed"});
  for (std::size_t i = 0; i < list.size(); ++i) {
    const yaml::Node item = list.at(i);
    if (!item.is_mapping() || item.size() != 1)
      yaml::fail(item, {"手順は「名前: 内容」一つ", "a step is one `name: content`"});
    const std::string name = item.key(0).as_string();
    const StepKind* found = nullptr;
    for (const StepKind& kind : step_kinds())
      if (name == kind.name) found = &kind;
    if (found == nullptr) {
      yaml::fail(item.key(0), verdict::say("手順 {} はない", "there is no step {}", name) +
                                  yaml::hint(name, names));
    }
    std::unique_ptr<Step> step = found->read(item.value(0));
    step->file = item.mark().file;
    step->line = static_cast<std::uint32_t>(item.mark().line);
    step->source = one_line(item);
    steps.push_back(std::move(step));
  }
  return steps;
}

std::string one_line(const yaml::Node& node) {
  switch (node.kind()) {
    case yaml::Kind::kNull: return "";
    case yaml::Kind::kScalar:
      return node.quoted() ? "\"" + node.as_string() + "\"" : node.as_string();
    case yaml::Kind::kSequence: {
      std::string text = "[";
      for (std::size_t i = 0; i < node.size(); ++i) {
        const std::string item = one_line(node.at(i));
        text += (i == 0 ? "" : ", ") + (node.at(i).is_mapping() ? "{" + item + "}" : item);
      }
      return text + "]";
    }
    case yaml::Kind::kMapping: break;
  }
  std::string text;
  for (std::size_t i = 0; i < node.size(); ++i) {
    const std::string value = one_line(node.value(i));
    const bool inner = node.value(i).is_mapping();
    text += (i == 0 ? "" : ", ") + node.key(i).as_string() + ": " +
            (inner ? "{" + value + "}" : value);
  }
  return text;
}

}  // namespace uketsuke::conformance
