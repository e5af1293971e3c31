// SPDX-License-Identifier: Apache-2.0
// `guard address`, `deploy`, `policy` and `revoke`.
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "bot/app/find_chain.hpp"
#include "bot/cli/guard_send.hpp"
#include "bot/cli/load_config.hpp"
#include "bot/cli/table.hpp"
#include "bot/guard/artifact.hpp"
#include "strategies/erc20.hpp"

namespace plimsoll::bot::cli {

namespace {

constexpr Timestamp kSignatureLife = 3'600;  // seconds for a signed policy to be handed in

/// The words are talk where the data are the transactions.
void print_words(const Globals& globals, const GuardSubject& subject, const GuardStatus& status,
                 const guard::Policy& policy) {
    const Names names = names_of(subject.settings, status.offered);
    Table table({Table::Column{""}, Table::Column{""}});
    for (auto& [what, text] : policy_in_words(policy, names, status.position.base_unit, status.head.timestamp))
        table.add({"  " + what, text});
    say(globals, fmt::format("policy of {} for {} in {} on {}", subject.position.name,
                             to_checksum(subject.wallet.address), subject.market.name, subject.chain.name));
    std::string text = table.render(Style(false));
    text.erase(0, text.find_first_not_of(" \n"));
    say(globals, "  " + text.substr(0, text.find_last_not_of('\n') + 1));
    if (!subject.position.close_at_price.empty())
        say(globals, "note: the guard knows no prices to close at: closing at a price works only below the trigger");
}

std::string grant_text(const Grant& grant, bool gives) {
    switch (grant.kind) {
        case Grant::Kind::Supply:
        case Grant::Kind::Wallet:
            return fmt::format("{} the guard take {}", gives ? "lets" : "no longer lets", grant.what);
        case Grant::Kind::Authorisation:
            return gives ? "authorises the guard in Morpho" : "ends the guard's authorisation in Morpho";
        case Grant::Kind::Module:
            return gives ? "makes the guard a module of the Safe" : "removes the guard from the modules of the Safe";
        case Grant::Kind::Delegation:
            return gives ? "lets the guard's code run at the account" : "ends the guard's code at the account";
    }
    return {};
}

/// A token's permit, signed by the account (EIP-2612).
Task<Result<SetupStep>> permit_step(rpc::Eth& eth, Grant grant, Address account, Address guard, keys::Signer& signer,
                                    Timestamp deadline) {
    const TokenAmount all{U256::max()};
    std::vector<Call> calls;
    calls.push_back(erc20::domain_separator(grant.contract));
    calls.push_back(erc20::nonces(grant.contract, account));
    rpc::BlockId latest;
    CO_TRY(const auto answers, co_await eth.multicall(std::move(calls), latest));
    const auto domain = erc20::amount(answers[0]);
    const auto nonce = erc20::amount(answers[1]);
    if (!domain || !nonce)
        co_return fail(Errc::Unsupported, grant.what +
                                              " cannot be allowed by signature; let the account send: without "
                                              "--by-signature");
    const Hash32 separator{domain->value.to_be_bytes()};
    const Hash32 digest = erc20::permit_digest(separator, account, guard, all, nonce->value, deadline);
    CO_TRY(const auto signature, signer.sign(digest));
    const erc20::PermitSignature parts{static_cast<std::uint8_t>(signature.odd_y ? 28 : 27), signature.r, signature.s};
    co_return SetupStep{grant_text(grant, true) + " (signed)",
                        erc20::permit(grant.contract, account, guard, all, deadline, parts), std::nullopt};
}

/// `account` signs what goes without it; nullptr: it sends itself.
Task<Result<std::vector<SetupStep>>> policy_steps(rpc::Eth& eth, GuardSubject subject, GuardStatus status,
                                                  keys::Signer* account) {
    std::vector<SetupStep> out;
    const Address owner = subject.wallet.address;
    const Timestamp deadline = status.head.timestamp + kSignatureLife;
    std::optional<tx::Authorization> delegation;
    for (const auto& grant : status.grants) {
        if (grant.given) continue;
        if (grant.kind == Grant::Kind::Delegation) {
            rpc::BlockId latest;
            CO_TRY(const Nonce nonce, co_await eth.nonce(owner, latest));
            // Its own transaction uses up the nonce first.
            const Nonce own = account == nullptr ? nonce + 1 : nonce;
            delegation = tx::Authorization{subject.chain.id, subject.guard(), own};
        } else if (account == nullptr) {
            out.push_back({grant_text(grant, true), give(grant, subject.guard()), std::nullopt});
        } else if (grant.kind == Grant::Kind::Supply || grant.kind == Grant::Kind::Wallet) {
            CO_TRY(auto step, co_await permit_step(eth, grant, owner, subject.guard(), *account, deadline));
            out.push_back(std::move(step));
        } else {
            co_return fail(Errc::Unsupported, grant.what +
                                                  " cannot be given by signature; let the account send: without "
                                                  "--by-signature");
        }
    }
    SetupStep step;
    step.text = "writes the policy of " + subject.position.name;
    step.delegation = delegation;
    if (delegation) step.text += " and lets the guard's code run at the account";
    if (account == nullptr) {
        step.call = guard::set_policy(subject.contract(), status.market, *status.wanted);
    } else {
        const Hash32 digest = guard::policy_digest(subject.chain.id, subject.contract(), owner, status.market,
                                                   *status.wanted, status.nonce, deadline);
        CO_TRY(const auto signature, account->sign(digest));
        step.call = guard::set_policy_by_signature(subject.contract(), owner, status.market, *status.wanted,
                                                   status.nonce, deadline, packed(signature));
        step.text += " (signed)";
    }
    out.push_back(std::move(step));
    co_return out;
}

Result<void> usable(const GuardSubject& subject, const GuardStatus& status) {
    if (status.code.empty())
        return fail(Errc::Refused, fmt::format("there is no guard at {}; plimsoll guard deploy {}",
                                               to_checksum(subject.guard()), subject.chain.name));
    if (!status.genuine)
        return fail(
            Errc::Refused,
            fmt::format("what stands at {} is not this program's guard, which is at {}; correct `guard` in "
                        "[chain.{}]",
                        to_checksum(subject.guard()), to_checksum(guard_artifact().address), subject.chain.name));
    return {};
}

/// The keys of a command about one account.
struct Keys {
    std::shared_ptr<keys::Signer> account;
    WalletSigner guardian;
};

Result<Keys> open_keys(const config::Wallet& wallet, const GuardSending& sending, bool by_signature) {
    Keys out;
    if (prints(sending)) return out;
    TRY(out.account, account_signer(sending));
    if (out.account->address() != wallet.address)
        return fail(Errc::Refused,
                    fmt::format("{} is the key of {}, the account is {}; {}", sending.keystore,
                                to_checksum(out.account->address()), to_checksum(wallet.address),
                                wallet.guard == guard::Access::Module ? "a Safe's owners load what --safe prints"
                                                                      : "name the account's own keystore"));
    if (by_signature) {
        TRY(out.guardian, configured_signer(wallet));
    }
    return out;
}

Task<Result<void>> write_policy(rpc::Eth& eth, const Globals& globals, const GuardPolicyCommand& command,
                                GuardSubject subject, PolicyTerms terms, Keys keys) {
    CO_TRY(auto status, co_await read_guard_status(eth, subject, terms));
    CO_TRY_VOID(usable(subject, status));
    if (!status.wanted) co_return fail(status.not_wanted_code, status.not_wanted);
    print_words(globals, subject, status, *status.wanted);
    keys::Signer* const signs = command.by_signature ? keys.account.get() : nullptr;
    CO_TRY(auto steps, co_await policy_steps(eth, subject, status, signs));
    Delivery delivery{globals,
                      command.sending,
                      subject.chain,
                      subject.position.limits.max_fee_per_gas,
                      subject.wallet.address,
                      "plimsoll guard of " + subject.position.name};
    delivery.sender = command.by_signature ? keys.guardian : WalletSigner{keys.account, nullptr};
    delivery.authority = keys.account.get();
    delivery.guard_code = status.code;
    co_return co_await deliver(eth, std::move(steps), delivery);
}

Task<Result<void>> end_policy(rpc::Eth& eth, const Globals& globals, const GuardRevokeCommand& command,
                              GuardSubject subject, Keys keys) {
    CO_TRY(auto status, co_await read_guard_status(eth, subject, PolicyTerms()));
    std::vector<SetupStep> steps;
    const bool reachable = subject.wallet.guard != guard::Access::Self || status.delegated;
    if (!status.code.empty() && reachable && command.all)
        steps.push_back(
            {"ends every policy of " + subject.wallet.name, guard::revoke_all(subject.contract()), std::nullopt});
    else if (!status.code.empty() && reachable && status.has_policy())
        steps.push_back({"ends the policy of " + subject.position.name,
                         guard::revoke(subject.contract(), status.market), std::nullopt});
    for (const auto& grant : status.grants) {
        if (!command.with_access || !grant.given) continue;
        SetupStep step{grant_text(grant, false), take_back(grant, subject.guard()), std::nullopt};
        if (grant.kind == Grant::Kind::Delegation) {
            rpc::BlockId latest;
            CO_TRY(const Nonce nonce, co_await eth.nonce(subject.wallet.address, latest));
            step.delegation = tx::Authorization{subject.chain.id, {}, nonce + 1};
        }
        steps.push_back(std::move(step));
    }
    if (steps.empty()) {
        say(globals, "nothing to end: " + subject.position.name + " has no policy");
        co_return Result<void>();
    }
    Delivery delivery{globals,
                      command.sending,
                      subject.chain,
                      subject.position.limits.max_fee_per_gas,
                      subject.wallet.address,
                      "end of the guard of " + subject.position.name};
    delivery.sender = {keys.account, nullptr};
    delivery.authority = keys.account.get();
    co_return co_await deliver(eth, std::move(steps), delivery);
}

Task<Result<void>> put_guard(rpc::Eth& eth, const Globals& globals, const GuardDeployCommand& command,
                             const config::Chain& chain, WalletSigner sender) {
    const auto& artifact = guard_artifact();
    rpc::BlockId latest;
    CO_TRY(const Bytes code, co_await eth.code(artifact.address, latest));
    if (!code.empty()) {
        if (!is_guard_code(code))
            co_return fail(Errc::Internal, "other code stands at the guard's address " + to_checksum(artifact.address));
        if (command.sending.json)
            fmt::print("{}\n", nlohmann::ordered_json({{"schema", 1},
                                                       {"address", to_checksum(artifact.address)},
                                                       {"transactions", nlohmann::json::array()}})
                                   .dump(2));
        else
            fmt::print("{} is there already, with this program's code\n", to_checksum(artifact.address));
        co_return Result<void>();
    }
    CO_TRY(const Bytes proxy, co_await eth.code(artifact.proxy, latest));
    if (proxy.empty())
        co_return fail(Errc::Refused, fmt::format("chain {} has no deployment proxy at {}; deploy it first, as "
                                                  "github.com/Arachnid/deterministic-deployment-proxy says",
                                                  chain.name, to_checksum(artifact.proxy)));
    std::vector<SetupStep> steps(1);
    steps.front().text = "deploys the guard to " + to_checksum(artifact.address);
    steps.front().call = deploy_guard();
    Delivery delivery{globals,
                      command.sending,
                      chain,
                      config::Limits().max_fee_per_gas,
                      sender ? sender.address() : artifact.proxy,
                      "plimsoll guard"};
    delivery.sender = sender;
    CO_TRY_VOID(co_await deliver(eth, std::move(steps), delivery));
    if (prints(command.sending)) co_return Result<void>();
    CO_TRY(const Bytes now, co_await eth.code(artifact.address, latest));
    if (!is_guard_code(now))
        co_return fail(Errc::Internal, "the code at " + to_checksum(artifact.address) + " is not what was deployed");
    if (!command.sending.json) fmt::print("guard = \"{}\"\n", to_checksum(artifact.address));
    co_return Result<void>();
}

Result<WalletSigner> payer(const config::Settings& settings, const GuardDeployCommand& command) {
    if (prints(command.sending)) return WalletSigner();
    if (command.wallet.empty()) {
        TRY(auto key, account_signer(command.sending));
        return WalletSigner{std::move(key), nullptr};
    }
    for (const auto& wallet : settings.wallets) {
        if (wallet.name == command.wallet) return configured_signer(wallet);
    }
    return fail(Errc::Refused, "no wallet is named `" + command.wallet + "`; see `plimsoll config show`");
}

}  // namespace

ExitCode guard_address(const Globals&, const GuardAddressCommand& command) {
    const std::string address = to_checksum(guard_artifact().address);
    if (command.json)
        fmt::print("{}\n", nlohmann::ordered_json({{"schema", 1}, {"address", address}}).dump());
    else
        fmt::print("{}\n", address);
    return ExitCode::Done;
}

ExitCode guard_deploy(const Globals& globals, const GuardDeployCommand& command) {
    const auto loaded = load_config(globals);
    if (!loaded) return ExitCode::ConfigInvalid;
    const auto* chain = find_chain(loaded->settings, command.chain);
    if (chain == nullptr) {
        say_error(globals, fmt::format("no chain is named `{}`", command.chain), "see `plimsoll config show`");
        return ExitCode::Usage;
    }
    const auto sender = payer(loaded->settings, command);
    if (!sender) return failed(globals, sender.error());
    const auto done =
        at_chain(*chain, [&](rpc::Eth& eth) { return put_guard(eth, globals, command, *chain, *sender); });
    return done ? ExitCode::Done : failed(globals, done.error());
}

ExitCode guard_policy(const Globals& globals, const GuardPolicyCommand& command) {
    const auto loaded = load_config(globals);
    if (!loaded) return ExitCode::ConfigInvalid;
    const auto* position = find_position(globals, loaded->settings, command.name);
    if (position == nullptr) return ExitCode::Usage;
    auto subject = guard_subject(loaded->settings, *position, {});
    if (!subject) return failed(globals, subject.error());
    const auto guardian = command.guardian ? Result<Address>(*command.guardian) : configured_address(subject->wallet);
    if (!guardian) return failed(globals, guardian.error());
    subject->guardian = *guardian;
    if (command.by_signature && prints(command.sending)) {
        say_error(globals, "--by-signature sends; it cannot print", "leave one of the two out");
        return ExitCode::Usage;
    }
    auto keys = open_keys(subject->wallet, command.sending, command.by_signature);
    if (!keys) return failed(globals, keys.error());
    const PolicyTerms terms{command.days,     command.floor,         command.ceiling,
                            command.loss_bps, command.value_per_day, command.value_in_units};
    const auto done = at_chain(
        subject->chain, [&](rpc::Eth& eth) { return write_policy(eth, globals, command, *subject, terms, *keys); });
    return done ? ExitCode::Done : failed(globals, done.error());
}

ExitCode guard_revoke(const Globals& globals, const GuardRevokeCommand& command) {
    const auto loaded = load_config(globals);
    if (!loaded) return ExitCode::ConfigInvalid;
    const auto* position = find_position(globals, loaded->settings, command.name);
    if (position == nullptr) return ExitCode::Usage;
    const auto subject = guard_subject(loaded->settings, *position, {});
    if (!subject) return failed(globals, subject.error());
    auto keys = open_keys(subject->wallet, command.sending, false);
    if (!keys) return failed(globals, keys.error());
    const auto done =
        at_chain(subject->chain, [&](rpc::Eth& eth) { return end_policy(eth, globals, command, *subject, *keys); });
    return done ? ExitCode::Done : failed(globals, done.error());
}

}  // namespace plimsoll::bot::cli
