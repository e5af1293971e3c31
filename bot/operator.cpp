// SPDX-License-Identifier: Apache-2.0
#include "bot/operator.hpp"

#include <fmt/format.h>

#include "bot/alerts.hpp"
#include "bot/journal/writer.hpp"
#include "bot/log.hpp"

namespace plimsoll::bot {

namespace {

constexpr const char* kKind = "paused";
constexpr const char* kDryKind = "switched-to-dry-run";
constexpr std::chrono::milliseconds kShortest = std::chrono::seconds(1);
constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24 * 365);

}  // namespace

std::string until_text(const journal::WalletPause& pause) {
    return pause.until_ms >= engine::kUntilResumed ? "until it is resumed"
                                                   : "until " + utc_text(pause.until_ms / 1'000);
}

Operator::Operator(OperatorServices services, std::vector<journal::WalletPause> pauses,
                   std::vector<journal::WalletDry> dry)
    : services_(std::move(services)) {
    for (auto& pause : pauses) put(std::move(pause));
    for (auto& one : dry) {
        const std::string wallet = one.wallet;
        dry_.insert_or_assign(wallet, DryEntry{std::move(one), ++serial_});
    }
}

void Operator::put(journal::WalletPause pause) {
    const std::string wallet = pause.wallet;
    pauses_.insert_or_assign(wallet, Entry{std::move(pause), ++serial_});
}

void Operator::tell(const journal::WalletPause& pause) {
    services_.alerts->raise("", engine::AlertLevel::Warning, kKind, pause.wallet,
                            fmt::format("paused by {} {}: nothing new is signed for this wallet, whatever becomes of "
                                        "its positions. What is signed goes on.\nResume it to be protected again.",
                                        pause.by, until_text(pause)));
}

void Operator::over(const std::string& wallet, const std::string& text) {
    pauses_.erase(wallet);
    services_.alerts->clear("", kKind, wallet, text);
}

void Operator::pause(const std::string& wallet, std::optional<std::chrono::milliseconds> span, const std::string& by,
                     const Done& done) {
    if (!services_.knows(wallet)) return done(fail(Errc::NotFound, "no wallet is named " + wallet));
    if (span && (*span < kShortest || *span > kLongest))
        return done(fail(Errc::Range, "a pause lasts from a second to a year"));
    const std::int64_t now = services_.now_ms();
    const journal::WalletPause pause{wallet, now, span ? now + span->count() : engine::kUntilResumed, by};
    put(pause);
    services_.tell_engines(engine::SetWalletPaused{{wallet, pause.until_ms}});
    log::warn("paused", {{"wallet", wallet}, {"by", by}, {"span", until_text(pause)}});
    tell(pause);
    services_.journal->write([pause](journal::Journal& journal) { return journal.pause_wallet(pause); }, done);
}

void Operator::resume(const std::string& wallet, const std::string& by, const Done& done) {
    if (!services_.knows(wallet)) return done(fail(Errc::NotFound, "no wallet is named " + wallet));
    if (!pause_of(wallet)) return done(fail(Errc::NotFound, wallet + " is not paused"));
    const auto written = [this, wallet, by, done, serial = pauses_.at(wallet).serial](Result<void> result) {
        const auto found = pauses_.find(wallet);
        if (result && found != pauses_.end() && found->second.serial == serial) {
            services_.tell_engines(engine::SetWalletPaused{{wallet, 0}});
            log::warn("resumed", {{"wallet", wallet}, {"by", by}});
            over(wallet, "resumed by " + by + ": this wallet is protected again");
        }
        done(std::move(result));
    };
    services_.journal->write([wallet](journal::Journal& journal) { return journal.resume_wallet(wallet); }, written);
}

void Operator::tell(const journal::WalletDry& dry) {
    services_.alerts->raise(
        "", engine::AlertLevel::Warning, kDryKind, dry.wallet,
        fmt::format("switched to a dry run by {}: plans are told, and nothing is signed or sent for "
                    "this wallet, not even again.\nSwitch it back to be protected.",
                    dry.by));
}

void Operator::dry_run(const std::string& wallet, const std::string& by, const Done& done) {
    if (!services_.knows(wallet)) return done(fail(Errc::NotFound, "no wallet is named " + wallet));
    if (!services_.live(wallet)) return done(fail(Errc::Refused, wallet + " is a dry run by its configuration"));
    const journal::WalletDry dry{wallet, services_.now_ms(), by};
    dry_.insert_or_assign(wallet, DryEntry{dry, ++serial_});
    services_.dry_changed();
    log::warn("switched to a dry run", {{"wallet", wallet}, {"by", by}});
    tell(dry);
    services_.journal->write([dry](journal::Journal& journal) { return journal.dry_wallet(dry); }, done);
}

void Operator::live(const std::string& wallet, const std::string& by, const Done& done) {
    if (!services_.knows(wallet)) return done(fail(Errc::NotFound, "no wallet is named " + wallet));
    const auto at = dry_.find(wallet);
    if (at == dry_.end())
        return done(
            fail(Errc::NotFound,
                 wallet + (services_.live(wallet) ? " is live"
                                                  : " is a dry run by its configuration: only the file changes that")));
    const auto written = [this, wallet, by, done, serial = at->second.serial](Result<void> result) {
        const auto found = dry_.find(wallet);
        if (result && found != dry_.end() && found->second.serial == serial) {
            dry_.erase(found);
            services_.dry_changed();
            log::warn("no dry run any more", {{"wallet", wallet}, {"by", by}});
            services_.alerts->clear("", kDryKind, wallet,
                                    "switched back by " + by + ": this wallet is what its configuration says");
        }
        done(std::move(result));
    };
    services_.journal->write([wallet](journal::Journal& journal) { return journal.live_wallet(wallet); }, written);
}

std::vector<journal::WalletDry> Operator::dry() const {
    std::vector<journal::WalletDry> out;
    for (const auto& [wallet, entry] : dry_) out.push_back(entry.dry);
    return out;
}

std::optional<journal::WalletPause> Operator::pause_of(const std::string& wallet) const {
    const auto found = pauses_.find(wallet);
    if (found == pauses_.end() || services_.now_ms() >= found->second.pause.until_ms) return std::nullopt;
    return found->second.pause;
}

std::vector<journal::WalletPause> Operator::pauses() const {
    std::vector<journal::WalletPause> out;
    for (const auto& [wallet, entry] : pauses_) {
        if (pause_of(wallet)) out.push_back(entry.pause);
    }
    return out;
}

void Operator::at_second() {
    for (const auto& [wallet, entry] : dry_) {
        if (services_.knows(wallet)) tell(entry.dry);
    }
    std::vector<std::string> ended;
    for (const auto& [wallet, entry] : pauses_) {
        if (!pause_of(wallet))
            ended.push_back(wallet);
        else if (services_.knows(wallet))
            tell(entry.pause);
    }
    for (const auto& wallet : ended) {
        over(wallet, "the time of its pause is over: this wallet is protected again");
        services_.journal->write([wallet](journal::Journal& journal) { return journal.resume_wallet(wallet); },
                                 [](const Result<void>&) {});
    }
}

}  // namespace plimsoll::bot
