#include "tests/unit/terminal/rig.h"

namespace uketsuke::terminal::testing {

std::string line_of(const api::Request& request) {
  if (const auto* ask = std::get_if<api::SignIn>(&request)) return "backend sign_in " + ask->user;
  if (std::holds_alternative<api::SignOut>(request)) return "backend sign_out";
  if (std::holds_alternative<api::IssueVisualPasscode>(request)) return "backend issue_passcode";
  if (std::holds_alternative<api::CheckVisualPasscode>(request)) return "backend check_passcode";
  if (const auto* ask = std::get_if<api::BeginIdentity>(&request)) {
    return "backend begin_identity " + std::string(to_string(ask->confirmed)) + " " +
           ask->confirmation_date + " " + ask->session;
  }
  if (const auto* ask = std::get_if<api::CompleteIdentity>(&request)) {
    return "backend complete_identity " + ask->transaction + " " +
           std::to_string(ask->certificate.size()) + " " + wire::to_hex(ask->signature);
  }
  if (const auto* ask = std::get_if<api::RegisterConsent>(&request)) {
    return "backend register_consent " + std::string(to_string(ask->consent));
  }
  if (std::holds_alternative<api::CheckEligibility>(request)) return "backend check_eligibility";
  if (std::holds_alternative<api::OrdinaryView>(request)) return "backend ordinary_view";
  if (const auto* ask = std::get_if<api::EmergencyView>(&request)) {
    return "backend emergency_view " + std::string(to_string(ask->statement)) +
           (ask->emergency_mode ? " emergency_mode" : "");
  }
  return "backend other";
}

void Rig::take(Action action) {
  if (const auto* to = std::get_if<ToReader>(&action)) {
    const std::string prefix = "reader" + std::to_string(to->reader) + " ";
    if (const auto* send = std::get_if<session::Transmit>(&to->request)) {
      lines.push_back(prefix + wire::to_hex(send->command));
    } else if (std::holds_alternative<session::Connect>(to->request)) {
      lines.push_back(prefix + "connect");
    } else if (std::holds_alternative<session::Disconnect>(to->request)) {
      lines.push_back(prefix + "disconnect");
    } else {
      lines.push_back(prefix + "verify_pin");
    }
    asked_.push_back({0, to->reader, to->request, {}, {}, 0});
  } else if (const auto* request = std::get_if<LinkRequest>(&action)) {
    std::string line = "link " + std::string(link::name_of(request->body));
    if (const auto* show = std::get_if<link::Show>(&request->body)) {
      line += " " + std::string(to_string(show->notice));
      if (!show->code.empty()) line += " " + show->code;
    } else if (const auto* set = std::get_if<link::SetMode>(&request->body)) {
      line += " " + std::string(to_string(set->mode));
    }
    lines.push_back(line);
    asked_.push_back({1, 0, {}, request->body, {}, 0});
  } else if (const auto* respond = std::get_if<LinkRespond>(&action)) {
    std::string line = "respond " + std::string(link::name_of(respond->body));
    if (const auto* answer = std::get_if<link::PasscodeAnswer>(&respond->body)) {
      line += " " + std::string(to_string(answer->result));
      line += " " + std::to_string(answer->tries_left);
    }
    lines.push_back(line);
  } else if (const auto* query = std::get_if<network::Request>(&action)) {
    network_id = query->id;
    auto decoded = api::decode_request(query->body).value();
    lines.push_back(line_of(decoded));
    asked = decoded;
    asked_.push_back({2, 0, {}, {}, std::move(decoded), query->id});
  } else if (auto* file = std::get_if<WriteFile>(&action)) {
    lines.push_back("file " + std::string(to_string(file->folder)) + "/" + file->name);
    files.push_back(std::move(*file));
  } else if (const auto* shown = std::get_if<panel::Display>(&action)) {
    display = *shown;
    const std::string message = shown->message.empty() ? "" : " " + shown->message;
    lines.push_back("display " + shown->screen + message);
  } else if (const auto* refused = std::get_if<panel::Refused>(&action)) {
    lines.push_back("refused " + refused->control + " " + refused->reason);
  } else if (const auto* record = std::get_if<Record>(&action)) {
    std::string line = "record " + record->name;
    for (const auto& [key, value] : record->values) line += " " + key + "=" + value;
    lines.push_back(line);
  }
}

int Rig::answer_all(int limit) {
  int given = 0;
  while (given < limit && answer_one()) ++given;
  return given;
}

bool Rig::answer_one() {
  if (asked_.empty()) return false;
  const Ask ask = std::move(asked_.front());
  asked_.pop_front();
  if (ask.kind == 0) answer_session(ask);
  if (ask.kind == 1) answer_link(ask);
  if (ask.kind == 2) answer_backend(ask);
  return true;
}

void Rig::answer_session(const Ask& ask) {
  if (std::holds_alternative<session::Connect>(ask.request)) {
    reader(ask.reader, session::Connected{0, hex("3b888001"), session::Protocol::kT1});
  } else if (std::holds_alternative<session::Disconnect>(ask.request)) {
    reader(ask.reader, session::Disconnected{});
  } else if (const auto* send = std::get_if<session::Transmit>(&ask.request)) {
    reader(ask.reader, session::Response{0, card_answer(send->command)});
  } else {
    reader(ask.reader, session::Response{0, hex(refuse_command == "pin" ? "63c2" : "9000")});
  }
}

// A certificate of 600 bytes, a card face of 5 + 4 + photo bytes, a signature of 4 bytes.
Bytes Rig::card_answer(const Bytes& command) const {
  const std::string text = wire::to_hex(command);
  if (!refuse_command.empty() && text.rfind(refuse_command, 0) == 0) return hex("6985");
  if (text == "00b0000004") return hex("308202549000");  // 30 82 0254: 600 bytes
  if (text == "00b0000005") return hex("ff208200129000");
  if (text == "00b0000512") {
    Bytes face = hex("df270e");
    face.insert(face.end(), kPhoto.begin(), kPhoto.end());
    face.push_back(0xFF);
    face.insert(face.end(), {0x90, 0x00});
    return face;
  }
  if (text.rfind("00b0", 0) == 0) {
    const std::size_t wanted = command[4] == 0 ? 256 : command[4];
    Bytes chunk(wanted, 0xCC);
    chunk.insert(chunk.end(), {0x90, 0x00});
    return chunk;
  }
  if (text.rfind("0084", 0) == 0) return hex("01020304050607089000");
  if (text.rfind("802a", 0) == 0) return hex("510e51fe9000");
  return hex("9000");
}

void Rig::answer_link(const Ask& ask) {
  link(link::Done{});
  if (std::holds_alternative<link::AskAuthMethod>(ask.body)) link(link::AuthMethodChosen{method});
  if (std::holds_alternative<link::ScanCardFace>(ask.body)) {
    link(link::CardFaceScanned{"55021720352285"});
  }
  if (std::holds_alternative<link::MatchFace>(ask.body)) {
    link(link::FaceMatched{face_matches, static_cast<std::uint16_t>(face_matches ? 900 : 100)});
    if (!face_matches) method = link::AuthMethod::kPin;
  }
  if (std::holds_alternative<link::AskConsent>(ask.body)) link(link::ConsentChosen{consent});
}

void Rig::answer_backend(const Ask& ask) {
  api::Answer answer = api::Done{};
  if (std::holds_alternative<api::SignIn>(ask.query)) answer = api::SignInAnswer{"s-1", {}};
  if (std::holds_alternative<api::BeginIdentity>(ask.query)) {
    answer = api::IdentityChallenge{"t-1", kChallenge};
  }
  if (std::holds_alternative<api::CompleteIdentity>(ask.query)) answer = api::IdentityAnswer{"t-1"};
  if (std::holds_alternative<api::CheckEligibility>(ask.query)) answer = usual_eligibility();
  give(network::Response{ask.id, network::Outcome::kAnswered, api::encode(answer)});
}

}  // namespace uketsuke::terminal::testing
