// SPDX-License-Identifier: Apache-2.0
#include "bot/metrics.hpp"

#include <cstdlib>
#include <doctest/doctest.h>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

using namespace plimsoll;
using metrics::Metrics;
using metrics::Seconds;

namespace {

struct Exposition {
    std::map<std::string, double> samples;  // "name{labels}" as written
    std::set<std::string> types;
    std::string bad;  // first line that is neither a comment nor a sample
};

bool is_name(std::string_view text) {
    return !text.empty() && (text.front() < '0' || text.front() > '9') &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:") ==
               std::string_view::npos;
}

/// Takes {name="value",...} from the front; false when it is malformed.
bool take_labels(std::string_view& text) {
    if (!text.starts_with('{')) return true;
    do {
        text.remove_prefix(1);
        const auto equals = text.find("=\"");
        if (equals == std::string_view::npos || !is_name(text.substr(0, equals))) return false;
        std::size_t at = equals + 2;
        while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2U : 1U;
        if (at >= text.size()) return false;
        text.remove_prefix(at + 1);
    } while (text.starts_with(','));
    if (!text.starts_with('}')) return false;
    text.remove_prefix(1);
    return true;
}

/// The text format of Prometheus, version 0.0.4.
Exposition parse(const std::string& text) {
    Exposition out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("# HELP ")) continue;
        if (line.starts_with("# TYPE ")) {
            const auto end = line.find(' ', 7);
            const std::string type = end == std::string::npos ? "" : line.substr(end + 1);
            if (type != "counter" && type != "gauge" && type != "histogram") out.bad = line;
            if (!out.types.insert(line.substr(7, end - 7)).second) out.bad = "second type of " + line;
            continue;
        }
        std::string_view rest = line;
        const auto name = rest.substr(0, rest.find_first_of("{ "));
        rest.remove_prefix(name.size());
        if (!is_name(name) || !take_labels(rest) || !rest.starts_with(' ')) {
            out.bad = line;
            continue;
        }
        const std::string key = line.substr(0, line.size() - rest.size());
        char* end = nullptr;
        const std::string number(rest.substr(1));
        const double value = std::strtod(number.c_str(), &end);
        if (number.empty() || *end != '\0') out.bad = line;
        if (!out.samples.emplace(key, value).second) out.bad = "sample given twice: " + line;
    }
    if (text.empty() || text.back() != '\n') out.bad = "no end of line";
    return out;
}

const metrics::BuildInfo kBuild{"0.1.0", "abc"};

}  // namespace

TEST_SUITE("metrics") {
    TEST_CASE("every figure appears under its name and the text is well formed") {
        Metrics all(kBuild, 1000);
        auto series = all.position({"ethereum", "core", "a \"b\" \\ c"});
        series.set({.health_factor = 1.25,
                    .trigger = 1.3,
                    .target = 1.6,
                    .collateral_usd = 2000,
                    .debt_usd = 1000,
                    .liquidation_distance = 0.2,
                    .at_risk = true,
                    .liquidation_prices = {{"WETH", 1600.5}}});
        all.mode(true);
        all.ready(true);
        all.config_loaded(true, 1234);
        all.decided("p", "hold", Seconds(0.0001));
        all.refused("limit-value-per-day");
        all.acted("p", "repay-from-wallet", "rescued");
        all.rescued("repay-with-collateral", 2, 37);
        all.audited("equal", 1);
        all.transactions_pending("ethereum", 2);
        all.transaction_replaced("ethereum");
        all.transaction_ended("ethereum", "succeeded");
        all.transaction_included("ethereum", 2);
        all.head("ethereum", "127.0.0.1:8545", 100, 5000);
        all.price("ethereum", "WETH", "0xfeed", 4990, 3600);
        all.pending_prices("ethereum", "shown", 2);
        all.pending_prices("ethereum", "gone", 1);
        all.reorganised("ethereum", 3);
        all.rpc_done("127.0.0.1:8545", "eth_call", Seconds(0.02));
        all.rpc_failed("127.0.0.1:8545", "-32000");
        all.block_decided("ethereum", Seconds(0.2));
        all.loop_late(Seconds(0.4));
        all.journal_written(Seconds(0.002));
        all.journal_failed();
        all.alert("act", "log", "sent");
        all.log_lines_dropped(5);
        all.log_lines_dropped(7);

        const auto out = parse(all.text(5012.5));
        CHECK(out.bad == "");
        const std::string who = R"(chain="ethereum",market="core",position="a \"b\" \\ c"})";
        const std::map<std::string, double> expected = {
            {R"(plimsoll_position_health_factor{basis="protocol",)" + who, 1.25},
            {"plimsoll_position_liquidation_distance_ratio{" + who, 0.2},
            {"plimsoll_position_trigger{" + who, 1.3},
            {"plimsoll_position_target{" + who, 1.6},
            {"plimsoll_position_collateral_usd{" + who, 2000},
            {"plimsoll_position_debt_usd{" + who, 1000},
            {"plimsoll_position_blocks_at_risk_total{" + who, 1},
            {R"(plimsoll_position_liquidation_price{asset="WETH",)" + who, 1600.5},
            {R"(plimsoll_decision_total{outcome="hold",position="p"})", 1},
            {"plimsoll_decision_seconds_count", 1},
            {R"(plimsoll_block_decision_seconds_bucket{chain="ethereum",le="0.25"})", 1},
            {R"(plimsoll_block_decision_seconds_bucket{chain="ethereum",le="0.1"})", 0},
            {R"(plimsoll_loop_late_seconds_bucket{le="1"})", 1},
            {R"(plimsoll_loop_late_seconds_bucket{le="0.3"})", 0},
            {R"(plimsoll_refusal_total{reason="limit-value-per-day"})", 1},
            {R"(plimsoll_action_total{outcome="rescued",position="p",strategy="repay-from-wallet"})", 1},
            {R"(plimsoll_rescue_total{rung="2",strategy="repay-with-collateral"})", 1},
            {R"(plimsoll_rescue_cost_bps_bucket{strategy="repay-with-collateral",le="20"})", 0},
            {R"(plimsoll_rescue_cost_bps_bucket{strategy="repay-with-collateral",le="50"})", 1},
            {R"(plimsoll_audit_total{result="equal"})", 1},
            {R"(plimsoll_tx_pending{chain="ethereum"})", 2},
            {R"(plimsoll_tx_replaced_total{chain="ethereum"})", 1},
            {R"(plimsoll_tx_outcome_total{chain="ethereum",outcome="succeeded"})", 1},
            {R"(plimsoll_tx_inclusion_blocks_bucket{chain="ethereum",le="1"})", 0},
            {R"(plimsoll_tx_inclusion_blocks_bucket{chain="ethereum",le="2"})", 1},
            {R"(plimsoll_head_block{chain="ethereum",endpoint="127.0.0.1:8545"})", 100},
            {R"(plimsoll_head_age_seconds{chain="ethereum"})", 12.5},
            {R"(plimsoll_price_updated_timestamp_seconds{asset="WETH",chain="ethereum",feed="0xfeed"})", 4990},
            {R"(plimsoll_price_heartbeat_seconds{asset="WETH",chain="ethereum",feed="0xfeed"})", 3600},
            {R"(plimsoll_pending_prices_total{chain="ethereum",outcome="shown"})", 2},
            {R"(plimsoll_pending_prices_total{chain="ethereum",outcome="gone"})", 1},
            {R"(plimsoll_reorg_total{chain="ethereum"})", 1},
            {R"(plimsoll_reorg_depth{chain="ethereum"})", 3},
            {R"(plimsoll_rpc_requests_total{endpoint="127.0.0.1:8545",method="eth_call"})", 1},
            {R"(plimsoll_rpc_errors_total{code="-32000",endpoint="127.0.0.1:8545"})", 1},
            {R"(plimsoll_rpc_seconds_count{endpoint="127.0.0.1:8545"})", 1},
            {"plimsoll_journal_write_seconds_count", 1},
            {"plimsoll_journal_errors_total", 1},
            {R"(plimsoll_alert_total{channel="log",level="act",outcome="sent"})", 1},
            {"plimsoll_log_lines_dropped_total", 7},
            {R"(plimsoll_mode{mode="live"})", 1},
            {R"(plimsoll_mode{mode="dry-run"})", 0},
            {"plimsoll_ready", 1},
            {"plimsoll_config_last_reload_successful", 1},
            {"plimsoll_config_last_reload_success_timestamp_seconds", 1234},
            {R"(plimsoll_build_info{commit="abc",version="0.1.0"})", 1},
            {"process_start_time_seconds", 1000},
        };
        for (const auto& [name, value] : expected) {
            CAPTURE(name);
            REQUIRE(out.samples.contains(name));
            CHECK(out.samples.at(name) == doctest::Approx(value));
        }
        CHECK(out.samples.at("process_resident_memory_bytes") > 1e5);
    }

    TEST_CASE("a failed reload keeps the time of the last good one") {
        Metrics all(kBuild, 0);
        all.config_loaded(true, 10);
        all.config_loaded(false, 20);
        const auto out = parse(all.text(0));
        CHECK(out.samples.at("plimsoll_config_last_reload_successful") == 0);
        CHECK(out.samples.at("plimsoll_config_last_reload_success_timestamp_seconds") == 10);
    }

    TEST_CASE("the age of the head grows while no head comes") {
        Metrics all(kBuild, 0);
        all.head("c", "e", 1, 100);
        CHECK(parse(all.text(101)).samples.at(R"(plimsoll_head_age_seconds{chain="c"})") == 1);
        CHECK(parse(all.text(500)).samples.at(R"(plimsoll_head_age_seconds{chain="c"})") == 400);
    }

    TEST_CASE("the series of a position disappear with it, prices with their asset") {
        Metrics all(kBuild, 0);
        {
            auto series = all.position({"c", "m", "gone"});
            series.set({.liquidation_prices = {{"A", 1}, {"B", 2}}});
            series.set({.health_factor = std::numeric_limits<double>::infinity(), .liquidation_prices = {{"B", 3}}});
            const std::string text = all.text(0);
            CHECK(parse(text).bad == "");
            CHECK(text.find("asset=\"A\"") == std::string::npos);
            CHECK(text.find("asset=\"B\"") != std::string::npos);
            CHECK(text.find("position=\"gone\"} +Inf") != std::string::npos);
        }
        CHECK(all.text(0).find("gone") == std::string::npos);
    }

    TEST_CASE("label values that a node could invent are bounded") {
        Metrics all(kBuild, 0);
        for (int i = 0; i < 3'000; ++i) all.rpc_failed("node", std::to_string(i));
        all.rpc_failed("node", "7");
        all.rpc_failed(std::string(1'000, 'x'), std::string(1'000'000, 'y'));
        const std::string text = all.text(0);
        const auto out = parse(text);
        CHECK(out.bad == "");
        CHECK(out.samples.at(R"(plimsoll_rpc_errors_total{code="other",endpoint="other"})") == 3'000 - 1'024 + 1);
        CHECK(out.samples.at(R"(plimsoll_rpc_errors_total{code="7",endpoint="node"})") == 2);
        CHECK(text.size() < 200'000);
    }
}
