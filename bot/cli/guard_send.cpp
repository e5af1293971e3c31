// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/guard_send.hpp"

#include <chrono>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bot/cli/load_config.hpp"
#include "bot/cli/secret_source.hpp"
#include "bot/cli/table.hpp"
#include "bot/cli/terminal.hpp"
#include "bot/shell/signers.hpp"
#include "chain/keys/keystore.hpp"
#include "chain/keys/secret_file.hpp"
#include "chain/types/unix_time.hpp"

namespace plimsoll::bot::cli {

namespace {

ExitCode code_of(const Error& error) {
    switch (error.code) {
        case Errc::Internal:
        case Errc::Math:
            return ExitCode::Internal;
        case Errc::NotFound:
        case Errc::Refused:
        case Errc::Cancelled:
            return ExitCode::Refused;
        case Errc::Reverted:
            return ExitCode::PlanFailed;
        case Errc::Decode:
        case Errc::Range:
        case Errc::Mismatch:
        case Errc::Unsupported:
        case Errc::Io:
        case Errc::Timeout:
        case Errc::Rpc:
            break;
    }
    return ExitCode::Chain;
}

Result<void> ask(const Delivery& delivery, const std::vector<SetupStep>& steps) {
    for (const auto& step : steps) say(delivery.globals, "  - " + step.text);
    if (delivery.sending.yes) return {};
    const std::string question =
        fmt::format("Send {} from {}?", counted(steps.size(), "transaction"), to_checksum(delivery.sender.address()));
    const auto answer = ask_yes(question);
    if (!answer) return fail(Errc::Refused, "there is no terminal to ask on; say --yes, or print with --unsigned");
    if (!*answer) return fail(Errc::Cancelled, "nothing was sent");
    return {};
}

/// Each step by itself; those that need an earlier one are simulated when it is their turn.
Task<Result<void>> print_steps(rpc::Eth& eth, std::vector<SetupStep> steps, Delivery delivery) {
    std::vector<SetupStep> simulated = steps;
    const bool module = delivery.sending.safe;
    for (auto& step : simulated) {
        CO_TRY_VOID(co_await simulate_step(eth, step, delivery.account, delivery.account, delivery.guard_code));
    }
    if (!module) {
        fmt::print("{}\n", unsigned_json(steps, delivery.chain.id));
        co_return Result<void>();
    }
    CO_TRY(const auto batch, safe_json(steps, delivery.chain.id, delivery.account, delivery.name, unix_ms()));
    fmt::print("{}\n", batch);
    co_return Result<void>();
}

}  // namespace

Result<std::shared_ptr<keys::Signer>> account_signer(const GuardSending& sending) {
    if (sending.keystore.empty())
        return fail(Errc::Refused,
                    "the account's key is needed; name its keystore by --keystore FILE, or print the "
                    "transactions with --unsigned or --safe");
    TRY(const auto passphrase,
        secret_from(sending.passphrase, "passphrase", "Passphrase of " + sending.keystore, false));
    TRY(auto key, keys::load_keystore(sending.keystore, passphrase.view()));
    return std::make_shared<keys::LocalSigner>(std::move(key));
}

Result<WalletSigner> configured_signer(const config::Wallet& wallet) {
    if (!wallet.signer)
        return fail(Errc::Refused,
                    "[wallet." + wallet.name + "] has no signer; add one, or name a keystore by --keystore");
    return open_signer(wallet);
}

Result<Address> configured_address(const config::Wallet& wallet) {
    if (!wallet.signer)
        return fail(Errc::Refused, "[wallet." + wallet.name +
                                       "] has no signer, so there is no guardian; add one, or say "
                                       "--guardian ADDRESS");
    if (wallet.signer->keystore) {
        TRY_VOID(keys::read_secret_file(*wallet.signer->keystore, "keystore"));
    }
    if (const auto claimed = claimed_signer(wallet)) return *claimed;
    TRY(const auto signer, configured_signer(wallet));
    return signer.address();
}

Task<Result<void>> deliver(rpc::Eth& eth, std::vector<SetupStep> steps, Delivery delivery) {
    if (prints(delivery.sending)) co_return co_await print_steps(eth, std::move(steps), delivery);
    CO_TRY_VOID(ask(delivery, steps));
    SendOptions options;
    options.chain = delivery.chain.id;
    options.max_fee = delivery.max_fee;
    options.poll = std::max(delivery.chain.block_time / 4, std::chrono::milliseconds(200));
    const Globals& globals = delivery.globals;
    options.say = [&globals](const std::string& text) { say(globals, text); };
    CO_TRY(const auto sent, co_await send_steps(eth, std::move(steps), delivery.sender, delivery.authority,
                                                delivery.guard_code, options));
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const auto& step : sent) {
        list.push_back({{"description", step.text},
                        {"hash", to_string(step.hash)},
                        {"block", step.block},
                        {"gas_used", step.gas_used}});
        if (!delivery.sending.json) fmt::print("done: {}, block {}, gas {}\n", step.text, step.block, step.gas_used);
    }
    if (delivery.sending.json) {
        nlohmann::ordered_json out = {{"schema", 1}, {"transactions", std::move(list)}};
        fmt::print("{}\n", out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    }
    co_return Result<void>();
}

ExitCode failed(const Globals& globals, const Error& error) {
    const auto mend = error.message.find("; ");
    if (mend == std::string::npos)
        say_error(globals, error.message);
    else
        say_error(globals, error.message.substr(0, mend), error.message.substr(mend + 2));
    return code_of(error);
}

}  // namespace plimsoll::bot::cli
