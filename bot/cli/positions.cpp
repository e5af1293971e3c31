// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "bot/app/find_chain.hpp"
#include "bot/app/views.hpp"
#include "bot/cli/load_config.hpp"
#include "bot/cli/table.hpp"
#include "bot/engine/text.hpp"
#include "config/known.hpp"

namespace plimsoll::bot::cli {

namespace {

std::string money(const U256& value, const U256& unit) {
    const auto decimals = static_cast<unsigned>(to_string(unit).size() - 1);
    return fixed(value, decimals, 2);
}

std::string liquidation_text(const PositionView& view) {
    std::string out;
    for (const auto& price : view.liquidation_prices) {
        if (price.price.is_zero()) continue;
        for (const auto& asset : view.position.assets) {
            if (asset.asset != price.asset) continue;
            if (!out.empty()) out += ", ";
            out += fmt::format("{} {} {}", asset.symbol,
                               price.rises ? ">=" : "<=", money(price.price.value, view.position.base_unit));
        }
    }
    return out.empty() ? "-" : out;
}

std::string health_cell(const PositionView& view, const Style& style) {
    const auto& health = view.position.summary.health_factor;
    std::string text = engine::health_text(health);
    if (health.value < kWad || (view.trigger && health < *view.trigger)) return style.bad(text);
    if (view.warn && health < *view.warn) return style.warn(text);
    return text;
}

void print_table(const Globals& globals, const std::vector<PositionView>& views) {
    const Style style = Style::of(globals.color, STDOUT_FILENO);
    using Column = Table::Column;
    Table table({Column{"position"}, Column{"market"}, Column{"mode"}, Column{"health", Table::Align::Right},
                 Column{"trigger", Table::Align::Right}, Column{"collateral", Table::Align::Right},
                 Column{"debt", Table::Align::Right}, Column{"liquidated at"}, Column{"block", Table::Align::Right}});
    for (const auto& view : views) {
        const auto& position = view.position;
        table.add({view.name.empty() ? to_string(position.account) : view.name, view.market,
                   view.name.empty() ? "-" : (view.live ? "live" : "dry-run"), health_cell(view, style),
                   view.trigger ? engine::health_text(*view.trigger) : "-",
                   money(position.summary.collateral.value, position.base_unit),
                   money(position.summary.debt.value, position.base_unit), liquidation_text(view),
                   std::to_string(position.block.number)});
    }
    fmt::print("{}", table.render(style));
}

/// Where an address is looked up: a configured or known market, over a configured chain or the node of --rpc.
struct Place {
    config::Chain chain;
    config::Market market;
};

/// The id of a market of Morpho Blue, after Morpho's address and a colon where that is not the usual one.
std::optional<config::Market> morpho_market(const std::string& text) {
    const auto colon = text.find(':');
    const auto id = Hash32::parse(colon == std::string::npos ? text : text.substr(colon + 1));
    const auto contract =
        colon == std::string::npos ? Result<Address>(config::kMorphoBlue) : parse_address(text.substr(0, colon));
    if (!id || !contract) return std::nullopt;
    config::Market market;
    market.name = text;
    market.protocol = "morpho-blue";
    market.morpho = *contract;
    market.id = *id;
    return market;
}

std::optional<config::Market> named_market(const PositionsCommand& command, const config::Settings* settings) {
    if (settings != nullptr) {
        for (const auto& market : settings->markets) {
            if (market.name == command.market || (command.market.empty() && settings->markets.size() == 1))
                return market;
        }
    }
    config::Market market;
    market.protocol = "aave-v3";
    if (const auto* known = config::known_market(command.market)) {
        market.name = known->name;
        market.protocol = known->protocol;
        market.addresses_provider = known->addresses_provider;
        return market;
    }
    if (const auto provider = parse_address(command.market)) {
        market.name = command.market;
        market.addresses_provider = *provider;
        return market;
    }
    return morpho_market(command.market);
}

std::optional<Place> find_place(const Globals& globals, const PositionsCommand& command,
                                const config::Settings* settings) {
    const auto market = named_market(command, settings);
    if (!market) {
        say_error(
            globals, "unknown market \"" + command.market + "\"",
            "--market takes a name from the configuration, a known market such as aave-v3-core, the address of "
            "a PoolAddressesProvider, or the id of a market of Morpho Blue (0xMORPHO:0xID where Morpho is not at its "
            "usual address)");
        return std::nullopt;
    }
    Place place;
    place.market = *market;
    if (command.rpc.empty()) {
        const auto* chain = settings == nullptr ? nullptr : find_chain(*settings, market->chain);
        if (chain == nullptr) {
            say_error(globals, "no node for market \"" + market->name + "\"", "give one by --rpc URL");
            return std::nullopt;
        }
        place.chain = *chain;
        return place;
    }
    place.chain.name = "rpc";
    place.chain.rpc.push_back(command.rpc);
    const auto* known = config::known_market(market->name);
    const auto id = known != nullptr ? Result<ChainId>(known->chain_id) : ask_chain_id(command.rpc);
    if (!id) {
        say_error(globals, id.error().message, "see that the node runs and that the URL is right");
        return std::nullopt;
    }
    place.chain.id = *id;
    return place;
}

Result<std::vector<PositionView>> views_of_all(const config::Settings& settings, std::optional<BlockNumber> block) {
    std::vector<PositionView> out;
    for (const auto& chain : settings.chains) {
        auto views = configured_views(settings, chain, block);
        if (!views) return fail(std::move(views).error(), "chain " + chain.name);
        out.insert(out.end(), std::make_move_iterator(views->begin()), std::make_move_iterator(views->end()));
    }
    return out;
}

}  // namespace

ExitCode positions(const Globals& globals, const PositionsCommand& command) {
    std::optional<config::Loaded> loaded;
    if (command.rpc.empty() || !globals.config.empty()) {
        loaded = load_config(globals);
        if (!loaded) return ExitCode::ConfigInvalid;
    }
    Result<std::vector<PositionView>> views;
    if (command.address) {
        const auto place = find_place(globals, command, loaded ? &loaded->settings : nullptr);
        if (!place) return ExitCode::Usage;
        auto view = address_view(place->chain, place->market, *command.address, command.block);
        if (view)
            views->push_back(*std::move(view));
        else
            views = fail(std::move(view).error(), "market " + place->market.name);
    } else {
        views = views_of_all(loaded->settings, command.block);
    }
    if (!views) {
        say_error(globals, views.error().message);
        return ExitCode::Chain;
    }
    std::sort(views->begin(), views->end(), [](const auto& a, const auto& b) {
        return a.position.summary.health_factor < b.position.summary.health_factor;
    });
    if (command.json) {
        nlohmann::json out = nlohmann::json::array();
        for (const auto& view : *views) out.push_back(to_json(view));
        fmt::print("{}\n", out.dump(2));
    } else {
        print_table(globals, *views);
    }
    return ExitCode::Done;
}

}  // namespace plimsoll::bot::cli
