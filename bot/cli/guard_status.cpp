// SPDX-License-Identifier: Apache-2.0
// `guard status`: what stands on chain against what is configured.
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "bot/app/guard_findings.hpp"
#include "bot/cli/guard_send.hpp"
#include "bot/cli/load_config.hpp"
#include "bot/cli/table.hpp"

namespace plimsoll::bot::cli {

namespace {

nlohmann::ordered_json policy_json(const guard::Policy& policy) {
    const auto list = [](const std::vector<Address>& addresses) {
        nlohmann::ordered_json out = nlohmann::ordered_json::array();
        for (const auto& address : addresses) out.push_back(to_checksum(address));
        return out;
    };
    return {{"guardian", to_checksum(policy.guardian)},
            {"expiry", policy.expiry},
            {"cooldown", policy.cooldown},
            {"max_loss_bps", policy.max_loss_bps},
            {"may_close", policy.may_close},
            {"trigger", to_string(policy.trigger)},
            {"floor", to_string(policy.floor)},
            {"ceiling", to_string(policy.ceiling)},
            {"value_per_day", to_string(policy.value_per_day)},
            {"collaterals", list(policy.collaterals)},
            {"debts", list(policy.debts)},
            {"venues", list(policy.venues)}};
}

nlohmann::ordered_json guard_json(const GuardSubject& subject, const GuardStatus& status,
                                  const std::vector<CheckLine>& lines) {
    nlohmann::ordered_json out = {{"name", subject.position.name},
                                  {"account", to_checksum(subject.wallet.address)},
                                  {"market", subject.market.name},
                                  {"chain", subject.chain.name},
                                  {"guard", to_checksum(subject.guard())},
                                  {"contract", to_checksum(subject.contract())},
                                  {"block", status.head.number},
                                  {"deployed", !status.code.empty()},
                                  {"genuine", status.genuine},
                                  {"policy", nullptr},
                                  {"configured", nullptr}};
    if (status.has_policy()) out["policy"] = policy_json(status.standing.policy);
    if (status.wanted) out["configured"] = policy_json(*status.wanted);
    out["spent"] = {{"current", to_string(status.standing.spent_current)},
                    {"previous", to_string(status.standing.spent_previous)},
                    {"window_start", status.standing.window_start},
                    {"last_plan", status.standing.last_plan}};
    out["grants"] = nlohmann::ordered_json::array();
    for (const auto& grant : status.grants)
        out["grants"].push_back({{"kind", to_string(grant.kind)},
                                 {"what", grant.what},
                                 {"contract", to_checksum(grant.contract)},
                                 {"given", grant.given}});
    out["lines"] = nlohmann::ordered_json::array();
    for (const auto& line : lines)
        out["lines"].push_back({{"name", line.name}, {"ok", line.ok}, {"detail", line.detail}, {"mend", line.mend}});
    return out;
}

struct Answer {
    nlohmann::ordered_json json;
    std::vector<CheckLine> lines;
};

Task<Result<void>> look_at(rpc::Eth& eth, GuardSubject subject, Answer& out) {
    CO_TRY(const auto status, co_await read_guard_status(eth, subject, PolicyTerms()));
    out.lines = guard_findings(subject, status);
    out.json = guard_json(subject, status, out.lines);
    co_return Result<void>();
}

Result<Answer> answer_of(const config::Settings& settings, const config::Wallet& wallet,
                         const config::Position& position) {
    TRY(auto subject, guard_subject(settings, position, {}));
    TRY(subject.guardian, configured_address(wallet));
    Answer out;
    TRY_VOID(at_chain(subject.chain, [&](rpc::Eth& eth) { return look_at(eth, subject, out); }));
    return out;
}

void print(const Globals& globals, const std::vector<CheckLine>& lines) {
    const Style style = Style::of(globals.color, STDOUT_FILENO);
    for (const auto& line : lines) {
        if (globals.quiet && line.ok) continue;
        const std::string word = line.ok ? style.good("ok") + "     " : style.bad("problem");
        fmt::print("{}  {}: {}\n", word, line.name, line.detail);
        if (!line.mend.empty()) fmt::print("         {} {}\n", style.bold("mend:"), line.mend);
    }
}

}  // namespace

ExitCode guard_status(const Globals& globals, const GuardStatusCommand& command) {
    const auto loaded = load_config(globals);
    if (!loaded) return ExitCode::ConfigInvalid;
    const auto& settings = loaded->settings;
    if (!command.name.empty() && find_position(globals, settings, command.name) == nullptr) return ExitCode::Usage;
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    bool good = true;
    bool any = false;
    for (const auto& wallet : settings.wallets) {
        for (const auto& position : wallet.positions) {
            if (command.name.empty() ? !wallet.guard : position.name != command.name) continue;
            any = true;
            auto answer = answer_of(settings, wallet, position);
            if (!answer) return failed(globals, answer.error());
            for (const auto& line : answer->lines) good = good && line.ok;
            if (!command.json) print(globals, answer->lines);
            all.push_back(std::move(answer->json));
        }
    }
    if (!any) say(globals, "no wallet has a guard");
    if (command.json) fmt::print("{}\n", all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    return good ? ExitCode::Done : ExitCode::Attention;
}

}  // namespace plimsoll::bot::cli
