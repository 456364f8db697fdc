#include "harness/scenario/screen_file.h"

#include <algorithm>
#include <vector>

#include "harness/yaml/yaml.h"

namespace uketsuke::scenario {
namespace {

using wire::panel::Control;
using wire::panel::Message;
using wire::panel::Screen;
using wire::panel::ScreenSet;
using wire::panel::Text;

std::string word(const yaml::Node& node) {
  if (node.text().empty()) yaml::fail(node, "a word is expected here");
  return node.as_string();
}

std::string optional_word(const yaml::Node& node) { return node ? word(node) : std::string(); }

Text both_languages(const yaml::Node& node) {
  yaml::Mapping map(node);
  Text text{word(map.require("ja")), word(map.require("en"))};
  map.done();
  return text;
}

// Everything a person sees comes from the seed or is marked as an assumption of ours.
void check_source(const yaml::Node& node, const std::string& seed, const std::string& assumption) {
  if (seed.empty() && assumption.empty()) {
    yaml::fail(node, "neither seed nor assumption says where this comes from");
  }
}

Control::Kind read_kind(const yaml::Node& node) {
  const std::string name = word(node);
  const std::vector<std::string> names = {"button", "field", "secret_field", "tick"};
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    yaml::fail(node, name + ": expected one of button, field, secret_field, tick" +
                         yaml::did_you_mean(name, names));
  }
  return static_cast<Control::Kind>(found - names.begin());
}

Control read_control(const yaml::Node& node) {
  yaml::Mapping map(node);
  Control control;
  control.kind = read_kind(map.require("kind"));
  control.id = word(map.require("id"));
  control.label = both_languages(map.require("label"));
  if (const yaml::Node aliases = map.find("aliases")) control.aliases = aliases.as_strings();
  control.seed = optional_word(map.find("seed"));
  control.assumption = optional_word(map.find("assumption"));
  map.done();
  check_source(node, control.seed, control.assumption);
  return control;
}

// Every spelling of a screen names one control.
void check_spellings(const Screen& screen, const yaml::Node& controls) {
  std::vector<std::pair<std::string, std::size_t>> known;
  for (std::size_t i = 0; i < screen.controls.size(); ++i) {
    const Control& control = screen.controls[i];
    std::vector<std::string> own = control.aliases;
    own.insert(own.end(), {control.id, control.label.ja, control.label.en});
    for (const std::string& spelling : own) {
      for (const auto& [other, index] : known) {
        if (other != spelling || index == i) continue;
        yaml::fail(controls.at(i), spelling + ": " + screen.controls[index].id + " of the screen " +
                                       screen.id + " is called so too");
      }
      known.emplace_back(spelling, i);
    }
  }
}

Screen read_screen(const yaml::Node& node) {
  yaml::Mapping map(node);
  Screen screen;
  screen.id = word(map.require("id"));
  screen.title = both_languages(map.require("title"));
  const yaml::Node controls = map.find("controls");
  if (controls) {
    if (!controls.is_sequence()) yaml::fail(controls, "a list of controls is expected here");
    for (std::size_t i = 0; i < controls.size(); ++i) {
      screen.controls.push_back(read_control(controls.at(i)));
    }
    check_spellings(screen, controls);
  }
  screen.seed = optional_word(map.find("seed"));
  screen.assumption = optional_word(map.find("assumption"));
  map.done();
  check_source(node, screen.seed, screen.assumption);
  return screen;
}

Message read_message(const yaml::Node& node) {
  yaml::Mapping map(node);
  Message message;
  message.id = word(map.require("id"));
  message.text = both_languages(map.require("text"));
  message.seed = optional_word(map.find("seed"));
  message.assumption = optional_word(map.find("assumption"));
  map.done();
  check_source(node, message.seed, message.assumption);
  return message;
}

ScreenSet read_set(const yaml::Document& document) {
  yaml::Mapping map(document.root());
  ScreenSet set;
  set.device = word(map.require("device"));
  const yaml::Node screens = map.require("screens");
  if (!screens.is_sequence()) yaml::fail(screens, "a list of screens is expected here");
  for (std::size_t i = 0; i < screens.size(); ++i) {
    Screen screen = read_screen(screens.at(i));
    if (set.find_screen(screen.id) != nullptr) {
      yaml::fail(screens.at(i), screen.id + ": a second screen with this id");
    }
    set.screens.push_back(std::move(screen));
  }
  if (const yaml::Node messages = map.find("messages")) {
    if (!messages.is_sequence()) yaml::fail(messages, "a list of messages is expected here");
    for (std::size_t i = 0; i < messages.size(); ++i) {
      Message message = read_message(messages.at(i));
      if (set.find_message(message.id) != nullptr) {
        yaml::fail(messages.at(i), message.id + ": a second message with this id");
      }
      set.messages.push_back(std::move(message));
    }
  }
  map.done();
  return set;
}

}  // namespace

ScreenSet load_screens(const std::string& path) { return read_set(yaml::load_file(path)); }
ScreenSet load_screens_text(std::string_view text, std::string name) {
  return read_set(yaml::load_text(text, std::move(name)));
}

}  // namespace uketsuke::scenario
