#include "python/core/cards.h"

#include <cmath>

#include "harness/verdict/format.h"
#include "python/core/driven.h"
#include "python/core/initialised.h"
#include "python/core/program.h"

namespace uketsuke::python {
namespace {

namespace py = pybind11;

constexpr std::size_t kLongestResponse = 0x10000 + 2;  // ISO/IEC 7816-4:2013, 5.1: Ne and SW1 SW2
constexpr double kLongestWorkSeconds = 3600;

// The modelled card, while a command is being answered.
class CardPort : public Port {
 public:
  void asked(card::Modelled* modelled) { modelled_ = modelled; }
  card::Answer transmit(wire::ByteView command) {
    if (modelled_ != nullptr) return modelled_->transmit(command);
    throw ScriptError({"モデルのカードに問い合わせられるのは、transmit の中だけです",
                       "the modelled card can be asked only within transmit"});
  }

 private:
  card::Modelled* modelled_ = nullptr;
};

}  // namespace
}  // namespace uketsuke::python

namespace pybind11::detail {
template <>
struct type_caster<uketsuke::python::CardPort>
    : uketsuke::python::InitialisedCaster<uketsuke::python::CardPort> {};
}  // namespace pybind11::detail

namespace uketsuke::python {
namespace {

class PythonCard : public card::Outside {
 public:
  PythonCard(const py::object& object, std::shared_ptr<CardPort> port, wire::Bytes atr)
      : program_(std::make_shared<Program>(object)), port_(std::move(port)), atr_(std::move(atr)) {
    port_->bind(program_);
  }
  void powered_on() override { tell("powered_on"); }
  void reset() override { tell("reset"); }
  void powered_down() override { tell("powered_down"); }
  wire::Bytes atr() const override { return atr_; }
  const std::string& name() const { return program_->name(); }

  card::Answer transmit(card::Modelled& modelled, wire::ByteView command) override {
    card::Answer answer{{}, 0};
    struct Asked {
      ~Asked() { port.asked(nullptr); }
      CardPort& port;
    } asked{*port_};
    port_->asked(&modelled);
    program_->with([&](const py::object& card) {
      answer = answer_from(card.attr("transmit")(plain_bytes(command)));
    });
    return answer;
  }

 private:
  void tell(const char* what) {
    program_->with([&](const py::object& card) { card.attr(what)(); });
  }
  // -1: no number.
  static double seconds_of(const py::object& told) {
    const py::object seconds = py::getattr(told, "seconds", py::float_(0.0));
    if (!py::isinstance<py::float_>(seconds) && !py::isinstance<py::int_>(seconds)) return -1;
    return seconds.cast<double>();
  }
  // None: it never gets done. `seconds` is the work time of a uketsuke.Response.
  static card::Answer answer_from(const py::object& told) {
    card::Answer answer{{}, 0};
    if (told.is_none()) return answer;
    answer.response = bytes_from(told, "Card.transmit");
    if (answer.response.size() < 2 || answer.response.size() > kLongestResponse) {
      throw ArgumentError(verdict::say(
          "Card.transmit：応答は 2 バイト以上 {0} バイト以下で、最後の 2 バイトが SW1 SW2 です。None: "
          "カードは終わらない",
          "Card.transmit: a response has 2 to {0} bytes, the last two are SW1 and SW2; None: the "
          "card never gets done",
          kLongestResponse));
    }
    const double seconds = seconds_of(told);
    if (!(seconds >= 0 && seconds <= kLongestWorkSeconds)) {
      throw ArgumentError(verdict::say("Card.transmit：カードが働く時間は 0 以上 {:g} 以下の秒数です",
                                       "Card.transmit: a card works from 0 to {:g} seconds",
                                       kLongestWorkSeconds));
    }
    answer.work_time_us = static_cast<wire::Micros>(std::llround(seconds * 1e6));
    return answer;
  }

  std::shared_ptr<const Program> program_;
  std::shared_ptr<CardPort> port_;
  wire::Bytes atr_;
};

py::tuple transmit(CardPort& port, const py::bytes& command) {
  const wire::Bytes bytes = bytes_from(command, "command");
  const card::Answer answer = driven([&] { return port.transmit(bytes); });
  return py::make_tuple(plain_bytes(answer.response),
                        static_cast<double>(answer.work_time_us) / 1e6);
}

}  // namespace

std::shared_ptr<card::Outside> make_card(const py::object& card) {
  if (const py::object there = card.attr("_port"); py::isinstance<CardPort>(there))
    need_free(card, *there.cast<const CardPort*>(), {"カード", "card"});
  const auto port = std::make_shared<CardPort>();
  const py::object atr = card.attr("atr");
  wire::Bytes own_atr = atr.is_none() ? wire::Bytes{} : bytes_from(atr, "Card.atr");
  card.attr("_port") = py::cast(port);
  return std::make_shared<PythonCard>(card, port, std::move(own_atr));
}

std::string name_of_card(const card::Outside& card) {
  const auto* python_card = dynamic_cast<const PythonCard*>(&card);
  return python_card == nullptr ? std::string() : python_card->name();
}

void register_cards(py::module_& module) {
  py::class_<CardPort, std::shared_ptr<CardPort>>(module, "CardPort")
      .def(py::init<>())
      .def("transmit", transmit, py::arg("command"));
}

}  // namespace uketsuke::python
