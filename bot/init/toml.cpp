// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>

#include "bot/init/draft.hpp"
#include "config/units.hpp"

namespace plimsoll::bot::init {

namespace {

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

/// `comment` at a fixed column behind a line, where there is room.
std::string line(std::string text, std::string_view comment) {
    constexpr std::size_t kColumn = 44;
    if (text.size() < kColumn) text.resize(kColumn, ' ');
    return fmt::format("{} # {}\n", text, comment);
}

/// The page is served without an entry too; with a token it may also act.
std::string console_toml(const Draft& draft) {
    if (!draft.console_token) return {};
    return "\n[console]\n" + line("listen = \"127.0.0.1:1877\"", "in a browser on this host: http://127.0.0.1:1877") +
           fmt::format("token  = {{ file = {} }}\n", quoted(*draft.console_token));
}

std::string chain_toml(const DraftChain& chain) {
    std::string nodes;
    for (const auto& url : chain.rpc) nodes += (nodes.empty() ? "" : ", ") + quoted(url);
    std::string out = fmt::format("\n[chain.{}]\nid  = {}\nrpc = [{}]\n", chain.name, chain.id, nodes);
    if (chain.secret_file) out += fmt::format("rpc_secret = {{ file = {} }}\n", quoted(*chain.secret_file));
    if (chain.block_time_ms)
        out += line("block_time = " + quoted(config::format_amount(config::Unit::Duration, U256{*chain.block_time_ms})),
                    "as measured");
    return out;
}

std::string market_toml(const DraftPosition& position) {
    const auto& market = position.found.market;
    std::string out = fmt::format("\n[market.{}]\nchain    = {}\nprotocol = {}\n", market.name, quoted(position.chain),
                                  quoted(market.protocol));
    if (market.addresses_provider)
        out += fmt::format("addresses_provider = {}\n", quoted(to_checksum(*market.addresses_provider)));
    if (market.morpho) out += fmt::format("morpho   = {}\n", quoted(to_checksum(*market.morpho)));
    if (market.id) out += fmt::format("id       = {}\n", quoted(to_string(*market.id)));
    return out;
}

std::string wallet_toml(const Draft& draft, const DraftWallet& wallet) {
    std::string out = fmt::format("\n[wallet.{}]\naddress = {}\n", wallet.name, quoted(to_checksum(wallet.address)));
    out += line("mode    = \"dry-run\"", "\"live\" when you have seen it decide; `mode` above must say live too");
    if (draft.keystore && draft.passphrase_file)
        return out + fmt::format("signer  = {{ keystore = {}, passphrase = {{ file = {} }} }}\n",
                                 quoted(*draft.keystore), quoted(*draft.passphrase_file));
    return out +
           "# Without a signer it only watches. Make a keystore by `plimsoll keys import`, both files with mode 0600:\n"
           "# signer = { keystore = \"/etc/plimsoll/main.json\", passphrase = { file = \"/etc/plimsoll/main.pass\" } "
           "}\n";
}

/// By the wallet's own key: what it holds idle, and what is supplied of the asset that is owed.
std::string strategies(const DraftPosition& position) {
    for (const auto& asset : position.found.position.assets) {
        if (!asset.supplied.is_zero() && !asset.debt.is_zero())
            return R"(["repay-with-supplied", "repay-from-wallet"])";
    }
    return R"(["repay-from-wallet"])";
}

std::string position_toml(const Draft& draft, const DraftPosition& position) {
    const auto factor = [](Wad level) { return quoted(config::format_amount(config::Unit::Factor, level.value)); };
    const auto& wallet = draft.wallets[position.wallet].name;
    std::string out = fmt::format("\n# {}.\n# These levels mean: {}.\n", holdings(position), meaning(position));
    out += fmt::format("[[wallet.{}.position]]\nname    = {}\nmarket  = {}\n", wallet, quoted(position.name),
                       quoted(position.found.market.name));
    out += line("warn    = " + factor(position.levels.warn), "health factor below which you are told");
    out += line("trigger = " + factor(position.levels.trigger), "below which it acts; liquidation begins at 1");
    out += line("target  = " + factor(position.levels.target), "to which it restores");
    out += fmt::format("strategies = {}\n", strategies(position));
    out +=
        "# To sell collateral instead of using idle funds: \"repay-with-collateral\", which needs the guard (README).\n"
        "limits = { max_slippage = \"0.5%\", max_fee_per_gas = \"300 gwei\", max_gas_per_day = \"0.5 ETH\", cooldown = "
        "\"2m\" }\n";
    return out;
}

}  // namespace

std::string to_toml(const Draft& draft) {
    std::string out =
        "# plimsoll.toml, proposed by `plimsoll init` from what the nodes said. Nothing is sent: it is a dry run.\n"
        "# What it would do:  plimsoll check --explain     Every setting:  plimsoll config schema\n"
        "\nversion = 1\n";
    out += line("mode = \"dry-run\"", "\"live\" sends; each wallet must say live too and have a signer");
    out += fmt::format("\n[daemon]\ndata_dir = {}\n", quoted(draft.data_dir));
    out += console_toml(draft);
    for (const auto& chain : draft.chains) out += chain_toml(chain);
    std::vector<std::string> written;
    for (const auto& position : draft.positions) {
        const auto& name = position.found.market.name;
        if (position.found.known || std::find(written.begin(), written.end(), name) != written.end()) continue;
        written.push_back(name);
        out += market_toml(position);
    }
    for (std::size_t i = 0; i < draft.wallets.size(); ++i) {
        out += wallet_toml(draft, draft.wallets[i]);
        for (const auto& position : draft.positions) {
            if (position.wallet == i) out += position_toml(draft, position);
        }
    }
    return out;
}

}  // namespace plimsoll::bot::init
