// Each thing that wastes an afternoon, planted in surroundings that are otherwise in order.
#include "harness/doctor/checks.h"

#include <boost/test/unit_test.hpp>
#include <functional>

#include "harness/doctor/show.h"

namespace doctor = uketsuke::doctor;
using doctor::Severity;
using uketsuke::verdict::Language;

namespace {

doctor::UsbDevice reader(const std::string& port = "1-4") {
  doctor::UsbDevice device;
  device.port = port;
  device.idVendor = 0x1209;
  device.idProduct = 0x0001;
  device.serial = "UKETSUKE0001";
  device.interfaces = {{0, 0x0B, ""}};
  device.node = "/dev/bus/usb/001/004";
  device.node_exists = true;
  device.node_usable = true;
  device.node_owner = "crw-rw-r-- root:root";
  return device;
}

// A machine on which everything is in order.
doctor::Surroundings good() {
  doctor::Surroundings s;
  s.machine.has_usb_nodes = true;
  s.machine.has_usb_tree = true;
  s.usb = {reader()};
  s.pcscd.installed = true;
  s.pcscd.listens = true;
  s.pcscd.socket = "/run/pcscd/pcscd.comm";
  s.ccid.installed = true;
  s.ccid.list = "/etc/libccid_Info.plist";
  s.ccid.readers = {{0x1209, 0x0001}};
  s.ccid.log_level = 3;
  s.user = {1000, "nurse", true, true};
  s.clock.now = 1733706000;  // 2024-12-09 01:00 UTC
  s.clock.synchronized = true;
  s.clock.timezone = "Asia/Tokyo";
  s.locale = "ja_JP.UTF-8";
  return s;
}

doctor::Process pcscd() { return {77, "pcscd", {"/usr/sbin/pcscd", "--foreground"}, ""}; }

struct Planted {
  const char* id;
  Severity severity;
  std::function<void(doctor::Surroundings&)> plant;
};

const std::vector<Planted> kPlanted{
    {"no-usb", Severity::kProblem, [](auto& s) { s.machine.has_usb_nodes = false; }},
    {"container-without-usb", Severity::kProblem,
     [](auto& s) {
       s.machine.has_usb_nodes = false;
       s.machine.container = "docker";
     }},
    {"no-reader", Severity::kInfo, [](auto& s) { s.usb.clear(); }},
    {"usb-permission", Severity::kProblem, [](auto& s) { s.usb[0].node_usable = false; }},
    {"not-in-plugdev", Severity::kInfo, [](auto& s) { s.user.in_plugdev = false; }},
    {"reader-held-by-pcscd", Severity::kWarning,
     [](auto& s) {
       s.usb[0].interfaces[0].driver = "usbfs";
       s.usb[0].holders = {pcscd()};
     }},
    {"reader-held-by-pcscd", Severity::kWarning,  // of another user: /proc does not tell
     [](auto& s) {
       s.usb[0].interfaces[0].driver = "usbfs";
       s.pcscd.process = pcscd();
     }},
    {"reader-held", Severity::kWarning,
     [](auto& s) { s.usb[0].holders = {{9, "vendord", {}, ""}}; }},
    {"reader-held", Severity::kWarning,
     [](auto& s) { s.usb[0].interfaces[0].driver = "usbfs"; }},
    {"kernel-driver-bound", Severity::kInfo,
     [](auto& s) { s.usb[0].interfaces.push_back({1, 0x02, "cdc_acm"}); }},
    {"kernel-driver-bound", Severity::kWarning,
     [](auto& s) {
       s.usb[0].interfaces.push_back({1, 0x02, "cdc_acm"});
       s.machine.modem_manager = true;
     }},
    {"equal-readers", Severity::kWarning, [](auto& s) { s.usb.push_back(reader("1-5")); }},
    {"equal-readers", Severity::kWarning,
     [](auto& s) {
       s.usb.push_back(reader("1-5"));
       for (auto& device : s.usb) device.serial.clear();
     }},
    {"usb-autosuspend", Severity::kInfo, [](auto& s) { s.usb[0].autosuspend = true; }},
    {"no-pcscd", Severity::kWarning, [](auto& s) { s.pcscd.listens = false; }},
    {"pcscd-socket-missing", Severity::kProblem,
     [](auto& s) {
       s.pcscd.listens = false;
       s.pcscd.process = pcscd();
     }},
    {"pcscd-logs-apdus", Severity::kProblem,
     [](auto& s) {
       s.pcscd.process = pcscd();
       s.pcscd.process->arguments.push_back("--apdu");
     }},
    {"pcscd-logs-apdus", Severity::kProblem,
     [](auto& s) { s.pcscd.service_options = {"/usr/sbin/pcscd", "-fa"}; }},
    {"pcscd-logs-apdus", Severity::kProblem,
     [](auto& s) {
       s.pcscd.process = pcscd();
       s.pcscd.process->arguments.push_back("--debug");
       s.pcscd.process->ccid_log_level = "0x000F";
     }},
    {"pcscd-logs-apdus", Severity::kProblem,
     [](auto& s) {
       s.pcscd.service_options = {"--debug"};
       s.ccid.log_level = 7;
     }},
    {"no-ccid-driver", Severity::kWarning, [](auto& s) { s.ccid = {}; }},
    {"reader-not-in-ccid-list", Severity::kWarning, [](auto& s) { s.ccid.readers.clear(); }},
    {"virtual-machine", Severity::kInfo, [](auto& s) { s.machine.virtual_machine = "VMware"; }},
    {"clock-wrong", Severity::kProblem, [](auto& s) { s.clock.now = 0; }},
    {"clock-not-synchronized", Severity::kWarning, [](auto& s) { s.clock.synchronized = false; }},
    {"timezone", Severity::kInfo, [](auto& s) { s.clock.timezone = "Etc/UTC"; }},
    {"locale-not-utf8", Severity::kWarning, [](auto& s) { s.locale = "ja_JP.eucJP"; }},
    {"locale-not-utf8", Severity::kInfo, [](auto& s) { s.locale = ""; }},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(doctor_checks)

BOOST_AUTO_TEST_CASE(where_everything_is_in_order_nothing_is_found) {
  const auto findings = doctor::diagnose(good());
  BOOST_TEST(findings.empty());
  BOOST_TEST(!doctor::needs_doing(findings));
  BOOST_TEST(doctor::to_text(findings, Language::kEnglish).find("nothing found") == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_planted_alone_is_found_alone_and_has_a_remedy_in_both_languages) {
  for (const Planted& plant : kPlanted) {
    doctor::Surroundings s = good();
    plant.plant(s);
    const auto findings = doctor::diagnose(s);
    BOOST_TEST_CONTEXT(plant.id) {
      BOOST_REQUIRE(findings.size() == 1u);
      BOOST_TEST(findings[0].id == plant.id);
      BOOST_TEST((findings[0].severity == plant.severity));
      for (const auto& text : {findings[0].what, findings[0].remedy}) {
        BOOST_TEST(!text.ja.empty());
        BOOST_TEST(!text.en.empty());
        BOOST_TEST(text.ja != text.en);
      }
      BOOST_TEST(doctor::needs_doing(findings) == (plant.severity != Severity::kInfo));
    }
  }
}

BOOST_AUTO_TEST_CASE(every_check_has_its_plant) {
  for (const doctor::Check& check : doctor::kChecks) {
    if (check.id == "device-not-there") continue;  // below
    BOOST_TEST_CONTEXT(check.id)
    BOOST_TEST(std::any_of(kPlanted.begin(), kPlanted.end(),
                           [&](const Planted& p) { return p.id == check.id; }));
  }
}

BOOST_AUTO_TEST_CASE(a_device_that_is_named_has_to_be_there_and_counts_as_a_reader) {
  doctor::Surroundings s = good();
  const doctor::Wanted wanted{std::make_pair<std::uint16_t, std::uint16_t>(0x054C, 0x0DC8)};
  auto findings = doctor::diagnose(s, wanted);
  BOOST_REQUIRE(findings.size() == 1u);
  BOOST_TEST(findings[0].id == "device-not-there");
  s.usb[0].idVendor = 0x054C;
  s.usb[0].idProduct = 0x0DC8;
  s.usb[0].interfaces = {{0, 0xFF, ""}};  // of no class: a reader because somebody says so
  s.usb[0].node_usable = false;
  BOOST_TEST(doctor::diagnose(s).front().id == "no-reader");
  findings = doctor::diagnose(s, wanted);
  BOOST_REQUIRE(findings.size() == 1u);
  BOOST_TEST(findings[0].id == "usb-permission");
}

BOOST_AUTO_TEST_CASE(the_udev_rule_is_ready_to_paste) {
  doctor::Surroundings s = good();
  s.usb[0].node_usable = false;
  const auto findings = doctor::diagnose(s);
  BOOST_REQUIRE(findings.size() == 1u);
  BOOST_REQUIRE(findings[0].commands.size() == 2u);
  // udev(7): uaccess is taken into account by rules that sort before 73-seat-late.rules
  BOOST_TEST(findings[0].commands[0] ==
             "echo 'SUBSYSTEM==\"usb\", ATTR{idVendor}==\"1209\", ATTR{idProduct}==\"0001\", "
             "TAG+=\"uaccess\"' | sudo tee -a /etc/udev/rules.d/70-uketsuke.rules");
  const std::string text = doctor::to_text(findings, Language::kJapanese);
  BOOST_TEST(text.find("問題  usb-permission  1-4 1209:0001 UKETSUKE0001") == 0u);
  BOOST_TEST(text.find("        echo 'SUBSYSTEM") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_virtual_machine_without_a_reader_is_a_warning_with_its_own_hint) {
  for (const char* kind : {"VMware", "VirtualBox", "QEMU/KVM", "Hyper-V", "WSL 2", "unknown"}) {
    doctor::Surroundings s = good();
    s.usb.clear();
    s.machine.virtual_machine = kind;
    const auto findings = doctor::diagnose(s);
    BOOST_REQUIRE(findings.size() == 2u);
    BOOST_TEST(findings[0].id == "virtual-machine");
    BOOST_TEST((findings[0].severity == Severity::kWarning));
    BOOST_TEST(!findings[0].remedy.ja.empty());
  }
}

BOOST_AUTO_TEST_CASE(plugdev_matters_where_the_reader_is_given_to_that_group) {
  doctor::Surroundings s = good();
  s.user.in_plugdev = false;
  s.usb[0].node_usable = false;
  s.usb[0].node_owner = "crw-rw---- root:plugdev";
  const auto findings = doctor::diagnose(s);
  BOOST_REQUIRE(findings.size() == 2u);
  BOOST_TEST(findings[0].id == "usb-permission");
  BOOST_TEST(findings[1].id == "not-in-plugdev");
  BOOST_TEST((findings[1].severity == Severity::kWarning));
  BOOST_TEST(findings[1].commands.front() == "sudo adduser nurse plugdev");
}

BOOST_AUTO_TEST_CASE(two_readers_with_serial_numbers_of_their_own_are_no_trouble) {
  doctor::Surroundings s = good();
  s.usb.push_back(reader("1-5"));
  s.usb[1].serial = "UKETSUKE0002";
  BOOST_TEST(doctor::diagnose(s).empty());
}

BOOST_AUTO_TEST_CASE(problems_come_first) {
  doctor::Surroundings s = good();
  s.clock.timezone = "Etc/UTC";
  s.pcscd.listens = false;
  s.usb[0].node_usable = false;
  const auto findings = doctor::diagnose(s);
  BOOST_REQUIRE(findings.size() == 3u);
  BOOST_TEST(findings[0].id == "usb-permission");
  BOOST_TEST(findings[1].id == "no-pcscd");
  BOOST_TEST(findings[2].id == "timezone");
  const std::string text = doctor::to_text(findings, Language::kEnglish);
  BOOST_TEST(text.find("problems: 1, warnings: 1, info: 1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_devices_say_of_themselves_cannot_write_to_the_terminal) {
  doctor::Surroundings s = good();
  s.usb[0].node_usable = false;
  s.usb[0].product = "evil\x1b[2Jname\n";
  const auto findings = doctor::diagnose(s);
  const std::string text = doctor::to_text(findings, Language::kEnglish);
  BOOST_TEST(text.find('\x1b') == std::string::npos);
  s.usb[0].product = "\xff\xfe";  // no UTF-8
  BOOST_TEST(doctor::to_json(doctor::diagnose(s)).find("usb-permission") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
