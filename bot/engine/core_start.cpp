// SPDX-License-Identifier: Apache-2.0
// What holds keys back after a start: a history that the journal does not know, and crashes in a row. And keys that are
// looked at while nothing happens: the money for gas, code on them.
#include <algorithm>
#include <utility>

#include "bot/engine/core.hpp"

namespace plimsoll::engine {

namespace {

constexpr std::size_t kAccountsAtOnce = 16;
constexpr std::uint64_t kRescuesWarn = 5;      // fewer than this at present fees: a warning
constexpr Gas kGasOfRepayment = 500'000;       // from idle funds
constexpr Gas kGasOfSale = 1'200'000;          // through the guard: the median of measured rescues, and a little
constexpr std::size_t kDataOfRepayment = 132;  // bytes
constexpr std::size_t kDataOfSale = 2'400;     // with swaps through two pools

/// In whole coins and in gwei, rounded down, for people.
std::string coin_text(const Wei& wei) {
    const std::string micro = to_string(div_down(wei.value, U256{1'000'000'000'000}).value_or(U256{}));
    const std::string padded = std::string(micro.size() < 7 ? 7 - micro.size() : 0, '0') + micro;
    return padded.substr(0, padded.size() - 6) + "." + padded.substr(padded.size() - 6);
}
std::string gwei_text(const Wei& wei) {
    return to_string(div_down(wei.value, U256{1'000'000'000}).value_or(U256{})) + " gwei";
}

}  // namespace

void Core::take_history(const Started& event) {
    adopted_ = event.adopted;
    for (const auto& known : event.nonces) {
        if (const auto s = sender_at(known.address)) senders[*s].journal_next = known.next;
    }
    if (event.safe_until_ms <= now) return;
    safe_until_ms_ = event.safe_until_ms;
    alerts_.raise(out, now, AlertLevel::Critical, "safe-mode", "",
                  "the process has crashed several times in a row: for " +
                      std::to_string((safe_until_ms_ - now) / 60'000) +
                      " minutes it watches, alarms and sends what is signed, and signs nothing new");
}

void Core::end_safe_mode() {
    if (!safe_mode() || now < safe_until_ms_) return;
    safe_until_ms_ = 0;
    alerts_.clear(out, "safe-mode", "", "no crash for a while: it acts again");
    pump();
    if (!follower.head_empty() && evaluated_ == follower.at().hash) decide_all();
}

/// By its timestamp, but no less than since it came: a clock that is behind must not make an old head fresh.
std::int64_t Core::head_age_ms(const BlockRef& head) const {
    const std::int64_t since = !canon.empty() && canon.head().hash == head.hash ? now - head_told_ms_ : 0;
    return std::max(now - static_cast<std::int64_t>(head.timestamp) * 1'000, since);
}

/// The accounts of at most so many live keys, of those that `wanted` picks, in turn.
template <class Wanted>
void Core::ask_in_turn(std::size_t most, Wanted wanted) {
    std::size_t asked = 0;
    for (std::size_t n = 0; n < senders.size() && asked < most; ++n) {
        account_cursor_ = (account_cursor_ + 1) % senders.size();
        if (!senders[account_cursor_].live || !wanted(senders[account_cursor_])) continue;
        ask_account(account_cursor_);
        ++asked;
    }
}

/// Live keys that were not compared with the journal yet, and a few others in turn: for their gas money. Off the
/// critical path: with every tick, not with the block that a rescue waits for.
void Core::ask_new_senders() {
    if (follower.head_empty()) return;
    const BlockNumber head = follower.at().number;
    ask_in_turn(kAccountsAtOnce, [&](const SenderState& sender) {
        if (!sender.history_known || !sender.known_at) return true;
        const BlockNumber known = sender.known_at->number;
        const bool watched = sender.watched_until && !watches_first(sender) && known < *sender.watched_until;
        return watched || known + config.audit_interval <= head;
    });
}

/// A key that somebody gives code to (EIP-7702) may have one transaction in flight only, and is perhaps not ours alone
/// any more. Keys are looked at in turn: some with every head while a position is low, else one now and then.
void Core::watch_keys() {
    constexpr std::size_t kLow = 4;
    const bool low = !warned_.empty() || !at_risk_.empty();
    if (!low && canon.head().number % std::max<BlockNumber>(config.refresh_blocks, 1) != 0) return;
    ask_in_turn(low ? kLow : 1, [](const SenderState&) { return true; });
}

bool Core::watches_first(const SenderState& sender) const {
    return sender.watched_until && follower.at().number < *sender.watched_until;
}

/// More transactions than the journal knows of: it is gone, or an older copy is back, or the key is used elsewhere too.
/// The limits of a day may be used up already, and what is on its way is unknown: some blocks of watching show it.
void Core::judge_history(SenderState& sender) {
    if (sender.history_known || !sender.live) return;
    sender.history_known = true;
    if (config.watch_first == 0 || adopted_ || sender.latest <= sender.journal_next) return;
    sender.watched_until = sender.known_at->number + config.watch_first;
    const bool older = sender.journal_next != 0;
    alerts_.raise(out, now, older ? AlertLevel::Critical : AlertLevel::Warning, "unknown-history", sender.name,
                  "the key has used " + std::to_string(sender.latest) + " nonces, the journal knows " +
                      (older ? std::to_string(sender.journal_next) + ": is it an older copy? "
                             : std::string("of none: is it new here? ")) +
                      "Nothing is sent before block " + std::to_string(*sender.watched_until));
}

/// Nothing of ours is under way, and the key has used more nonces than we have: it is at work elsewhere, or somebody
/// else has it. Some blocks of watching show what there is.
void Core::judge_use(SenderState& sender) {
    if (!sender.live || !sender.history_known) return;
    const Lane& lane = sender.lane;
    const auto* last = lane.last();
    if (last != nullptr && last->base.nonce && !last->attempts.empty())
        sender.own_next = std::max(sender.own_next, *last->base.nonce + 1);
    if (lane.busy() || lane.watches()) return;
    const Nonce known = std::exchange(sender.own_next, std::max(sender.own_next, sender.latest));
    if (known == 0 || sender.latest <= known) return;
    if (config.watch_first != 0) sender.watched_until = sender.known_at->number + config.watch_first;
    AlertBook::tell(out, AlertLevel::Critical, "key-elsewhere", sender.name,
                    "the key " + to_string(sender.address) + " has used " + std::to_string(sender.latest - known) +
                        " nonces from " + std::to_string(known) + " on that are not ours: is it in use elsewhere?");
}

Gate Core::history_gate(const SenderState& sender) const {
    const bool waits = watches_first(sender);
    return {"history", !waits, waits ? "block " + std::to_string(follower.at().number) : "known",
            waits ? "block " + std::to_string(*sender.watched_until) + ", or run --adopt"
                  : "known, or watched for a while"};
}

std::string Core::held_back(const SenderState& sender) const {
    if (!sender.live) return {};
    if (safe_mode()) return "safe mode after crashes: nothing new is signed";
    if (config.watch_first == 0) return {};
    if (!sender.history_known) return "its account was not looked at yet";
    if (follower.head_empty() || !watches_first(sender)) return {};
    return "watches first, until block " + std::to_string(*sender.watched_until) +
           ": the journal does not know what its key did";
}

/// Told long before a rescue fails for it: by the fees of an urgent bid now, and by the owner's own ceiling.
void Core::judge_gas_money(std::size_t s) {
    SenderState& sender = senders[s];
    if (sender.watched_until && sender.known_at && sender.known_at->number >= *sender.watched_until)
        alerts_.clear(out, "unknown-history", sender.name, "it was watched for long enough");
    if (!sender.live || !sender.known_at || !fees_.age(*sender.known_at)) return;
    const Wei ceiling = sender.fee_limit;
    const Gas gas = sender.sells ? kGasOfSale : kGasOfRepayment;
    const Wei besides = data_fee_ ? data_fee_->of(sender.sells ? kDataOfSale : kDataOfRepayment, gas) : Wei{};
    const auto rescues = [&](const Wei& fee) {
        const U256 one =
            checked_add(checked_mul(fee.value, U256{gas}).value_or(kU256Max), besides.value).value_or(kU256Max);
        return one.is_zero() ? kU256Max : div_down(sender.native.value, one).value_or(U256{});
    };
    const Wei fee = fees_.bid(*sender.known_at, tx::Urgency::Urgent, ceiling).max_fee;
    const U256 now_left = rescues(fee);
    const std::string text = coin_text(sender.native) + " of the coin pay for " + to_string(now_left) + " rescues of " +
                             std::to_string(gas) + " gas at the present " + gwei_text(fee) + ", and for " +
                             to_string(rescues(ceiling)) + " at the limit of " + gwei_text(ceiling);
    if (now_left < U256{kRescuesWarn})
        alerts_.raise(out, now, now_left.is_zero() ? AlertLevel::Critical : AlertLevel::Warning, "gas-money",
                      sender.name, text + ": send the coin to " + to_string(sender.address));
    else
        alerts_.clear(out, "gas-money", sender.name, text);
}

}  // namespace plimsoll::engine
