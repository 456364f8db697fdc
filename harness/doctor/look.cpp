#include "harness/doctor/look.h"

#include <sys/socket.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "harness/doctor/look_parts.h"

namespace uketsuke::doctor {
namespace {

constexpr const char* kSocket = "/run/pcscd/pcscd.comm";

// "Uid:\t1000\t1000\t1000\t1000" and "Groups:\t4 1000": Documentation/filesystems/proc.rst.
std::vector<unsigned> numbers_of(const TreeReader& tree, const std::string& key) {
  std::vector<unsigned> numbers;
  for (const std::string& line : tree.lines("/proc/self/status")) {
    if (line.compare(0, key.size(), key) != 0) continue;
    std::istringstream in(line.substr(key.size()));
    for (unsigned number = 0; in >> number;) numbers.push_back(number);
  }
  return numbers;
}

Credentials look_at_credentials(const TreeReader& tree) {
  Credentials who;
  const auto users = numbers_of(tree, "Uid:");
  if (users.size() > 1) who.user = users[1];  // effective
  who.groups = numbers_of(tree, "Groups:");
  const auto groups = numbers_of(tree, "Gid:");
  if (groups.size() > 1) who.groups.push_back(groups[1]);
  return who;
}

// Fields of the line of /etc/passwd or /etc/group whose field `at` is `value`; empty if none.
std::vector<std::string> entry_of(const TreeReader& tree, const char* file, std::size_t at,
                                  const std::string& value) {
  for (const std::string& line : tree.lines(file)) {
    std::vector<std::string> fields;
    std::istringstream in(line);
    for (std::string field; std::getline(in, field, ':');) fields.push_back(field);
    if (fields.size() > at && fields[at] == value) return fields;
  }
  return {};
}

User look_at_user(const TreeReader& tree, const Credentials& who) {
  User user;
  user.id = who.user;
  const auto entry = entry_of(tree, "/etc/passwd", 2, std::to_string(who.user));
  user.name = entry.empty() ? std::to_string(who.user) : entry[0];
  const auto group = entry_of(tree, "/etc/group", 0, "plugdev");
  user.plugdev_exists = group.size() > 2;
  if (!user.plugdev_exists) return user;
  const auto id = static_cast<unsigned>(std::strtoul(group[2].c_str(), nullptr, 10));
  user.in_plugdev = std::count(who.groups.begin(), who.groups.end(), id) != 0;
  return user;
}

// A line of /proc/net/unix: "Num: RefCount Protocol Flags Type St Inode Path"; Flags has
// __SO_ACCEPTCON (10000h) if somebody listens.
bool listens(const TreeReader& tree, const std::string& socket) {
  constexpr unsigned long kAccepts = 0x10000;
  for (const std::string& line : tree.lines("/proc/net/unix")) {
    std::istringstream in(line);
    std::string number, references, protocol, flags, type, state, inode, path;
    in >> number >> references >> protocol >> flags >> type >> state >> inode >> path;
    if (path == socket && (std::strtoul(flags.c_str(), nullptr, 16) & kAccepts) != 0) return true;
  }
  return false;
}

// A socket of another network namespace (pcscd of the host, its folder given to a container) is in
// no list of ours.
bool answers(const std::string& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.size() >= sizeof address.sun_path) return false;
  std::copy(socket.begin(), socket.end(), address.sun_path);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const bool connected =
      fd >= 0 && ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  if (fd >= 0) ::close(fd);
  return connected;
}

// Words of lines that say how the service starts pcscd.
void add_options(const TreeReader& tree, const std::string& file,
                 std::vector<std::string>& options) {
  for (const std::string& line : tree.lines(file)) {
    const bool starts = line.compare(0, 10, "ExecStart=") == 0 ||
                        line.find("_ARGS=") != std::string::npos;
    if (!starts || line[0] == '#') continue;
    std::string words = line.substr(line.find('=') + 1);
    std::replace(words.begin(), words.end(), '"', ' ');
    std::istringstream in(words);
    for (std::string word; in >> word;) options.push_back(word);
  }
}

Pcscd look_at_pcscd(const TreeReader& tree, const std::vector<Process>& processes,
                    const std::string& named_socket) {
  Pcscd pcscd;
  pcscd.socket = named_socket.empty() ? kSocket : named_socket;
  pcscd.installed = tree.exists("/usr/sbin/pcscd");
  const auto process = std::find_if(processes.begin(), processes.end(),
                                    [](const Process& p) { return p.name == "pcscd"; });
  if (process != processes.end()) pcscd.process = *process;
  pcscd.listens =
      listens(tree, pcscd.socket) || (tree.is_real() && answers(pcscd.socket));
  const std::string folder = "/etc/systemd/system/pcscd.service.d";
  add_options(tree, "/etc/default/pcscd", pcscd.service_options);
  for (const std::string& name : tree.names(folder))
    add_options(tree, folder + "/" + name, pcscd.service_options);
  return pcscd;
}

Clock look_at_clock(const TreeReader& tree, const Where& where) {
  Clock clock;
  clock.now = where.now;
  if (tree.exists("/run/systemd/timesync/synchronized")) {
    clock.synchronized = true;
  } else if (tree.is_real()) {
    timex state{};
    const int answer = ::adjtimex(&state);
    if (answer >= 0) clock.synchronized = (state.status & STA_UNSYNC) == 0;
  } else {
    clock.synchronized = false;
  }
  clock.timezone = where.environment("TZ");
  if (clock.timezone.empty()) clock.timezone = tree.text("/etc/timezone");
  if (clock.timezone.empty()) {
    const std::string link = tree.link("/etc/localtime"), folder = "zoneinfo/";
    const auto at = link.find(folder);
    if (at != std::string::npos) clock.timezone = link.substr(at + folder.size());
  }
  return clock;
}

}  // namespace

Where here() {
  return {"",
          [](const char* name) {
            const char* value = std::getenv(name);
            return std::string(value == nullptr ? "" : value);
          },
          std::time(nullptr)};
}

Surroundings look(const Where& where) {
  const TreeReader tree(where.root);
  const Credentials who = look_at_credentials(tree);
  const auto processes = look_at_processes(tree);
  Surroundings s;
  s.machine = look_at_machine(tree, processes);
  s.usb = look_at_usb(tree, who, processes);
  s.pcscd = look_at_pcscd(tree, processes, where.environment("PCSCLITE_CSOCK_NAME"));
  s.ccid = look_at_ccid(tree);
  s.user = look_at_user(tree, who);
  s.clock = look_at_clock(tree, where);
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (s.locale.empty()) s.locale = where.environment(name);
  return s;
}

}  // namespace uketsuke::doctor
