// SPDX-License-Identifier: Apache-2.0
// Offers of aggregators: all are asked at once, each within its deadline, and answered together.
#include "bot/shell/chain_shell.hpp"

namespace plimsoll::bot {

struct ChainShell::Gathering {
    engine::OffersDone done;
    std::size_t pending{};
};

void ChainShell::on(engine::FetchOffers command) {
    ++outstanding_;
    const auto gathering = std::make_shared<Gathering>();
    gathering->done.id = command.id;
    gathering->pending = services_.aggregators.size() * command.wanted.size();
    if (gathering->pending == 0) {
        gathering->done.error = "no aggregator configured";
        return answered(std::move(gathering->done));
    }
    for (std::size_t n = 0; n < command.wanted.size(); ++n) {
        dex::SwapWanted wanted;
        wanted.chain = chain_.id;
        wanted.sell = command.wanted[n].token_in;
        wanted.buy = command.wanted[n].token_out;
        wanted.amount = command.wanted[n].amount_in.value;
        wanted.taker = command.taker;
        wanted.origin = command.origin;
        wanted.slippage_bps = command.slippage_bps;
        std::optional<U256> local;
        if (n < command.local.size() && !command.local[n].is_zero()) local = command.local[n].value;
        for (const auto& client : services_.aggregators) spawn(ask_offer(client, wanted, local, gathering));
    }
}

Task<void> ChainShell::ask_offer(std::shared_ptr<AggregatorClient> client, dex::SwapWanted wanted,
                                 std::optional<U256> local, std::shared_ptr<Gathering> gathering) {
    const auto began = std::chrono::steady_clock::now();
    auto answer = co_await client->ask(wanted, local);
    if (services_.metrics != nullptr) {
        services_.metrics->rpc_done(client->name(), "offer", std::chrono::steady_clock::now() - began);
        if (!answer) services_.metrics->rpc_failed(client->name(), to_string(answer.error().code));
    }
    if (answer) {
        strategies::Offer offer;
        offer.name = client->name();
        offer.token_in = wanted.sell;
        offer.token_out = wanted.buy;
        offer.amount_in = TokenAmount{answer->amount_in};
        offer.amount_out = TokenAmount{answer->amount_out};
        offer.min_out = TokenAmount{answer->min_out};
        offer.target = answer->target;
        offer.data = std::move(answer->data);
        offer.gas = answer->gas;
        gathering->done.offers.push_back(std::move(offer));
    } else {
        auto& error = gathering->done.error;
        if (!error.empty()) error += "; ";
        error += answer.error().message;
    }
    if (--gathering->pending == 0) answered(std::move(gathering->done));
}

}  // namespace plimsoll::bot
