// SPDX-License-Identifier: Apache-2.0
#include "bot/advice.hpp"

#include <algorithm>
#include <array>

namespace plimsoll::bot {

namespace {

struct Advice {
    std::string_view kind;  // or its beginning, with a colon at the end
    std::string_view text;  // NAME stands for the subject
};

constexpr std::string_view kNotSent = "plimsoll sends nothing for it until that is over, and tries at every block. ";

constexpr std::array kAdvice = {
    Advice{"below-warn", "plimsoll watches on and acts below the trigger. You can add collateral or repay before."},
    Advice{"below-trigger", "plimsoll plans a rescue now and says how it ends. Watch it: plimsoll why NAME"},
    Advice{"liquidatable", "plimsoll still tries. Do not wait for it: repay by hand."},
    Advice{"still-below", "The next step follows with the next block. What is missing: plimsoll why NAME"},
    Advice{"dry-run", "Nothing was sent. mode = \"live\" in the file and in the wallet lets it act; or repay by hand."},
    Advice{"short:",
           "plimsoll rescues as far as it goes. More funds, or a higher limit and SIGHUP, let it reach the target."},
    Advice{"strategy:",
           "plimsoll tries again at every block. What is missing: plimsoll plan NAME. If it cannot be had, repay by "
           "hand."},
    Advice{"paused",
           "Somebody paused it. /resume in a chat that may, the console, or plimsoll resume lets it act again."},
    Advice{"switched-to-dry-run",
           "Nothing is sent for it. plimsoll dry-run NAME --off, or the console, lets plimsoll act again."},
    Advice{"transaction-failed",
           "plimsoll plans anew with the next block; after three failures it rests, shortly at first."},
    Advice{"stuck",
           "plimsoll sends it again with every block. Raise max_fee_per_gas and SIGHUP, or look at your nodes."},
    Advice{"limit-fee-per-gas",
           "plimsoll bids up to it and goes on sending. Raise max_fee_per_gas and SIGHUP if the base fee is above it."},
    Advice{"limit-gas-per-day",
           "Your limit holds the rescue back. Raise max_gas_per_day and SIGHUP, or repay by hand."},
    Advice{"limit-value-per-action",
           "Your limit holds the rescue back. Raise max_value_per_action and SIGHUP, or repay by hand."},
    Advice{"limit-value-per-day",
           "Your limit holds the rescue back. Raise max_value_per_day and SIGHUP, or repay by hand."},
    Advice{"cooldown", "plimsoll acts when the time between two actions is over."},
    Advice{"failures", "plimsoll rests after failures and tries again by itself. The reverts: plimsoll history NAME"},
    Advice{"simulation",
           "plimsoll sends nothing that fails in simulation, and plans anew. Its numbers: plimsoll plan NAME"},
    Advice{"native-balance", "Send the chain's coin to the key that sends: plimsoll check --online shows its address."},
    Advice{"gas-money", "Rescues still go out. Send the chain's coin to the key that sends before it runs dry."},
    Advice{"insufficient-funds", "The same bytes go out when there is coin. Send some to the key that sends."},
    Advice{"audit-mismatch",
           "plimsoll reads everything anew and does not act on it until both agree. Repay by hand if it is at risk."},
    Advice{
        "nodes-differ",
        "Nothing is spent for five blocks while no more nodes agree than not, then by the guard alone where there is "
        "one. Look at an explorer, take the node that is wrong out of rpc, and add a third."},
    Advice{
        "majority",
        "Nodes do not say the same of it. Look at an explorer, take the node that is wrong out of rpc, add a third."},
    Advice{"second-node",
           "plimsoll acts when a second node says the same, or two blocks after the jump, near liquidation one."},
    Advice{"jump-unconfirmed", "plimsoll goes on by the node it follows. Look at the market, and at your other nodes."},
    Advice{"audit-failed", "The contract's own answer cannot be read; plimsoll asks again. Look at your nodes."},
    Advice{"no-value", "plimsoll cannot value it and does not act. Look at the market yourself."},
    Advice{"unsupported", "It is watched and not acted on. Repay by hand if it is at risk."},
    Advice{"audit-agrees",
           "plimsoll reads everything anew and does not act on it until both agree. Repay by hand if it is at risk."},
    Advice{"audit", "plimsoll audits it with the next blocks and acts when it has."},
    Advice{"supported", "It is watched and not acted on. Repay by hand if it is at risk."},
    Advice{"wallet", "plimsoll sends nothing more with this key. Find out who used it, then restart."},
    Advice{"guard", "plimsoll cannot act through the guard. What is missing: plimsoll guard status NAME"},
    Advice{"guard-policy", "plimsoll cannot act through the guard. What is missing: plimsoll guard status NAME"},
    Advice{"guard-guardian", "plimsoll cannot act through the guard. What is missing: plimsoll guard status NAME"},
    Advice{"feed", kNotSent},
    Advice{"feed-stale", "plimsoll sends nothing until blocks come. Look at your nodes; add one of somebody else."},
    Advice{"no-node",
           "What is signed goes out first when a node is back. Look at your nodes; add one of somebody else."},
    Advice{"finality", kNotSent},
    Advice{"finality-violated",
           "plimsoll sends nothing new until the node is back on its chain or a second one agrees. Compare with an "
           "explorer."},
    Advice{"data-fee", "Rescues go on without it. See whether rollup of the chain is right."},
    Advice{"head-age", "plimsoll sends nothing on old blocks. Look at your nodes and at the host's clock."},
    Advice{"market-sync", "plimsoll reads the market's state and goes on when it has it."},
    Advice{"wallet-stopped", "plimsoll sends nothing more with this key. Find out who used it, then restart."},
    Advice{"foreign-pending", "plimsoll waits for it. If it is not yours, the key is in other hands: move the funds."},
    Advice{"nonce-gap", "plimsoll waits. Send a transaction with the missing nonce by hand."},
    Advice{"unknown-history", "plimsoll watches first. If the key's past is right: plimsoll run --adopt"},
    Advice{"safe-mode",
           "plimsoll only watches, alarms and sends what is signed, for ten minutes. Look at the log before that is "
           "over."},
    Advice{"journal", "Nothing new is signed; what is signed goes on. Make room on the disk."},
    Advice{"endpoint", "plimsoll follows another node. Look at the first one."},
    Advice{"reads-fail", "plimsoll asks again and elsewhere. Look at your nodes and their limits."},
    Advice{"reference-disagrees",
           "plimsoll uses idle funds first and sells when they agree, or when liquidation is near."},
    Advice{"payload-queued",
           "plimsoll acts when it is executed, if that takes it below the trigger. You can repay or add collateral "
           "before."},
    Advice{"payload-unread", "Look at the protocol's governance pages yourself; `governance` in the market's section."},
    Advice{"parameter-changed", "plimsoll counts by the new rules already. See whether your levels still fit."},
    Advice{"late", "plimsoll decides and sends as soon as it gets to it. Stop what keeps the host busy, or move it."},
    Advice{"clock-off", "plimsoll goes by the chain. Set the host's clock: timedatectl"},
    Advice{"signer-unreachable", "plimsoll asks the service again. Nothing can be signed until it answers."},
    Advice{"alert-channel", "plimsoll tries it again and tells by the others. Try it: plimsoll alert test NAME"},
    Advice{"reload-failed", "The old configuration is in force. Its mistakes: plimsoll check"},
};

}  // namespace

std::string advice_of(std::string_view kind, std::string_view subject) {
    const auto found = std::find_if(kAdvice.begin(), kAdvice.end(), [&](const Advice& advice) {
        return advice.kind.ends_with(':') ? kind.starts_with(advice.kind) : kind == advice.kind;
    });
    if (found == kAdvice.end()) return {};
    std::string out(found->text);
    constexpr std::string_view kName = "NAME";
    if (const auto at = out.find(kName); at != std::string::npos)
        out.replace(at, kName.size(), subject.empty() ? kName : subject);
    while (out.ends_with(' ')) out.pop_back();
    return out;
}

}  // namespace plimsoll::bot
