// SPDX-License-Identifier: Apache-2.0
#include "bot/quotes/aggregator_client.hpp"

#include <fmt/format.h>

#include "chain/rpc/http_exchange.hpp"
#include "config/secrets.hpp"

namespace plimsoll::bot {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kQuestionsMost = 16;

/// Header values are one line of printable characters: a key with a newline would be another header.
bool is_header_value(std::string_view text) {
    for (const char c : text) {
        if (c < 0x21 || c > 0x7e) return false;
    }
    return !text.empty();
}

std::string header(const dex::KeyHeader& header, std::string_view key) {
    return fmt::format("{}: {}{}", header.name, header.prefix, key);
}

}  // namespace

Result<std::shared_ptr<AggregatorClient>> AggregatorClient::make(const asio::any_io_executor& executor,
                                                                 const config::Aggregator& settings, Options options) {
    auto service = dex::make_aggregator(settings.kind);
    if (service == nullptr)
        return fail(Errc::NotFound,
                    fmt::format("aggregator {}: no service of kind \"{}\"", settings.name, settings.kind));
    rpc::HttpWorkerOptions worker;
    auto url = rpc::Url::parse(settings.url.value_or(std::string(service->public_url())));
    if (!url) return fail(url.error(), "aggregator " + settings.name);
    if (url->is_socket())
        return fail(Errc::Decode, fmt::format("aggregator {}: a URL of HTTP is needed", settings.name));
    worker.url = *std::move(url);
    worker.ca_file = options.ca_file;
    worker.body_bytes = options.answer_bytes;
    worker.queued = kQuestionsMost;
    worker.connections = 2;
    for (const auto& [key, value] : service->request({}).headers)
        worker.headers.push_back(fmt::format("{}: {}", key, value));
    if (settings.key) {
        auto key = config::read_secret(*settings.key);
        if (!key) return fail(key.error(), "aggregator " + settings.name);
        if (!is_header_value(key->text()))
            return fail(Errc::Decode, fmt::format("aggregator {}: the key of {} holds what no header may",
                                                  settings.name, config::describe(*settings.key)));
        worker.headers.push_back(header(service->key_header(), key->text()));
    }
    return std::shared_ptr<AggregatorClient>(
        new AggregatorClient(executor, settings, std::move(options), std::move(service), std::move(worker)));
}

AggregatorClient::AggregatorClient(asio::any_io_executor executor, const config::Aggregator& settings, Options options,
                                   std::unique_ptr<dex::Aggregator> service, rpc::HttpWorkerOptions worker)
    : executor_(std::move(executor)),
      name_(settings.name),
      deadline_(settings.deadline),
      targets_(settings.targets),
      prefix_(worker.url.target.substr(0, worker.url.target.find_last_not_of('/') + 1)),
      options_(std::move(options)),
      service_(std::move(service)),
      worker_(std::move(worker)) {}

AggregatorClient::~AggregatorClient() = default;

void AggregatorClient::stop() {
    worker_.stop();
}

Result<dex::SwapOffer> AggregatorClient::judge(const dex::SwapWanted& wanted, const std::optional<U256>& local_quote,
                                               const Result<rpc::HttpReply>& reply) {
    if (!reply) return tl::unexpected(reply.error());
    if (reply->status == 401 || reply->status == 403 || reply->status == 429)
        rests_until_ = options_.now() + options_.rest;
    TRY(auto offer, service_->parse(wanted, reply->status, reply->body));
    dex::OfferBounds bounds;
    bounds.targets = targets_;
    bounds.local_quote = local_quote;
    bounds.better_bps = options_.better_bps;
    const auto checked = dex::check_offer(wanted, offer, bounds);
    if (!checked) {
        ++stats_.refused;
        return tl::unexpected(checked.error());
    }
    return offer;
}

Task<Result<dex::SwapOffer>> AggregatorClient::ask(dex::SwapWanted wanted, std::optional<U256> local_quote) {
    const auto self = shared_from_this();
    ++stats_.asked;
    Result<rpc::HttpReply> reply;
    if (options_.now() < rests_until_) {
        reply = fail(Errc::Refused, "is left in peace after it refused us");
    } else {
        std::string target = prefix_ + service_->request(wanted).target;
        reply = co_await rpc::http_get(executor_, worker_, std::move(target), deadline_);
    }
    auto offer = judge(wanted, local_quote, reply);
    if (offer) {
        ++stats_.offers;
        co_return offer;
    }
    ++stats_.failures;
    Error error = offer.error();
    error.message = fmt::format("aggregator {}: {}", name_, error.message);
    stats_.last_error = error.message;
    co_return tl::unexpected(std::move(error));
}

}  // namespace plimsoll::bot
