// SPDX-License-Identifier: Apache-2.0
#include "bot/app/views.hpp"

#include "bot/app/chain_views.hpp"
#include "bot/app/run_task.hpp"

namespace plimsoll::bot {

namespace {

Task<Result<std::vector<PositionView>>> read_and_stop(ChainViews& views, std::optional<BlockNumber> number) {
    Result<std::vector<PositionView>> out;
    const auto block = co_await views.block(number);
    if (block)
        out = co_await views.read(*block);
    else
        out = tl::unexpected<Error>(block.error());
    views.stop();
    co_return out;
}

Result<std::vector<PositionView>> read(ChainLook look, std::optional<BlockNumber> block, ReadTold told) {
    if (look.looked.empty()) return {};
    boost::asio::io_context io(1);
    TRY(const auto views, ChainViews::connect(io.get_executor(), std::move(look)));
    views->tell(std::move(told));
    return run_task(io, read_and_stop(*views, block));
}

}  // namespace

Result<std::vector<PositionView>> configured_views(const config::Settings& settings, const config::Chain& chain,
                                                   std::optional<BlockNumber> block, ReadTold told) {
    return read(configured_on(settings, chain), block, std::move(told));
}

Result<PositionView> address_view(const config::Chain& chain, const config::Market& market, const Address& account,
                                  std::optional<BlockNumber> block, ReadTold told) {
    TRY(auto views, read(one_account(chain, market, account), block, std::move(told)));
    return std::move(views.front());
}

}  // namespace plimsoll::bot
