#include "sim/gateway/usb_selector.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <string>

namespace uketsuke::gateway {
namespace {

UsbSelector good(std::string_view text) {
  auto parsed = parse_usb_selector(text);
  BOOST_REQUIRE(std::holds_alternative<UsbSelector>(parsed));
  return std::get<UsbSelector>(parsed);
}

const std::string kBad[] = {
    "", "usb:", "usb:054c", "usb:054c:", "usb:54c:0dc8", "usb:054c:0dc", "usb:054c:0dc8:",
    "usb:054g:0dc8", "usb:0x054c:0dc8", "usb:054c:0dc8x", "usb:1-", "usb:-1", "usb:1-0",
    "usb:1-1.", "usb:1-1..2", "usb:1-256", "usb:256-1", "usb:1-1.1.1.1.1.1.1.1", "usb:a-1",
    "usb:1 -1", "usb:+1-1", "pcsc:1-1"};

}  // namespace

BOOST_AUTO_TEST_SUITE(usb_selector)

BOOST_AUTO_TEST_CASE(ids_with_or_without_a_serial_number) {
  const auto ids = std::get<UsbIds>(good("usb:054c:0DC8"));
  BOOST_TEST(ids.idVendor == 0x054C);
  BOOST_TEST(ids.idProduct == 0x0DC8);
  BOOST_TEST(ids.serial.empty());
  BOOST_TEST(std::get<UsbIds>(good("054c:0dc8:A:1-2 3")).serial == "A:1-2 3");
}

BOOST_AUTO_TEST_CASE(a_place_is_a_bus_and_the_ports_on_the_way) {
  const auto place = std::get<UsbPlace>(good("usb:2-1.4.10"));
  BOOST_TEST(place.bus == 2);
  BOOST_TEST((place.ports == std::vector<std::uint8_t>{1, 4, 10}));
}

BOOST_AUTO_TEST_CASE(text_of_a_selector_is_read_as_the_same) {
  for (const char* text : {"usb:054c:0dc8", "usb:1209:0001:UKETSUKE-1", "usb:1-4", "usb:1-4.2"})
    BOOST_TEST(to_string(good(text)) == text);
}

BOOST_DATA_TEST_CASE(what_names_no_device_is_refused_with_what_is_possible, kBad, text) {
  const auto parsed = parse_usb_selector(text);
  BOOST_REQUIRE(std::holds_alternative<RouteFailed>(parsed));
  for (const std::string& words : {std::get<RouteFailed>(parsed).ja,
                                   std::get<RouteFailed>(parsed).en}) {
    BOOST_TEST(words.find("usb:VID:PID") != std::string::npos);
    BOOST_TEST(words.find("uketsuke readers") != std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace uketsuke::gateway
