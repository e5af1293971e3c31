// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bot/engine/event.hpp"
#include "bot/journal/journal.hpp"

namespace plimsoll::journal {
class JournalWriter;
}

namespace plimsoll::bot {

class AlertDesk;

struct OperatorServices {
    std::function<bool(const std::string&)> knows;                     // whether a wallet is configured
    std::function<void(const engine::SetWalletPaused&)> tell_engines;  // of every chain
    std::function<bool(const std::string&)> live;                      // whether its configuration lets it act
    std::function<void()> dry_changed;                                 // dry() is another: it is to be in force
    std::function<std::int64_t()> now_ms;                              // unix milliseconds
    journal::JournalWriter* journal = nullptr;
    AlertDesk* alerts = nullptr;
};

/// What a person may say to the running daemon, whatever way it comes: by a chat or the console. A paused wallet is
/// watched, valued and told of as before, and nothing new is signed for it; each block at risk says so in its decision.
/// What is signed already is sent again and followed to its end. A pause outlives the process. Used on the loop's
/// thread.
class Operator {
  public:
    using Done = std::function<void(Result<void>)>;

    /// `pauses` and `dry` as the journal has them; the engines know them from their first event on.
    Operator(OperatorServices services, std::vector<journal::WalletPause> pauses,
             std::vector<journal::WalletDry> dry = {});

    /// In force at once, before it is on disk. `span`: for so long; none: until it is taken back. `by` says who, for
    /// people: "telegram 123456". `done` without error: it is on disk. Errc::NotFound: no such wallet; Errc::Range: a
    /// span that is not between a second and a year; Errc::Io: in force, but it would not outlive the process.
    void pause(const std::string& wallet, std::optional<std::chrono::milliseconds> span, const std::string& by,
               const Done& done);
    /// Once it is on disk. Errc::NotFound: no such wallet, or it is not paused; Errc::Io: it is paused still.
    void resume(const std::string& wallet, const std::string& by, const Done& done);

    /// Makes a wallet a dry run: plans are made and told, nothing is signed or sent for it, not even what is signed
    /// already. In force at once, before it is on disk, and over restarts. Errc::NotFound: no such wallet;
    /// Errc::Refused: it is one by its configuration; Errc::Io: in force, but it would not outlive the process.
    void dry_run(const std::string& wallet, const std::string& by, const Done& done);
    /// Takes that back, once it is on disk: the wallet is what its configuration says, and never more. Errc::NotFound:
    /// no such wallet, or nobody has switched it; Errc::Io: it is a dry run still.
    void live(const std::string& wallet, const std::string& by, const Done& done);

    /// In force now, by wallet.
    std::vector<journal::WalletDry> dry() const;
    bool is_dry(const std::string& wallet) const { return dry_.contains(wallet); }

    /// In force now, by wallet.
    std::vector<journal::WalletPause> pauses() const;
    std::optional<journal::WalletPause> pause_of(const std::string& wallet) const;

    /// About once a second: says again what is paused, and what is so no more.
    void at_second();

  private:
    struct Entry {
        journal::WalletPause pause;
        std::uint64_t serial{};  // another one each time: a resumption ends no pause that came after it
    };
    struct DryEntry {
        journal::WalletDry dry;
        std::uint64_t serial{};
    };
    void tell(const journal::WalletDry& dry);
    void put(journal::WalletPause pause);
    void tell(const journal::WalletPause& pause);
    void over(const std::string& wallet, const std::string& text);

    OperatorServices services_;
    std::map<std::string, Entry> pauses_;  // by wallet
    std::map<std::string, DryEntry> dry_;  // by wallet
    std::uint64_t serial_ = 0;
};

/// "until 2024-08-05 01:10:23Z" or "until it is resumed".
std::string until_text(const journal::WalletPause& pause);

}  // namespace plimsoll::bot
