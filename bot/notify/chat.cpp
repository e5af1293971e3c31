// SPDX-License-Identifier: Apache-2.0
#include "bot/notify/chat.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bot/alerts.hpp"
#include "bot/notify/message.hpp"
#include "config/units.hpp"

namespace plimsoll::bot::notify {

namespace {

using nlohmann::json;

constexpr std::size_t kWordsMost = 4;
constexpr std::size_t kTextMost = 256;

std::optional<std::int64_t> integer_of(const json& object, const char* key) {
    const auto at = object.find(key);
    if (at == object.end() || !at->is_number_integer()) return std::nullopt;
    return at->get<std::int64_t>();
}

std::string lowered(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

std::optional<ChatCommand> command_of(const json& message) {
    const auto text = message.find("text");
    const auto date = integer_of(message, "date");
    if (text == message.end() || !text->is_string() || !date || message.contains("forward_origin")) return std::nullopt;
    const auto& whole = text->get_ref<const std::string&>();
    if (!whole.starts_with('/') || whole.size() > kTextMost) return std::nullopt;
    std::istringstream in(whole.substr(1));
    ChatCommand out;
    out.time_s = *date;
    in >> out.verb;
    out.verb = out.verb.substr(0, out.verb.find('@'));
    out.verb = lowered(std::move(out.verb));
    for (std::string word; out.words.size() < kWordsMost && in >> word;) out.words.push_back(word);
    return out;
}

void take_update(const json& update, const std::vector<std::string>& chats, ChatUpdates& out) {
    const auto id = update.is_object() ? integer_of(update, "update_id") : std::nullopt;
    if (!id || *id < 0 || *id == INT64_MAX) return;
    out.next = std::max(out.next.value_or(0), *id + 1);
    const auto message = update.find("message");
    if (message == update.end() || !message->is_object()) return;
    const auto chat = message->find("chat");
    const auto number = chat != message->end() && chat->is_object() ? integer_of(*chat, "id") : std::nullopt;
    if (!number) return;
    const std::string name = std::to_string(*number);
    if (std::find(chats.begin(), chats.end(), name) == chats.end()) {
        ++out.strangers;
        return;
    }
    auto command = command_of(*message);
    if (!command) return;
    command->chat = name;
    out.commands.push_back(*std::move(command));
}

}  // namespace

Result<ChatUpdates> parse_updates(std::string_view body, const std::vector<std::string>& chats) {
    constexpr std::size_t kUpdatesMost = 100;  // as Telegram's limit
    const auto answer = json::parse(body, nullptr, false);
    if (!answer.is_object()) return fail(Errc::Decode, "an answer that is none of Telegram's");
    const auto ok = answer.find("ok");
    const auto result = answer.find("result");
    const bool good = ok != answer.end() && ok->is_boolean() && ok->get<bool>() && result != answer.end() &&
                      result->is_array() && result->size() <= kUpdatesMost;
    if (!good) return fail(Errc::Decode, "an answer without updates");
    ChatUpdates out;
    for (const auto& update : *result) take_update(update, chats, out);
    return out;
}

std::string Chat::help() const {
    std::string out =
        "/status: what is watched, and how it stands\n/plan POSITION: what would be done now\n"
        "/alerts: what is open, and who takes care of it\n"
        "/ack [ID]: I take care of all that is open, or of one; no repeats, no escalation";
    if (acts_)
        out +=
            "\n/pause [WALLET] [2h]: sign nothing new, for so long or until /resume\n/resume [WALLET]: be protected "
            "again";
    return out;
}

void Chat::obey(const ChatCommand& command, const ChatServices::Said& said) {
    answer(command, [said, mark = name_mark(services_.name)](const std::string& text) { said(mark + text); });
}

void Chat::answer(const ChatCommand& command, const ChatServices::Said& said) {
    if (services_.now_ms() / 1'000 - command.time_s > kOldestS)
        return said(fmt::format("/{} is too old to be obeyed: send it again.", command.verb));
    if (command.verb == "status") return said(services_.status());
    if (command.verb == "plan") {
        if (command.words.size() != 1) return said("Which position? /plan NAME");
        return services_.plan(command.words.front(), said);
    }
    if (command.verb == "alerts") return said(open());
    if (command.verb == "ack") return acknowledge(command, said);
    const bool acting = command.verb == "pause" || command.verb == "resume";
    if (acting && !acts_)
        return said("This chat may only look: commands = \"act\" in the configuration lets it pause and resume.");
    if (command.verb == "pause") return pause(command, said);
    if (command.verb == "resume") return resume(command, said);
    said(help());
}

void Chat::acknowledge(const ChatCommand& command, const ChatServices::Said& said) {
    if (command.words.size() > 1) return said("Which one? /ack ID, or /ack alone for all that is open.");
    const bool all = command.words.empty();
    const std::string word = all ? "" : command.words.front();
    const std::string which = word.size() == alert_id("").size() ? lowered(word) : word;  // as a phone may write it
    const auto count = services_.acknowledge(which, "telegram " + command.chat);
    if (!count)
        return said(
            fmt::format("No open alert is called {}: it is over, or /alerts has another id for it.", words_of(which)));
    if (*count == 0) return said("Nothing is open.");
    said(all ? fmt::format("Noted: {} open alert{}. No repeats until one is graver or over.", *count,
                           *count == 1 ? "" : "s")
             : fmt::format("Noted: {}. No repeats until it is graver or over.", which));
}

std::string Chat::open() const {
    constexpr std::size_t kShown = 20;
    const AlertsNow now = services_.alerts();
    if (now.open_total == 0) return "Nothing is open.";
    std::string out = fmt::format("{} open, the gravest first:", now.open_total);
    for (std::size_t i = 0; i < std::min(now.open.size(), kShown); ++i) {
        const auto& one = now.open[i];
        out += fmt::format("\n{} {} {} {}, for {}{}", one.id, level_word(one.level), one.kind, one.position,
                           duration_text(services_.now_ms() - one.since_ms),
                           one.acknowledged_by.empty() ? "" : ": " + one.acknowledged_by + " takes care");
    }
    if (now.open_total > kShown) out += fmt::format("\nand {} more", now.open_total - kShown);
    return out;
}

/// The wallet named first, or the only one.
std::optional<std::string> Chat::wallet_of(std::vector<std::string>& words, std::string& wrong) const {
    const auto wallets = services_.wallets();
    if (!words.empty() && std::find(wallets.begin(), wallets.end(), words.front()) != wallets.end()) {
        std::string out = words.front();
        words.erase(words.begin());
        return out;
    }
    if (wallets.size() == 1 && (words.empty() || config::parse_amount(config::Unit::Duration, words.front())))
        return wallets.front();
    constexpr std::size_t kNamed = 20;
    wrong = words.empty() ? "Which wallet?" : "No wallet is named so.";
    wrong +=
        " There are: " +
        fmt::format("{}",
                    fmt::join(wallets.begin(),
                              wallets.begin() + static_cast<std::ptrdiff_t>(std::min(wallets.size(), kNamed)), ", "));
    return std::nullopt;
}

void Chat::pause(const ChatCommand& command, const ChatServices::Said& said) {
    auto words = command.words;
    std::string wrong;
    const auto wallet = wallet_of(words, wrong);
    if (!wallet) return said(wrong);
    std::optional<std::chrono::milliseconds> span;
    if (!words.empty()) {
        const auto amount = config::parse_amount(config::Unit::Duration, words.front());
        constexpr std::uint64_t kMost = 366ULL * 86'400'000ULL;
        if (!amount || *amount > U256{kMost}) return said("For how long? Write it as in 30m, 2h or 1d.");
        span = std::chrono::milliseconds(static_cast<std::int64_t>(amount->low_u64()));
    }
    const std::string how_long = words.empty() ? "until /resume" : "for " + words.front();
    services_.pause(
        *wallet, span, "telegram " + command.chat, [said, name = *wallet, how_long](const Result<void>& done) {
            if (done)
                said(fmt::format(
                    "{} is paused {}. Nothing new is signed for it; what is signed goes on. It is not protected "
                    "meanwhile.",
                    name, how_long));
            else if (done.error().code == Errc::Io)
                said(fmt::format("{} is paused, but the journal cannot be written: a restart would end it. {}", name,
                                 done.error().message));
            else
                said("Not paused: " + done.error().message);
        });
}

void Chat::resume(const ChatCommand& command, const ChatServices::Said& said) {
    auto words = command.words;
    std::string wrong;
    const auto wallet = wallet_of(words, wrong);
    if (!wallet) return said(wrong);
    services_.resume(*wallet, "telegram " + command.chat, [said, name = *wallet](const Result<void>& done) {
        said(done ? name + " is protected again." : "Not resumed: " + done.error().message);
    });
}

}  // namespace plimsoll::bot::notify
