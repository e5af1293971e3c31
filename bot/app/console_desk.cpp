// SPDX-License-Identifier: Apache-2.0
#include "bot/app/console_desk.hpp"

#include <boost/asio/post.hpp>
#include <chrono>

#include "bot/log.hpp"
#include "bot/version.hpp"
#include "chain/types/unix_time.hpp"

namespace plimsoll::bot {

namespace {

const std::string kBy = "console";

Result<console::WhatIf> answer(const ConsoleReach& reach, const console::Question& question) {
    for (const auto& chain : *reach.chains) {
        const auto* levels = chain->levels(question.position);
        if (levels != nullptr) return console::what_if(chain->engine(), levels->market, levels->trigger, question);
    }
    return fail(Errc::NotFound, "there is no position " + question.position);
}

/// Each question is put to the loop, and answered there between two events.
console::Desk console_desk(ConsoleReach reach) {
    console::Desk desk;
    desk.what_if = [reach](console::Question question, std::function<void(Result<console::WhatIf>)> done) {
        boost::asio::post(*reach.loop, [reach, question = std::move(question), done = std::move(done)] {
            done(answer(reach, question));
        });
    };
    desk.checks = [reach](std::function<void(std::vector<http::Check>)> done) {
        boost::asio::post(*reach.loop, [reach, done = std::move(done)] { done(reach.checks()); });
    };
    desk.pause = [reach](std::string wallet, std::optional<std::chrono::seconds> span,
                         std::function<void(Result<void>)> done) {
        boost::asio::post(*reach.loop, [reach, wallet = std::move(wallet), span, done = std::move(done)] {
            reach.people->operators().pause(wallet, span, kBy, reach.people->showing(done));
        });
    };
    desk.resume = [reach](std::string wallet, std::function<void(Result<void>)> done) {
        boost::asio::post(*reach.loop, [reach, wallet = std::move(wallet), done = std::move(done)] {
            reach.people->operators().resume(wallet, kBy, reach.people->showing(done));
        });
    };
    desk.dry_run = [reach](std::string wallet, bool dry, std::function<void(Result<void>)> done) {
        boost::asio::post(*reach.loop, [reach, wallet = std::move(wallet), dry, done = std::move(done)] {
            auto& person = reach.people->operators();
            if (dry)
                person.dry_run(wallet, kBy, reach.people->showing(done));
            else
                person.live(wallet, kBy, reach.people->showing(done));
        });
    };
    desk.acknowledge = [reach](std::string which, std::function<void(Result<std::size_t>)> done) {
        boost::asio::post(*reach.loop, [reach, which = std::move(which), done = std::move(done)] {
            done(reach.people->acknowledge(which, kBy));
        });
    };
    return desk;
}

console::Facts console_facts(const config::Settings& settings) {
    console::Facts facts;
    facts.name = settings.daemon.name.value_or("");
    facts.version = std::string(kVersion);
    facts.commit = std::string(kCommit);
    facts.live = settings.mode == config::Mode::Live;
    for (const auto& wallet : settings.wallets)
        facts.wallets.push_back({wallet.name, wallet.address, settings.live(wallet)});
    return facts;
}

}  // namespace

Result<std::unique_ptr<console::Console>> open_console(const config::Settings& settings,
                                                       std::shared_ptr<console::Board> board, ConsoleReach reach) {
    if (!settings.console.enabled) return std::unique_ptr<console::Console>();
    console::Console::Parts parts;
    const auto kept = board;
    parts.board = std::move(board);
    parts.facts = console_facts(settings);
    parts.desk = console_desk(std::move(reach));
    parts.journal_path = settings.daemon.data_dir + "/journal.db";
    parts.course_path = settings.daemon.data_dir + "/courses";
    parts.now_ms = unix_ms;  // the loop's clock is the loop's
    auto console = console::Console::start(settings.console, std::move(parts));
    if (console) {
        log::info("console", {{"url", (*console)->url()}});
        keep_configured(*kept, settings);
        return console;
    }
    if (console.error().code != Errc::Io) return fail(std::move(console).error(), "console");
    log::error("there is no console", {{"reason", console.error().message}});
    return std::unique_ptr<console::Console>();
}

void keep_configured(console::Board& board, const config::Settings& settings) {
    std::vector<std::string> names;
    for (const auto& wallet : settings.wallets) {
        for (const auto& position : wallet.positions) names.push_back(position.name);
    }
    board.keep(names);
}

}  // namespace plimsoll::bot
