// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "bot/app/find_chain.hpp"
#include "bot/app/views.hpp"
#include "bot/cli/load_config.hpp"
#include "bot/cli/position_table.hpp"
#include "bot/cli/progress.hpp"
#include "bot/cli/watch.hpp"
#include "config/known.hpp"

namespace plimsoll::bot::cli {

namespace {

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

/// "reading: ethereum, 1240 answers".
ReadTold read_of(Progress& progress, const std::string& chain) {
    progress.say(chain);
    return [&progress, chain, answers = std::size_t{0}](std::size_t more) mutable {
        answers += more;
        progress.say(fmt::format("{}, {} answers", chain, answers));
    };
}

Result<std::vector<PositionView>> views_of_all(const Globals& globals, const config::Settings& settings,
                                               std::optional<BlockNumber> block) {
    std::vector<PositionView> out;
    Progress progress(globals, "reading");
    for (const auto& chain : settings.chains) {
        auto views = configured_views(settings, chain, block, read_of(progress, chain.name));
        if (!views) return fail(std::move(views).error(), "chain " + chain.name);
        out.insert(out.end(), std::make_move_iterator(views->begin()), std::make_move_iterator(views->end()));
    }
    return out;
}

std::vector<ChainLook> watched(const PositionsCommand& command, const std::optional<Place>& place,
                               const config::Settings* settings) {
    std::vector<ChainLook> out;
    if (place) {
        out.push_back(one_account(place->chain, place->market, *command.address));
        return out;
    }
    for (const auto& chain : settings->chains) {
        auto look = configured_on(*settings, chain);
        if (!look.looked.empty()) out.push_back(std::move(look));
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
    std::optional<Place> place;
    if (command.address) {
        place = find_place(globals, command, loaded ? &loaded->settings : nullptr);
        if (!place) return ExitCode::Usage;
    }
    if (command.watch) return watch(globals, command, watched(command, place, loaded ? &loaded->settings : nullptr));
    Result<std::vector<PositionView>> views;
    if (place) {
        Progress progress(globals, "reading");
        auto view = address_view(place->chain, place->market, *command.address, command.block,
                                 read_of(progress, place->market.name));
        if (view)
            views->push_back(*std::move(view));
        else
            views = fail(std::move(view).error(), "market " + place->market.name);
    } else {
        views = views_of_all(globals, loaded->settings, command.block);
    }
    if (!views) {
        say_error(globals, views.error().message);
        return ExitCode::Chain;
    }
    sort_by_risk(*views);
    if (command.json) {
        nlohmann::json out = nlohmann::json::array();
        for (const auto& view : *views) out.push_back(to_json(view));
        fmt::print("{}\n", out.dump(2));
    } else {
        fmt::print("{}", position_table(*views, Style::of(globals.color, STDOUT_FILENO)));
    }
    return ExitCode::Done;
}

}  // namespace plimsoll::bot::cli
