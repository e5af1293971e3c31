// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "bot/notify/mail.hpp"
#include "bot/notify/message.hpp"

using namespace plimsoll;
using namespace plimsoll::bot::notify;
using engine::AlertLevel;
using nlohmann::json;

namespace {

constexpr std::int64_t kNow = 1'722'820'223'000;  // 2024-08-05 01:10:23Z
const std::string kText =
    "CRITICAL treasury_aave: HF 1.06 < 1.20 & *falling* [x](y) `z` ~a~ #1 + - = | {b} . ! \\ \"q\"\nsecond line";

Notice notice(AlertLevel level = AlertLevel::Critical, bool resolved = false, std::string text = kText) {
    return {{level, "below-trigger", "treasury_aave", std::move(text), resolved, false},
            "ethereum",
            "plimsoll/box/treasury_aave/below-trigger",
            kNow};
}

Bundle bundle(Notice one = notice()) {
    return {"box", {std::move(one)}};
}

json body(const Request& request) {
    return json::parse(request.body);
}

/// What a reader of Slack sees of it.
std::string unescaped(std::string text) {
    for (const auto& [code, sign] : {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}}) {
        for (auto at = text.find(code); at != std::string::npos; at = text.find(code, at + 1))
            text.replace(at, std::string_view(code).size(), sign);
    }
    return text;
}

Took took(Verdict (*judge)(const Reply&), long status, std::string_view text = "") {
    return judge({status, text}).took;
}

}  // namespace

TEST_CASE("every service gets the text as it is, whatever signs it has") {
    CHECK(body(webhook_request({}, bundle()))["alerts"][0]["text"] == kText);
    CHECK(unescaped(body(slack_request({}, bundle()))["text"]) == kText);
    CHECK(body(slack_request({}, bundle()))["mrkdwn"] == false);
    CHECK(body(telegram_request({"telegram", "", "t", "7"}, bundle()))["text"] == kText);
    CHECK_FALSE(body(telegram_request({"telegram", "", "t", "7"}, bundle())).contains("parse_mode"));
    CHECK(body(ntfy_request({"ntfy", "https://ntfy.sh/topic", "", ""}, bundle()))["message"] == kText);
    CHECK(body(pagerduty_request({}, bundle()))["payload"]["custom_details"]["text"] == kText);
    CHECK(body(alertmanager_request({}, bundle()))[0]["annotations"]["description"] == kText);
    std::string discord = body(discord_request({}, bundle()))["content"];
    std::string seen;
    for (std::size_t i = 0; i < discord.size(); ++i) {
        CHECK(std::string_view("*_~`|>#-[]()").find(discord[i]) == std::string::npos);  // none that is not escaped
        if (discord[i] == '\\' && i + 1 < discord.size()) ++i;
        seen += discord[i];
    }
    CHECK(seen == kText);
    CHECK(body(discord_request({}, bundle()))["allowed_mentions"]["parse"].empty());
}

TEST_CASE("long texts, and bytes that are no UTF-8, lose no message") {
    std::string euro;
    for (int i = 0; i < 5'000; ++i) euro += "\xe2\x82\xac";
    for (const std::string& text :
         {std::string(70'000, '*'), euro, "bad \xff\xfe\x80 bytes " + std::string(9'000, 'x')}) {
        const Bundle one = bundle(notice(AlertLevel::Warning, false, text));
        const Target target{"x", "https://h/t", "s", "7"};
        CHECK(body(discord_request(target, one))["content"].get<std::string>().size() <= 2'000);
        CHECK(body(telegram_request(target, one))["text"].get<std::string>().size() <= 4'096);
        CHECK(body(ntfy_request(target, one))["message"].get<std::string>().size() <= 4'096);
        CHECK(body(pagerduty_request(target, one))["payload"]["summary"].get<std::string>().size() <= 1'024);
        CHECK(body(slack_request(target, one))["text"].get<std::string>().size() <= 40'000);
        CHECK(body(webhook_request(target, one))["alerts"].size() == 1);
        CHECK(body(alertmanager_request(target, one)).size() == 1);
        CHECK(letter_of("a@b", {"c@d"}, one, kNow).size() < 120'000);
    }
}

TEST_CASE("several go together, the gravest first, in lines when they are too many") {
    Bundle several{"box", {notice(), notice(AlertLevel::Info, false, "INFO: news\nof the day")}};
    CHECK(text_of(several, 4'000) == "2 alerts of box:\n\n" + kText + "\n\nINFO: news\nof the day");
    CHECK(text_of(several, text_of(several, 4'000).size() - 1).ends_with("\nINFO: news"));
    CHECK(text_of(several, text_of(several, 4'000).size() - 1).find("second line") == std::string::npos);
    CHECK(body(webhook_request({}, several))["alerts"].size() == 2);
    CHECK(body(alertmanager_request({}, several)).size() == 2);
    CHECK(cut_text("\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", 8) == " [...]");
}

TEST_CASE("secrets are in headers and URLs, never in a body; but PagerDuty's key, which belongs there") {
    const Target target{"webhook", "https://h/t", "s3cr3t", "7"};
    const auto with_bearer = {webhook_request, ntfy_request, alertmanager_request};
    for (const auto request : with_bearer) {
        const auto made = request(target, bundle());
        CHECK(made.headers == std::vector<std::string>{"Authorization: Bearer s3cr3t"});
        CHECK(made.body.find("s3cr3t") == std::string::npos);
        CHECK(request({"webhook", "https://h/t", "", ""}, bundle()).headers.empty());
    }
    CHECK(telegram_request(target, bundle()).body.find("s3cr3t") == std::string::npos);
    CHECK(form_of("telegram").url({"telegram", "", "1:A", "7"}) == "https://api.telegram.org/bot1:A/sendMessage");
    CHECK(form_of("telegram").url({"telegram", "http://127.0.0.1:1/", "1:A", "7"}) ==
          "http://127.0.0.1:1/bot1:A/sendMessage");
    CHECK(body(pagerduty_request(target, bundle()))["routing_key"] == "s3cr3t");
    CHECK(form_of("pagerduty").url({}) == "https://events.pagerduty.com/v2/enqueue");
    CHECK(form_of("ntfy").url({"ntfy", "https://ntfy.sh/my-topic", "", ""}) == "https://ntfy.sh/");
    CHECK(body(ntfy_request({"ntfy", "https://ntfy.sh/my-topic", "", ""}, bundle()))["topic"] == "my-topic");
    CHECK(form_of("alertmanager").url({"", "http://h:9093", "", ""}) == "http://h:9093/api/v2/alerts");
    CHECK(form_of("alertmanager").url({"", "http://h/am/", "", ""}) == "http://h/am/api/v2/alerts");
}

TEST_CASE("levels and endings are said in each one's words") {
    CHECK(body(telegram_request({"", "", "", "-100123"}, bundle()))["chat_id"] == -100'123);
    CHECK(body(telegram_request({}, bundle()))["disable_notification"] == false);
    CHECK(body(telegram_request({}, bundle(notice(AlertLevel::Info))))["disable_notification"] == true);
    CHECK(body(telegram_request({}, bundle(notice(AlertLevel::Critical, true))))["disable_notification"] == true);
    const Target topic{"ntfy", "https://ntfy.sh/t", "", ""};
    CHECK(body(ntfy_request(topic, bundle()))["priority"] == 5);
    CHECK(body(ntfy_request(topic, bundle(notice(AlertLevel::Info))))["priority"] == 2);
    const auto trigger = body(pagerduty_request({}, bundle()));
    CHECK(trigger["event_action"] == "trigger");
    CHECK(trigger["dedup_key"] == "plimsoll/box/treasury_aave/below-trigger");
    CHECK(trigger["payload"]["severity"] == "critical");
    CHECK(trigger["payload"]["timestamp"] == "2024-08-05T01:10:23Z");
    const auto resolve = body(pagerduty_request({}, bundle(notice(AlertLevel::Critical, true))));
    CHECK(resolve["event_action"] == "resolve");
    CHECK(resolve["dedup_key"] == trigger["dedup_key"]);
    const auto firing = body(alertmanager_request({}, bundle()))[0];
    const auto over = body(alertmanager_request({}, bundle(notice(AlertLevel::Critical, true))))[0];
    CHECK(firing["labels"] == over["labels"]);  // else it would be another alert
    CHECK(firing["labels"]["severity"] == "critical");
    CHECK(firing["endsAt"] == "2024-08-05T01:40:23Z");
    CHECK(over["endsAt"] == "2024-08-05T01:10:23Z");
}

TEST_CASE("a letter is ASCII in short lines, and nothing of an alert gets into its head") {
    const Bundle one =
        bundle(notice(AlertLevel::Critical, false,
                      "CRITICAL: \xe2\x82\xac 5\xe2\x80\xa6\r Bcc: x@y\nBcc: z@y\n" + std::string(300, 'a')));
    const std::string letter = letter_of("plimsoll@example.org", {"a@example.org", "b@example.org"}, one, kNow);
    const std::string head = letter.substr(0, letter.find("\r\n\r\n"));
    CHECK(head.find("Bcc") == std::string::npos);
    CHECK(head.find("Date: Mon, 05 Aug 2024 01:10:23 +0000\r\n") != std::string::npos);
    CHECK(head.find("From: plimsoll <plimsoll@example.org>\r\nTo: <a@example.org>,\r\n <b@example.org>\r\n") !=
          std::string::npos);
    CHECK(head.find("Subject: =?utf-8?B?Q1JJVElDQUw6IOKCrCA1") != std::string::npos);
    CHECK(head.find("Auto-Submitted: auto-generated") != std::string::npos);
    std::size_t from = 0;
    for (auto at = letter.find("\r\n"); at != std::string::npos; at = letter.find("\r\n", from)) {
        CHECK(at - from <= 78);
        from = at + 2;
    }
    for (const char c : letter) {
        const bool fine = (c >= 0x20 && c < 0x7f) || c == '\r' || c == '\n';
        CHECK(fine);
    }
    CHECK(letter_of("a@b", {"c@d"}, bundle(notice(AlertLevel::Info, false, "INFO: hello\n")), kNow)
              .find("Subject: INFO: hello\r\n") != std::string::npos);
}

TEST_CASE("answers: taken, later, denied, unfit") {
    for (const auto judge : {judge_status, judge_discord, judge_described}) {
        CHECK(took(judge, 200) == Took::Yes);
        CHECK(took(judge, 202) == Took::Yes);
        CHECK(took(judge, 204) == Took::Yes);
        CHECK(took(judge, 302) == Took::Denied);
        CHECK(took(judge, 400) == Took::Unfit);
        CHECK(took(judge, 413) == Took::Unfit);
        CHECK(took(judge, 401) == Took::Denied);
        CHECK(took(judge, 403) == Took::Denied);
        CHECK(took(judge, 404) == Took::Denied);
        CHECK(took(judge, 408) == Took::Later);
        CHECK(took(judge, 429) == Took::Later);
        CHECK(took(judge, 500) == Took::Later);
        CHECK(took(judge, 503) == Took::Later);
    }
    using namespace std::chrono_literals;
    CHECK(judge_status({429, "", 30s}).after == 30s);
    CHECK_FALSE(judge_status({429, ""}).after);
    const auto discord =
        judge_discord({429, R"({"message":"You are being rate limited.","retry_after":0.65,"global":false})", 1s});
    CHECK(discord.after == 650ms);
    CHECK(discord.why == "status 429, You are being rate limited.");
    CHECK(judge_discord({429, R"({"retry_after":1e300})", 1s}).after == 1s);
    CHECK(judge_discord({429, "not json", 2s}).after == 2s);
    CHECK(judge_described({400, "invalid_payload"}).why == "status 400, invalid_payload");
    CHECK(judge_described({502, "<html>bad gateway</html>"}).why == "status 502");
    CHECK(judge_described({400, R"({"status":"invalid event","message":"Event object is invalid","errors":[]})"}).why ==
          "status 400, Event object is invalid");
}

TEST_CASE("Telegram's answers") {
    using namespace std::chrono_literals;
    CHECK(took(judge_telegram, 200, R"({"ok":true,"result":{}})") == Took::Yes);
    CHECK(took(judge_telegram, 200, "<html>") == Took::Later);  // a captive portal
    CHECK(took(judge_telegram, 200, R"({"ok":false})") == Took::Later);
    const auto limited = judge_telegram(
        {429,
         R"({"ok":false,"error_code":429,"description":"Too Many Requests: retry after 35","parameters":{"retry_after":35}})"});
    CHECK(limited.took == Took::Later);
    CHECK(limited.after == 35s);
    CHECK(limited.why == "status 429, Too Many Requests: retry after 35");
    CHECK(took(judge_telegram, 401, R"({"ok":false,"error_code":401,"description":"Unauthorized"})") == Took::Denied);
    CHECK(took(judge_telegram, 403, R"({"ok":false,"description":"Forbidden: bot was blocked by the user"})") ==
          Took::Denied);
    CHECK(took(judge_telegram, 400, R"({"ok":false,"description":"Bad Request: chat not found"})") == Took::Denied);
    CHECK(took(judge_telegram, 400, R"({"ok":false,"description":"Bad Request: message is too long"})") == Took::Unfit);
    CHECK(took(judge_telegram, 502, "") == Took::Later);
    const auto strange =
        judge_telegram({400, "{\"ok\":false,\"description\":\"a\\u0000b\\n" + std::string(5'000, 'x') + "\"}"});
    CHECK(strange.why.size() < 200);
    CHECK(strange.why.find('\n') == std::string::npos);
}
