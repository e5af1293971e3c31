// SPDX-License-Identifier: Apache-2.0
#include "bot/notify/channel.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include "bot/notify/mail.hpp"
#include "bot/notify/mail_worker.hpp"
#include "bot/shell/signer_identity.hpp"
#include "chain/rpc/http_worker.hpp"
#include "config/secrets.hpp"

namespace plimsoll::bot::notify {

namespace asio = boost::asio;

namespace {

/// From a worker's thread to the loop, which is kept at work until then.
template <class Answer>
std::function<void(Answer)> on_loop(const asio::any_io_executor& executor, std::function<Verdict(const Answer&)> judge,
                                    Channel::Done done) {
    asio::any_io_executor tracked = asio::prefer(executor, asio::execution::outstanding_work.tracked);
    return [tracked, judge = std::move(judge), done = std::move(done)](const Answer& answer) {
        asio::post(tracked, [verdict = judge(answer), done] { done(verdict); });
    };
}

class HttpChannel : public Channel {
  public:
    HttpChannel(asio::any_io_executor executor, const Form& form, std::vector<Target> readers,
                rpc::HttpWorkerOptions options)
        : executor_(std::move(executor)), form_(form), readers_(std::move(readers)), worker_(std::move(options)) {}

    void send(std::size_t reader, const Bundle& bundle, Done done) override {
        Request request = form_.request(readers_[reader], bundle);
        const auto judge = [judge = form_.judge](const Result<rpc::HttpReply>& reply) -> Verdict {
            if (!reply)
                return {reply.error().code == Errc::Refused ? Took::Denied : Took::Later, reply.error().message};
            return judge({reply->status, reply->body, reply->retry_after});
        };
        const auto answered = on_loop<Result<rpc::HttpReply>>(executor_, judge, done);
        if (!worker_.post(std::move(request.body), kAnswerLimit, answered, request.headers))
            asio::post(executor_, [done] { done({Took::Later, "stopped"}); });
    }
    void stop() override { worker_.stop(); }

  private:
    asio::any_io_executor executor_;
    const Form& form_;
    std::vector<Target> readers_;
    rpc::HttpWorker worker_;
};

class MailChannel : public Channel {
  public:
    MailChannel(asio::any_io_executor executor, MailOptions options)
        : executor_(std::move(executor)), from_(options.from), to_(options.to), worker_(std::move(options)) {}

    void send(std::size_t, const Bundle& bundle, Done done) override {
        const std::int64_t now = bundle.notices.front().raised_ms;
        const std::function<Verdict(const Verdict&)> same = [](const Verdict& verdict) { return verdict; };
        if (!worker_.send(letter_of(from_, to_, bundle, now), on_loop<Verdict>(executor_, same, done)))
            asio::post(executor_, [done] { done({Took::Later, "stopped"}); });
    }
    void stop() override { worker_.stop(); }

  private:
    asio::any_io_executor executor_;
    std::string from_;
    std::vector<std::string> to_;
    MailWorker worker_;
};

/// The configured URL with the secret in its place; what is left of the secret is used otherwise.
Result<Target> target_of(const config::AlertChannel& settings) {
    Target out;
    out.kind = settings.kind;
    out.url = settings.url.value_or("");
    if (!settings.secret) return out;
    auto secret = config::read_secret(*settings.secret);
    if (!secret) return fail(std::move(secret).error(), "[alert." + settings.name + "] secret");
    for (const char c : secret->text()) {
        if (c <= ' ' || c >= 0x7f)
            return fail(Errc::Refused, "[alert." + settings.name + "] secret: it has blanks or strange characters");
    }
    if (out.url.find(config::kSecretPlaceholder) == std::string::npos)
        out.secret = std::string(secret->text());
    else
        out.url = config::with_secret(std::move(out.url), *secret);
    return out;
}

/// What is wrong with it is found here, not when the first alert is to go out.
Result<void> see_authorities(const config::AlertChannel& settings) {
    if (!settings.ca) return {};
    const auto read = read_certificates(*settings.ca, "ca");
    return read ? Result<void>{} : fail(Error(read.error()), "[alert." + settings.name + "]");
}

Result<std::unique_ptr<Channel>> open_mail(const asio::any_io_executor& executor,
                                           const config::AlertChannel& settings) {
    MailOptions options;
    options.server = settings.server.value_or("");
    options.tls = settings.tls;
    options.from = settings.from.value_or("");
    options.to = settings.to;
    options.user = settings.user.value_or("");
    options.ca_file = settings.ca.value_or("");
    if (settings.secret) {
        auto secret = config::read_secret(*settings.secret);
        if (!secret) return fail(std::move(secret).error(), "[alert." + settings.name + "] secret");
        options.password = std::string(secret->text());
    }
    return std::make_unique<MailChannel>(executor, std::move(options));
}

}  // namespace

Result<std::unique_ptr<Channel>> open_channel(const asio::any_io_executor& executor,
                                              const config::AlertChannel& settings) {
    constexpr std::size_t kReplyBytes = 64U << 10U;
    TRY_VOID(see_authorities(settings));
    if (settings.kind == "email") return open_mail(executor, settings);
    const Form& form = form_of(settings.kind);
    TRY(const Target target, target_of(settings));
    std::vector<Target> readers(1, target);
    if (!settings.chats.empty()) {
        readers.clear();
        for (const auto& chat : settings.chats) {
            readers.push_back(target);
            readers.back().chat = chat;
        }
    }
    auto url = rpc::Url::parse(form.url(target));
    if (!url) return fail(std::move(url).error(), "[alert." + settings.name + "] url");
    rpc::HttpWorkerOptions options;
    options.url = *std::move(url);
    options.ca_file = settings.ca.value_or("");
    options.body_bytes = kReplyBytes;
    options.queued = 2 * readers.size() + 2;
    options.connections = 2;
    options.reuse = false;  // on a kept connection that has died libcurl sends a second time by itself
    return std::make_unique<HttpChannel>(executor, form, std::move(readers), std::move(options));
}

std::vector<LaneRule> lanes_of(const config::AlertChannel& settings) {
    using engine::AlertLevel;
    LaneRule rule;
    rule.name = rule.channel = settings.name;
    rule.level = settings.level == "critical"  ? AlertLevel::Critical
                 : settings.level == "warning" ? AlertLevel::Warning
                                               : AlertLevel::Info;
    rule.use = settings.use == "escalation" ? Use::Escalation : settings.use == "backup" ? Use::Backup : Use::Always;
    const auto ms = [](std::chrono::seconds span) { return std::chrono::milliseconds(span).count(); };
    rule.after_ms = ms(settings.after);
    rule.repeat_ms = ms(settings.repeat);
    rule.test_every_ms = settings.test_every ? ms(*settings.test_every) : 0;
    rule.notices_max = 10;
    if (settings.kind != "email") {
        const Form& form = form_of(settings.kind);
        rule.notices_max = form.notices_max;
        rule.keeps_state = form.keeps_state;
        rule.acknowledges = form.acknowledges;
        if (settings.kind == "alertmanager") rule.repeat_ms = 0;  // it forgets what is not repeated
    }
    std::vector<LaneRule> out(1, rule);
    for (std::size_t i = 0; i < settings.chats.size() && settings.chats.size() > 1; ++i) {
        out.resize(i + 1, rule);
        out[i].name = settings.name + '/' + settings.chats[i];
    }
    return out;
}

}  // namespace plimsoll::bot::notify
