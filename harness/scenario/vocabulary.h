// The vocabulary of scenarios: every key, action and expectation as a data row. Loader, check, JSON
// Schema, reference page and suggestions all come from these rows and from nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/wire/panel/screen.h"

namespace uketsuke::scenario {

using wire::panel::Text;

// What a single value may be, beside the fixed words of its shape.
enum class Scalar : std::uint8_t {
  kNone,        // nothing but the words
  kText,        // any text
  kIdentifier,  // a-z 0-9 _ -
  kInteger,     // minimum..maximum
  kSeconds,     // a number >= 0, decimals allowed
  kTruth,       // true | false
  kDigits,      // digits, leading zeros kept
  kDate,        // YYYY-MM-DD, or any text in quotes (what a person might type)
  kDateTime,    // YYYY-MM-DDThh:mm:ss
  kPerson,      // a card holder of the catalog
  kClinician,   // a clinician of the catalog
  kRelease,     // a release of the catalog
  kFeature,     // a feature of a release
  kSeedId,      // "P3-1"; has to be in the requirements table
  kPage,        // "P3"
  kAssumption,  // "A-20"
  kGround,      // an assumption or a seed id
  kTimeLimit,   // seconds or an assumption
  kRole,        // who acts; unknown ones are warned of, never refused
  kButton,      // a control of `device`, by id, label or alias
  kTick,        // the same, a tick box
  kScreen,      // an id of `device`
  kMessage,     // the same
  kStep,        // a step: seed id or number from 1
  kAny,         // any YAML, kept as it stands; `fields` only tell what is understood
};

struct Field;

// What may stand at one place: a word, a scalar, a mapping with known or free keys, a list.
struct Shape {
  Scalar scalar = Scalar::kNone;
  std::string device;  // "face_reader", "terminal", "ehr"
  std::vector<std::string> words;
  std::int64_t minimum = 0, maximum = 0;  // of kInteger
  bool secret = false;                    // what is written is shown to nobody (a password)
  bool bare = false;                      // the name may stand alone, without a value
  bool one_of = false;        // mapping: exactly one of `fields`; a bare one as a plain word
  std::vector<Field> fields;  // mapping with these keys
  std::shared_ptr<const Shape> values;  // mapping with free keys
  Scalar keys = Scalar::kNone;          // what the free keys are: kFeature, or kNone for anything
  std::shared_ptr<const Shape> items;   // list
  // What the reader makes of the short forms, so that nobody behind it meets two forms of one
  // thing:
  std::string main;          // a single value stands for {main: value}
  bool always_list = false;  // one item stands for a list of one
};

struct Field {
  std::string name;
  Shape shape;
  Text doc;
  std::vector<std::string> seed;  // ids of the seed that use it
  std::string assumption;         // A-nn it rests on, or empty
  bool required = false;
};

// Act and Outcome name the rows of actions() and expectations(), in their order.
enum class Act : std::uint8_t {
  kPress,
  kEnterPasscode,
  kEnterPin,
  kShowFace,
  kComparePhoto,
  kPlaceCard,
  kRemoveCard,
  kClick,
  kSignIn,
  kSignOut,
  kEnterDate,
  kTick,
  kUntick,
  kIssuePasscode,
  kEhrSignIn,
  kJudge,
  kRequestEmergencyView,
  kRequestOrdinaryView,
  kWait,
  kUnplugReader,
  kPlugReader,
  kRestartTerminal,
  kPlaceSecondCard,
  kPressTwice,
  kClickTwice,
  kEhrClick,
  kOpenChart,
  kNothing,  // a step that only observes
};
enum class Outcome : std::uint8_t {
  kScreen,
  kMode,
  kMessage,
  kConsent,
  kEligibility,
  kIdentity,
  kTerminalScreen,
  kTerminalMessage,
  kEhrScreen,
  kEmergencyView,
  kOrdinaryView,
  kRefused,
  kReason,
  kAccount,
  kCard,
  kEhrMessage,
  kTriesLeft,
  kReader,
  kEhrShows,
  kWithin,
  kBy,
};
std::string_view to_string(Act act);          // "press"; "nothing"
std::string_view to_string(Outcome outcome);  // "screen"

const std::vector<Field>& actions();
const std::vector<Field>& expectations();
const std::vector<Field>& given_keys();
const std::vector<Field>& then_keys();
const std::vector<Field>& fault_keys();  // of one of `faults:`
const Shape& file_shape();  // the whole file
const Field* find(const std::vector<Field>& fields, std::string_view name);
// The device an action acts on: "face_reader", "terminal", "ehr", or "" (the card, a judgement,
// time; the PIN, which is entered at the terminal if the bench has a generic reader).
std::string_view device_of(Act act);
std::string_view device_of(Outcome outcome);
// Roles with a name of their own; every other word is allowed too.
const std::vector<std::string>& known_roles();
// "the reader", "the terminal", "the EHR"
std::string_view device_name(std::string_view device);

}  // namespace uketsuke::scenario
