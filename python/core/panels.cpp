#include "python/core/panels.h"

#include "harness/verdict/format.h"
#include "python/core/driven.h"
#include "python/core/initialised.h"
#include "python/core/plain.h"
#include "python/core/program.h"

namespace uketsuke::python {
namespace {

namespace py = pybind11;
namespace panel = wire::panel;

constexpr const char* kDevice = "face_reader";
constexpr int kLikest = 1000;  // panel::ShowFace

// The panel of the model, as long as there is one. What is put there arrives at this instant.
class PanelPort : public Port {
 public:
  explicit PanelPort(std::shared_ptr<const bench::Assets> assets = nullptr)
      : assets_(std::move(assets)) {}
  void meet(channel::PanelPersonPort* there) { there_ = there; }
  void sees(std::string screen) { screen_ = std::move(screen); }
  const std::string& screen() const { return screen_; }

  void put(const panel::Input& input) {
    if (there_ == nullptr)
      throw ScriptError({"このパネルはベンチにつながっていません", "this panel is at no bench"});
    there_->put(input);
  }
  // The id of a control of the present screen, by its id or its words.
  std::string control(const std::string& words) const {
    const panel::ScreenSet* screens = screens_of_reader();
    const panel::Control* found =
        screens == nullptr ? nullptr : screens->find_control(screen_, words);
    return found == nullptr ? words : found->id;
  }
  std::vector<std::string> controls(const std::string& screen) const {
    std::vector<std::string> ids;
    const panel::ScreenSet* screens = screens_of_reader();
    const panel::Screen* shown = screens == nullptr ? nullptr : screens->find_screen(screen);
    if (shown != nullptr)
      for (const panel::Control& control : shown->controls) ids.push_back(control.id);
    return ids;
  }

 private:
  const panel::ScreenSet* screens_of_reader() const {
    return assets_ ? assets_->catalog.screens_of(kDevice) : nullptr;
  }

  std::shared_ptr<const bench::Assets> assets_;
  channel::PanelPersonPort* there_ = nullptr;
  std::string screen_;
};

}  // namespace
}  // namespace uketsuke::python

namespace pybind11::detail {
template <>
struct type_caster<uketsuke::python::PanelPort>
    : uketsuke::python::InitialisedCaster<uketsuke::python::PanelPort> {};
}  // namespace pybind11::detail

namespace uketsuke::python {
namespace {

// None: it was done. Else a uketsuke.Impossible or uketsuke.Undecided.
bench::Done done_from(const py::object& told) {
  bench::Done done;
  if (told.is_none()) return done;
  const py::module_ panels = py::module_::import("uketsuke.panels");
  const bool impossible = py::isinstance(told, panels.attr("Impossible"));
  if (!impossible && !py::isinstance(told, panels.attr("Undecided")))
    throw ArgumentError({"Panel の操作の答えは None、Impossible、Undecided のいずれかです",
                         "a deed of a Panel answers None, Impossible or Undecided"});
  const verdict::Text why(told.attr("ja").cast<std::string>(), told.attr("en").cast<std::string>());
  (impossible ? done.impossible : done.undecided) = why;
  return done;
}

py::object call(const py::object& panel, const panel::Input& input) {
  if (const auto* press = std::get_if<panel::Press>(&input))
    return panel.attr("press")(press->control);
  if (const auto* enter = std::get_if<panel::Enter>(&input))
    return panel.attr("enter")(enter->control, enter->text);
  if (const auto* tick = std::get_if<panel::Tick>(&input))
    return panel.attr("tick")(tick->control, tick->on);
  if (const auto* face = std::get_if<panel::ShowFace>(&input))
    return panel.attr("show_face")(face->score);
  return py::none();  // what the optics see is no deed
}

class PythonPanel : public bench::PanelProgram {
 public:
  PythonPanel(const py::object& object, std::shared_ptr<PanelPort> port)
      : program_(std::make_shared<Program>(object)), port_(std::move(port)) {
    port_->bind(program_);
  }
  std::string name() const override { return program_->name(); }
  void meet(channel::PanelPersonPort& there) override { port_->meet(&there); }
  void leave() noexcept override { port_->meet(nullptr); }

  bench::Done put(const panel::Input& input) override {
    bench::Done done;
    program_->with([&](const py::object& panel) { done = done_from(call(panel, input)); });
    return done;
  }
  bench::Done compare(bool match) override {
    bench::Done done;
    program_->with(
        [&](const py::object& panel) { done = done_from(panel.attr("compare_photo")(match)); });
    return done;
  }
  void shown(const panel::Display& display) override {
    port_->sees(display.screen);
    program_->with([&](const py::object& panel) {
      py::dict values;
      for (const auto& [name, value] : display.values) values[plain_text(name)] = plain_text(value);
      panel.attr("_shown")(plain_text(display.screen), plain_text(display.message), values,
                           plain(port_->controls(display.screen)));
    });
  }

 private:
  std::shared_ptr<const Program> program_;
  std::shared_ptr<PanelPort> port_;
};

void put(PanelPort& port, const panel::Input& input) {
  driven([&] { port.put(input); });
}

}  // namespace

std::shared_ptr<bench::PanelProgram> make_panel(const py::object& panel,
                                                std::shared_ptr<const bench::Assets> assets) {
  if (const py::object there = panel.attr("_port"); py::isinstance<PanelPort>(there))
    need_free(panel, *there.cast<const PanelPort*>(), {"パネル", "panel"});
  const auto port = std::make_shared<PanelPort>(std::move(assets));
  panel.attr("_port") = py::cast(port);
  return std::make_shared<PythonPanel>(panel, port);
}

void register_panels(py::module_& module) {
  py::class_<PanelPort, std::shared_ptr<PanelPort>>(module, "PanelPort")
      .def(py::init<>())
      .def(
          "press",
          [](PanelPort& port, const std::string& control) {
            put(port, panel::Press{port.control(control)});
          },
          py::arg("control"))
      .def(
          "enter",
          [](PanelPort& port, const std::string& control, const std::string& text) {
            put(port, panel::Enter{port.control(control), text});
          },
          py::arg("control"), py::arg("text"))
      .def(
          "tick",
          [](PanelPort& port, const std::string& control, bool on) {
            put(port, panel::Tick{port.control(control), on});
          },
          py::arg("control"), py::arg("on"))
      .def(
          "show_face",
          [](PanelPort& port, int score) {
            if (score < 0 || score > kLikest) {
              throw ArgumentError(verdict::say("顔の一致度は 0 以上 {} 以下の整数です",
                                               "the likeness of a face is a number from 0 to {}",
                                               kLikest));
            }
            put(port, panel::ShowFace{static_cast<std::uint16_t>(score)});
          },
          py::arg("score"));
}

}  // namespace uketsuke::python
