// SPDX-License-Identifier: Apache-2.0
#include "bot/app/signer_checks.hpp"

#include <fmt/format.h>

#include "bot/app/run_task.hpp"
#include "bot/shell/signers.hpp"

namespace plimsoll::bot {

namespace {

std::string mend_of(Errc code) {
    if (code == Errc::NotFound) return "give the service this key, or correct `address`";
    if (code == Errc::Refused) return "see that ca is of the service's certificate, and that the service knows ours";
    return "see that the service runs, that `remote` is right and that it lets our certificate in";
}

}  // namespace

std::vector<CheckLine> signer_checks(const config::Settings& settings) {
    std::vector<CheckLine> lines;
    for (const auto& wallet : settings.wallets) {
        if (!wallet.signer || !wallet.signer->remote) continue;
        const std::string name = fmt::format("wallet {}: signing service", wallet.name);
        const auto signer = open_signer(wallet);
        if (!signer) {
            lines.push_back({name, false, signer.error().message, "see [wallet." + wallet.name + ".signer]"});
            continue;
        }
        boost::asio::io_context io(1);
        const auto answered = run_task(io, signer->service->check());
        signer->service->stop();
        if (answered)
            lines.push_back({name,
                             true,
                             fmt::format("{} answers and has the key of {}", signer->service->shown(),
                                         to_checksum(signer->address())),
                             {}});
        else
            lines.push_back({name, false, answered.error().message, mend_of(answered.error().code)});
    }
    return lines;
}

}  // namespace plimsoll::bot
