// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What is wrong with a configuration, in four parts: what, where, why, and what to do.
namespace plimsoll::config {

/// Stable: each number has its page in the manual. Printed as "PL-C012".
enum class Code : std::uint16_t {
    FileUnreadable = 1,
    FileTooBig = 2,
    Syntax = 3,
    DuplicateKey = 4,
    Version = 5,
    MissingKey = 10,
    UnknownSection = 11,
    UnknownKey = 12,
    WrongType = 13,
    MissingUnit = 14,
    Malformed = 15,
    OutOfBounds = 16,
    UnknownChoice = 17,
    BadName = 18,
    TooMany = 19,
    NameClash = 20,
    UnknownReference = 21,
    NotForKind = 22,
    BadAddress = 30,
    KnownMarketDiffers = 31,
    HealthFactorNotText = 40,
    HealthFactorOrder = 41,
    LiteralSecret = 50,
    BadSecretRef = 51,
    LiveWithoutSigner = 52,
    SecretPlaceholder = 53,
    GuardMissing = 54,
    NoUse = 55,
    NothingToSellThrough = 56,
    FeeCap = 57,
    BadUrl = 60,
    BadListen = 61,
    NoSocketEndpoint = 62,
    BadOverride = 70,
    NothingLive = 80,
    OpenToOthers = 81,
    NothingToWatch = 82,
};

std::string to_string(Code code);

/// A range of one line of the file, or an environment variable. Columns count characters from 1.
struct Place {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    std::uint32_t length = 1;
    std::shared_ptr<const std::string> variable;  // name of the environment variable; null: the file
};

struct Diagnostic {
    enum class Severity : std::uint8_t { Error, Warning };
    Severity severity = Severity::Error;
    Code code = Code::Syntax;
    std::string source;  // path of the file, or "environment"
    Place place;
    std::string line;         // text of the line, secrets masked and cut to a window; empty if there is none
    std::uint32_t caret = 1;  // column in `line`, which masking may have moved
    std::uint32_t caret_length = 1;
    std::string key;   // "wallet.treasury.position.0.trigger"
    std::string what;  // one line
    std::string why;   // beside the caret
    std::string mend;  // what to do
};

/// Collects everything that is wrong in one pass. Beyond kMost errors only their number is kept.
class Report {
  public:
    static constexpr std::size_t kMost = 200;

    Report(std::string source, std::string_view text);

    /// The text belongs to the caller and must outlive the report.
    void error(Code code, const Place& place, std::string key, std::string what, std::string why, std::string mend);
    void warning(Code code, const Place& place, std::string key, std::string what, std::string why, std::string mend);

    bool failed() const { return errors_ != 0; }
    std::size_t errors() const { return errors_; }
    /// In the order of the file; those of the environment last.
    std::vector<Diagnostic> take();
    /// The text of a place, as written in the file; empty for the environment.
    std::string_view spelled(const Place& place) const;

  private:
    void add(Diagnostic::Severity severity, Code code, const Place& place, std::string key, std::string what,
             std::string why, std::string mend);
    std::string_view line(std::uint32_t number) const;

    std::string source_;
    std::vector<std::string_view> lines_;
    std::vector<Diagnostic> diagnostics_;
    std::size_t errors_ = 0;
};

/// For people, as a compiler would print it; several are separated by an empty line and closed by their number.
std::string render(const Diagnostic& diagnostic, bool color = false);
std::string render(std::span<const Diagnostic> diagnostics, bool color = false);

/// The closest of `known` within a distance that looks like a slip of the hand; empty if none is.
std::string nearest(std::string_view word, std::span<const std::string> known);

/// Equal when case and "-" against "_" are ignored: what a person would mix up.
std::string folded(std::string_view name);

}  // namespace plimsoll::config
