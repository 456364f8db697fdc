#include "harness/bind/bindings.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "harness/bind/device_lock.h"
#include "harness/run/find.h"

namespace {

using namespace uketsuke;
using bind::Bindings;
using bind::load_bindings;

class BenchFile {
 public:
  explicit BenchFile(const std::string& text)
      : path_((std::filesystem::temp_directory_path() /
               ("uketsuke_bench_" + std::to_string(::getpid()) + ".yaml"))
                  .string()) {
    std::ofstream(path_) << text;
  }
  ~BenchFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string usage_of(const std::string& bench, const std::vector<std::string>& binds) {
  try {
    load_bindings(bench, binds);
  } catch (const run::RunError& error) {
    BOOST_TEST((error.kind() == run::RunError::Kind::kUsage));
    BOOST_TEST(!error.text().ja.empty());
    return error.text().en;
  }
  return "taken";
}

constexpr const char* kKey = "000102030405060708090a0b0c0d0e0f";
constexpr const char* kDigest = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

}  // namespace

BOOST_AUTO_TEST_SUITE(bindings)

BOOST_AUTO_TEST_CASE(without_anything_named_all_are_models) {
  const Bindings bindings = load_bindings("", {});
  BOOST_TEST(!bindings.bound());
  BOOST_TEST(bindings.text() == "model");
}

BOOST_AUTO_TEST_CASE(people_stand_at_a_real_reader_unless_something_else_is_named) {
  const Bindings bindings = load_bindings("", {"reader=usb:1209:0001"});
  BOOST_TEST(bindings.reader.kind == "usb");
  BOOST_TEST(bindings.reader.address == "1209:0001");
  BOOST_TEST(bindings.text() == "reader=usb:1209:0001 panel=operator card=operator");
}

BOOST_AUTO_TEST_CASE(the_card_is_where_the_panel_is) {
  const Bindings bindings =
      load_bindings("", {"reader=usbip:127.0.0.1:3240/1-1", "panel=hands:127.0.0.1:3500"});
  BOOST_TEST(bindings.card.text() == "hands:127.0.0.1:3500");
}

BOOST_AUTO_TEST_CASE(a_program_that_plays_the_reader_has_its_own_hands) {
  const Bindings bindings = load_bindings("", {"reader=exec:./reader.py --fast  x"});
  BOOST_TEST(bindings.panel.kind == "exec");
  BOOST_TEST(bindings.card.kind == "exec");
  BOOST_TEST(bindings.reader.arguments == (std::vector<std::string>{"./reader.py", "--fast", "x"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_model_card_has_no_radio) {
  BOOST_TEST(usage_of("", {"reader=usb:1209:0001", "card=model"}).find("no radio") !=
             std::string::npos);
  BOOST_TEST(usage_of("", {"reader=usb:1209:0001", "panel=model"}).find("panel=model") !=
             std::string::npos);
  BOOST_TEST(usage_of("", {"panel=operator"}).find("reader=") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_bound_is_told_with_the_nearest_spelling) {
  const std::pair<const char*, const char*> cases[] = {
      {"raeder=model", "did you mean reader?"},
      {"reader=usbip2:x", "did you mean usbip?"},
      {"reader", "ROLE=WHAT"},
      {"reader=usb", "usb:VID:PID"},
      {"reader=usbip:", "usbip:HOST"},
      {"reader=model:1", "reader=model"},
      {"panel=usb:1:2", "cannot be bound"},
      {"terminal=exec:x", "nothing to bind"},
  };
  for (const auto& [bind, part] : cases) {
    const std::string said = usage_of("", {bind});
    const bool told = said.find(part) != std::string::npos ||
                      (std::string(part) == "reader=model" && said.find("model") < said.size());
    BOOST_TEST(told, bind << " said: " << said);
  }
}

BOOST_AUTO_TEST_CASE(a_card_of_nobody_is_refused_where_it_stands) {
  const BenchFile file("uketsuke_bench: 1\ncards:\n  hanakoo: {simulated: true}\n");
  BOOST_TEST(load_bindings(file.path(), {}).cards.size() == 1);  // nothing is known of persons
  try {
    load_bindings(file.path(), {}, {"hanako", "taro"});
    BOOST_ERROR("hanakoo has no card");
  } catch (const run::RunError& error) {
    const std::string said = error.text().en;
    BOOST_TEST(said.find(":3:3") != std::string::npos, said);
    BOOST_TEST(said.find("did you mean hanako?") != std::string::npos, said);
  }
}

BOOST_AUTO_TEST_CASE(a_bench_file_names_cards_and_their_release) {
  const BenchFile file(std::string("uketsuke_bench: 1\n") +
                       "title: {ja: 机, en: desk}\n"
                       "bind: {reader: 'usbip:127.0.0.1/1-1', panel: {exec: [./panel, 'a b']}}\n"
                       "speed: 10\nallow_remote: true\noperator_seconds: 30\n"
                       "cards:\n  hanako:\n    describe: {ja: 青い札, en: the blue tag}\n"
                       "    simulated: true\n    release: {key: " +
                       kKey + ", digest: " + kDigest + ", may_lock: true}\n  taro: {}\n");
  const Bindings bindings = load_bindings(file.path(), {});
  BOOST_TEST(bindings.speed == 10);
  BOOST_TEST(bindings.allow_remote);
  BOOST_TEST(bindings.operator_seconds == 30U);
  BOOST_TEST(bindings.panel.arguments.size() == 2U);
  BOOST_TEST(bindings.panel.arguments[1] == "a b");
  BOOST_REQUIRE(bindings.find_card("hanako") != nullptr);
  const bind::BoundCard& hanako = *bindings.find_card("hanako");
  BOOST_TEST(hanako.description.en == "the blue tag");
  BOOST_TEST(hanako.key.size() == 16U);
  BOOST_TEST(hanako.digest.size() == 32U);
  BOOST_TEST(hanako.may_lock);
  BOOST_TEST(hanako.simulated);
  BOOST_TEST(bindings.find_card("taro")->key.empty());
  BOOST_TEST(bindings.find_card("jiro") == nullptr);
  // The command line has the last word.
  BOOST_TEST(load_bindings(file.path(), {"reader=usb:1-2"}).reader.text() == "usb:1-2");
}

BOOST_AUTO_TEST_CASE(mistakes_of_a_bench_file_are_told_with_their_place) {
  const std::pair<std::string, const char*> cases[] = {
      {"uketsuke_bench: 2\n", ":1:"},
      {"uketsuke_bench: 1\nbinds: {}\n", "did you mean bind?"},
      {"uketsuke_bench: 1\nspeed: 0\n", ":2:"},
      {"uketsuke_bench: 1\nspeed: .nan\n", ":2:"},
      {"uketsuke_bench: 1\ncards: {hanako: {release: {key: 00, digest: 00}}}\n", "16 bytes"},
      {std::string("uketsuke_bench: 1\ncards: {hanako: {release: {key: ") + kKey +
           ", digest: 0011}}}\n",
       "32 bytes"},
      {"uketsuke_bench: 1\nbind: {panel: {exec: []}}\n", "program"},
      {"[1]\n", ":1:"},
  };
  for (const auto& [text, part] : cases) {
    const BenchFile file(text);
    const std::string said = usage_of(file.path(), {});
    BOOST_TEST(said.find(part) != std::string::npos, text << " said: " << said);
  }
  BOOST_TEST(usage_of("/nowhere/bench.yaml", {}).find("/nowhere/bench.yaml") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(bindings_travel_to_a_worker) {
  std::map<std::string, std::string> extra;
  const std::vector<std::string> binds = {"reader=usbip:127.0.0.1/1-1", "card=operator",
                                          "panel=hands:127.0.0.1:1"};
  bind::put_bindings("", binds, extra);
  BOOST_TEST(bind::bindings_of(extra).text() == load_bindings("", binds).text());
}

BOOST_AUTO_TEST_CASE(a_device_belongs_to_one_run) {
  const Bindings bindings =
      load_bindings("", {"reader=usb:1209:0001:" + std::to_string(::getpid())});
  {
    const bind::DeviceLock lock(bindings);
    BOOST_CHECK_EXCEPTION(
        bind::DeviceLock second(bindings), run::RunError, [](const run::RunError& error) {
          return error.kind() == run::RunError::Kind::kEnvironment &&
                 error.text().en.find(std::to_string(::getpid())) != std::string::npos;
        });
    const bind::DeviceLock other(load_bindings("", {"reader=usb:1209:0002"}));
  }
  const bind::DeviceLock again(bindings);
}

BOOST_AUTO_TEST_CASE(a_card_may_be_real_unless_every_card_at_hand_is_said_to_be_simulated) {
  Bindings bindings;
  BOOST_TEST(!bindings.may_have_real_card());
  bindings = load_bindings("", {"reader=usb:1209:0001"});
  BOOST_TEST(bindings.may_have_real_card());
  bindings.cards.push_back({"hanako", {}, {}, {}, false, true});
  BOOST_TEST(!bindings.may_have_real_card());
  bindings.cards.push_back({"taro", {}, {}, {}, false, false});
  BOOST_TEST(bindings.may_have_real_card());
}

BOOST_AUTO_TEST_SUITE_END()
