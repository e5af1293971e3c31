// SPDX-License-Identifier: Apache-2.0
#include "bot/init/find.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "bot/app/run_task.hpp"
#include "bot/init/morpho_history.hpp"
#include "bot/shell/endpoints.hpp"
#include "bot/sync.hpp"
#include "chain/lending/registry.hpp"
#include "config/known.hpp"

namespace plimsoll::bot::init {

namespace {

constexpr BlockNumber kMeasured = 200;  // blocks

/// Lower case letters, digits and single dashes.
std::string as_name(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto lower = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        const bool good = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
        if (good)
            out += lower;
        else if (!out.empty() && out.back() != '-')
            out += '-';
    }
    while (out.ends_with('-')) out.pop_back();
    return out;
}

class Finder {
  public:
    Finder(rpc::EthClient& eth, Search search) : eth_(eth), search_(std::move(search)) {}

    Task<Result<Findings>> run() {
        CO_TRY(out_.chain_id, co_await eth_.chain_id());
        const rpc::BlockId latest;
        CO_TRY(const auto header, co_await eth_.header(latest));
        head_ = header.ref;
        co_await measure();
        for (const auto& known : config::known_markets()) {
            if (known.chain_id != out_.chain_id) continue;
            config::Market market;
            market.name = known.name;
            market.protocol = known.protocol;
            market.addresses_provider = known.addresses_provider;
            co_await look_at(std::move(market), true);
        }
        for (const auto& text : search_.markets) co_await asked_for(text);
        if (const auto morpho = where_morpho_is()) co_await of_morpho(*morpho);
        co_return std::move(out_);
    }

  private:
    void say(std::string text) const {
        if (search_.say) search_.say(std::move(text));
    }

    std::optional<Address> where_morpho_is() const {
        if (search_.morpho) return search_.morpho;
        if (first_block_of_morpho(out_.chain_id)) return config::kMorphoBlue;
        return std::nullopt;
    }

    /// A chain whose clock stood still, or jumped, has no block time.
    Task<void> measure() {
        if (head_.number <= kMeasured) co_return;
        rpc::BlockId then;
        then.value = head_.number - kMeasured;
        const auto header = co_await eth_.header(then);
        if (!header || header->ref.timestamp >= head_.timestamp) co_return;
        out_.block_time_ms = (head_.timestamp - header->ref.timestamp) * 1'000 / kMeasured;
    }

    Task<void> look_at(config::Market entry, bool known) {
        say("reading " + entry.name);
        auto made = lending::make_market(entry.protocol, entry.entry());
        if (!made) {
            out_.notes.push_back(fmt::format("{}: {}", entry.name, made.error().message));
            co_return;
        }
        const std::shared_ptr<lending::Market> market = *std::move(made);
        for (const auto& account : search_.accounts) market->watch(account);
        const auto synced = co_await sync(eth_, *market, head_);
        if (!synced || !market->unsupported().empty()) {
            out_.notes.push_back(fmt::format("{} could not be read: {}", entry.name,
                                             synced ? market->unsupported() : synced.error().message));
            co_return;
        }
        bool named = known;
        for (const auto& account : search_.accounts) {
            auto position = market->position(account, head_.timestamp);
            if (!position) {
                out_.notes.push_back(
                    fmt::format("{} of {}: {}", entry.name, to_checksum(account), position.error().message));
                continue;
            }
            const auto holds = [](const lending::AssetPosition& asset) {
                return !asset.debt.is_zero() || (asset.collateral && !asset.supplied.is_zero());
            };
            if (std::none_of(position->assets.begin(), position->assets.end(), holds)) continue;
            if (!std::exchange(named, true)) entry.name = name_of(entry, *position);
            out_.found.push_back({entry, known, market, *std::move(position)});
        }
        out_.looked_at.push_back(entry.name);
    }

    /// "morpho-wsteth-usdc"; a second one of the same assets is told apart by its id.
    std::string name_of(const config::Market& entry, const lending::Position& position) const {
        if (!entry.id) return entry.name;
        std::string pledged;
        std::string lent;
        for (const auto& asset : position.assets) (asset.debt.is_zero() ? pledged : lent) = asset.symbol;
        std::string name = as_name(fmt::format("morpho-{}-{}", pledged, lent));
        constexpr std::size_t kDigits = 6;
        if (is_taken(name)) name += '-' + to_string(*entry.id).substr(2, kDigits);
        return name;
    }

    bool is_taken(const std::string& name) const {
        const auto is = [&](const std::string& other) { return other == name; };
        return std::any_of(search_.taken.begin(), search_.taken.end(), is) ||
               std::any_of(out_.looked_at.begin(), out_.looked_at.end(), is);
    }

    Task<void> asked_for(const std::string& text) {
        config::Market market;
        if (const auto id = Hash32::parse(text)) {
            market.name = "morpho-" + text.substr(2, 8);
            market.protocol = "morpho-blue";
            market.morpho = search_.morpho.value_or(config::kMorphoBlue);
            market.id = *id;
            co_await look_at(std::move(market), false);
            co_return;
        }
        const auto provider = parse_address(text);
        if (!provider) co_return;
        market.name = chain_name(out_.chain_id) + "-aave";
        if (is_taken(market.name)) market.name += '-' + text.substr(2, 6);
        market.protocol = "aave-v3";
        market.addresses_provider = *provider;
        co_await look_at(std::move(market), false);
    }

    Task<void> of_morpho(Address morpho) {
        say("reading the history of Morpho Blue");
        HistoryWanted wanted;
        wanted.morpho = morpho;
        wanted.accounts = search_.accounts;
        wanted.from = search_.from.value_or(first_block_of_morpho(out_.chain_id).value_or(0));
        wanted.to = head_.number;
        wanted.requests = kLogRequests;
        wanted.told = [this](BlockNumber at) { say(fmt::format("Morpho Blue's history back to block {}", at)); };
        const auto history = co_await markets_borrowed_from(eth_, std::move(wanted));
        if (history.reached > history.wanted_from)
            out_.notes.push_back(
                fmt::format("Morpho Blue: the node's logs were read back to block {} only{}; a market borrowed from "
                            "before is found "
                            "by --market ID",
                            history.reached, history.error.empty() ? "" : " (" + history.error + ")"));
        for (const auto& id : history.ids) {
            const auto same = [&](const std::string& text) {
                const auto named = Hash32::parse(text);
                return named && *named == id;
            };
            if (std::any_of(search_.markets.begin(), search_.markets.end(), same)) continue;
            config::Market market;
            market.name = "morpho-" + to_string(id).substr(2, 8);
            market.protocol = "morpho-blue";
            market.morpho = morpho;
            market.id = id;
            co_await look_at(std::move(market), false);
        }
    }

    rpc::EthClient& eth_;
    Search search_;
    Findings out_;
    BlockRef head_;
};

Task<Result<Findings>> find_and_stop(std::vector<std::shared_ptr<rpc::EthClient>> clients, Search search) {
    auto out = co_await find_positions(*clients.front(), std::move(search));
    for (const auto& client : clients) client->endpoint().stop();
    co_return out;
}

}  // namespace

Task<Result<Findings>> find_positions(rpc::EthClient& eth, Search search) {
    Finder finder(eth, std::move(search));
    co_return co_await finder.run();
}

Result<Findings> find_on(const config::Chain& chain, Search search) {
    boost::asio::io_context io(1);
    TRY(auto endpoints, connect_endpoints(io.get_executor(), chain));
    return run_task(io, find_and_stop(endpoints.readable(), std::move(search)));
}

std::string chain_name(ChainId id) {
    constexpr std::pair<ChainId, std::string_view> kNames[] = {
        {1, "ethereum"},      {10, "optimism"}, {56, "bnb"},         {100, "gnosis"},
        {137, "polygon"},     {146, "sonic"},   {324, "zksync"},     {5000, "mantle"},
        {8453, "base"},       {31337, "local"}, {42161, "arbitrum"}, {42220, "celo"},
        {43114, "avalanche"}, {59144, "linea"}, {534352, "scroll"},  {11155111, "sepolia"},
    };
    for (const auto& [known, name] : kNames) {
        if (known == id) return std::string(name);
    }
    return fmt::format("chain-{}", id);
}

}  // namespace plimsoll::bot::init
