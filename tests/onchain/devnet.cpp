// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain/devnet.hpp"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace plimsoll::onchain {

namespace {

constexpr const char* kGenesis = "1700000000";
constexpr auto kStartLimit = std::chrono::seconds(60);
constexpr auto kStopLimit = std::chrono::seconds(5);
constexpr auto kLook = std::chrono::milliseconds(20);

std::string contents(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

Address address_in(const nlohmann::json& object, const char* key) {
    const auto parsed = parse_address(object.at(key).get<std::string>());
    if (!parsed) throw std::runtime_error(std::string(key) + ": " + parsed.error().message);
    return *parsed;
}

std::vector<DevPool> pools_in(const nlohmann::json& list) {
    std::vector<DevPool> out;
    for (const auto& pool : list) {
        out.push_back(
            {address_in(pool, "address"), pool.at("token0").get<std::string>(), pool.at("token1").get<std::string>()});
    }
    return out;
}

DevExchange exchange_in(const nlohmann::json& v3, const nlohmann::json& v2) {
    return {address_in(v3, "router"), address_in(v3, "router_02"),
            address_in(v3, "quoter"), address_in(v3, "position_manager"),
            pools_in(v3.at("pools")), address_in(v2, "router"),
            pools_in(v2.at("pairs"))};
}

DevInfo info_in(const std::string& text) {
    const auto json = nlohmann::json::parse(text);
    const auto& aave = json.at("aave");
    DevInfo out;
    out.ws_url = json.at("ws_url").get<std::string>();
    out.http_url = json.at("http_url").get<std::string>();
    out.provider = address_in(aave, "addresses_provider");
    out.pool = address_in(aave, "pool");
    out.configurator = address_in(aave, "pool_configurator");
    out.oracle = address_in(aave, "oracle");
    out.acl = address_in(aave, "acl_manager");
    out.treasury = address_in(aave, "treasury");
    for (const auto& [symbol, reserve] : aave.at("reserves").items()) {
        const auto& feed = json.at("feeds").at(symbol);
        DevReserve entry;
        entry.symbol = symbol;
        entry.asset = address_in(reserve, "address");
        entry.a_token = address_in(reserve, "a_token");
        entry.debt_token = address_in(reserve, "variable_debt_token");
        entry.stable_token = address_in(reserve, "stable_debt_token");
        entry.decimals = reserve.at("decimals").get<unsigned>();
        entry.source = address_in(feed, "source");
        if (!feed.at("aggregator").is_null()) entry.aggregator = address_in(feed, "aggregator");
        out.reserves.push_back(std::move(entry));
    }
    out.exchange = exchange_in(json.at("uniswap"), json.at("uniswap_v2"));
    if (const auto& morpho = json.at("morpho"); !morpho.is_null()) {
        out.morpho = address_in(morpho, "morpho");
        out.irm = address_in(morpho, "irm");
        for (const auto& [name, market] : morpho.at("markets").items()) {
            DevMorphoMarket entry;
            entry.name = name;
            entry.id = Hash32::parse(market.at("id").get<std::string>()).value();
            entry.loan = market.at("loan").get<std::string>();
            entry.collateral = market.at("collateral").get<std::string>();
            entry.oracle = address_in(market, "oracle");
            entry.feeds = market.at("oracle_kind") == "feeds";
            entry.lltv = U256::from_decimal(market.at("lltv").get<std::string>()).value();
            out.morpho_markets.push_back(std::move(entry));
        }
    }
    for (const auto& account : json.at("accounts")) out.accounts.push_back(address_in(account, "address"));
    return out;
}

}  // namespace

const DevReserve& DevInfo::reserve(std::string_view symbol) const {
    for (const auto& entry : reserves) {
        if (entry.symbol == symbol) return entry;
    }
    throw std::runtime_error("no reserve " + std::string(symbol));
}

Devnet::Devnet(const Devnet* base) {
    start(base);
    try {
        wait();
        info_ = info_in(contents(folder_.path("devnet.json")));
    } catch (...) {
        ::kill(child_, SIGTERM);
        throw;
    }
}

void Devnet::start(const Devnet* base) {
    std::vector<std::string> words = {PLIMSOLL_NODE, PLIMSOLL_DEVNET, "--out", folder_.path("devnet.json")};
    if (base == nullptr) {
        words.insert(words.end(), {"--timestamp", kGenesis});
    } else {
        words.insert(words.end(), {"--fork-url", base->info_.http_url, "--base", base->folder_.path("devnet.json")});
    }
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const std::string log = folder_.path("devnet.log");
    const pid_t parent = ::getpid();
    child_ = ::fork();
    if (child_ < 0) throw std::runtime_error("no process for the local chain");
    if (child_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(1);
    const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
}

void Devnet::wait() {
    const auto limit = std::chrono::steady_clock::now() + kStartLimit;
    while (!std::filesystem::exists(folder_.path("devnet.json"))) {
        int status = 0;
        const bool ended = ::waitpid(child_, &status, WNOHANG) != 0;
        if (ended || std::chrono::steady_clock::now() > limit)
            throw std::runtime_error("the local chain does not start: " + contents(folder_.path("devnet.log")));
        std::this_thread::sleep_for(kLook);
    }
}

Devnet::~Devnet() {
    ::kill(child_, SIGTERM);
    const auto limit = std::chrono::steady_clock::now() + kStopLimit;
    int status = 0;
    while (::waitpid(child_, &status, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() > limit) ::kill(child_, SIGKILL);
        std::this_thread::sleep_for(kLook);
    }
}

}  // namespace plimsoll::onchain
