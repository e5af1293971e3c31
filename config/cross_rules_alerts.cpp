// SPDX-License-Identifier: Apache-2.0
// Ways to reach people: what each kind needs, and secrets that would be readable on the way.
#include <algorithm>
#include <fmt/format.h>

#include "config/context.hpp"
#include "config/secrets.hpp"

namespace plimsoll::config {

namespace {

class Check {
  public:
    Check(const AlertChannel& channel, Context& context)
        : channel_(channel), context_(context), base_("alert." + channel.name) {}

    void run() {
        if (!context_.good(base_ + ".kind")) return;
        const bool mail = is("email");
        const bool phone = is("telegram");
        const bool has_url = channel_.url.has_value();
        if (is("webhook") || is("slack") || is("discord") || is("ntfy") || is("alertmanager"))
            needs(has_url, "url", "where messages go", "\"https://example.org/hook\"");
        if (phone || is("pagerduty"))
            needs(channel_.secret.has_value(), "secret", phone ? "the bot's token" : "the integration key",
                  "{ credential = \"alerts\" }");
        needs(!phone || !channel_.chats.empty(), "chats", "who gets the messages", "[\"123456789\"]");
        needs(!mail || channel_.server.has_value(), "server", "who takes the mail", "\"smtp.example.org:587\"");
        needs(!mail || channel_.from.has_value(), "from", "the sender's address", "\"plimsoll@example.org\"");
        needs(!mail || !channel_.to.empty(), "to", "who gets the mail", "[\"me@example.org\"]");
        needs(!channel_.user || channel_.secret, "secret", "the password", "{ credential = \"smtp\" }");
        only_of(phone, "chats", !channel_.chats.empty(), "telegram");
        only_of(phone, "commands", channel_.commands != "off", "telegram");
        only_of(mail, "server", channel_.server.has_value(), "email");
        only_of(mail, "tls", channel_.tls != "starttls", "email");
        only_of(mail, "from", channel_.from.has_value(), "email");
        only_of(mail, "to", !channel_.to.empty(), "email");
        only_of(mail, "user", channel_.user.has_value(), "email");
        const bool plain = (channel_.url && channel_.url->starts_with("http:")) || (mail && channel_.tls == "none");
        if (channel_.ca && plain) wrong("ca", Code::NotForKind, "nothing is encrypted on this way", "remove it");
        if (mail && has_url) wrong("url", Code::NotForKind, "an email goes to `server`", "remove it");
        check_secret();
        check_way();
        check_forms();
    }

  private:
    bool is(std::string_view kind) const { return channel_.kind == kind; }

    void wrong(std::string_view key, Code code, std::string why, std::string mend) {
        const std::string path = fmt::format("{}.{}", base_, key);
        if (!context_.good(path)) return;
        context_.report.error(code, context_.place(path, context_.place(base_ + ".kind")), path,
                              fmt::format("`{}` in [{}] cannot be so", key, base_), std::move(why), std::move(mend));
    }
    void needs(bool there, std::string_view key, std::string_view what, std::string_view example) {
        const std::string path = fmt::format("{}.{}", base_, key);
        if (there || !context_.good(path)) return;
        context_.report.error(
            Code::MissingKey, context_.place(base_ + ".kind"), path, fmt::format("`{}` is missing in [{}]", key, base_),
            fmt::format("{} needs it: {}", channel_.kind, what), fmt::format("add {} = {}", key, example));
    }
    void only_of(bool its, std::string_view key, bool given, std::string_view kind) {
        if (!its && given)
            wrong(key, Code::NotForKind, fmt::format("it is of {}, and this is {}", kind, channel_.kind), "remove it");
    }

    void check_secret() {
        const bool used = channel_.url && channel_.url->find(kSecretPlaceholder) != std::string::npos;
        if (used && !channel_.secret)
            wrong("url", Code::SecretPlaceholder, "{secret} stands for nothing",
                  "add secret = { credential = \"alerts\" }");
        const bool own = is("telegram") || is("pagerduty");
        if (used && own)
            wrong("url", Code::SecretPlaceholder, "its secret goes into each request by itself", "remove {secret}");
        if (!used && channel_.secret && (is("slack") || is("discord")))
            wrong("secret", Code::SecretPlaceholder, "no URL says {secret}",
                  "write {secret} where the secret part belongs in the URL");
        if (is("email") && channel_.secret && !channel_.user)
            wrong("secret", Code::NotForKind, "a password without somebody who logs in", "add user = \"...\"");
    }

    /// A secret must not be readable on the way, nor what is told of somebody's money.
    void check_way() {
        if (channel_.url && !channel_.url->starts_with("https:") && !is_local_http(*channel_.url)) {
            if (channel_.secret)
                wrong("url", Code::LiteralSecret, "the secret would go over plain http", "write https://");
            else if (context_.good(base_ + ".url"))
                context_.report.warning(Code::OpenToOthers, context_.place(base_ + ".url"), base_ + ".url",
                                        fmt::format("alerts of [{}] can be read on the way", base_), "plain http",
                                        "write https://");
        }
        if (is("email") && channel_.tls == "none" && channel_.server && !channel_.server->starts_with("127.0.0.1:"))
            wrong("tls", Code::LiteralSecret, "mail and password would go in the clear",
                  "write tls = \"starttls\" or \"implicit\"");
    }

    void check_forms() {
        for (const auto& chat : channel_.chats) {
            const std::size_t sign = chat.starts_with('-') ? 1 : 0;
            const bool number = chat.size() > sign && chat.size() <= 20 &&
                                chat.find_first_not_of("0123456789", sign) == std::string::npos;
            if (!number)
                wrong("chats", Code::Malformed, "a chat is a number: write to the bot, then ask getUpdates for it",
                      "write chats = [\"123456789\"]");
        }
        const auto address = [&](std::string_view key, const std::string& text) {
            const auto at = text.find('@');
            const bool good = at != std::string::npos && at > 0 && at + 1 < text.size() &&
                              text.find_first_of(" <>,;\"()\\") == std::string::npos &&
                              std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
            if (!good) wrong(key, Code::Malformed, "no mail address", "write it as in \"me@example.org\"");
        };
        if (channel_.from) address("from", *channel_.from);
        for (const auto& to : channel_.to) address("to", to);
        if (channel_.server) {
            const auto colon = channel_.server->rfind(':');
            const bool good = colon != std::string::npos && colon > 0 && colon + 1 < channel_.server->size() &&
                              channel_.server->size() - colon <= 6 &&
                              channel_.server->find_first_not_of("0123456789", colon + 1) == std::string::npos &&
                              channel_.server->find_first_of("/@ ") == std::string::npos;
            if (!good)
                wrong("server", Code::Malformed, "host and port are wanted", "write it as in \"smtp.example.org:587\"");
        }
        if (is("ntfy") && channel_.url) {
            const auto slash = channel_.url->rfind('/');
            const bool topic =
                slash != std::string::npos && slash + 1 < channel_.url->size() && channel_.url->find("://") + 2 < slash;
            if (!topic)
                wrong("url", Code::BadUrl, "the topic is missing", "write it as in \"https://ntfy.sh/my-topic\"");
        }
    }

    const AlertChannel& channel_;
    Context& context_;
    std::string base_;
};

/// A name goes into every message, into keys and labels of others.
void check_name(const Settings& settings, Context& context) {
    constexpr std::size_t kLongest = 40;
    const std::string path = "daemon.name";
    if (!settings.daemon.name || !context.good(path)) return;
    const std::string& name = *settings.daemon.name;
    constexpr std::string_view kKnown = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    if (!name.empty() && name.size() <= kLongest && name.find_first_not_of(kKnown) == std::string::npos) return;
    context.report.error(Code::Malformed, context.place(path), path, "`name` in [daemon] cannot be so",
                         "it may have letters, digits, - _ and dots, at most 40", "write it as in \"desk-1\"");
}

}  // namespace

void check_alerts(const Settings& settings, Context& context) {
    check_name(settings, context);
    bool always = settings.alerts.empty();
    for (const auto& channel : settings.alerts) {
        Check(channel, context).run();
        always = always || channel.use == "always";
    }
    if (!always)
        context.report.error(Code::NoUse, {}, "alert", "no [alert.NAME] is told at once",
                             "each is for escalation or a backup", "leave out `use` in one of them");
}

}  // namespace plimsoll::config
