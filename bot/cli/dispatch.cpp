// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/commands.hpp"

namespace plimsoll::bot::cli {

namespace {

struct Dispatch {
    const Globals& globals;

    ExitCode operator()(const CheckCommand& command) const { return check(globals, command); }
    ExitCode operator()(const InitCommand& command) const { return init(globals, command); }
    ExitCode operator()(const ConfigShowCommand& command) const { return config_show(globals, command); }
    ExitCode operator()(const ConfigSchemaCommand& command) const { return config_schema(globals, command); }
    ExitCode operator()(const KeysNewCommand& command) const { return keys_new(globals, command); }
    ExitCode operator()(const KeysImportCommand& command) const { return keys_import(globals, command); }
    ExitCode operator()(const KeysAddressCommand& command) const { return keys_address(globals, command); }
    ExitCode operator()(const GuardAddressCommand& command) const { return guard_address(globals, command); }
    ExitCode operator()(const GuardDeployCommand& command) const { return guard_deploy(globals, command); }
    ExitCode operator()(const GuardPolicyCommand& command) const { return guard_policy(globals, command); }
    ExitCode operator()(const GuardRevokeCommand& command) const { return guard_revoke(globals, command); }
    ExitCode operator()(const GuardStatusCommand& command) const { return guard_status(globals, command); }
    ExitCode operator()(const AlertTestCommand& command) const { return alert_test(globals, command); }
    ExitCode operator()(const AlertListCommand& command) const { return alert_list(globals, command); }
    ExitCode operator()(const AlertAckCommand& command) const { return alert_ack(globals, command); }
    ExitCode operator()(const PauseCommand& command) const { return pause(globals, command); }
    ExitCode operator()(const DryRunCommand& command) const { return dry_run(globals, command); }
    ExitCode operator()(const ResumeCommand& command) const { return resume(globals, command); }
    ExitCode operator()(const VersionCommand& command) const { return version(globals, command); }
    ExitCode operator()(const ManualCommand& command) const { return manual(globals, command); }
    ExitCode operator()(const CompletionCommand& command) const { return completion(globals, command); }
    ExitCode operator()(const RunCommand& command) const { return run(globals, command); }
    ExitCode operator()(const PositionsCommand& command) const { return positions(globals, command); }
    ExitCode operator()(const PlanCommand& command) const { return plan(globals, command); }
    ExitCode operator()(const WhyCommand& command) const { return why(globals, command); }
    ExitCode operator()(const HistoryCommand& command) const { return history(globals, command); }
    ExitCode operator()(const ReplayCommand& command) const { return replay(globals, command); }
};

}  // namespace

ExitCode dispatch(const Globals& globals, const Command& command) {
    return std::visit(Dispatch{globals}, command);
}

}  // namespace plimsoll::bot::cli
