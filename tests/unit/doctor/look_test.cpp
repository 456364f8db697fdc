// Surroundings read from a tree that the test builds, with the paths and forms of Linux.
#include "harness/doctor/look.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <map>

namespace doctor = uketsuke::doctor;
namespace fs = std::filesystem;

namespace {

class Tree {
 public:
  Tree() {
    std::string name = (fs::temp_directory_path() / "uketsuke-doctor-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
    root_ = name;
    file("proc/self/status",
         "Name:\tx\nUid:\t4242\t4242\t4242\t4242\nGid:\t4242\t4242\t4242\t4242\n"
         "Groups:\t4242 46\n");
    file("etc/passwd", "root:x:0:0::/:/bin/sh\nnurse:x:4242:4242::/:/bin/sh\n");
    file("etc/group", "root:x:0:\nplugdev:x:46:nurse\n");
  }
  ~Tree() { fs::remove_all(root_); }
  Tree(const Tree&) = delete;

  void file(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path, std::ios::binary) << text;
  }
  void link(const std::string& path, const std::string& target) {
    fs::create_directories((root_ / path).parent_path());
    fs::create_symlink(target, root_ / path);
  }
  void pipe(const std::string& path) {
    fs::create_directories((root_ / path).parent_path());
    BOOST_REQUIRE(::mkfifo((root_ / path).c_str(), 0600) == 0);
  }
  void reader() {
    const std::string at = "sys/bus/usb/devices/1-4.2/";
    for (const auto& [name, value] : std::map<std::string, std::string>{
             {"busnum", "1"}, {"devnum", "17"}, {"idVendor", "1209"}, {"idProduct", "0001"},
             {"bcdDevice", "0102"}, {"serial", "UKETSUKE0001"}, {"product", "Reader"},
             {"bDeviceClass", "00"}, {"power/control", "auto"}})
      file(at + name, value + "\n");
    file("sys/bus/usb/devices/1-4.2:1.0/bInterfaceNumber", "00\n");
    file("sys/bus/usb/devices/1-4.2:1.0/bInterfaceClass", "0b\n");
    file("sys/bus/usb/devices/1-4.2:1.1/bInterfaceNumber", "01\n");
    file("sys/bus/usb/devices/1-4.2:1.1/bInterfaceClass", "02\n");
    link("sys/bus/usb/devices/1-4.2:1.1/driver", "../../../../bus/usb/drivers/cdc_acm");
    // A hub, and a device whose name begins alike.
    file("sys/bus/usb/devices/usb1/idVendor", "1d6b\n");
    file("sys/bus/usb/devices/usb1/bDeviceClass", "09\n");
    file("sys/bus/usb/devices/1-4/idVendor", "05e3\n");
    file("sys/bus/usb/devices/1-4/bDeviceClass", "09\n");
    file("dev/bus/usb/001/017", "");
    mode("dev/bus/usb/001/017", 0664);
  }
  void mode(const std::string& path, unsigned mode) {
    BOOST_REQUIRE(::chmod((root_ / path).c_str(), mode) == 0);
  }
  doctor::Surroundings look() const {
    return doctor::look({root_.string(),
                         [this](const char* name) {
                           const auto found = environment.find(name);
                           return found == environment.end() ? std::string() : found->second;
                         },
                         1733706000});
  }
  std::string root() const { return root_.string(); }
  std::map<std::string, std::string> environment;

 private:
  fs::path root_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(doctor_look, Tree)

BOOST_AUTO_TEST_CASE(a_device_is_read_with_its_interfaces_and_node) {
  reader();
  const auto s = look();
  BOOST_TEST(s.machine.has_usb_tree);
  BOOST_TEST(s.machine.has_usb_nodes);
  BOOST_REQUIRE(s.usb.size() == 1u);
  const doctor::UsbDevice& device = s.usb[0];
  BOOST_TEST(device.port == "1-4.2");
  BOOST_TEST(device.idVendor == 0x1209);
  BOOST_TEST(device.idProduct == 0x0001);
  BOOST_TEST(device.bcdDevice == 0x0102);
  BOOST_TEST(device.serial == "UKETSUKE0001");
  BOOST_TEST(device.autosuspend);
  BOOST_REQUIRE(device.interfaces.size() == 2u);
  BOOST_TEST(device.interfaces[0].interface_class == 0x0B);
  BOOST_TEST(device.interfaces[0].driver == "");
  BOOST_TEST(device.interfaces[1].driver == "cdc_acm");
  BOOST_TEST(device.node == "/dev/bus/usb/001/017");
  BOOST_TEST(device.node_exists);
}

BOOST_AUTO_TEST_CASE(the_mode_of_the_node_decides_for_others) {
  reader();
  BOOST_TEST(!look().usb[0].node_usable);  // rw-rw-r--, and we are neither owner nor group
  mode("dev/bus/usb/001/017", 0666);
  BOOST_TEST(look().usb[0].node_usable);
  mode("dev/bus/usb/001/017", 0644);
  BOOST_TEST(look().usb[0].node_owner.substr(0, 11) == "crw-r--r-- ");
  file("proc/self/status", "Uid:\t0\t0\t0\t0\n");
  BOOST_TEST(look().usb[0].node_usable);
}

BOOST_AUTO_TEST_CASE(who_has_the_node_open_is_named) {
  reader();
  file("proc/77/comm", "pcscd\n");
  file("proc/77/cmdline", std::string("/usr/sbin/pcscd\0--foreground\0--apdu\0", 36));
  file("proc/77/environ", std::string("PATH=/bin\0LIBCCID_ifdLogLevel=0x000F\0", 37));
  link("proc/77/fd/5", "/dev/bus/usb/001/017");
  link("proc/77/fd/6", "/dev/null");
  file("proc/88/comm", "sh\n");
  link("proc/88/fd/0", "/dev/null");
  const auto s = look();
  BOOST_REQUIRE(s.usb[0].holders.size() == 1u);
  BOOST_TEST(s.usb[0].holders[0].name == "pcscd");
  BOOST_TEST(s.usb[0].holders[0].pid == 77);
  BOOST_REQUIRE(s.pcscd.process.has_value());
  BOOST_TEST(s.pcscd.process->arguments.back() == "--apdu");
  BOOST_TEST(s.pcscd.process->ccid_log_level == "0x000F");
}

BOOST_AUTO_TEST_CASE(somebody_listens_at_the_socket_or_not) {
  const std::string head = "Num       RefCount Protocol Flags    Type St Inode Path\n";
  BOOST_TEST(!look().pcscd.listens);
  const std::string end = " 12 /run/pcscd/pcscd.comm\n";
  file("proc/net/unix", head + "0000: 00000003 00000000 00000000 0001 03" + end);
  BOOST_TEST(!look().pcscd.listens);  // connected, not listening
  file("proc/net/unix", head + "0000: 00000002 00000000 00010000 0001 01" + end);
  BOOST_TEST(look().pcscd.listens);
  environment["PCSCLITE_CSOCK_NAME"] = "/tmp/other";
  BOOST_TEST(!look().pcscd.listens);
  BOOST_TEST(look().pcscd.socket == "/tmp/other");
}

BOOST_AUTO_TEST_CASE(a_socket_that_is_in_no_list_is_tried) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = root() + "/socket";
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  BOOST_REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  auto where = doctor::here();
  where.environment = [&](const char* name) {
    return std::string(name) == "PCSCLITE_CSOCK_NAME" ? path : std::string();
  };
  BOOST_TEST(!doctor::look(where).pcscd.listens);
  BOOST_REQUIRE(::listen(fd, 1) == 0);
  BOOST_TEST(doctor::look(where).pcscd.listens);
  ::close(fd);
}

BOOST_AUTO_TEST_CASE(options_of_the_service_are_read_from_its_files) {
  file("etc/default/pcscd", "# PCSCD_ARGS=--color\nPCSCD_ARGS=\"--apdu\"\n");
  file("etc/systemd/system/pcscd.service.d/debug.conf",
       "[Service]\nExecStart=\nExecStart=/usr/sbin/pcscd -f --debug\n");
  const auto options = look().pcscd.service_options;
  const std::vector<std::string> expected{"--apdu", "/usr/sbin/pcscd", "-f", "--debug"};
  BOOST_TEST(options == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_readers_of_libccid_are_read_from_its_three_arrays) {
  file("etc/libccid_Info.plist",
       "<plist><dict>\n<key>ifdLogLevel</key>\n<string>0x0007</string>\n"
       "<key>ifdVendorID</key>\n<array>\n<string>0x072F</string>\n<string>0x08E6</string>\n"
       "</array>\n<key>ifdProductID</key>\n<array>\n<string>0x90CC</string>\n"
       "<string>0x3437</string>\n</array>\n"
       "<key>ifdFriendlyName</key>\n<array>\n<string>A</string>\n<string>B</string>\n</array>\n"
       "</dict></plist>");
  const auto ccid = look().ccid;
  BOOST_TEST(ccid.installed);
  BOOST_TEST(ccid.list == "/etc/libccid_Info.plist");
  BOOST_TEST(ccid.log_level == 7u);
  BOOST_TEST(ccid.readers.size() == 2u);
  BOOST_TEST(ccid.readers.count({0x08E6, 0x3437}) == 1u);
}

BOOST_AUTO_TEST_CASE(a_broken_list_of_libccid_is_read_as_far_as_it_goes) {
  for (const char* text : {"<key>ifdVendorID</key>", "<key>ifdVendorID</key><array><string>0x1",
                           "<key>ifdVendorID</key><array></array>", "\xff", "<string></string>"}) {
    file("etc/libccid_Info.plist", text);
    BOOST_TEST(look().ccid.readers.empty());
  }
}

BOOST_AUTO_TEST_CASE(virtual_machines_are_known_by_firmware_kernel_and_processor) {
  BOOST_TEST(look().machine.virtual_machine == "");
  file("proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu sse hypervisor lahf\n");
  BOOST_TEST(look().machine.virtual_machine == "unknown");
  file("sys/class/dmi/id/sys_vendor", "QEMU\n");
  BOOST_TEST(look().machine.virtual_machine == "QEMU/KVM");
  file("sys/class/dmi/id/sys_vendor", "innotek GmbH\n");
  BOOST_TEST(look().machine.virtual_machine == "VirtualBox");
  file("sys/class/dmi/id/sys_vendor", "Microsoft Corporation\n");
  file("sys/class/dmi/id/product_name", "Virtual Machine\n");
  BOOST_TEST(look().machine.virtual_machine == "Hyper-V");
  file("sys/class/dmi/id/product_name", "Surface Pro\n");
  file("proc/cpuinfo", "flags\t\t: fpu sse\n");
  BOOST_TEST(look().machine.virtual_machine == "");
  file("proc/version", "Linux version 5.15.90.1-microsoft-standard-WSL2\n");
  BOOST_TEST(look().machine.virtual_machine == "WSL 2");
}

BOOST_AUTO_TEST_CASE(containers_are_known_by_their_marks) {
  BOOST_TEST(look().machine.container == "");
  file("proc/1/cgroup", "0::/kubepods/burstable/pod1\n");
  BOOST_TEST(look().machine.container == "kubepods");
  file("run/.containerenv", "");
  BOOST_TEST(look().machine.container == "podman");
  file(".dockerenv", "");
  BOOST_TEST(look().machine.container == "docker");
  file("run/systemd/container", "systemd-nspawn\n");
  BOOST_TEST(look().machine.container == "systemd-nspawn");
}

BOOST_AUTO_TEST_CASE(user_clock_zone_and_locale) {
  auto s = look();
  BOOST_TEST(s.user.name == "nurse");
  BOOST_TEST(s.user.in_plugdev);
  BOOST_TEST((s.clock.synchronized == false));
  BOOST_TEST(s.clock.timezone == "");
  BOOST_TEST(s.locale == "");
  file("etc/group", "plugdev:x:47:\n");
  file("run/systemd/timesync/synchronized", "");
  link("etc/localtime", "/usr/share/zoneinfo/Asia/Tokyo");
  environment = {{"LANG", "ja_JP.UTF-8"}, {"LC_ALL", "C"}};
  s = look();
  BOOST_TEST(s.user.plugdev_exists);
  BOOST_TEST(!s.user.in_plugdev);
  BOOST_TEST((s.clock.synchronized == true));
  BOOST_TEST(s.clock.timezone == "Asia/Tokyo");
  BOOST_TEST(s.locale == "C");
}

BOOST_AUTO_TEST_CASE(pipes_and_huge_files_do_not_hold_it_up) {
  pipe("proc/cpuinfo");
  file("proc/version", std::string(5'000'000, 'x'));
  BOOST_TEST(look().machine.virtual_machine == "");
}

BOOST_AUTO_TEST_CASE(the_real_system_can_be_looked_at) {
  const auto s = doctor::look(doctor::here());
  BOOST_TEST(s.user.id == ::geteuid());
  BOOST_TEST(s.clock.now > 0);
}

BOOST_AUTO_TEST_SUITE_END()
