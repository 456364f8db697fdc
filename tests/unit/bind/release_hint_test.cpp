#include "harness/bind/release_hint.h"

#include <boost/test/unit_test.hpp>

namespace {

using namespace uketsuke;

bind::Bindings usb() {
  bind::Bindings bindings;
  bindings.reader.kind = "usb";
  bindings.reader.address = "1209:0001";
  return bindings;
}

bool says(const verdict::Text& text, const std::string& words) {
  return text.ja.find(words) != std::string::npos && text.en.find(words) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(release_hint)

BOOST_AUTO_TEST_CASE(without_a_release_the_command_that_prints_one_is_named) {
  const verdict::Text hint = bind::release_hint(usb());
  BOOST_TEST(says(hint, "uketsuke identify --bind reader=usb:1209:0001"));
  BOOST_TEST(says(hint, "--bench"));
  BOOST_TEST(says(hint, "sim/guard/README.md"));
  BOOST_TEST(!says(hint, "may_lock"));
}

BOOST_AUTO_TEST_CASE(a_card_without_a_release_in_the_bench_file_is_no_release) {
  bind::Bindings bindings = usb();
  bindings.cards.push_back({"hanako", {}, {}, {}, false, false});
  BOOST_TEST(bind::release_hint(bindings).en == bind::release_hint(usb()).en);
}

BOOST_AUTO_TEST_CASE(with_a_release_it_may_be_another_card_or_a_command_that_is_never_sent) {
  bind::Bindings bindings = usb();
  bindings.cards.push_back({"hanako", {}, {1}, {2}, false, false});
  const verdict::Text hint = bind::release_hint(bindings);
  BOOST_TEST(says(hint, "uketsuke identify --bind reader=usb:1209:0001"));
  BOOST_TEST(says(hint, "may_lock"));
}

BOOST_AUTO_TEST_CASE(the_command_can_be_typed_as_it_is_shown) {
  bind::Bindings bindings = usb();
  bindings.reader.kind = "pcsc";
  bindings.reader.address = "Some Reader 00 00";
  BOOST_TEST(says(bind::release_hint(bindings), "--bind 'reader=pcsc:Some Reader 00 00'"));
}

BOOST_AUTO_TEST_SUITE_END()
