// SPDX-License-Identifier: Apache-2.0
#include "bot/console/api.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bot/console/card_json.hpp"
#include "bot/console/news.hpp"
#include "bot/console/parameters.hpp"
#include "bot/engine/event.hpp"
#include "bot/view/alerts_view.hpp"
#include "bot/view/decision_view.hpp"

namespace plimsoll::console {

namespace {

using nlohmann::json;

constexpr std::size_t kListUsual = 50;
constexpr std::size_t kListMost = 200;

std::string text_of(const std::map<std::string, std::string>& parameters, const std::string& name) {
    const auto found = parameters.find(name);
    return found == parameters.end() ? std::string() : found->second;
}

/// How a wallet stands: by its configuration, and by the operator's word.
json wallet_json(const Facts::Wallet& wallet, const Board& board) {
    json out = {{"name", wallet.name},
                {"address", to_string(wallet.address)},
                {"mode", wallet.live ? "live" : "dry-run"},
                {"configured", wallet.live ? "live" : "dry-run"},
                {"dry_run", nullptr},
                {"pause", nullptr}};
    for (const auto& dry : board.dry()) {
        if (dry.wallet != wallet.name) continue;
        out["mode"] = "dry-run";
        out["dry_run"] = {{"since_ms", dry.since_ms}, {"by", dry.by}};
    }
    for (const auto& pause : board.pauses()) {
        if (pause.wallet == wallet.name)
            out["pause"] = {
                {"since_ms", pause.since_ms},
                {"until_ms", pause.until_ms == engine::kUntilResumed ? json(nullptr) : json(pause.until_ms)},
                {"by", pause.by}};
    }
    return out;
}

}  // namespace

http::Response answer_of(const json& body) {
    return {200, "application/json", body.dump(-1, ' ', false, json::error_handler_t::replace)};
}

http::Response trouble(const Error& error) {
    const unsigned status = error.code == Errc::NotFound                              ? 404U
                            : error.code == Errc::Range || error.code == Errc::Decode ? 400U
                            : error.code == Errc::Refused                             ? 409U
                                                                                      : 500U;
    return refusal(status, error.message);
}

Api::Api(boost::asio::any_io_executor executor, std::shared_ptr<Board> board, Gate gate, Facts facts, Desk desk,
         std::unique_ptr<journal::Journal> journal, std::function<std::int64_t()> now_ms)
    : executor_(std::move(executor)),
      board_(std::move(board)),
      gate_(std::move(gate)),
      facts_(std::move(facts)),
      desk_(std::move(desk)),
      journal_(std::move(journal)),
      now_ms_(std::move(now_ms)) {}

http::Route Api::read(std::string path, std::function<http::Response(const Parameters&)> body) {
    return {"GET", "/api/v1/" + std::move(path), [this, body = std::move(body)](const http::Request& request) {
                if (auto refused = gate_.refuse(request)) return *std::move(refused);
                return body(parse_query(request.query));
            }};
}

http::Route Api::later(std::string method, std::string path,
                       std::function<void(const http::Request&, const Parameters&, http::Answer)> body) {
    const bool acts = method != "GET";
    http::Route route{std::move(method), "/api/v1/" + std::move(path), nullptr};
    route.later = [this, acts, body = std::move(body)](const http::Request& request, http::Answer answer) {
        if (auto refused = acts ? gate_.refuse_act(request) : gate_.refuse(request)) return answer(*std::move(refused));
        if (*asking_ >= kAtOnce) return answer(refusal(503, "busy with other questions"));
        body(request, parse_query(request.query), std::move(answer));
    };
    return route;
}

std::vector<http::Route> Api::routes() {
    std::vector<http::Route> out;
    out.push_back(read("status", [this](const Parameters&) { return status(); }));
    out.push_back(read("positions", [this](const Parameters& p) { return positions(p); }));
    out.push_back(read("position", [this](const Parameters& p) { return position(p); }));
    out.push_back(read("transactions", [this](const Parameters& p) { return transactions(p); }));
    out.push_back(read("decisions", [this](const Parameters& p) { return decisions(p); }));
    out.push_back(read("alerts", [this](const Parameters& p) { return alerts(p); }));
    out.push_back(read("events", [this](const Parameters&) { return news(); }));
    out.push_back(later("GET", "whatif", [this](const http::Request&, const Parameters& p, http::Answer answer) {
        ask_what_if(p, std::move(answer));
    }));
    out.push_back(later("GET", "health", [this](const http::Request&, const Parameters&, http::Answer answer) {
        ask_checks(std::move(answer));
    }));
    using Ask = void (Api::*)(const http::Request&, http::Answer);
    const auto act = [&](const char* path, Ask ask) {
        out.push_back(
            later("POST", path, [this, ask](const http::Request& request, const Parameters&, http::Answer answer) {
                (this->*ask)(request, std::move(answer));
            }));
    };
    act("pause", &Api::ask_pause);
    act("resume", &Api::ask_resume);
    act("dry-run", &Api::ask_dry_run);
    act("acknowledge", &Api::ask_acknowledge);
    return out;
}

void Api::wake() {
    std::erase_if(pages_, [](const auto& page) { return page.expired(); });
    for (const auto& weak : pages_) {
        if (const auto page = weak.lock(); page && page->wake) page->wake();
    }
}

http::Response Api::news() {
    http::Response response;
    response.content_type = "text/event-stream";
    response.stream = std::make_shared<News>(board_, now_ms_);
    pages_.push_back(response.stream);
    return response;
}

http::Response Api::status() const {
    std::map<std::string, std::size_t> states;
    std::map<std::string, std::size_t> of_wallet;
    const auto cards = board_->positions();
    for (const auto& card : cards) {
        ++of_wallet[card->view.wallet];
        ++states[std::string(state_of(*card))];
    }
    json wallets = json::array();
    for (const auto& wallet : facts_.wallets) {
        if (wallets.size() == kRowsMost) break;
        wallets.push_back(wallet_json(wallet, *board_));
        wallets.back()["positions"] = of_wallet[wallet.name];
    }
    json chains = json::array();
    for (const auto& chain : board_->chains()) chains.push_back(chain_json(chain));
    return answer_of({{"schema", 1},
                      {"name", facts_.name},
                      {"version", facts_.version},
                      {"commit", facts_.commit},
                      {"mode", facts_.live ? "live" : "dry-run"},
                      {"now_ms", now_ms_()},
                      {"token", gate_.has_token()},
                      {"control", gate_.has_token() && desk_.pause != nullptr},
                      {"positions", cards.size()},
                      {"states", states},
                      {"wallets", std::move(wallets)},
                      {"chains", std::move(chains)}});
}

http::Response Api::positions(const Parameters& parameters) const {
    const std::string wanted = text_of(parameters, "q");
    auto cards = board_->positions();
    std::erase_if(cards, [&](const Board::Card& card) {
        return card->view.name.find(wanted) == std::string::npos && card->view.wallet.find(wanted) == std::string::npos;
    });
    std::sort(cards.begin(), cards.end(), [](const auto& a, const auto& b) {
        return a->health == b->health ? a->view.name < b->view.name : a->health < b->health;
    });
    const std::size_t all = cards.size();
    cards.resize(std::min(all, limit_of(parameters, 100, kRowsMost)));
    json rows = json::array();
    for (const auto& card : cards)
        rows.push_back(row_json(*card, board_->last_decision(card->view.name), board_->trail(card->view.name)));
    return answer_of({{"schema", 1}, {"now_ms", now_ms_()}, {"total", all}, {"positions", std::move(rows)}});
}

http::Response Api::position(const Parameters& parameters) const {
    const std::string name = text_of(parameters, "name");
    const auto card = board_->position(name);
    if (!card) return refusal(404, "there is no position \"" + name + "\", or it has not been read yet");
    return answer_of(page_json(*card, board_->last_decision(name), board_->trail(name)));
}

http::Response Api::transactions(const Parameters& parameters) const {
    if (!journal_) return refusal(503, "the journal cannot be read");
    journal::HistoryFilter filter;
    if (const auto name = text_of(parameters, "position"); !name.empty()) filter.position = name;
    filter.limit = limit_of(parameters, kListUsual, kListMost);
    const auto steps = journal_->history(filter);
    if (!steps) return trouble(steps.error());
    json out = json::array();
    for (const auto& rows : *steps) {
        if (rows.empty()) continue;
        json step = bot::to_json(rows);
        if (const auto card = board_->position(rows.front().position)) {
            step["base_unit"] = to_string(card->view.position.base_unit);
            step["base_currency"] = card->currency;
        }
        out.push_back(std::move(step));
    }
    return answer_of({{"schema", 1}, {"transactions", std::move(out)}});
}

http::Response Api::decisions(const Parameters& parameters) const {
    const std::size_t limit = limit_of(parameters, kListUsual, kListMost);
    const std::string name = text_of(parameters, "position");
    json out = json::array();
    const auto add = [&](std::int64_t time_ms, const engine::Decision& decision) {
        json row = bot::to_json(decision);
        row["time_ms"] = time_ms;
        if (const auto card = board_->position(decision.position)) row["assets"] = names_json(*card);
        out.push_back(std::move(row));
    };
    // Those of this life are at hand; the journal has them all, a moment later.
    const auto fresh = board_->decisions(name, limit);
    for (const auto& note : fresh) add(note.time_ms, *note.decision);
    if (fresh.size() < limit && journal_) {
        const auto rows = journal_->decisions(name, limit);
        if (!rows) return trouble(rows.error());
        for (const auto& row : *rows) {
            if (out.size() == limit) break;
            if (fresh.empty() || row.time_ms < fresh.back().time_ms) add(row.time_ms, row.decision);
        }
    }
    return answer_of({{"schema", 1}, {"decisions", std::move(out)}});
}

http::Response Api::alerts(const Parameters& parameters) const {
    if (!journal_) return refusal(503, "the journal cannot be read");
    const auto rows = journal_->alerts(0, limit_of(parameters, kListUsual, kListMost));
    if (!rows) return trouble(rows.error());
    json out = json::array();
    for (const auto& row : *rows)
        out.push_back({{"time_ms", row.time_ms},
                       {"level", journal::to_string(row.alert.level)},
                       {"kind", row.alert.kind},
                       {"subject", row.alert.position},
                       {"text", row.alert.text},
                       {"resolved", row.alert.resolved},
                       {"delivered", row.delivered}});
    json now = bot::to_json(*board_->alerts());
    now["schema"] = 1;
    now["now_ms"] = now_ms_();
    now["alerts"] = std::move(out);
    return answer_of(now);
}

void Api::ask_what_if(const Parameters& parameters, http::Answer answer) {
    Question question;
    question.position = text_of(parameters, "name");
    auto card = board_->position(question.position);
    if (!card) return answer(refusal(404, "there is no position \"" + question.position + "\""));
    auto prices = parse_prices(text_of(parameters, "prices"));
    if (!prices) return answer(trouble(prices.error()));
    question.prices = *std::move(prices);
    desk_.what_if(std::move(question), back<Result<WhatIf>>(std::move(answer), [card](const Result<WhatIf>& given) {
                      if (given) return answer_of(what_if_json(*given, *card));
                      if (given.error().code != Errc::NotFound) return trouble(given.error());
                      // Between a block and what is read of it: no failure, but nothing to say either.
                      return answer_of({{"name", card->view.name}, {"unavailable", given.error().message}});
                  }));
}

void Api::ask_checks(http::Answer answer) {
    desk_.checks(back<std::vector<http::Check>>(std::move(answer), [](const std::vector<http::Check>& checks) {
        constexpr std::size_t kShown = 500;
        json out = json::array();
        bool ready = !checks.empty();
        for (const bool ok : {false, true}) {  // what fails stands first
            for (const auto& check : checks) {
                ready = ready && check.ok;
                if (check.ok == ok && out.size() < kShown)
                    out.push_back({{"name", check.name}, {"ok", check.ok}, {"detail", check.detail}});
            }
        }
        return answer_of({{"schema", 1}, {"ready", ready}, {"total", checks.size()}, {"checks", std::move(out)}});
    }));
}

}  // namespace plimsoll::console
