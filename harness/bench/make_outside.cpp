#include "harness/bench/make_outside.h"

#include <utility>

#include "harness/console/operator_hands.h"
#include "sim/gateway/broken.h"
#include "sim/gateway/hands_exec.h"
#include "sim/gateway/hands_tcp.h"
#include "sim/gateway/libusb_route.h"
#include "sim/gateway/pcsc_route.h"
#include "sim/gateway/usbip_client.h"

namespace uketsuke::bench {
namespace {

using bind::Binding;
using bind::Bindings;
using gateway::HandsConnection;
using gateway::HandsRoute;

// A program speaks for panel, slot, card and link over one connection: each part has its own end.
class SharedHands : public HandsRoute {
 public:
  explicit SharedHands(std::shared_ptr<HandsConnection> connection)
      : connection_(std::move(connection)) {}
  void start(Report report) override { connection_->start(std::move(report)); }
  void ask(gateway::HandsRequest request) override { connection_->ask(std::move(request)); }
  bool sees_panel() const override { return connection_->sees_panel(); }
  std::string name() const override { return connection_->name(); }

 private:
  std::shared_ptr<HandsConnection> connection_;
};

class SharedSession : public gateway::SessionRoute {
 public:
  explicit SharedSession(std::shared_ptr<HandsConnection> connection)
      : connection_(std::move(connection)) {}
  void start(Report report) override { connection_->session().start(std::move(report)); }
  void ask(wire::session::Request request) override {
    connection_->session().ask(std::move(request));
  }
  std::string name() const override { return connection_->session().name(); }

 private:
  std::shared_ptr<HandsConnection> connection_;
};

[[noreturn]] void refuse(const Binding& binding, const gateway::RouteFailed& failed) {
  throw gateway::RouteBroken(binding.text(), failed.ja, failed.en);
}

std::unique_ptr<HandsConnection> exec(const Binding& binding, bool keep_errors) {
  gateway::HandsExecSettings settings;
  settings.argv = binding.arguments;
  settings.keep_errors = keep_errors;
  return gateway::make_hands_exec(std::move(settings));
}

std::unique_ptr<HandsRoute> person(const Bindings& bindings, const scenario::Catalog& catalog,
                                   verdict::Language language,
                                   std::shared_ptr<console::Attendance> attendance) {
  console::OperatorSettings settings;
  settings.language = language;
  settings.seconds = bindings.operator_seconds;
  settings.attendance = std::move(attendance);
  settings.words.screens = catalog.screens_of("face_reader");
  settings.words.card = [cards = bindings.cards](const std::string& holder) {
    for (const bind::BoundCard& card : cards)
      if (card.holder == holder) return card.description;
    return verdict::Text{};
  };
  return std::make_unique<console::OperatorHands>(std::move(settings));
}

std::unique_ptr<HandsRoute> hands_route(const Bindings& bindings, const Binding& binding,
                                        const scenario::Catalog& catalog,
                                        verdict::Language language, bool keep_errors,
                                        const std::shared_ptr<console::Attendance>& attendance) {
  if (binding.kind == "exec") return exec(binding, keep_errors);
  if (binding.kind == "operator") return person(bindings, catalog, language, attendance);
  gateway::HandsTcpSettings settings;
  const auto address = gateway::parse_tcp_address(binding.address);
  if (!address) refuse(binding, {"hands:HOST:PORT と書きます", "it is written hands:HOST:PORT"});
  settings.address = *address;
  settings.allow_remote = bindings.allow_remote;
  settings.speed = bindings.speed;
  return gateway::make_hands_tcp(std::move(settings));
}

std::unique_ptr<gateway::UsbRoute> usb_route(const Bindings& bindings) {
  const Binding& binding = bindings.reader;
  if (binding.kind == "usbip") {
    const auto target = gateway::parse_usbip_target(binding.address);
    if (!target) {
      refuse(binding,
             {"usbip:HOST[:PORT]/BUSID と書きます", "it is written usbip:HOST[:PORT]/BUSID"});
    }
    gateway::UsbipLimits limits;
    limits.allow_remote = bindings.allow_remote;
    return std::make_unique<gateway::UsbipClient>(*target, limits);
  }
  auto selector = gateway::parse_usb_selector(binding.address);
  if (const auto* failed = std::get_if<gateway::RouteFailed>(&selector)) refuse(binding, *failed);
  return std::make_unique<gateway::LibusbRoute>(
      std::get<gateway::UsbSelector>(std::move(selector)));
}

void bind_reader(const Bindings& bindings, bool keep_errors, Outside& outside) {
  const Binding& reader = bindings.reader;
  if (reader.kind == "exec") {
    std::shared_ptr<HandsConnection> program = exec(reader, keep_errors);
    outside.session = std::make_unique<SharedSession>(program);
    outside.link = std::shared_ptr<gateway::LinkRoute>(program, &program->link());
    outside.panel_hands = std::make_unique<SharedHands>(program);
  } else if (reader.kind == "pcsc") {
    outside.session = std::make_unique<gateway::PcscRoute>(reader.address);
  } else {
    outside.usb = usb_route(bindings);
  }
}

}  // namespace

std::shared_ptr<Outside> make_outside(const Bindings& bindings, const scenario::Catalog& catalog,
                                      verdict::Language language,
                                      std::shared_ptr<console::Attendance> attendance) {
  auto outside = std::make_shared<Outside>();
  outside->pace.speed = bindings.speed;
  outside->simulated_cards = !bindings.may_have_real_card();
  for (const bind::BoundCard& card : bindings.cards) {
    if (card.key.empty()) continue;
    guard::Release release;
    release.name = card.holder;
    release.key = card.key;
    std::copy(card.digest.begin(), card.digest.end(), release.digest.begin());
    release.may_lock = card.may_lock;
    outside->releases.push_back(std::move(release));
  }
  const bool keep_errors = outside->simulated_cards;
  bind_reader(bindings, keep_errors, *outside);
  if (!outside->panel_hands)
    outside->panel_hands =
        hands_route(bindings, bindings.panel, catalog, language, keep_errors, attendance);
  if (bindings.card.text() != bindings.panel.text())
    outside->card_hands =
        hands_route(bindings, bindings.card, catalog, language, keep_errors, attendance);
  return outside;
}

std::unique_ptr<HandsRoute> make_card_hands(const Bindings& bindings,
                                            const scenario::Catalog& catalog,
                                            verdict::Language language,
                                            std::shared_ptr<console::Attendance> attendance) {
  if (bindings.card.is_model()) return nullptr;
  return hands_route(bindings, bindings.card, catalog, language,
                     !bindings.may_have_real_card(), attendance);
}

}  // namespace uketsuke::bench
