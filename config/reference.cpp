// SPDX-License-Identifier: Apache-2.0
#include "config/reference.hpp"

#include <fmt/format.h>

#include "config/known.hpp"
#include "config/schema.hpp"
#include "config/value.hpp"

namespace plimsoll::config {

namespace {

std::string amount_text(Unit unit) {
    switch (unit) {
        case Unit::Duration:
            return "duration";
        case Unit::Percent:
            return "percentage, at most two digits behind the point";
        case Unit::Fee:
            return "fee per gas";
        case Unit::Coin:
            return "amount of the chain's coin";
        case Unit::Usd:
            return "value";
        case Unit::Size:
            return "size";
        case Unit::Blocks:
            return "number of blocks";
        case Unit::Factor:
            return "health factor, up to 18 digits behind the point";
    }
    return "";
}

std::string form_text(const Rule& rule) {
    switch (rule.kind) {
        case Kind::Amount: {
            const std::string units = unit_names(rule.unit);
            return amount_text(rule.unit) + (units.empty() ? "" : fmt::format(" ({})", units));
        }
        case Kind::Count:
            return "whole number";
        case Kind::Bool:
            return "true or false";
        case Kind::Name:
            return "name";
        case Kind::Path:
            return "path";
        case Kind::Choice:
            return fmt::format("one of {}", fmt::join(choices_of(rule), ", "));
        case Kind::Choices:
            return fmt::format("list of {}", fmt::join(choices_of(rule), ", "));
        case Kind::Text:
            return "text";
        case Kind::Texts:
            return "list of texts";
        case Kind::Listen:
            return "host:port";
        case Kind::Nodes:
            return "list of ws, wss, http, https URLs, or of tables with `url`, `roles` (of follow, read, send), "
                   "`requests_per_second` and `requests_per_day`";
        case Kind::Url:
            return "http or https URL";
        case Kind::Address:
            return "address (EIP-55)";
        case Kind::Addresses:
            return "list of addresses (EIP-55)";
        case Kind::Hash:
            return "hash (0x and 64 hex digits)";
        case Kind::Prices:
            return fmt::format("table of asset and price ({})", unit_names(rule.unit));
        case Kind::Secret:
            return "reference to a secret";
    }
    return "";
}

std::string bounds_text(const Rule& rule) {
    const auto show = [&](const U256& v) {
        return rule.kind == Kind::Amount ? format_amount(rule.unit, v) : to_string(v);
    };
    switch (rule.kind) {
        case Kind::Amount:
        case Kind::Count:
            return fmt::format("; {} to {}", show(rule.least), show(rule.most));
        case Kind::Choices:
        case Kind::Texts:
        case Kind::Nodes:
        case Kind::Addresses:
        case Kind::Prices:
            return fmt::format("; at most {}", to_string(rule.most));
        case Kind::Bool:
        case Kind::Name:
        case Kind::Text:
        case Kind::Path:
        case Kind::Choice:
        case Kind::Listen:
        case Kind::Url:
        case Kind::Address:
        case Kind::Hash:
        case Kind::Secret:
            break;
    }
    return "";
}

template <class Owner>
std::string section(const std::string& title, const std::string& text) {
    std::string out = fmt::format(
        "## {}\n\n{}\n\n| key | form | default | example | meaning |\n| --- | --- | --- | --- | --- |\n", title, text);
    for (const auto& setting : settings_of<Owner>()) {
        const Rule& rule = setting.rule;
        const std::string value = write_value(rule, setting.get(Owner{}));
        std::string fallback = "required";
        if (rule.need == Need::Default) fallback = fmt::format("`{}`", value);
        if (rule.need == Need::Optional) fallback = "none";
        out += fmt::format("| `{}` | {}{} | {} | `{}` | {}{} |\n", rule.key, form_text(rule), bounds_text(rule),
                           fallback, rule.example, rule.text, rule.restart ? " Needs a restart." : "");
    }
    return out + '\n';
}

}  // namespace

std::string reference_markdown() {
    std::string out =
        "# plimsoll.toml\n\n"
        "TOML, at most 1 MiB, `version = 1` at the top. Keys that are not listed here are errors. Numbers carry their "
        "unit "
        "in quotes; health factors are decimals in quotes, exact to 18 digits. Relative paths start at the folder of "
        "the "
        "file. A secret is `{ file = \"/path\" }` (mode 0600 or stricter), `{ credential = \"name\" }` (systemd) or "
        "`{ fd = N }`, never a literal.\n\n"
        "A variable `PLIMSOLL__SECTION__KEY` overrides the file: `PLIMSOLL__DAEMON__LISTEN`, "
        "`PLIMSOLL__CHAIN__ETHEREUM__RPC` (items of lists are separated by commas), "
        "`PLIMSOLL__WALLET__TREASURY__POSITION__TREASURY_AAVE__LIMITS__COOLDOWN` (the position by its name). `-` in "
        "names "
        "is written `_`. `plimsoll config show` says where each value comes from.\n\n";
    out += section<Settings>("Top of the file", "Besides `version`.");
    out += section<Daemon>("[daemon]", "The process.");
    out += section<Heartbeat>("[heartbeat]", "Somebody outside who notices silence.");
    out += section<Console>("[console]", "The page for the operator.");
    out += section<Chain>("[chain.NAME]", "One network and its nodes.");
    out += section<Market>("[market.NAME]", "One deployment of a lending protocol. Known markets need no section.");
    out += section<Lender>("[lender.NAME]",
                           "Who lends for the length of one transaction. A market's own Aave pool needs "
                           "no section.");
    out += section<Pool>("[pool.NAME]", "A pool that sales may go through, followed by its events.");
    out += section<Router>("[router.NAME]", "A contract through which the pools of its kind are used.");
    out +=
        section<Feed>("[feed.NAME]", "A price feed: how often it speaks. The main ones of Ethereum need no section.");
    out += section<Aggregator>("[aggregator.NAME]",
                               "A service that offers swaps. It is asked when a sale is near; without its answer a "
                               "rescue goes through the pools.");
    out +=
        section<Relay>("[relay.NAME]",
                       "Who takes transactions to block builders without showing them to everybody. A rescue that has "
                       "time goes to relays alone for `private_blocks`, one that has none goes everywhere at once.");
    out += section<AlertChannel>("[alert.NAME]",
                                 "A way to reach people. What cannot be sent waits in the journal and is tried again. "
                                 "`plimsoll alert test` tries each.");
    out += section<Wallet>("[wallet.NAME]", "One account. Without a signer it is watched only.");
    out += section<Signer>("signer of [wallet.NAME]",
                           "`signer = { keystore = ..., passphrase = ... }`, or a service: `signer = { remote = ..., "
                           "certificate = ..., key = ... }`. Checked against `address`.");
    out += section<Position>("[[wallet.NAME.position]]", "One market that the wallet is watched in.");
    out += section<Limits>("limits of [[wallet.NAME.position]]",
                           "`limits = { ... }`. A limit that stops a rescue raises an alert "
                           "that names it.");
    out += "## Known markets\n\n| name | chain id | protocol | PoolAddressesProvider |\n| --- | --- | --- | --- |\n";
    for (const auto& market : known_markets())
        out += fmt::format("| `{}` | {} | {} | `{}` |\n", market.name, market.chain_id, market.protocol,
                           to_checksum(market.addresses_provider));
    return out;
}

}  // namespace plimsoll::config
